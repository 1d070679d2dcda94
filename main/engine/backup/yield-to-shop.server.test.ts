import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { pollUntil } from '../platform/poll.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import type { MysqlConnection, MysqlSnapshot } from '../source/mysql/index.ts';
import {
  aSnapshot,
  evenBatches,
  never,
  startSource,
  tableNamed,
  whole,
  type SourceServer,
} from '../source/mysql/testing/source-server.ts';
import { runBackup, type BackupPhase } from './run-backup.ts';
import { aLedger, aRepository } from './testing/a-capture.ts';
import { plainRun } from './testing/a-run.ts';

/** More than a calm shop runs, and above the floor of ten. */
const busySessions = 14;
const limitMs = 60_000;

let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.cards (id int PRIMARY KEY, price decimal(10,2), words text)',
    // About 8 MiB: four batches.
    "INSERT INTO shop.cards SELECT seq, 1.50, REPEAT('x', 2000) FROM shop.seq_1_to_4000",
  );
});
afterAll(() => source.stop());

it('stands still while many statements of others run, goes on when they end, and is green', async () => {
  const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
  const { store, repository } = await aRepository(await aKeyring());
  const clock = aClock();
  const phases: BackupPhase[] = [];
  const piecesAtPause: number[] = [];
  let shop: BusyShop | null = null;
  // The shop becomes busy while the first piece is being written, and a second passes.
  const becomeBusy = async () => {
    shop = await aBusyShop(snapshot);
    clock.skipMs += 1000;
  };
  store.break({ on: 'put', name: /^chunks/, effect: { kind: 'call', when: 'before', run: becomeBusy } });
  try {
    const { manifest } = await runBackup({
      ...plainRun,
      snapshot,
      repository,
      ledgers: [aLedger()],
      readers: 1,
      clock,
      onProgress: (phase) => {
        if (phases.at(-1) !== phase) phases.push(phase);
        if (phase !== 'wait') return;
        piecesAtPause.push(store.calls('put').filter((name) => name.startsWith('chunks/')).length);
        void shop?.calmDown();
      },
    });

    expect(phases).toEqual(['plan', 'read', 'wait', 'read', 'check', 'publish']);
    // It stopped after the first piece, and not at the end.
    expect(piecesAtPause).toEqual([1]);
    expect(manifest.read.pausedMs).toBeGreaterThan(0);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(manifest.tables.map(({ rows }) => rows)).toEqual([4000]);
  } finally {
    await (shop as BusyShop | null)?.calmDown();
    await snapshot.close();
  }
});

it('reads on what DDL of the shop waits for, however busy the shop is', async () => {
  const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
  const { store, repository } = await aRepository(await aKeyring());
  const clock = aClock();
  const session = await source.openAdmin();
  let shop: BusyShop | null = null;
  // An object, because the callback sets it.
  const ddl: { altering?: Promise<unknown> } = {};
  const isWaiting = async () => {
    const rows = await source.admin.query(
      `SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${session.threadId} AND STATE = 'Waiting for table metadata lock'`,
    );
    return rows.length > 0 || undefined;
  };
  const becomeBusy = async () => {
    shop = await aBusyShop(snapshot);
    clock.skipMs += 1000;
  };
  store.break({ on: 'put', name: /^chunks/, effect: { kind: 'call', when: 'before', run: becomeBusy } });
  try {
    const running = runBackup({
      ...plainRun,
      snapshot,
      repository,
      ledgers: [],
      readers: 1,
      clock,
      onProgress: (phase) => {
        // The pause has begun in the middle of the only table.
        if (phase === 'wait') ddl.altering ??= session.query('ALTER TABLE shop.cards ADD COLUMN more int');
      },
    });
    running.catch(() => undefined);

    expect(await pollUntil(isWaiting, { timeoutMs: limitMs })).toBe(true);
    // It ends although nobody calms down: without that the pause would last ten minutes.
    await ddl.altering;
    expect(await snapshot.othersRunning()).toBeGreaterThanOrEqual(busySessions);

    await (shop as BusyShop | null)?.calmDown();
    const { manifest } = await running.catch((error: unknown) => ({ manifest: error }));
    // Read to its end under its lock, or named as one that DDL took away: the only table then.
    expect(manifest).toSatisfy(
      (seen: { tables?: { rows: number }[]; code?: string }) =>
        seen.tables?.[0]?.rows === 4000 || seen.code === 'mysql.schema-moved',
    );
  } finally {
    await (shop as BusyShop | null)?.calmDown();
    session.close();
    await snapshot.close();
  }
});

it('does not count its own readers, not even one whose rows wait for us', async () => {
  // A server needs a moment to end the statements and sessions that the tests before this one left.
  expect(await pollUntil(isIdle, { timeoutMs: limitMs })).toBe(true);
  const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 2 });
  try {
    expect(snapshot.othersRunningAtStart).toBe(0);
    const table = tableNamed(snapshot, 'cards');
    const reached = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const hold = async () => {
      reached.resolve(undefined);
      await goOn.promise;
    };
    const reading = snapshot.readRange(table, whole, evenBatches(64 * 1024), hold, never);
    await reached.promise;

    // The server counts the question and the reader, which has megabytes left to send.
    expect(await threadsRunning()).toBe(2);
    expect(await snapshot.othersRunning()).toBe(0);
    const shop = await aBusyShop(snapshot);
    expect(await snapshot.othersRunning()).toBe(busySessions);

    await shop.calmDown();
    goOn.resolve(undefined);
    expect(await reading).toBe(4000);
  } finally {
    await snapshot.close();
  }
});

/** Nothing runs on the server but the question itself. */
async function isIdle(): Promise<true | undefined> {
  return (await threadsRunning()) === 1 || undefined;
}

async function threadsRunning(): Promise<number> {
  const [status] = await source.admin.query("SHOW GLOBAL STATUS LIKE 'Threads_running'");
  return Number(status?.get('value'));
}

interface BusyShop {
  /** Ends all statements. Idempotent. */
  calmDown(): Promise<void>;
}

/** Sessions of the shop that all have a statement running. */
async function aBusyShop(snapshot: MysqlSnapshot): Promise<BusyShop> {
  const sessions = await Promise.all(Array.from({ length: busySessions }, () => source.openAdmin()));
  const ended = Promise.allSettled(sessions.map((session) => session.query('SELECT SLEEP(3600)')));
  const isBusy = async () => ((await snapshot.othersRunning()) ?? 0) >= busySessions || undefined;
  expect(await pollUntil(isBusy, { timeoutMs: limitMs })).toBe(true);
  let calming: Promise<void> | null = null;
  return {
    calmDown: () => (calming ??= calm(sessions, ended)),
  };
}

async function calm(sessions: readonly MysqlConnection[], ended: Promise<unknown>): Promise<void> {
  for (const { threadId } of sessions) await source.admin.query(`KILL ${threadId}`);
  await ended;
}

/** The machine's clock, which can be moved ahead. */
function aClock(): Clock & { skipMs: number } {
  return {
    skipMs: 0,
    nowMs: () => Date.now(),
    monotonicMs() {
      return performance.now() + this.skipMs;
    },
  };
}
