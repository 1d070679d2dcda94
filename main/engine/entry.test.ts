import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeRequest, engineMessageSchema, type EngineMessage } from '../../shared/ipc/engine-messages.ts';

/** The real engine process, from source, under the Node that runs the tests. */
let home: string;
let child: ChildProcess;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shouhu-entry-'));
  child = spawn(process.execPath, [join(import.meta.dirname, 'entry.ts'), '--language=en'], {
    env: { PATH: process.env['PATH'] ?? '', SHOUHU_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
});

afterEach(async () => {
  child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

async function next(type: EngineMessage['type']): Promise<EngineMessage> {
  for (;;) {
    const [raw] = (await once(child, 'message', { signal: AbortSignal.timeout(20_000) })) as [unknown];
    const message = engineMessageSchema.parse(raw);
    if (message.type === type) return message;
  }
}

it('says it is ready, answers for the home of SHOUHU_HOME, and ends by itself when asked', async () => {
  await next('ready');
  child.send({ id: 1, verb: 'home.status', input: {}, jobId: null });
  expect(await next('reply')).toMatchObject({
    id: 1,
    outcome: { ok: true, value: { initialised: false, sources: 0 } },
  });
  child.send({ id: 2, verb: closeRequest, input: {}, jobId: null });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('ends by itself when the app that started it is gone', async () => {
  await next('ready');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
