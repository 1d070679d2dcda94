import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableSchema } from '../../../../../shared/model/database.ts';
import { type PrivateServer, startPrivateServer } from '../../../sandbox/index.ts';
import { runCommand } from '../../../platform/run-command.ts';
import type { MysqlConnection } from '../connection.ts';
import { digestRange } from '../digest.ts';
import { quoteName, quoteTable } from '../quote.ts';
import { digestText, insertStatements, joinWithoutVault, layoutOf } from '../rows/index.ts';
import { loadText } from './load-chunk.ts';
import { type LoadSession, openLoadSession } from './load-session.ts';
import { captureTable, never, openReader, pictureOf, targetOf, whole } from './testing/round-trip.ts';
import { everyTypeStatements, otherTableStatements } from './testing/shop.sql.ts';

let server: PrivateServer;
let reader: MysqlConnection;
let session: LoadSession;
let tables: TableSchema[];
const isSecret = (table: string, column: string) => table === 'every_type' && ['vc', 'lt', 'bi'].includes(column);

beforeAll(async () => {
  server = await startPrivateServer({ kind: 'mariadb', durability: 'none', extraArgs: ['--local-infile=1'] });
  session = await openLoadSession(targetOf(server), { signal: never });
  await session.execute('CREATE DATABASE shop CHARACTER SET utf8mb4', never);
  await session.execute('USE shop', never);
  for (const sql of [...everyTypeStatements, ...otherTableStatements]) await session.execute(sql, never);
  await session.execute(
    'CREATE TABLE many (id int PRIMARY KEY, b varbinary(300), t varchar(100) CHARACTER SET latin1, d double, x blob) ENGINE=InnoDB',
    never,
  );
  // Every octet value and every pair of neighbours turns up many times over 10,000 rows of pseudo-random octets.
  await session.execute(
    `INSERT INTO many SELECT seq,
      IF(seq % 17 = 0, NULL, UNHEX(CONCAT(SHA2(seq,512), IF(seq % 3, SHA2(seq + 1,512), ''), LPAD(HEX(seq % 256), 2, '0')))),
      IF(seq % 13 = 0, '', UNHEX(SHA2(CONCAT('t', seq),256))), RAND(seq) * POW(10, CAST(seq % 600 AS SIGNED) - 300),
      IF(seq % 11 = 0, NULL, UNHEX(SHA2(CONCAT('x', seq),224))) FROM seq_1_to_10000`,
    never,
  );
  reader = await openReader(server);
  tables = (await pictureOf(server, 'shop', isSecret)).tables.map((each) => each.schema);
});
afterAll(async () => {
  await server.stop();
});

async function checksum(database: string, table: string): Promise<string | null> {
  const [row] = await session.rows(`CHECKSUM TABLE ${quoteTable(database, table)} EXTENDED`, never);
  return row?.get('checksum') ?? null;
}

async function copyOfSchema(database: string): Promise<void> {
  await session.execute(`DROP DATABASE IF EXISTS ${quoteName(database)}`, never);
  await session.execute(`CREATE DATABASE ${quoteName(database)} CHARACTER SET utf8mb4`, never);
  await session.execute(`USE ${quoteName(database)}`, never);
  await session.execute('CREATE SEQUENCE seq START WITH 5 INCREMENT BY 3 CACHE 10', never);
  for (const { ddl } of tables) await session.execute(ddl.replaceAll('`shop`.', ''), never);
}

async function loadAll(database: string): Promise<void> {
  for (const schema of tables) {
    const { text, rows } = await captureTable(reader, schema);
    await loadText(session, database, schema, text, rows, never);
  }
}

describe('capture', () => {
  it('has the digests of the server, for every type, group and table', async () => {
    for (const schema of tables) {
      const captured = await captureTable(reader, schema);
      const open = await digestRange(reader, 'mariadb', 'shop', schema, whole, 'open');
      expect({ table: schema.name, rows: captured.rows, digest: captured.openDigest, sum: captured.openSum }).toEqual({
        table: schema.name,
        ...open,
      });
      const again = digestText(layoutOf(schema), captured.openText, captured.sealedText);
      expect(again).toMatchObject({
        rows: captured.rows,
        openDigest: captured.openDigest,
        sealedDigest: captured.sealedDigest,
      });
      if (captured.sealedDigest === null) continue;
      const sealed = await digestRange(reader, 'mariadb', 'shop', schema, whole, 'sealed');
      expect(captured.sealedDigest).toBe(sealed.digest);
    }
  });
});

