import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseRecord, SchemaObject, TableSchema } from '../../../../../shared/model/database.ts';
import { type PrivateServer, startPrivateServer } from '../../../sandbox/index.ts';
import type { MysqlConnection } from '../connection.ts';
import { quoteTable } from '../quote.ts';
import type { SchemaPicture } from '../schema/read-schema.ts';
import {
  addForeignKeys,
  assertLedger,
  assertRange,
  buildKeys,
  countTarget,
  createDatabase,
  createObjects,
  createSequences,
  createTable,
  differingDdl,
  type LoadSession,
  loadText,
  type ObjectNote,
  openLoadSession,
  type PendingTable,
} from './index.ts';
import { renameDatabases } from './rewrite-ddl.ts';
import { captureTable, never, openReader, pictureOf, targetOf, whole } from './testing/round-trip.ts';
import { everyTypeStatements, objectStatements, otherTableStatements } from './testing/shop.sql.ts';

let server: PrivateServer;
let reader: MysqlConnection;
let session: LoadSession;
let picture: SchemaPicture;
let record: DatabaseRecord;
let tables: TableSchema[];
const isSecret = (table: string, column: string) => table === 'composite' && column === 'c';

beforeAll(async () => {
  server = await startPrivateServer({
    kind: 'mariadb',
    durability: 'none',
    extraArgs: ['--local-infile=1', '--event-scheduler=ON'],
  });
  session = await openLoadSession(targetOf(server), { signal: never });
  await session.execute('CREATE DATABASE shop CHARACTER SET gbk COLLATE gbk_bin', never);
  await session.execute('USE shop', never);
  for (const sql of [...everyTypeStatements, ...otherTableStatements]) await session.execute(sql, never);
  await session.execute("SET SESSION sql_mode='PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'", never);
  for (const sql of objectStatements) await session.execute(sql, never);
  await session.execute("SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'", never);
  reader = await openReader(server);
  picture = await pictureOf(server, 'shop', isSecret);
  record = picture.databases[0]!;
  tables = picture.tables.map((each) => each.schema);
});
afterAll(async () => {
  await server.stop();
});

interface Restored {
  readonly pending: PendingTable[];
  readonly notes: ObjectNote[];
}

async function restore(
  to: LoadSession,
  name: string,
  enableEvents: boolean,
  objects = record.objects,
): Promise<Restored> {
  const renames = new Map([['shop', name]]);
  await createDatabase(to, record, name, never);
  await createSequences(to, name, record.objects, never);
  const pending: PendingTable[] = [];
  for (const schema of tables) {
    pending.push(await createTable(to, name, schema, renames, never));
    const { text, rows } = await captureTable(reader, schema);
    await loadText(to, name, schema, text, rows, never);
  }
  for (const table of pending) await buildKeys(to, table, never);
  for (const table of pending) await addForeignKeys(to, table, never);
  const notes = await createObjects(to, [{ database: name, objects }], { renames, enableEvents, signal: never });
  return { pending, notes };
}

const withoutEvents = (objects: readonly SchemaObject[]) => objects.filter(({ kind }) => kind !== 'event');

