import { afterAll, beforeAll, expect, it } from 'vitest';
import { aKeyring } from '../repository/testing/keys.ts';
import { aSnapshot, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { aRepository } from './testing/a-capture.ts';
import { backUpAndClose } from './testing/a-run.ts';

/** Tables without transactions are kept still by a lock, and the shop's writers wait for it: not longer than a limit. */
let source: SourceServer;
beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.small (id int PRIMARY KEY, n int) ENGINE=MyISAM',
    'INSERT INTO shop.small SELECT seq, 1 FROM shop.seq_1_to_10',
    'CREATE TABLE shop.large (id int PRIMARY KEY, n int, body varchar(2000)) ENGINE=MyISAM',
    "INSERT INTO shop.large SELECT seq, 1, REPEAT('x', 1800) FROM shop.seq_1_to_2500",
    'CREATE TABLE shop.orders (id int PRIMARY KEY, n int) ENGINE=InnoDB',
    'INSERT INTO shop.orders SELECT seq, 1 FROM shop.seq_1_to_10',
  );
});
afterAll(() => source.stop());

async function aRun(tableLockMs: number, onPut: () => Promise<void>) {
  // Before the snapshot: the lock's time runs from there.
  const { store, repository } = await aRepository(await aKeyring());
  const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 2, tableLockMs });
  // The small table is one chunk; the second object is of the large one, of which more is to be read.
  store.break({ on: 'put', name: /^chunks/, nth: 2, effect: { kind: 'call', when: 'before', run: onPut } });
  return backUpAndClose(snapshot, repository);
}

it('ends at the limit for the shop to go on, and names what it no longer kept still', async () => {
  const writer = await source.openAdmin();
  // Reading goes on when the writer has been let in: without a limit both would wait for ever.
  let hasWritten = false;
  const write = async () => {
    if (hasWritten) return;
    hasWritten = true;
    await writer.query('UPDATE shop.large SET n = n + 1');
    await writer.query('INSERT INTO shop.large VALUES (5000, 2, NULL)');
  };

  const { manifest } = await aRun(5000, write).finally(() => writer.close());

  expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
    { id: 'tables-isolated', ok: false, facts: { tables: 'shop.large' } },
  ]);
  // Read again from its beginning: as it is now, and whole.
  expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['large', 2501],
    ['orders', 10],
    ['small', 10],
  ]);
  expect(await left()).toEqual([]);
});

it('is not felt when the tables are read in time', async () => {
  const { manifest } = await aRun(60_000, () => Promise.resolve());

  expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(await left()).toEqual([]);
});

/** Sessions that the snapshots have left behind. */
async function left(): Promise<string[]> {
  const others = async () => {
    const rows = await source.admin.query(
      "SELECT id FROM information_schema.PROCESSLIST WHERE id <> CONNECTION_ID() AND user NOT IN ('system user', 'event_scheduler')",
    );
    return rows.map((row) => row.get('id') ?? '');
  };
  await expect.poll(others).toEqual([]);
  return others();
}
