import { z } from 'zod';
import { AppError, failure, success, toAppError } from '../../../shared/errors/app-error.ts';
import { secretsIn } from '../../../shared/errors/redact.ts';
import {
  closeRequest,
  engineRequestSchema,
  type EngineChange,
  type EngineRequest,
} from '../../../shared/ipc/engine-messages.ts';
import { engineVerbs, type VerbName } from '../../../shared/ipc/engine-verbs.ts';
import type { DiskNotice } from '../../../shared/model/cold-disk.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import type { Engine } from '../jobs/index.ts';
import type { Channel } from './channel.ts';
import type { ReportError } from './error-log.ts';

export interface Notices {
  readonly onProgress: (progress: JobProgress) => void;
  readonly onChanged: (what: EngineChange) => void;
  readonly onDisk: (disk: DiskNotice) => void;
  readonly onStream: (stream: StreamStatus) => void;
}

export interface ServeOptions {
  readonly channel: Channel;
  readonly openEngine: (notices: Notices) => Promise<Engine>;
  readonly report: ReportError;
  /** How long running calls get to stop before the engine is put away under them. */
  readonly graceMs?: number;
}

const defaultGraceMs = 8_000;
const answerableSchema = z.object({ id: z.int().nonnegative() });

/**
 * Answers the app's requests until the channel closes or asks to close; then cancels what runs, waits for it, closes the
 * engine and resolves. It never rejects and no message can make it throw: a request that does not fit is answered with
 * `ipc.bad-input`, one that cannot even be answered is dropped and reported.
 *
 * A home that does not open is no reason to die: every call is answered with that error, and the next one tries again.
 */
export function serveEngine({ channel, openEngine, report, graceMs = defaultGraceMs }: ServeOptions): Promise<void> {
  const closing = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let markClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => (markClosed = resolve));
  let opened: Promise<Engine> | undefined;
  let isConnected = true;

  const post: Channel['post'] = (message) => {
    if (isConnected) channel.post(message);
  };
  const notices: Notices = {
    onProgress: (progress) => post({ type: 'progress', progress }),
    onChanged: (what) => post({ type: 'changed', what }),
    onDisk: (disk) => post({ type: 'disk', disk }),
    onStream: (stream) => post({ type: 'stream', stream }),
  };

  function engine(): Promise<Engine> {
    opened ??= openEngine(notices).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function call({ verb, input, jobId }: EngineRequest): Promise<unknown> {
    if (!isVerb(verb)) throw new AppError('ipc.bad-input', { channel: 'engine' });
    const opened = await engine();
    if (closing.signal.aborted) throw new AppError('engine.stopped');
    const options = jobId === null ? { signal: closing.signal } : { signal: closing.signal, jobId };
    // The engine checks the input against the verb's schema itself: it is the same gate for app and command line.
    return opened.call(verb, input as never, options);
  }

  async function answer(request: EngineRequest): Promise<void> {
    try {
      post({ type: 'reply', id: request.id, outcome: success(await call(request)) });
    } catch (error) {
      if (toAppError(error).code === 'unexpected') report(`verb ${request.verb}`, error, secretsIn(request.input));
      post({ type: 'reply', id: request.id, outcome: failure(error) });
    }
  }

  async function close(): Promise<void> {
    if (closing.signal.aborted) return closed;
    closing.abort(new AppError('cancelled'));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([Promise.all(inFlight), patience]);
    clearTimeout(timer);
    try {
      await (await opened)?.close();
    } catch (error) {
      report('closing', error);
    }
    markClosed();
  }

  function receive(raw: unknown): void {
    const request = engineRequestSchema.safeParse(raw);
    if (!request.success) {
      const answerable = answerableSchema.safeParse(raw);
      report('request', new AppError('ipc.bad-input', {}, { cause: z.prettifyError(request.error) }));
      const refusal = failure(new AppError('ipc.bad-input', { channel: 'engine' }));
      if (answerable.success) post({ type: 'reply', id: answerable.data.id, outcome: refusal });
      return;
    }
    const { id, verb } = request.data;
    if (verb === closeRequest) {
      void close().then(() => post({ type: 'reply', id, outcome: success({}) }));
      return;
    }
    const work = answer(request.data).finally(() => inFlight.delete(work));
    inFlight.add(work);
  }

  channel.onClose(() => {
    isConnected = false;
    void close();
  });
  channel.onMessage(receive);
  post({ type: 'ready' });
  // Opening early settles the jobs of a process that died, before anybody asks.
  engine().catch((error: unknown) => {
    if (toAppError(error).code === 'unexpected') report('opening', error);
  });
  return closed;
}

function isVerb(verb: string): verb is VerbName {
  return Object.hasOwn(engineVerbs, verb);
}