describe('a restored database', () => {
  it('is the same under another name: tables, keys, rows, views, routines, triggers', async () => {
    const { pending, notes } = await restore(session, 'copy', false);
    for (const table of pending)
      expect([table.schema.name, await differingDdl(session, table, never)]).toEqual([table.schema.name, null]);
    expect(
      pending.filter(({ split }) => split.keys.length + split.fulltextKeys.length > 0).map(({ schema }) => schema.name),
    ).toEqual(expect.arrayContaining(['composite', 'places', 'parts', 'fk_a', 'fk_b']));

    for (const schema of tables) {
      const captured = await captureTable(reader, schema);
      const expected = {
        rows: captured.rows,
        digest: captured.openDigest,
        sum: captured.openSum,
        sealedDigest: captured.sealedDigest,
      };
      await assertRange(session, 'copy', schema, whole, expected, never);
      expect(await countTarget(session, 'copy', schema.name, never)).toBe(captured.rows);
    }

    const copy = (await pictureOf(server, 'copy')).databases[0]!;
    expect([copy.characterSet, copy.collation]).toEqual(['gbk', 'gbk_bin']);
    const renamed = record.objects.map((each) => ({
      ...each,
      ddl: renameDatabases(each.ddl, new Map([['shop', 'copy']]), each.sqlMode),
    }));
    expect(withoutEvents(copy.objects)).toEqual(withoutEvents(renamed));
    expect(copy.objects.filter(({ kind }) => kind === 'event').every(({ ddl }) => ddl.includes(' DISABLE '))).toBe(
      true,
    );
    expect(notes).toEqual([{ kind: 'event', name: 'tidy', note: 'event-off', errno: 0 }]);
    const [row] = await session.rows('SELECT txt FROM copy.z_view RIGHT JOIN (SELECT 1) x ON TRUE', never);
    expect(row?.get('txt')).toBeNull();
  });

  it('keeps the events on when it takes the place of the original', async () => {
    const { notes } = await restore(
      session,
      'live',
      true,
      record.objects.filter(({ kind }) => kind === 'event' || kind === 'trigger'),
    );
    expect(notes).toEqual([]);
    const events = await session.rows('SHOW EVENTS FROM live', never);
    expect(events.map((row) => [row.get('name'), row.get('status')])).toEqual([
      ['asleep', 'DISABLED'],
      ['tidy', 'ENABLED'],
    ]);
  });

  it('belongs to the restoring account where that may not act for others', async () => {
    await session.execute("CREATE USER plain@localhost IDENTIFIED BY 'p'", never);
    await session.execute('GRANT ALL ON `mine`.* TO plain@localhost', never);
    await session.execute('GRANT SELECT ON shop.* TO plain@localhost', never);
    const plain = await openLoadSession(
      { ...targetOf(server), user: 'plain', password: 'p' },
      { signal: never, withoutBinlog: true },
    );
    expect(plain.binlogOff).toBe(false);
    const { notes } = await restore(plain, 'mine', false);
    const replaced = notes.filter(({ note }) => note === 'definer-replaced').map(({ name }) => name);
    expect(replaced).toEqual(['twice', 'note', 'z_view', 'a_view', 'log_bi', 'log_bi2', 'asleep', 'tidy']);
    const [row] = await plain.rows('SHOW CREATE VIEW mine.a_view', never);
    expect(row?.get('create view')).toContain('DEFINER=`plain`@`localhost`');
    plain.close();
  });
});

