import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectMysql } from '../../connect.ts';
import { openLoadSession } from '../../load/index.ts';
import type { SourceServer } from '../../testing/source-server.ts';
import { readBinlog, type BinlogPosition } from '../read-binlog.ts';
import { LogReplay } from '../replay/replay-log.ts';
import { TransactionTracker } from '../track-transactions.ts';

const never = new AbortController().signal;

/** What a server did is done again on an empty one; then the servers' own checksums agree. */
export function describeReplay(source: () => SourceServer, target: () => SourceServer): void {
  const end = async (): Promise<BinlogPosition> => {
    const rows = await source().admin.query('SHOW BINARY LOGS');
    return { file: rows.at(-1)?.get('log_name') ?? '', position: Number(rows.at(-1)?.get('file_size')) };
  };
  const eventsFrom = (from: BinlogPosition) =>
    connectMysql(source().target).then((connection) =>
      readBinlog(connection, {
        from,
        flavour: source().server.flavour,
        replicaId: 4_000_000_004,
        replicaUuid: randomUUID(),
        untilEnd: true,
        heartbeatMs: 1000,
        signal: never,
      }),
    );
  const replay = async (from: BinlogPosition, databases: readonly string[], until?: (at: number) => boolean) => {
    const session = await openLoadSession(target().target, { signal: never });
    const log = new LogReplay({
      session,
      flavour: source().server.flavour,
      databases: new Set(databases),
      signal: never,
    });
    try {
      for await (const item of await eventsFrom(from)) {
        if (item.kind === 'format') await log.format(item.bytes);
        if (item.kind !== 'event') continue;
        if (until?.(item.position) === true) break;
        await log.take(item);
      }
      await log.end();
      return log.report;
    } finally {
      session.close();
    }
  };
  const stateOf = async (server: SourceServer, database: string) => {
    const connection = await connectMysql(server.target);
    try {
      const tables = await connection.query(
        `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
      );
      const state: Record<string, string> = {};
      for (const row of tables) {
        const name = `\`${database}\`.\`${row.get('name') ?? ''}\``;
        const [sum] = await connection.query(`CHECKSUM TABLE ${name} EXTENDED`);
        const [shown] = await connection.query(`SHOW CREATE TABLE ${name}`);
        state[name] =
          `${sum?.get('checksum') ?? ''} ${(shown?.get('create table') ?? '').replace(/ AUTO_INCREMENT=\d+/, '')}`;
      }
      return state;
    } finally {
      connection.close();
    }
  };

  describe('LogReplay', { timeout: 120_000 }, () => {
    it('gives the same tables: triggers, cascades, blobs, savepoints, character sets, DDL in the tail, statements, rotations', async () => {
      const from = await end();
      await source().run(
        'CREATE DATABASE again CHARACTER SET utf8mb4',
        'USE again',
        'CREATE TABLE users (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100), balance DECIMAL(12,2) NOT NULL DEFAULT 0) ENGINE=InnoDB',
        'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, user_id INT, at DATETIME(6), paid TIMESTAMP(3) NULL, note TEXT, body LONGBLOB, FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE) ENGINE=InnoDB',
        'CREATE TABLE audit (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(200)) ENGINE=InnoDB',
        "CREATE TRIGGER orders_in AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('order ', NEW.id))",
        "INSERT INTO users (name, balance) VALUES ('张三', 10.50), ('b', 20), ('c', 30)",
        "INSERT INTO orders (user_id, at, paid, note, body) VALUES (1, NOW(6), NOW(3), 'one', REPEAT(x'00ff0a27', 50000)), (2, NOW(6), NULL, 'two', NULL), (3, NOW(6), NOW(3), '三', x'')",
        'DELETE FROM users WHERE id = 2',
        'UPDATE users SET id = 30 WHERE id = 3',
        'BEGIN',
        "INSERT INTO orders (user_id, note) VALUES (1, 'kept')",
        'SAVEPOINT s',
        "INSERT INTO orders (user_id, note) VALUES (1, 'gone')",
        'ROLLBACK TO s',
        'UPDATE users SET balance = balance + 1.25 WHERE id = 1',
        'COMMIT',
        'BEGIN',
        'DELETE FROM orders',
        'ROLLBACK',
        'FLUSH BINARY LOGS',
        'ALTER TABLE orders ADD COLUMN extra JSON NULL, ADD KEY k (at)',
        `INSERT INTO orders (user_id, note, extra) VALUES (30, 'json', '{"a": [1, 2.50, "x"]}')`,
        'SET NAMES gbk',
        'INSERT INTO users (name) VALUES (_utf8mb4 0xe58da1e5af86)',
        'SET NAMES utf8mb4',
        "SET time_zone = '+08:00', sql_mode = 'ANSI_QUOTES', auto_increment_increment = 7, auto_increment_offset = 3",
        "CREATE TABLE \"in ansi\" (id INT PRIMARY KEY AUTO_INCREMENT, t TIMESTAMP DEFAULT CURRENT_TIMESTAMP, e ENUM('x','y')) ENGINE=InnoDB",
        "INSERT INTO \"in ansi\" (e) VALUES ('y'), ('x')",
        "SET time_zone = '+00:00', sql_mode = '', auto_increment_increment = 1, auto_increment_offset = 1",
        'SET SESSION binlog_format = STATEMENT',
        "INSERT INTO users (name, balance) VALUES ('by statement', RAND() * 100)",
        "UPDATE users SET name = CONCAT(name, LAST_INSERT_ID(), CONNECTION_ID() > 0) WHERE name = 'by statement'",
        'SET SESSION binlog_format = ROW',
        'CREATE TABLE copied ENGINE=InnoDB AS SELECT id, balance FROM users',
        'ALTER TABLE copied ADD PRIMARY KEY (id)',
        'CREATE TABLE emptied LIKE copied',
        'INSERT INTO emptied SELECT * FROM copied',
        'TRUNCATE emptied',
        'RENAME TABLE copied TO moved',
        'DROP TABLE emptied',
      );
      const report = await replay(from, ['again']);
      expect(await stateOf(target(), 'again')).toEqual(await stateOf(source(), 'again'));
      expect(report.transactions).toBeGreaterThan(8);
      expect(report.statements).toBeGreaterThan(8);
      const [audit] = await target().admin.query('SELECT COUNT(*) AS n FROM again.audit');
      const [same] = await source().admin.query('SELECT COUNT(*) AS n FROM again.audit');
      expect(audit?.get('n')).toBe(same?.get('n'));
    });

    it('stops just before a transaction, and leaves nothing of it', async () => {
      const from = await end();
      await source().run(
        'CREATE DATABASE moment',
        'CREATE TABLE moment.t (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB',
        "INSERT INTO moment.t VALUES (1, 'a'), (2, 'b')",
        'BEGIN',
        "UPDATE moment.t SET v = 'changed'",
        'DELETE FROM moment.t WHERE id = 2',
        'COMMIT',
        'DROP TABLE moment.t',
      );
      const tracker = new TransactionTracker();
      let change = 0;
      for await (const item of await eventsFrom(from)) {
        const done = item.kind === 'event' ? tracker.take(item) : null;
        if (done?.tables.some(({ updated }) => updated > 0) === true) change = done.from;
      }
      await replay(from, ['moment'], (at) => at >= change);
      expect((await target().admin.query('SELECT v FROM moment.t ORDER BY id')).map((row) => row.get('v'))).toEqual([
        'a',
        'b',
      ]);
    });

    it('passes over other databases and accounts, and refuses what it cannot do again exactly', async () => {
      const from = await end();
      await source().run(
        'CREATE DATABASE mine',
        'CREATE DATABASE theirs',
        'CREATE TABLE mine.t (id INT PRIMARY KEY) ENGINE=InnoDB',
        'CREATE TABLE theirs.t (id INT PRIMARY KEY) ENGINE=InnoDB',
        'BEGIN',
        'INSERT INTO mine.t VALUES (1)',
        'INSERT INTO theirs.t VALUES (1)',
        'COMMIT',
        "CREATE USER 'replayed'@'%' IDENTIFIED BY 'pass word 1'",
        'USE theirs',
        'DROP TABLE t',
      );
      const report = await replay(from, ['mine']);
      expect(report.accountsSkipped).toBe(1);
      expect((await target().admin.query('SELECT id FROM mine.t')).map((row) => row.get('id'))).toEqual(['1']);
      const found = await target().admin.query("SHOW DATABASES LIKE 'theirs'");
      expect(found).toEqual([]);
      const next = await end();
      await source().run(
        "XA START 'x'",
        'INSERT INTO mine.t VALUES (2)',
        "XA END 'x'",
        "XA PREPARE 'x'",
        "XA COMMIT 'x'",
      );
      await expect(replay(next, ['mine'])).rejects.toMatchObject({ code: 'replay.unsupported', facts: { what: 'XA' } });
    });
  });
}
