import '../main/engine/platform/file-threads.ts';
import { openEngine, type Engine } from '../main/engine/jobs/index.ts';
import type { VerbInput, VerbName } from '../shared/ipc/engine-verbs.ts';
import { peakMemoryBytes } from './process-figures.ts';
import type { EngineAnswer, EngineQuestion } from './engine-client.ts';

/** The measured side: one engine in a process of its own, told by messages what to do. See `engine-client.ts`. */
let engine: Engine | undefined;

process.on('message', (message) => {
  void answer(message as EngineQuestion);
});
process.on('disconnect', () => {
  process.exit();
});

async function answer(question: EngineQuestion): Promise<void> {
  try {
    send({ ok: true, ...(await perform(question)) });
  } catch (error) {
    send({
      ok: false,
      message:
        error instanceof Error
          ? `${error.message} ${JSON.stringify(error)} ${(error.cause as Error | undefined)?.stack ?? ''}`
          : String(error),
    });
  }
}

async function perform(question: EngineQuestion): Promise<Omit<Extract<EngineAnswer, { ok: true }>, 'ok'>> {
  if (question.verb === 'close') {
    await engine?.close();
    return { output: null, wallMs: 0, cpuMs: 0, peakBytes: await peak() };
  }
  engine ??= await openEngine({ homeDir: question.homeDir, language: 'en' });
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const output: unknown = await engine.call(question.verb, question.input as VerbInput<VerbName>);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { output, wallMs, cpuMs: (user + system) / 1000, peakBytes: await peak() };
}

async function peak(): Promise<number> {
  return (await peakMemoryBytes(process.pid)) ?? process.resourceUsage().maxRSS * 1024;
}

function send(reply: EngineAnswer): void {
  process.send?.(reply);
}
