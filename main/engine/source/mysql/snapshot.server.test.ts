import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bankStatements, bankTotal, centsOf, startBankWriters, transactionsIn } from './testing/bank.ts';
import {
  aSnapshot,
  movedTables,
  never,
  readAll,
  startSource,
  tableNamed,
  texts,
  type SourceServer,
} from './testing/source-server.ts';
import type { LockMethod } from './types.ts';

let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
  await source.run(...bankStatements);
});
afterAll(async () => {
  await source.stop();
});

describe('readers of one snapshot', () => {
  it.each<[LockMethod, number]>([
    ['backup-stage', 20],
    ['global-read-lock', 20],
    ['binlog-snapshot', 40],
    ['table-locks', 20],
    ['single-connection', 5],
  ])('see one state while money moves (%s)', async (method, rounds) => {
    const writers = await startBankWriters(source, 3);
    try {
      for (let round = 0; round < rounds; round += 1) {
        const snapshot = await aSnapshot(source.target, {
          databases: ['bank'],
          readers: 3,
          methods: [method],
          lockWaitMs: 30_000,
        });
        try {
          const totals = await Promise.all(
            [1, 2, 3].map(() => Promise.all([centsOf(snapshot, 'left_side'), centsOf(snapshot, 'right_side')])),
          );
          const counts = await Promise.all(
            [1, 2, 3].map(() => snapshot.countRows(tableNamed(snapshot, 'moves'), never)),
          );
          for (const [left, right] of totals) expect(left + right).toBe(bankTotal);
          expect(new Set(counts).size).toBe(1);
          // Every move is one transaction and so one GTID: the coordinate must be the one at which exactly these rows were there.
          if (snapshot.isCoordinateExact)
            expect(transactionsIn(snapshot.coordinate.gtid) - BigInt(counts[0]!)).toBe(writers.before);
          expect(snapshot.lock.method).toBe(method);
          expect(snapshot.isCoordinateExact).toBe(method !== 'single-connection');
        } finally {
          await snapshot.close();
        }
      }
    } finally {
      await writers.stop();
    }
  });

  it('prefer the backup stage, and let writers in again while they are open', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['bank'] });

    expect(snapshot.lock).toMatchObject({ method: 'backup-stage' });
    await source.run('INSERT INTO bank.moves (cents) VALUES (0)', 'DELETE FROM bank.moves WHERE cents = 0');
    await snapshot.close();
  });

  it('know how far the clocks are apart', async () => {
    const together = await aSnapshot(source.target, { databases: ['bank'] });
    expect(Math.abs(together.clockAheadMs ?? Number.NaN)).toBeLessThan(60_000);
    await together.close();

    // A session's own clock stands in for the server's, which cannot be moved here. It is set for ordinary accounts only.
    const daysAgo = Math.floor(Date.now() / 1000) - 3 * 86_400;
    await source.run(
      "CREATE USER clock@'%' IDENTIFIED BY 'tick'",
      "GRANT SELECT, RELOAD, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT ON *.* TO clock@'%'",
      `SET GLOBAL init_connect = 'SET timestamp = ${String(daysAgo)}'`,
    );
    try {
      const apart = await aSnapshot(source.as('clock', 'tick'), { databases: ['bank'] });
      expect(Math.round((apart.clockAheadMs ?? 0) / 3_600_000)).toBe(72);
      // The instant stays this computer's own.
      expect(Math.abs(Date.parse(apart.at) - Date.now())).toBeLessThan(3_600_000);
      await apart.close();
    } finally {
      await source.run("SET GLOBAL init_connect = ''", "DROP USER clock@'%'");
    }
  });

  it('keep their state after writers went on', async () => {
    await source.run(
      'CREATE TABLE bank.notes (id int PRIMARY KEY, note varchar(20)) ENGINE=InnoDB',
      "INSERT INTO bank.notes VALUES (1, 'before')",
    );
    const snapshot = await aSnapshot(source.target, { databases: ['bank'] });

    await source.run("UPDATE bank.notes SET note = 'after'", "INSERT INTO bank.notes VALUES (2, 'new')");

    expect(texts(await readAll(snapshot, tableNamed(snapshot, 'notes')))).toEqual([['1', 'before']]);
    expect(await movedTables(snapshot)).toEqual([]);
    await snapshot.close();
  });
});

