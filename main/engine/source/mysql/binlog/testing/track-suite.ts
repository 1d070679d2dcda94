import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectMysql } from '../../connect.ts';
import type { SourceServer } from '../../testing/source-server.ts';
import { expandEvent } from '../expand-event.ts';
import { readBinlog, type BinlogEvent } from '../read-binlog.ts';
import { isRowsEvent, parseRowsHead, readRows, type ChangedRow } from '../read-rows.ts';
import { eventTypes } from '../event-types.ts';
import { parseTableMap, type TableMap } from '../table-map.ts';
import { TransactionTracker, type LoggedTransaction } from '../track-transactions.ts';

/** Statements run on a real server, and what is read of them out of its binlog. */
export function describeTracking(source: () => SourceServer): void {
  /** The events that these statements write. */
  const eventsOf = async (...statements: readonly string[]): Promise<BinlogEvent[]> => {
    const { admin, target, server } = source();
    const newest = async () => {
      const rows = await admin.query('SHOW BINARY LOGS');
      return { file: rows.at(-1)?.get('log_name') ?? '', position: Number(rows.at(-1)?.get('file_size')) };
    };
    const from = await newest();
    const connection = await connectMysql(target);
    for (const statement of statements) await connection.query(statement);
    connection.close();
    const items = await Array.fromAsync(
      readBinlog(await connectMysql(target), {
        from,
        flavour: server.flavour,
        replicaId: 4_000_000_002,
        replicaUuid: randomUUID(),
        untilEnd: true,
        heartbeatMs: 1000,
        signal: new AbortController().signal,
      }),
    );
    return items.filter((item) => item.kind === 'event');
  };
  const transactionsOf = async (...statements: readonly string[]) => {
    const events = await eventsOf(...statements);
    const tracker = new TransactionTracker();
    const found = events.map((event) => tracker.take(event)).filter((each) => each !== null);
    expect(tracker.isWithin).toBe(false);
    // They tile the log: nothing stands between them but what belongs to no transaction.
    for (const [index, { from }] of found.entries())
      if (index > 0) expect(from).toBeGreaterThanOrEqual(found[index - 1]!.to);
    return found;
  };
  const rowsOf = (events: readonly BinlogEvent[], unsigned: ReadonlySet<number>): ChangedRow[] => {
    const maps = new Map<number, TableMap>();
    const rows: ChangedRow[] = [];
    for (const event of events)
      for (const { type, bytes } of expandEvent(event.bytes, event.hasChecksum)) {
        if (type === eventTypes.tableMap) {
          const map = parseTableMap(bytes, bytes.length);
          maps.set(map.tableId, map);
        }
        if (!isRowsEvent(type)) continue;
        const map = maps.get(parseRowsHead(bytes, type, bytes.length).tableId)!;
        rows.push(...readRows(bytes, type, bytes.length, map, (index) => unsigned.has(index)));
      }
    return rows;
  };
  const kindsOf = (found: readonly LoggedTransaction[]) =>
    found.flatMap(({ statements }) => statements.map(({ kind }) => kind));

  describe('TransactionTracker', { timeout: 120_000 }, () => {
    it('counts the rows of each table, tells commits from rollbacks, and names the GTID', async () => {
      await source().run(
        'CREATE DATABASE track',
        'CREATE TABLE track.orders (id INT PRIMARY KEY AUTO_INCREMENT, status VARCHAR(20), paid DECIMAL(10,2)) ENGINE=InnoDB',
        'CREATE TABLE track.cards (id INT PRIMARY KEY AUTO_INCREMENT, secret TEXT) ENGINE=InnoDB',
      );
      const found = await transactionsOf(
        "INSERT INTO track.orders (status, paid) VALUES ('new', 1.50), ('new', 2.25), ('new', 3)",
        'BEGIN',
        "INSERT INTO track.cards (secret) VALUES ('a'), ('b')",
        "UPDATE track.orders SET status = 'paid' WHERE id < 3",
        'SAVEPOINT one',
        'DELETE FROM track.orders',
        'ROLLBACK TO one',
        'DELETE FROM track.cards WHERE id = 1',
        'COMMIT',
        'BEGIN',
        'DELETE FROM track.cards',
        'ROLLBACK',
      );
      expect(found).toHaveLength(2);
      expect(found[0]?.tables).toEqual([{ database: 'track', table: 'orders', inserted: 3, updated: 0, deleted: 0 }]);
      // The rows that went back to the savepoint stand in the log all the same, followed by the savepoint's own words.
      const orders = found[1]?.tables.find(({ table }) => table === 'orders');
      expect(orders).toMatchObject({ inserted: 0, updated: 2 });
      expect(found[1]?.tables).toContainEqual({
        database: 'track',
        table: 'cards',
        inserted: 2,
        updated: 0,
        deleted: 1,
      });
      for (const { gtid, end, committedAtMs, hasStatementChanges } of found) {
        if (source().server.flavour === 'mariadb') expect(gtid).toMatch(/^\d+-\d+-\d+$/);
        expect(end).toBe('commit');
        expect(Math.abs(committedAtMs - Date.now())).toBeLessThan(3_600_000);
        expect(hasStatementChanges).toBe(false);
      }
    });

    it('names what takes tables and rows away', async () => {
      const found = await transactionsOf(
        'CREATE DATABASE `gone shop`',
        'CREATE TABLE `gone shop`.`a,b` (id INT PRIMARY KEY, x INT, y INT)',
        'CREATE TABLE `gone shop`.c LIKE `gone shop`.`a,b`',
        'INSERT INTO `gone shop`.c VALUES (1, 2, 3)',
        'ALTER TABLE `gone shop`.c DROP INDEX `PRIMARY`, ADD KEY k (id)',
        'ALTER TABLE `gone shop`.c DROP x',
        'RENAME TABLE `gone shop`.c TO `gone shop`.d',
        'TRUNCATE `gone shop`.d',
        'DROP TABLE `gone shop`.`a,b`, `gone shop`.d',
        'DROP DATABASE `gone shop`',
      );
      expect(kindsOf(found)).toEqual([
        'ddl',
        'ddl',
        'ddl',
        'ddl',
        'alter-drop',
        'rename-table',
        'truncate',
        'drop-table',
        'drop-database',
      ]);
      const named = found.flatMap(({ statements }) => statements).slice(-4);
      expect(named[0]?.tables[0]).toEqual({ database: 'gone shop', table: 'c' });
      expect(named[1]?.tables).toEqual([{ database: 'gone shop', table: 'd' }]);
      expect(named[2]?.tables).toEqual([
        { database: 'gone shop', table: 'a,b' },
        { database: 'gone shop', table: 'd' },
      ]);
      expect(named[3]?.database).toBe('gone shop');
      expect(found.every(({ threadId }) => threadId === null || threadId > 0)).toBe(true);
    });

    it('keeps no password and no text of one', async () => {
      const found = await transactionsOf(
        "CREATE USER 'seller'@'%' IDENTIFIED BY 'open sesame 1'",
        "SET PASSWORD FOR 'seller'@'%' = PASSWORD('open sesame 2')".replace(
          source().server.flavour === 'mysql' ? /PASSWORD\((.*)\)$/ : /^$/,
          '$1',
        ),
        "ALTER USER 'seller'@'%' IDENTIFIED BY 'open sesame 3'",
        "DROP USER 'seller'@'%'",
      );
      expect(kindsOf(found)).toEqual(['accounts', 'accounts', 'accounts', 'accounts']);
      expect(JSON.stringify(found)).not.toMatch(/sesame|IDENTIFIED/);
    });

    it('says when a statement, not its rows, is in the log', async () => {
      const found = await transactionsOf(
        'SET SESSION binlog_format = STATEMENT',
        "INSERT INTO track.orders (status) VALUES ('by statement')",
        "UPDATE track.orders SET status = 'x' WHERE id = 1",
        'DELETE FROM track.orders WHERE id = 1',
      );
      expect(kindsOf(found)).toEqual(['insert', 'update', 'delete']);
      for (const { hasStatementChanges, statements } of found) {
        expect(hasStatementChanges).toBe(true);
        expect(statements[0]?.tables).toEqual([{ database: 'track', table: 'orders' }]);
      }
    });

    it('reads the rows of CREATE … SELECT, of XA and of temporary tables', async () => {
      const found = await transactionsOf(
        'CREATE TABLE track.copied ENGINE=InnoDB SELECT * FROM track.orders',
        'CREATE TEMPORARY TABLE track.passing (id INT)',
        'INSERT INTO track.passing VALUES (1)',
        "XA START 'one'",
        "INSERT INTO track.cards (secret) VALUES ('xa')",
        "XA END 'one'",
        "XA PREPARE 'one'",
        "XA COMMIT 'one'",
      );
      expect(found.flatMap(({ tables }) => tables).map(({ table }) => table)).toEqual(['copied', 'cards']);
      const ends = found.map(({ end }) => end);
      expect(ends).toContain('prepared');
      expect(kindsOf(found).at(-1)).toBe('xa-finish');
    });

    it('unpacks what the server packs', async () => {
      const isMysql = source().server.flavour === 'mysql';
      const on = isMysql
        ? ['SET SESSION binlog_transaction_compression = ON']
        : ['SET GLOBAL log_bin_compress_min_len = 10', 'SET GLOBAL log_bin_compress = ON'];
      const off = isMysql ? [] : ['SET GLOBAL log_bin_compress = OFF'];
      const events = await eventsOf(
        ...on,
        `INSERT INTO track.orders (status) VALUES ${Array.from({ length: 500 }, () => "('packed')").join()}`,
        "UPDATE track.orders SET status = 'unpacked' WHERE status = 'packed'",
        'CREATE TABLE track.made_while_packed (id INT PRIMARY KEY, a_long_enough_name_of_a_column VARCHAR(100))',
        ...off,
      );
      const packed = events.filter(({ header }) => header.type === eventTypes.transactionPayload || header.type >= 165);
      expect(packed.length).toBeGreaterThanOrEqual(2);
      const tracker = new TransactionTracker();
      const found = events.map((event) => tracker.take(event)).filter((each) => each !== null);
      expect(found.map(({ tables }) => tables[0])).toEqual([
        { database: 'track', table: 'orders', inserted: 500, updated: 0, deleted: 0 },
        { database: 'track', table: 'orders', inserted: 0, updated: 500, deleted: 0 },
        undefined,
      ]);
      const rows = rowsOf(events, new Set());
      expect(rows).toHaveLength(1000);
      expect(String(rows[999]?.before?.get(1))).toBe('packed');
      expect(String(rows[999]?.after?.get(1))).toBe('unpacked');
    });

    it('reads every type as the server shows it', async () => {
      await source().run(
        `CREATE TABLE track.kinds (id INT PRIMARY KEY, a TINYINT, b SMALLINT UNSIGNED, c MEDIUMINT, d BIGINT UNSIGNED, e BIGINT,
           f FLOAT, g DOUBLE, h DECIMAL(30,10), i DECIMAL(5,0), j BIT(13), k YEAR, l DATE, m TIME(3), n DATETIME(6), o TIMESTAMP(2) NULL,
           p CHAR(200) CHARACTER SET utf8mb4, q VARCHAR(10) CHARACTER SET latin1, r VARCHAR(3000), s TINYTEXT, t LONGBLOB,
           u ENUM('one','two'), v SET('a','b','c'), w BINARY(4), x DATETIME, y TIME) ENGINE=InnoDB`,
      );
      const values = [
        [
          '1',
          '-5',
          '65535',
          '-8388608',
          '18446744073709551615',
          '-9223372036854775808',
          '1.5',
          '-2.25',
          '-12345678901234567890.0123456789',
          '-99999',
          "b'1000000000001'",
          '2026',
          "'2026-11-23'",
          "'-838:59:58.999'",
          "'2026-11-23 14:00:00.123456'",
          "'2026-11-23 14:00:00.12'",
          `'${'卡'.repeat(199)}'`,
          "'é'",
          `'${'x'.repeat(2999)}'`,
          "'tiny'",
          "x'00ff'",
          "'two'",
          "'a,c'",
          "x'01000000'",
          "'0001-01-01 00:00:00'",
          "'00:00:01'",
        ],
        [
          '2',
          '127',
          '0',
          '8388607',
          '0',
          '1',
          '0',
          '1e300',
          '0.0000000001',
          '7',
          "b'0'",
          '1901',
          "'1000-01-01'",
          "'00:00:00.001'",
          "'9999-12-31 23:59:59.999999'",
          "'1970-01-02 00:00:00.00'",
          "''",
          "''",
          "''",
          "''",
          "''",
          "'one'",
          "''",
          "x'00000000'",
          "'9999-12-31 23:59:59'",
          "'-01:02:03'",
        ],
        ['3', ...Array.from({ length: 25 }, () => 'NULL')],
      ];
      const events = await eventsOf(
        "SET SESSION time_zone = '+00:00'",
        `INSERT INTO track.kinds VALUES ${values.map((row) => `(${row.join()})`).join()}`,
      );
      const rows = rowsOf(events, new Set([2, 4]));
      // j+0, u+0, v+0: the numbers that stand for them.
      const shown = await source().admin.query(
        'SELECT id, a, b, c, d, e, f, g, h, i, j+0 AS j, k, l, m, n, o, HEX(p) AS p, HEX(q) AS q, r, s, HEX(t) AS t, u+0 AS u, v+0 AS v, HEX(w) AS w, x, y FROM track.kinds ORDER BY id',
      );
      const hex = new Set([16, 17, 20, 23]);
      for (const [at, row] of rows.entries()) {
        const expected = [...shown[at]!.values()];
        const found = [...row.after!].map(([index, value]) => {
          if (value === null) return null;
          if (typeof value === 'number') return value === 1e300 ? '1e300' : String(value);
          if (!Buffer.isBuffer(value)) return String(value);
          return hex.has(index) ? value.toString('hex').toUpperCase() : value.toString('utf8');
        });
        // The trailing zeros of a BINARY are not stored.
        if (found[23] != null) found[23] = found[23].padEnd(8, '0');
        expect(found).toEqual(expected);
      }
      expect(rows).toHaveLength(3);
    });
  });
}
