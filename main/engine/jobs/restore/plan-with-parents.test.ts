import { describe, expect, it } from 'vitest';
import type { TableRecord } from '../../../../shared/model/database.ts';
import { aTable } from '../../backup/testing/a-capture.ts';
import { aManifest } from '../../repository/testing/a-shop.ts';
import type { CopyReader } from '../../restore/copy-reader.ts';
import { planWithParents } from './plan-with-parents.ts';

const never = new AbortController().signal;
const child = (rules: string) =>
  `CREATE TABLE \`orders\` (\`id\` int, \`user\` int, CONSTRAINT \`k\` FOREIGN KEY (\`user\`) REFERENCES \`users\` (\`id\`)${rules})`;
const ddls: Record<string, string> = {
  'shop.users': 'CREATE TABLE `users` (`id` int)',
  'shop.orders': child(' ON DELETE CASCADE'),
  'shop.goods': 'CREATE TABLE `goods` (`id` int)',
};

/** Records by name; what is read of a copy has its own tests. */
function readerOf(tables: Record<string, string>): CopyReader {
  return {
    tableRecord: (id: string): Promise<TableRecord> => {
      const [database = '', name = ''] = id.split('.');
      return Promise.resolve({ schema: aTable({ database, name, ddl: tables[id] ?? '' }), rows: 0, ranges: [] });
    },
    databaseRecord: (name: string) =>
      Promise.resolve({ name, ddl: '', characterSet: 'utf8mb4', collation: 'utf8mb4_bin', objects: [] }),
  } as unknown as CopyReader;
}

const manifest = aManifest({
  databases: [{ name: 'shop', schemaChunk: 'shop' }],
  tables: Object.keys(ddls).map((id) => {
    const [database = '', name = ''] = id.split('.');
    return { database, name, tableChunk: id, rows: 1, textBytes: 10, ranges: 1, transactional: true, sealed: false };
  }),
  ledgerDefinitions: [],
});

async function chosen(tables: readonly string[], reader: CopyReader) {
  const { plan, cameAlong } = await planWithParents(manifest, { databases: [], tables }, reader, never);
  const names = plan.databases.flatMap((database) => database.tables.map(({ schema }) => schema.name));
  return { names: names.sort(), cameAlong };
}

describe('planWithParents', () => {
  it('takes the table along whose deletions cascade into the one that was asked for', async () => {
    expect(await chosen(['orders'], readerOf(ddls))).toEqual({
      names: ['orders', 'users'],
      cameAlong: ['shop.users'],
    });
  });

  it('leaves what was asked for as it is where nothing cascades, and everything as it is where all is restored', async () => {
    const plain = readerOf({ ...ddls, 'shop.orders': child(' ON DELETE RESTRICT') });
    expect(await chosen(['shop.orders'], plain)).toEqual({ names: ['orders'], cameAlong: [] });
    expect(await chosen(['users'], readerOf(ddls))).toEqual({ names: ['users'], cameAlong: [] });
    expect(await chosen([], readerOf(ddls))).toEqual({ names: ['goods', 'orders', 'users'], cameAlong: [] });
  });
});