describe('DDL during a snapshot', () => {
  it.each([
    ['ALTER TABLE', 'ALTER TABLE bank.moving ADD COLUMN more int, ALGORITHM=COPY'],
    ['TRUNCATE', 'TRUNCATE TABLE bank.moving'],
    ['DROP and CREATE', 'CREATE OR REPLACE TABLE bank.moving (id int PRIMARY KEY) ENGINE=InnoDB'],
    ['RENAME', 'RENAME TABLE bank.moving TO bank.moved'],
    ['DROP', 'DROP TABLE bank.moving'],
  ])('of kind %s never gives rows', async (_, statement) => {
    await makeMoving();
    const snapshot = await aSnapshot(source.target, { databases: ['bank'] });
    await source.run(statement);

    const reading = await readAll(snapshot, tableNamed(snapshot, 'moving')).catch((error: unknown) => error);
    await snapshot.close();

    expect(reading).toMatchObject({ code: 'mysql.schema-moved' });
  });

  it('of the instant kind still gives the rows of the snapshot, and is noticed when they are read', async () => {
    await makeMoving();
    const snapshot = await aSnapshot(source.target, { databases: ['bank'] });
    await source.run(
      'ALTER TABLE bank.moving ADD COLUMN more int DEFAULT 7, ALGORITHM=INSTANT',
      'INSERT INTO bank.moving (id) VALUES (11)',
    );

    const rows = await readAll(snapshot, tableNamed(snapshot, 'moving'));
    const moved = await movedTables(snapshot);
    await snapshot.close();

    expect(rows).toHaveLength(10);
    expect(moved).toEqual(['moving']);
  });

  async function makeMoving(): Promise<void> {
    await source.run(
      'DROP TABLE IF EXISTS bank.moving, bank.moved',
      'CREATE TABLE bank.moving (id int PRIMARY KEY) ENGINE=InnoDB',
      'INSERT INTO bank.moving SELECT seq FROM bank.seq_1_to_10',
    );
  }

  it.each([
    ['a table', 'CREATE TABLE bank.extra (id int PRIMARY KEY) ENGINE=InnoDB', 'DROP TABLE bank.extra'],
    ['a view', 'CREATE VIEW bank.extra AS SELECT 1 AS one', 'DROP VIEW bank.extra'],
    ['a routine', 'CREATE PROCEDURE bank.extra() SELECT 1', 'DROP PROCEDURE bank.extra'],
    [
      'a trigger',
      'CREATE TRIGGER bank.extra BEFORE INSERT ON bank.moves FOR EACH ROW SET NEW.cents = NEW.cents',
      'DROP TRIGGER bank.extra',
    ],
    ['an event', 'CREATE EVENT bank.extra ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1', 'DROP EVENT bank.extra'],
    ['a sequence', 'CREATE SEQUENCE bank.extra', 'DROP SEQUENCE bank.extra'],
    ['a database default', 'ALTER DATABASE bank CHARACTER SET gbk', 'ALTER DATABASE bank CHARACTER SET utf8mb4'],
  ])('harms no table when it made %s, which is as the picture has it', async (_, change, undo) => {
    const snapshot = await aSnapshot(source.target, { databases: ['bank'] });
    const pictured = structuredClone(snapshot.databases);

    await source.run(change);

    expect(await movedTables(snapshot)).toEqual([]);
    expect(snapshot.databases).toEqual(pictured);
    expect(JSON.stringify(pictured)).not.toContain('extra');
    await source.run(undo);
    await snapshot.close();
  });

  it('notices a transaction that the server has ended', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['bank'], readers: 1 });
    await killReaders();

    await expect(snapshot.assertStillOpen(never)).rejects.toMatchObject({ code: 'mysql.connection-lost' });
    await snapshot.close();
  });
});

