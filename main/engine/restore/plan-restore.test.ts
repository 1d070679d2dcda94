import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import { aLedger, aTable } from '../backup/testing/a-capture.ts';
import type { CopyReader } from './copy-reader.ts';
import { planRestore } from './plan-restore.ts';

const never = new AbortController().signal;

/** Records by name; what is read of a copy has its own tests. */
const reader = {
  tableRecord: (id: string) => Promise.resolve({ schema: aTable({ name: id }), rows: 0, ranges: [] }),
  databaseRecord: (id: string) =>
    Promise.resolve({ name: id, ddl: '', characterSet: 'utf8mb4', collation: 'utf8mb4_bin', objects: [] }),
} as unknown as CopyReader;

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
    const names = planned.flatMap(({ tables: records }) => records.map(({ schema }) => schema.name));
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
});
