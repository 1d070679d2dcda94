import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MysqlConnection } from '../connection.ts';
import { readBinlog, type ReadBinlogOptions } from './read-binlog.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const options: ReadBinlogOptions = {
  from: { file: 'binlog.000001', position: 4 },
  flavour: 'mariadb',
  replicaId: 1,
  replicaUuid: '0f8fad5b-d9cb-469f-a165-70867728950e',
  untilEnd: false,
  heartbeatMs: 5_000,
  signal: new AbortController().signal,
};

/** A line that died without a word, as after a sleep or behind a router that forgot it: no real one does so on demand. */
function aDeadLine() {
  const destroy = vi.fn();
  const connection = {
    query: () => Promise.resolve([]),
    dump: (_request: unknown, _onEvent: unknown, signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    destroy,
  };
  return { connection: connection as unknown as MysqlConnection, destroy };
}

async function outcomeOf(reading: AsyncGenerator): Promise<{ value: unknown }> {
  const outcome = { value: undefined as unknown };
  reading.next().then(
    (result) => (outcome.value = result),
    (error: unknown) => (outcome.value = error),
  );
  await vi.advanceTimersByTimeAsync(39_000);
  return outcome;
}

it('calls a line lost on which not even heartbeats come any more', async () => {
  const { connection, destroy } = aDeadLine();
  const outcome = await outcomeOf(readBinlog(connection, options));
  expect(outcome.value).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outcome.value).toMatchObject({ code: 'mysql.connection-lost', facts: { reason: 'silent' } });
  expect(destroy).toHaveBeenCalled();
});

it('waits for a server that was not asked for heartbeats', async () => {
  const { connection } = aDeadLine();
  const outcome = await outcomeOf(readBinlog(connection, { ...options, untilEnd: true }));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(outcome.value).toBeUndefined();
});
