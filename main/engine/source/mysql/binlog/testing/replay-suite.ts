import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectMysql } from '../../connect.ts';
import { openLoadSession } from '../../load/index.ts';
import { textSource } from '../../load/load-session.ts';
import type { SourceServer } from '../../testing/source-server.ts';
import { readBinlog, type BinlogPosition } from '../read-binlog.ts';
import { withCascadingParents, type TableDdl } from '../replay/cascading-parents.ts';
import { LogReplay, type ReplayOptions } from '../replay/replay-log.ts';
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
  const replay = async (
    from: BinlogPosition,
    databases: readonly string[],
    { until, ...more }: Pick<ReplayOptions, 'isWanted'> & { readonly until?: (at: number) => boolean } = {},
  ) => {
    const session = await openLoadSession(target().target, { signal: never });
    // As a restore does: how far it is stands on the target.
    await target().run(
      'CREATE DATABASE IF NOT EXISTS how_far',
      'DROP TABLE IF EXISTS how_far.mark',
      'CREATE TABLE how_far.mark (id INT PRIMARY KEY, position BIGINT, begun INT) ENGINE=InnoDB',
      'INSERT INTO how_far.mark VALUES (1, 0, 0)',
    );
    const note = (begun: number) => (_: string, position: number) =>
      `UPDATE how_far.mark SET position = ${position}, begun = ${begun} WHERE id = 1`;
    const log = new LogReplay({
      mark: { done: note(0), begun: note(1) },
      session,
      flavour: source().server.flavour,
      databases: new Set(databases),
      signal: never,
      ...more,
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
      await replay(from, ['moment'], { until: (at) => at >= change });
      expect((await target().admin.query('SELECT v FROM moment.t ORDER BY id')).map((row) => row.get('v'))).toEqual([
        'a',
        'b',
      ]);
    });

    it('passes over other databases and accounts', async () => {
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
    });

    it('does XA transactions when they are committed, and leaves out what was only prepared', async () => {
      const from = await end();
      const xa = (id: string, sql: string) => [`XA START '${id}','b',7`, sql, `XA END '${id}','b',7`];
      await source().run(
        'CREATE DATABASE two_phases',
        'USE two_phases',
        'CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB',
        ...xa('kept', 'INSERT INTO t VALUES (1)'),
        "XA PREPARE 'kept','b',7",
        "XA COMMIT 'kept','b',7",
        ...xa('gone', 'INSERT INTO t VALUES (2)'),
        "XA PREPARE 'gone','b',7",
        "XA ROLLBACK 'gone','b',7",
        ...xa('at once', 'INSERT INTO t VALUES (3)'),
        "XA COMMIT 'at once','b',7 ONE PHASE",
        ...xa('open', 'INSERT INTO t VALUES (4)'),
        "XA PREPARE 'open','b',7",
      );
      const until = await end();
      await source().run("XA COMMIT 'open','b',7", 'INSERT INTO t VALUES (5)');
      const report = await replay(from, ['two_phases'], { until: (at) => at >= until.position });
      expect(report.leftPrepared).toBe(1);
      const found = await target().admin.query('SELECT id FROM two_phases.t ORDER BY id');
      expect(found.map((row) => row.get('id'))).toEqual(['1', '3']);
      // What was prepared before the log begins is in no snapshot.
      await expect(replay(until, ['two_phases'])).rejects.toMatchObject({
        code: 'replay.unsupported',
        facts: { what: 'XA' },
      });
    });

    it('gives statements the variables, the numbers and the files that they had', async () => {
      const from = await end();
      await source().run(
        'CREATE DATABASE by_text',
        'USE by_text',
        'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a TEXT CHARACTER SET utf8mb4, b BLOB, c DOUBLE, d DECIMAL(30,10), e BIGINT UNSIGNED) ENGINE=InnoDB',
        'SET SESSION binlog_format = STATEMENT',
        "SET @`变量` = '卡🎫', @bin = x'00ff0a27', @real = 0.1e0 + 0.2e0, @exact = -1234567890.0123456789, @many = 18446744073709551615, @none = NULL",
        'INSERT INTO t (a, b, c, d, e) VALUES (@`变量`, @bin, @real, @exact, @many), (@none, @none, @none, @none, @none)',
        "INSERT INTO t (a) VALUES ('x')",
        'UPDATE t SET a = LAST_INSERT_ID() WHERE id = LAST_INSERT_ID()',
      );
      const rows = Array.from({ length: 3000 }, (_, n) => `${n + 100}\tr\u00e9sum\u00e9 ${n}\n`).join('');
      const loader = await openLoadSession(source().target, { signal: never });
      const load = (sql: string, text: string) =>
        loader.send((file) => `LOAD DATA LOCAL INFILE '${file}' ${sql}`, textSource(Buffer.from(text)), never);
      try {
        await loader.execute('SET SESSION binlog_format = STATEMENT', never);
        await load('INTO TABLE by_text.t CHARACTER SET utf8mb4 (id, @x) SET a = CONCAT(@x, 1), c = id / 7', rows);
        await load('REPLACE INTO TABLE by_text.t CHARACTER SET utf8mb4 (id, a)', '100\treplaced\n5000\tnew\n');
        await load('IGNORE INTO TABLE by_text.t (id, a)', '100\tignored\n5001\tnew\n');
      } finally {
        loader.close();
      }
      await source().run('SET SESSION binlog_format = ROW');
      const tracker = new TransactionTracker();
      const known: boolean[] = [];
      for await (const item of await eventsFrom(from))
        if (item.kind === 'event') known.push(tracker.take(item)?.hasStatementChanges === true);
      // Three statements and three files, which came in blocks.
      expect(known.filter(Boolean)).toHaveLength(6);
      await replay(from, ['by_text']);
      const [count] = await target().admin.query('SELECT COUNT(*) AS n FROM by_text.t');
      expect(count?.get('n')).toBe('3005');
      expect(await stateOf(target(), 'by_text')).toEqual(await stateOf(source(), 'by_text'));
    });

    it('takes of a log what some tables need, and refuses what nobody can take apart', async () => {
      const from = await end();
      await source().run(
        'CREATE DATABASE part',
        'USE part',
        'CREATE TABLE mine (id INT PRIMARY KEY, v INT) ENGINE=InnoDB',
        'CREATE TABLE mine_too (id INT PRIMARY KEY) ENGINE=InnoDB',
        'CREATE TABLE other (id INT PRIMARY KEY) ENGINE=InnoDB',
        'CREATE VIEW seen AS SELECT id FROM other',
        'CREATE INDEX i ON other (id)',
        'CREATE INDEX v ON mine (v)',
        'CREATE TRIGGER t_other AFTER INSERT ON other FOR EACH ROW SET @a = 1',
        'CREATE TRIGGER t_mine AFTER INSERT ON mine FOR EACH ROW SET @a = 1',
        'BEGIN',
        'INSERT INTO mine VALUES (1, 1)',
        'INSERT INTO other VALUES (1)',
        'COMMIT',
        'DROP TRIGGER t_other',
        'DROP TABLE mine_too, other',
      );
      const isWanted = (_: string, table: string) => table.startsWith('mine');
      const report = await replay(from, ['part'], { isWanted });
      expect(report.objectsSkipped).toBe(1);
      const tables = await target().admin.query('SHOW TABLES FROM part');
      expect(tables.map((row) => row.get('tables_in_part'))).toEqual(['mine']);
      const state = await stateOf(target(), 'part');
      expect(state['`part`.`mine`']).toEqual((await stateOf(source(), 'part'))['`part`.`mine`']);
      expect((await target().admin.query('SHOW TRIGGERS FROM part')).map((row) => row.get('trigger'))).toEqual([
        't_mine',
      ]);
      for (const refused of [
        'CREATE TABLE other LIKE mine',
        'RENAME TABLE other TO mine_three',
        'ALTER TABLE mine RENAME other',
      ]) {
        const next = await end();
        await source().run(refused);
        const again = replay(next, ['part'], { isWanted });
        await expect(again).rejects.toMatchObject({ code: 'replay.unsupported', facts: { what: 'several tables' } });
      }
    });

    it('brings children right that change without a word in the log, with the parents that come along', async () => {
      const tables = [
        'CREATE TABLE family.grand (id INT PRIMARY KEY) ENGINE=InnoDB',
        'CREATE TABLE family.parent (id INT PRIMARY KEY, g INT, FOREIGN KEY (g) REFERENCES grand (id) ON DELETE CASCADE) ENGINE=InnoDB',
        'CREATE TABLE family.child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE SET NULL) ENGINE=InnoDB',
        'CREATE TABLE family.other (id INT PRIMARY KEY) ENGINE=InnoDB',
        'INSERT INTO family.grand VALUES (1), (2)',
        'INSERT INTO family.parent VALUES (1, 1), (2, 2)',
        'INSERT INTO family.child VALUES (1, 1), (2, 2), (3, NULL)',
      ];
      for (const server of [source(), target()]) await server.run('CREATE DATABASE family', ...tables);
      const shown: TableDdl[] = [];
      for (const table of ['grand', 'parent', 'child', 'other']) {
        const [row] = await source().admin.query(`SHOW CREATE TABLE family.${table}`);
        shown.push({ database: 'family', table, ddl: row?.get('create table') ?? '' });
      }
      const wanted = withCascadingParents(shown, [{ database: 'family', table: 'child' }]).map(({ table }) => table);
      expect(wanted).toEqual(['child', 'parent', 'grand']);
      const from = await end();
      await source().run(
        'INSERT INTO family.child VALUES (4, 1)',
        'INSERT INTO family.other VALUES (1)',
        'DELETE FROM family.grand WHERE id = 1',
      );
      await replay(from, ['family'], { isWanted: (_, table) => wanted.includes(table) });
      const state = await stateOf(target(), 'family');
      const { ['`family`.`other`']: left, ...same } = await stateOf(source(), 'family');
      expect(state).toMatchObject(same);
      expect(state['`family`.`other`']).not.toBe(left);
      const [orphans] = await target().admin.query('SELECT COUNT(*) AS n FROM family.child WHERE p IS NULL');
      expect(orphans?.get('n')).toBe('3');
    });
  });
}