describe('tables that no transaction isolates', () => {
  beforeAll(async () => {
    await source.run(
      'CREATE DATABASE old',
      'CREATE TABLE old.hits (id int PRIMARY KEY, n int) ENGINE=MyISAM',
      'CREATE TABLE old.trail (id int PRIMARY KEY, n int) ENGINE=Aria',
      'CREATE TABLE old.orders (id int PRIMARY KEY, n int) ENGINE=InnoDB',
      'INSERT INTO old.hits VALUES (1, 1)',
      'INSERT INTO old.trail VALUES (1, 1)',
      'INSERT INTO old.orders VALUES (1, 1)',
    );
  });

  it.each<[LockMethod]>([['backup-stage'], ['global-read-lock'], ['table-locks']])(
    'stand still under %s until they are released',
    async (method) => {
      const snapshot = await aSnapshot(source.target, { databases: ['old'], methods: [method] });
      const writer = await source.openAdmin();
      let isWritten = false;
      const write = writer.query('UPDATE old.hits SET n = n + 1').then(() => {
        isWritten = true;
      });

      const before = texts(await readAll(snapshot, tableNamed(snapshot, 'hits')));
      expect(isWritten).toBe(false);
      expect(snapshot.unisolatedTables).toEqual([]);
      expect(texts(await readAll(snapshot, tableNamed(snapshot, 'orders')))).toEqual([['1', '1']]);
      snapshot.releaseTableLocks();
      await write;

      expect(before[0]?.[0]).toBe('1');
      await snapshot.close();
      writer.close();
    },
  );

  it('are named where nothing may be locked', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['old'], methods: ['binlog-snapshot'] });

    expect(snapshot.unisolatedTables.map((table) => table.name)).toEqual(['hits', 'trail']);
    expect(await readAll(snapshot, tableNamed(snapshot, 'hits'))).toHaveLength(1);
    await snapshot.close();
  });
});

it('refuses a missing database and one without tables', async () => {
  await source.run('CREATE DATABASE IF NOT EXISTS `空 shop`');

  await expect(aSnapshot(source.target, { databases: ['nowhere'] })).rejects.toMatchObject({
    code: 'mysql.database-missing',
    facts: { database: 'nowhere' },
  });
  await expect(aSnapshot(source.target, { databases: ['空 shop'] })).rejects.toMatchObject({
    code: 'mysql.database-empty',
    facts: { database: '空 shop' },
  });
  await expect(aSnapshot(source.target, { databases: ['mysql'] })).rejects.toMatchObject({
    code: 'mysql.database-missing',
  });
  await source.run('DROP DATABASE `空 shop`');
});

it('keeps an empty database that nobody named, beside the others', async () => {
  await source.run('CREATE DATABASE IF NOT EXISTS hollow');

  const snapshot = await aSnapshot(source.target, {});

  expect(snapshot.databases.map(({ name }) => name)).toContain('hollow');
  expect(snapshot.tables.length).toBeGreaterThan(0);
  await snapshot.close();
  await source.run('DROP DATABASE hollow');
});

it('leaves no connection behind, whether it succeeds, fails or is aborted', async () => {
  const snapshot = await aSnapshot(source.target, { databases: ['bank'] });
  await snapshot.close();
  await snapshot.close();
  await expect(aSnapshot(source.target, { databases: ['nowhere'] })).rejects.toThrow();
  const stop = new AbortController();
  const begun = aSnapshot(source.target, { databases: ['bank'], signal: stop.signal });
  setTimeout(() => {
    stop.abort();
  }, 15);
  await begun.then((late) => late.close()).catch(() => undefined);

  await expect.poll(async () => (await otherConnections()).length).toBe(0);
});

async function otherConnections(): Promise<string[]> {
  const rows = await source.admin.query(
    "SELECT id, command FROM information_schema.PROCESSLIST WHERE id <> CONNECTION_ID() AND user NOT IN ('system user', 'event_scheduler')",
  );
  return rows.map((row) => row.get('id') ?? '');
}

/** Kills every other connection that has a transaction open. */
async function killReaders(): Promise<void> {
  for (const row of await source.admin.query(
    'SELECT p.id FROM information_schema.PROCESSLIST p JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.id WHERE p.id <> CONNECTION_ID()',
  )) {
    await source.admin.query(`KILL ${row.get('id') ?? ''}`);
  }
}