describe('loadText', () => {
  it('loads every table with equal checksums, with LOAD DATA', async () => {
    await copyOfSchema('copy_load');
    await loadAll('copy_load');
    expect(session.localInfileRefused).toBe(false);
    for (const { name } of tables)
      expect([name, await checksum('copy_load', name)]).toEqual([name, await checksum('shop', name)]);
  });

  it('loads the same with INSERT where the server forbids files', async () => {
    await copyOfSchema('copy_insert');
    await session.execute('SET GLOBAL local_infile=0', never);
    try {
      await loadAll('copy_insert');
      expect(session.localInfileRefused).toBe(true);
    } finally {
      await session.execute('SET GLOBAL local_infile=1', never);
      session.localInfileRefused = false;
    }
    for (const { name } of tables)
      expect([name, await checksum('copy_insert', name)]).toEqual([name, await checksum('shop', name)]);
  });
});

describe('SQL text', () => {
  it('loads the same through the stock client, whatever character set that believes in', async () => {
    await copyOfSchema('copy_client');
    const statements = [
      "SET sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone='+00:00', foreign_key_checks=0",
      'SET NAMES utf8mb4',
    ];
    for (const schema of tables) {
      const { text } = await captureTable(reader, schema);
      const sizes = { database: null, targetBytes: 100_000, maxBytes: 1_000_000 };
      for (const statement of insertStatements(schema, text, sizes)) statements.push(statement.toString('utf8'));
    }
    const login = [`--socket=${server.socketPath}`, `--user=${server.user}`, `--password=${server.password}`];
    const result = await runCommand(
      'mariadb',
      ['--no-defaults', ...login, '--default-character-set=latin1', 'copy_client'],
      {
        stdin: `${statements.join(';\n')};\n`,
      },
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    for (const { name } of tables)
      expect([name, await checksum('copy_client', name)]).toEqual([name, await checksum('shop', name)]);
  });
});

describe('a closed vault', () => {
  it('loads stand-ins of every type without a warning, also under a unique key', async () => {
    const types = [
      'varchar(150) CHARACTER SET utf16',
      'char(3)',
      'text',
      'longblob',
      'binary(4)',
      'int',
      'decimal(10,2)',
      'double',
      'bit(3)',
      'year',
      'date',
      'datetime(3)',
      'timestamp',
      'time',
      "enum('a''b','c')",
      "set('x')",
      'json',
      'uuid',
      'inet6',
      'inet4',
      'tinyblob',
    ];
    const columns = types.map((type, index) => `s${index} ${type} NOT NULL`).join(', ');
    await session.execute('DROP DATABASE IF EXISTS sealed', never);
    await session.execute('CREATE DATABASE sealed', never);
    await session.execute(
      `CREATE TABLE sealed.t (id int PRIMARY KEY, ${columns}, u varchar(20) NOT NULL, n int NOT NULL, UNIQUE KEY u (u), UNIQUE KEY n (n), o point)`,
      never,
    );
    const picture = await pictureOf(server, 'sealed', (_, column) => column !== 'id');
    const schema = picture.tables[0]!.schema;
    await loadText(
      session,
      'sealed',
      schema,
      joinWithoutVault(schema, layoutOf(schema), Buffer.from('1\n2\n'), 1),
      2,
      never,
    );
    await loadText(
      session,
      'sealed',
      schema,
      joinWithoutVault(schema, layoutOf(schema), Buffer.from('7\n'), 3),
      1,
      never,
    );
    const rows = await session.rows('SELECT id, s1, s14, u, n, o FROM sealed.t ORDER BY id', never);
    expect(rows.map((row) => [...row.values()])).toEqual([
      ['1', '[se', "a'b", '[sealed]1', '1', null],
      ['2', '[se', "a'b", '[sealed]2', '2', null],
      ['7', '[se', "a'b", '[sealed]3', '3', null],
    ]);
  });
});

describe('a load that is not exact', () => {
  const schemaOf = (name: string) => tables.find((table) => table.name === name)!;
  const countIn = async (table: string) =>
    (await session.rows(`SELECT COUNT(*) AS n FROM ${quoteTable('copy_bad', table)}`, never))[0]?.get('n');

  it.each([false, true])('is rolled back (by INSERT: %s)', async (byInsert) => {
    await copyOfSchema('copy_bad');
    session.localInfileRefused = byInsert;
    try {
      const composite = schemaOf('composite');
      const good = Buffer.from('x\t1\thello\t1\n');
      await expect(loadText(session, 'copy_bad', composite, good, 2, never)).rejects.toMatchObject({
        code: 'restore.load-failed',
        facts: { loaded: 1, expected: 2 },
      });
      const duplicate = Buffer.from('x\t1\thello\t1\nx\t1\thello\t2\n');
      await expect(loadText(session, 'copy_bad', composite, duplicate, 2, never)).rejects.toMatchObject({
        code: byInsert ? 'mysql.query-failed' : 'restore.load-failed',
      });
      const tooLong = Buffer.from(`${'KEY-SECRET'.repeat(5)}\t1\tx\t1\n`);
      const failure = await loadText(session, 'copy_bad', composite, tooLong, 1, never).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({
        code: 'restore.load-failed',
        facts: { code: 1265, count: 1, table: 'copy_bad.composite' },
      });
      expect(JSON.stringify(failure)).not.toContain('KEY-SECRET');
      const wrongEnum = Buffer.from('1\tabc\n');
      await expect(loadText(session, 'copy_bad', schemaOf('no_key'), wrongEnum, 1, never)).rejects.toThrow();
      await expect(loadText(session, 'copy_bad', composite, Buffer.alloc(0), 1, never)).rejects.toThrow(
        'restore.load-failed',
      );
      expect(await countIn('composite')).toBe('0');
      await loadText(session, 'copy_bad', composite, good, 1, never);
      expect(await countIn('composite')).toBe('1');
    } finally {
      session.localInfileRefused = false;
    }
  });

  it('leaves nothing behind when it is cancelled or its source fails', async () => {
    await copyOfSchema('copy_bad');
    const schema = schemaOf('many');
    const { text, rows } = await captureTable(reader, schema);
    const other = await openLoadSession(targetOf(server), { signal: never });
    const stop = new AbortController();
    // Somebody else's row keeps the load waiting at its end, with all rows before it written.
    const holder = await openLoadSession(targetOf(server), { signal: never });
    await holder.execute('START TRANSACTION', never);
    await holder.execute('INSERT INTO copy_bad.many (id) SELECT MAX(id) FROM shop.many', never);
    const loading = loadText(other, 'copy_bad', schema, text, rows, stop.signal);
    const waits = 'SELECT COUNT(*) AS n FROM information_schema.INNODB_LOCK_WAITS';
    // The server looks again only when nobody has asked for a tenth of a second.
    const look = async () => (await session.rows(waits, never))[0]?.get('n');
    await expect.poll(look, { interval: 300 }).toBe('1');
    stop.abort();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    await holder.execute('ROLLBACK', never);
    holder.close();
    expect(other.connection.isOpen).toBe(false);
    await expect(loadText(other, 'copy_bad', schema, text, rows, never)).rejects.toThrow('mysql.connection-lost');

    const third = await openLoadSession(targetOf(server), { signal: never });
    let pulls = 0;
    const failing = new Readable({
      read() {
        if (pulls++ === 0) this.push('1\t\\N\t\t0\t\\N\n');
        else this.destroy(new Error('the disk went away'));
      },
    });
    await third.execute('START TRANSACTION', never);
    const sql = (file: string) => `LOAD DATA LOCAL INFILE '${file}' INTO TABLE copy_bad.many CHARACTER SET binary`;
    await expect(third.send(sql, failing, never)).rejects.toThrow('the disk went away');
    expect(third.connection.isOpen).toBe(false);
    expect(await countIn('many')).toBe('0');
  });
});