describe('creating', () => {
  it('refuses a database with anything in it, and takes an empty one', async () => {
    await session.execute('CREATE DATABASE taken', never);
    await createDatabase(session, record, 'taken', never);
    await session.execute('CREATE PROCEDURE taken.p() SELECT 1', never);
    await expect(createDatabase(session, record, 'taken', never)).rejects.toMatchObject({
      code: 'restore.target-exists',
      facts: { target: 'taken' },
    });
  });

  it('orders views by trying, and tells of those that cannot be', async () => {
    await session.execute('CREATE DATABASE views', never);
    const view = (name: string, from: string): SchemaObject => ({
      kind: 'view',
      name,
      ddl: `CREATE DEFINER=\`gone\`@\`%\` VIEW ${quoteTable('views', name)} AS select * from ${from}`,
      sqlMode: '',
      characterSetClient: 'latin1',
      collationConnection: 'latin1_swedish_ci',
      timeZone: null,
      nextValue: null,
    });
    const objects = [
      view('c', 'views.b'),
      view('b', 'views.a'),
      view('a', '(select 1 as x) q'),
      view('broken', 'views.nothing'),
      view('中', 'views.a'),
    ];
    const notes = await createObjects(session, [{ database: 'views', objects }], {
      renames: new Map(),
      enableEvents: false,
      signal: never,
    });
    expect(notes).toContainEqual({ kind: 'view', name: 'broken', note: 'not-created', errno: 1146 });
    expect(notes).toContainEqual({ kind: 'view', name: '中', note: 'character-set', errno: 0 });
    expect(notes).toContainEqual({ kind: 'view', name: 'a', note: 'definer-replaced', errno: 1449 });
    expect((await session.rows('SHOW TABLES FROM views', never)).length).toBe(4);
    const [row] = await session.rows('SELECT @@character_set_client AS c, @@time_zone AS z', never);
    expect([row?.get('c'), row?.get('z')]).toEqual(['utf8mb4', '+00:00']);
  });

  it('tells a wrong restore from a right one', async () => {
    const schema = tables.find(({ name }) => name === 'composite')!;
    const captured = await captureTable(reader, schema);
    const expected = {
      rows: captured.rows,
      digest: captured.openDigest,
      sum: null,
      sealedDigest: captured.sealedDigest,
    };
    await session.execute('CREATE DATABASE wrong', never);
    await createTable(session, 'wrong', schema, new Map(), never);
    const check = () => assertRange(session, 'wrong', schema, whole, expected, never);
    await expect(check()).rejects.toMatchObject({ code: 'restore.rows-mismatch', facts: { expected: 3, actual: 0 } });
    await loadText(session, 'wrong', schema, captured.text, 3, never);
    await check();
    await session.execute("UPDATE wrong.composite SET c = 'other' WHERE a = 1 AND b = 'x'", never);
    await expect(check()).rejects.toMatchObject({ code: 'restore.digest-mismatch', facts: { group: 'sealed' } });
    const ledger = {
      name: 'l',
      database: 'shop',
      table: 'composite',
      amountColumn: 'd',
      unit: 'yuan' as const,
      currency: 'CNY',
      statusColumn: 'a',
      paidValues: ['1'],
    };
    await assertLedger(session, 'wrong', schema, ledger, { rows: 2, sum: '1.00' }, never);
    await expect(assertLedger(session, 'wrong', schema, ledger, { rows: 2, sum: '1.01' }, never)).rejects.toThrow(
      'restore.ledger-mismatch',
    );
  });
});

it('keeps a table without the foreign keys that the server does not take, and names them', async () => {
  await session.execute('CREATE DATABASE odd_keys', never);
  const ddl = (name: string, ...lines: string[]) =>
    `CREATE TABLE \`${name}\` (\n  \`id\` int(11) NOT NULL,\n${['  PRIMARY KEY (`id`)', ...lines].join(',\n')}\n) ENGINE=InnoDB`;
  const from = tables.find(({ name }) => name === 'fk_a')!;
  const make = (name: string, ...lines: string[]) =>
    createTable(session, 'odd_keys', { ...from, name, ddl: ddl(name, ...lines) }, new Map(), never);

  await make('parent');
  // As MariaDB 11.8 prints a name with a backtick, and a parent that has no such column.
  const unreadable = await make('unreadable', '  CONSTRAINT `to `p`` FOREIGN KEY (`id`) REFERENCES `parent` (`id`)');
  const refused = await make(
    'refused',
    '  CONSTRAINT `good` FOREIGN KEY (`id`) REFERENCES `parent` (`id`)',
    '  CONSTRAINT `ba``d` FOREIGN KEY (`nothing`) REFERENCES `parent` (`id`)',
  );

  expect(await addForeignKeys(session, unreadable, never)).toEqual(['to `p`']);
  expect(await addForeignKeys(session, refused, never)).toEqual(['`ba``d` (1072)']);
  const [row] = await session.rows('SHOW CREATE TABLE odd_keys.refused', never);
  expect(row?.get('create table')).toContain('CONSTRAINT `good` FOREIGN KEY');
});
