import { beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseRecord, SchemaObject, TableRecord } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import { aLedger, aTable } from '../backup/testing/a-capture.ts';
import type { CopyReader } from './copy-reader.ts';
import { planRestore } from './plan-restore.ts';

const never = new AbortController().signal;

const tableNamed = (id: string): TableRecord => {
  const [database = '', name = ''] = id.split('.');
  const schema = aTable({ database, name, ddl: `CREATE TABLE \`${name}\` (\`id\` int)` });
  return { schema, rows: 0, ranges: [] };
};
const databaseNamed = (name: string): DatabaseRecord => ({
  name,
  ddl: '',
  characterSet: 'utf8mb4',
  collation: 'utf8mb4_bin',
  objects: [],
});

/** Records by name; what is read of a copy has its own tests. */
function readerOf(
  tables: Record<string, TableRecord> = {},
  databases: Record<string, DatabaseRecord> = {},
): CopyReader {
  return {
    tableRecord: (id: string) => Promise.resolve(tables[id] ?? tableNamed(id)),
    databaseRecord: (id: string) => Promise.resolve(databases[id] ?? databaseNamed(id)),
  } as unknown as CopyReader;
}
const reader = readerOf();

describe('planRestore', () => {
  let manifest: Manifest;
  beforeAll(() => {
    const table = { rows: 1, textBytes: 10, ranges: 1, transactional: true, sealed: false };
    manifest = aManifest({
      databases: ['blog', 'shop'].map((name) => ({ name, schemaChunk: name })),
      tables: [
        { ...table, database: 'blog', name: 'posts', tableChunk: 'blog.posts' },
        { ...table, database: 'blog', name: 'users', tableChunk: 'blog.users' },
        { ...table, database: 'shop', name: 'orders', tableChunk: 'shop.orders' },
        { ...table, database: 'shop', name: 'users', tableChunk: 'shop.users' },
      ],
      ledgerDefinitions: [aLedger({ table: 'orders' })],
    });
  });

  const plan = async (databases: string[], tables: string[]) => {
    const {
      isWhole,
      totalBytes,
      ledgers,
      databases: planned,
    } = await planRestore(manifest, { databases, tables }, reader, never);
    const names = planned.flatMap(({ tables: records }) =>
      records.map(({ schema }) => `${schema.database}.${schema.name}`),
    );
    return { names, isWhole, totalBytes, ledgers: ledgers.length };
  };

  it('takes everything when nothing is named', async () => {
    expect(await plan([], [])).toEqual({
      names: ['blog.posts', 'blog.users', 'shop.orders', 'shop.users'],
      isWhole: true,
      totalBytes: 40,
      ledgers: 1,
    });
  });

  it.each<[string[], string[], string[]]>([
    [['blog'], [], ['blog.posts', 'blog.users']],
    [[], ['orders'], ['shop.orders']],
    [[], ['shop.users'], ['shop.users']],
    [['shop'], ['users'], ['shop.users']],
    [[], ['orders', 'shop.orders', 'orders'], ['shop.orders']],
    [[], ['orders', 'posts'], ['blog.posts', 'shop.orders']],
  ])('takes of databases %j and tables %j: %j', async (databases, tables, names) => {
    expect((await plan(databases, tables)).names).toEqual(names);
  });

  it('is not whole when only some tables were asked for, and counts only their money', async () => {
    expect(await plan([], ['blog.posts'])).toMatchObject({ isWhole: false, ledgers: 0, totalBytes: 10 });
  });

  it.each<[string[], string[], string]>([
    [['gone'], [], 'mysql.database-missing'],
    [[], ['gone'], 'table.unknown'],
    [[], ['users'], 'table.unknown'],
    [['blog'], ['orders'], 'table.unknown'],
    [[], ['shop.posts'], 'table.unknown'],
  ])('refuses databases %j and tables %j with %s', async (databases, tables, code) => {
    await expect(plan(databases, tables)).rejects.toMatchObject({ code });
  });

  it('names what the backup could not read, and says so when it is asked for', async () => {
    const holed = {
      ...manifest,
      checks: [
        { id: 'tables-readable', ok: false, facts: { tables: 'shop.cards, blog.log' } },
        { id: 'schema-still', ok: false, facts: { tables: 'shop.visits' } },
        { id: 'tables-still-there', ok: false, facts: { tables: 'shop.other' } },
      ],
    };
    const notKept = async (databases: string[], tables: string[]) =>
      (await planRestore(holed, { databases, tables }, reader, never)).notKept;

    expect(await notKept([], [])).toEqual(['shop.cards', 'blog.log', 'shop.visits']);
    expect(await notKept(['blog'], [])).toEqual(['blog.log']);
    expect(await notKept([], ['shop.orders'])).toEqual([]);
    const object = { database: 'shop', kind: 'view', name: 'totals', reason: 'damaged' } as const;
    const objectsNotKept = async (databases: string[], tables: string[]) =>
      (await planRestore({ ...manifest, lostObjects: [object] }, { databases, tables }, reader, never)).objectsNotKept;
    expect(await objectsNotKept([], [])).toEqual([object]);
    expect(await objectsNotKept(['blog'], [])).toEqual([]);
    expect(await objectsNotKept([], ['shop.orders'])).toEqual([]);
    await expect(notKept([], ['shop.cards'])).rejects.toMatchObject({ code: 'restore.table-not-kept' });
    await expect(notKept([], ['nowhere'])).rejects.toMatchObject({ code: 'table.unknown' });
  });

  describe('of a snapshot that somebody with the keys has forged', () => {
    const all = { databases: [], tables: [] };
    const forged = (record: TableRecord, ddl: string) => ({ ...record, schema: { ...record.schema, ddl } });

    it.each<[string, TableRecord]>([
      ['another statement', forged(tableNamed('shop.users'), 'DROP DATABASE mysql')],
      ['a second statement', forged(tableNamed('shop.users'), 'CREATE TABLE `users` (`id` int); DROP TABLE `orders`')],
      ['a table of another database', forged(tableNamed('shop.users'), 'CREATE TABLE `mysql`.`user` (`id` int)')],
      ['the record of another table', tableNamed('shop.orders')],
      ['the record of another database', tableNamed('blog.users')],
    ])('takes no table with %s, and plans nothing', async (_what, record) => {
      const planned = planRestore(manifest, all, readerOf({ 'shop.users': record }), never);
      await expect(planned).rejects.toMatchObject({
        code: 'restore.statement-refused',
        facts: { table: 'shop.users' },
      });
      // The others can still be had.
      const others = { databases: [], tables: ['shop.orders'] };
      await expect(planRestore(manifest, others, readerOf({ 'shop.users': record }), never)).resolves.toBeDefined();
    });

    it('takes no database record of another database', async () => {
      const planned = planRestore(manifest, all, readerOf({}, { shop: databaseNamed('mysql') }), never);
      await expect(planned).rejects.toMatchObject({ code: 'restore.statement-refused', facts: { table: 'shop' } });
    });

    it('leaves out objects whose statement is another one, and names them', async () => {
      const object = (kind: SchemaObject['kind'], name: string, ddl: string): SchemaObject => ({
        ...{ kind, name, ddl, sqlMode: '', characterSetClient: null, collationConnection: null, timeZone: null },
        nextValue: null,
      });
      const sound = object('view', 'v', 'CREATE VIEW `v` AS select 1 AS `1`');
      const objects = [
        object('sequence', 's', 'DROP DATABASE mysql'),
        sound,
        object('procedure', 'p', 'GRANT ALL ON *.* TO thief'),
        object('event', 'e', 'CREATE EVENT `mysql`.`e` ON SCHEDULE EVERY 1 DAY DO DROP DATABASE shop'),
      ];
      const record = { ...databaseNamed('shop'), objects };

      const { databases, refused } = await planRestore(manifest, all, readerOf({}, { shop: record }), never);

      expect(databases[1]!.record.objects).toEqual([sound]);
      expect(refused).toEqual(['sequence shop.s', 'procedure shop.p', 'event shop.e']);
    });
  });
});
