import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { aKeyring } from '../../repository/testing/keys.ts';
import { flavourOf, type CompatServer } from '../../sandbox/testing/compat-servers.ts';
import type { MysqlConnection } from '../../source/mysql/connection.ts';
import { aSnapshot, startCompatSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import type { MysqlTarget } from '../../source/mysql/types.ts';
import type { BackupResult } from '../run-backup.ts';
import { aLedger, aRepository, never } from './a-capture.ts';
import { backUpAndClose } from './a-run.ts';
import { gated, type Gates } from './gated-snapshot.ts';

/**
 * The shop alters tables while they are backed up. The run stands still where the test wants it to, so "DDL has ended" is known to be
 * before "the backup has ended"; DDL that has to wait fails after half a minute. The sums of the tables are those of one instant, and
 * each sum is computed from the rows that were kept and by the server.
 */
export function ddlBesideBackup(kind: CompatServer): void {
  let source: SourceServer;
  let shop: MysqlConnection;
  beforeAll(async () => {
    source = await startCompatSource(kind);
    shop = await source.openAdmin();
    await shop.query('SET SESSION lock_wait_timeout = 30');
  });
  afterAll(() => source.stop());

  /** Read in this order, as far as the order is fixed: the largest first. */
  const names = ['early', 'slow', 'late'];
  beforeEach(async () => {
    await source.run('DROP DATABASE IF EXISTS shop', 'CREATE DATABASE shop');
    for (const [name, rows, width] of [
      ['early', 4000, 10],
      // More than fits between the server and us: its statement stays under way while its first rows are held back.
      ['slow', 3000, 4000],
      ['late', 1000, 10],
    ] as const) {
      await source.run(
        `CREATE TABLE shop.${name} (id int PRIMARY KEY, n int NOT NULL, body varchar(4000)) ENGINE=InnoDB`,
        `INSERT INTO shop.${name} SELECT a.n * 1000 + b.n * 100 + c.n * 10 + d.n, 1, REPEAT('x', ${width}) FROM ${digits('a')}, ${digits('b')}, ${digits('c')}, ${digits('d')} WHERE a.n < ${rows / 1000}`,
        `ANALYZE TABLE shop.${name}`,
      );
    }
  });

  it('ends before the backup does when the table has been read, and what is read later is still of the same instant', async () => {
    const early = aSignal();
    const mayGoOn = aSignal();
    const altered: string[] = [];
    const running = aRun({
      onDone: (table) => {
        if (table === 'early') early.give();
      },
      beforeRange: (table) => (table === 'late' ? mayGoOn.given : Promise.resolve()),
      duringRange: (table) => (table === 'slow' ? mayGoOn.given : Promise.resolve()),
    });

    await early.given;
    await shop.query('ALTER TABLE shop.early ADD COLUMN more int, ALGORITHM=COPY');
    altered.push('early');
    for (const name of names) await shop.query(`UPDATE shop.${name} SET n = n + 1000`);
    await shop.query("INSERT INTO shop.late VALUES (100000, 7, 'new')");
    mayGoOn.give();
    const { manifest } = await running;

    expect(altered).toEqual(['early']);
    expect(failed(manifest)).toEqual([]);
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['early', 4000],
      ['late', 1000],
      ['slow', 3000],
    ]);
    expect(manifest.ledgers.map(({ name, sum, serverSum }) => [name, sum, serverSum])).toEqual([
      ['early', '4000', '4000'],
      ['slow', '3000', '3000'],
      ['late', '1000', '1000'],
    ]);
  });

  it('waits for a table that is half read, ends before the backup, and takes nothing away', async () => {
    const slow = aSignal();
    const isRead = aSignal();
    const mayGoOn = aSignal();
    const mayEnd = aSignal();
    const running = aRun({
      onDone: (table) => {
        if (table === 'slow') isRead.give();
      },
      beforeRange: (table) => (table === 'late' ? mayEnd.given : Promise.resolve()),
      duringRange: async (table) => {
        if (table !== 'slow') return;
        slow.give();
        await mayGoOn.given;
      },
    });

    await slow.given;
    let isAltered = false;
    const altering = shop.query('ALTER TABLE shop.slow DROP COLUMN body, ALGORITHM=COPY').then(() => {
      isAltered = true;
    });
    await expect.poll(() => statesOf(shop), { timeout: 60_000 }).toContain('Waiting for table metadata lock');
    expect(isAltered).toBe(false);
    mayGoOn.give();
    await isRead.given;
    await altering;
    mayEnd.give();
    const { manifest } = await running;

    expect(failed(manifest)).toEqual([]);
    expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['early', 4000],
      ['late', 1000],
      ['slow', 3000],
    ]);
  });

  it('stands between the readers of one table: it goes through, they do not wait for each other, and nothing has a hole', async () => {
    const first = `SELECT a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n, 1, '' FROM ${digits('a')}, ${digits('b')}, ${digits('c')}, ${digits('d')}, ${digits('e')}`;
    await source.run(
      'CREATE TABLE shop.wide (id int PRIMARY KEY, n int NOT NULL, body varchar(4000)) ENGINE=InnoDB',
      `INSERT INTO shop.wide ${first}`,
      'INSERT INTO shop.wide SELECT id + 100000, n, body FROM shop.wide',
      'ANALYZE TABLE shop.wide',
    );
    const isUnderWay = aSignal();
    const mayGoOn = aSignal();
    let ranges = 0;
    const running = aRun({
      // The second reader turns to the table when DDL is waiting there already: it has to wait behind it.
      beforeRange: async (table) => {
        if (table !== 'wide') return;
        ranges += 1;
        if (ranges === 2) await mayGoOn.given;
      },
      duringRange: async (table) => {
        if (table !== 'wide') return;
        isUnderWay.give();
        await mayGoOn.given;
      },
    });

    await isUnderWay.given;
    const altering = shop.query('ALTER TABLE shop.wide FORCE, ALGORITHM=COPY');
    await expect.poll(() => statesOf(shop), { timeout: 60_000 }).toContain('Waiting for table metadata lock');
    mayGoOn.give();
    await altering;
    const { manifest } = await running;

    expect(ranges).toBeGreaterThan(2);
    const wide = manifest.tables.find(({ name }) => name === 'wide');
    // Whoever is faster: all of it had been read under its lock, or it is named as missing.
    expect([wide?.rows, failed(manifest).map(({ id }) => id)]).toEqual(
      wide === undefined ? [undefined, ['schema-still']] : [200_000, []],
    );
    expect(manifest.tables.map(({ name }) => name).filter((name) => name !== 'wide')).toEqual([
      'early',
      'late',
      'slow',
    ]);
  });

  it('before a table is read is noticed, and its rows are not kept', async () => {
    const slow = aSignal();
    const mayGoOn = aSignal();
    const running = aRun({
      beforeRange: async (table) => {
        if (table !== 'slow') return;
        slow.give();
        await mayGoOn.given;
      },
    });

    await slow.given;
    // At once, without a copy: the rows could still be read, under another name.
    await shop.query('ALTER TABLE shop.slow ADD COLUMN more int DEFAULT 7, ALGORITHM=INSTANT');
    mayGoOn.give();
    const { manifest } = await running;

    expect(failed(manifest)).toEqual([
      { id: 'schema-still', ok: false, facts: { tables: 'shop.slow' } },
      expect.objectContaining({ id: 'ledgers-found' }),
    ]);
    expect(manifest.tables.map(({ name }) => name)).toEqual(['early', 'late']);
  });

  it('is let through by readers that stand still for long, whatever they have read', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 2 });
    try {
      for (const table of snapshot.tables) await snapshot.countRows(table, never);

      for (const name of names) await shop.query(`ALTER TABLE shop.${name} ADD COLUMN more int, ALGORITHM=COPY`);

      await snapshot.assertStillOpen(never);
    } finally {
      await snapshot.close();
    }
  });

  if (flavourOf(kind) === 'mysql') {
    it('needs no right of its own', () => endsFor('SELECT, RELOAD, SHOW VIEW, TRIGGER, EVENT'));
  } else {
    it('needs the right to leave the binlog', () => endsFor('SELECT, RELOAD, SHOW VIEW, TRIGGER, EVENT, BINLOG ADMIN'));
  }

  async function endsFor(rights: string): Promise<void> {
    await source.run(
      "DROP USER IF EXISTS 'modest'@'%'",
      "CREATE USER 'modest'@'%' IDENTIFIED BY 'a-Pass-1'",
      `GRANT ${rights} ON *.* TO 'modest'@'%'`,
    );
    const snapshot = await aSnapshot(source.as('modest', 'a-Pass-1'), { databases: ['shop'], readers: 1 });
    try {
      const [table] = snapshot.tables;
      if (table === undefined) throw new Error('no table');
      await snapshot.countRows(table, never);

      await snapshot.doneWith(table);
      await shop.query(`ALTER TABLE shop.${table.name} ADD COLUMN more int, ALGORITHM=COPY`);

      await snapshot.assertStillOpen(never);
    } finally {
      await snapshot.close();
    }
  }

  async function statesOf(connection: MysqlConnection): Promise<string[]> {
    const rows = await source.admin.query(
      `SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = ${connection.threadId}`,
    );
    return rows.map((row) => row.get('state') ?? '');
  }

  async function aRun(gates: Gates, target: MysqlTarget = source.target) {
    const { repository } = await aRepository(await aKeyring());
    const snapshot = await aSnapshot(target, { databases: ['shop'], readers: 2 });
    return backUpAndClose(gated(snapshot, gates), repository, {
      ledgers: names.map((name) => aLedger({ name, table: name, amountColumn: 'n' })),
    });
  }
}

/** A table of the numbers 0 to 9: both flavours have that. */
function digits(name: string): string {
  const rows = Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ');
  return `(${rows}) AS ${name}`;
}

function aSignal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

function failed({ checks }: BackupResult['manifest']) {
  return checks.filter(({ ok }) => !ok);
}
