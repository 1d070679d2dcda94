import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import { SecretColumnNames } from '../../../../shared/model/secret-columns.ts';
import { shopsBehind, type SourceShops } from './source-shops.ts';
import { statementsOf } from './testing/shop-schema.ts';
import { inspectServer, quoteName, quoteTable, quoteText, type ServerInspection } from '../../source/mysql/index.ts';
import { ledgerSum } from '../../source/mysql/ledger.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { countsOf, rulesWithPrefix } from '../../presets/bind-shop.ts';
import { findShops } from '../../presets/find-shops.ts';
import { presetById } from '../../presets/preset.ts';
import { watchedColumns } from '../../presets/resale-rules.ts';

/** Schemas of real shop systems: others' work, so they are beside the project and not in it. More of them: SHOUHU_SHOP_SCHEMAS names a folder. */
const folders = [
  new URL('../../../../../shared/schemas/', import.meta.url).pathname,
  process.env['SHOUHU_SHOP_SCHEMAS'],
];
const schemaFile = (name: string) =>
  folders.map((folder) => `${folder ?? ''}/${name}`).find((path) => existsSync(path)) ?? null;

interface Installed {
  readonly file: string;
  readonly preset: string;
  readonly database: string;
  readonly prefix: string;
}
const wanted: readonly Installed[] = [
  { file: 'dujiaoka.sql', preset: 'dujiaoka-2.x', database: 'dujiaoka', prefix: '' },
  { file: 'dujiaoka-1.8.2.sql', preset: 'dujiaoka-1.x', database: 'dujiaoka_old', prefix: '' },
  { file: 'acg-faka.sql', preset: 'acg-faka', database: 'many', prefix: 'acg_' },
  { file: 'acg-faka-1.2.5.sql', preset: 'acg-faka', database: 'many', prefix: 'Old2' },
  { file: 'acg-faka.sql', preset: 'acg-faka', database: 'plain', prefix: '' },
  { file: 'vfkphp.sql', preset: 'vfkphp', database: 'many', prefix: '' },
  { file: 'zfaka.sql', preset: 'zfaka', database: 'many', prefix: 't_' },
  { file: 'mcy-shop.sql', preset: 'mcy-shop', database: 'mcy', prefix: 'mcy_' },
  { file: 'qs-faka.sql', preset: 'qs-faka', database: 'qs', prefix: '' },
];
const installed = wanted.filter(({ file }) => schemaFile(file) !== null);
const missing = installed.length === 0 ? ' (skipped: the folder ../shared/schemas is not here)' : '';

describe.skipIf(installed.length === 0)(`presets on the schemas of real shops${missing}`, () => {
  let source: SourceServer;
  let inspection: ServerInspection;
  let found: SourceShops;

  beforeAll(async () => {
    source = await startSource();
    for (const database of new Set(installed.map((shop) => shop.database)))
      await source.run(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    for (const shop of installed) {
      await source.run(`USE ${shop.database}`, "SET SESSION sql_mode = '', FOREIGN_KEY_CHECKS = 0");
      await source.run(...statementsOf(await readFile(schemaFile(shop.file) ?? '', 'utf8'), shop.prefix));
    }
    // As a plugin of the shop makes them while it runs.
    if (installed.some(({ preset }) => preset === 'mcy-shop'))
      await source.run(
        ...['mcy_', 'mcy_1007_'].map(
          (prefix) =>
            `CREATE TABLE mcy.${prefix}repertory_virtual_card (id INT PRIMARY KEY, sku_id INT, card TEXT, status TINYINT)`,
        ),
      );
    inspection = await inspectServer(source.target, { signal: never });
    found = await shopsBehind('auto', inspection.shapes);
  });
  afterAll(async () => {
    await source.stop();
  });

  it('finds each of them among all others on one server, under its own prefix', () => {
    expect(found.unclear).toEqual([]);
    const placed = (shop: Omit<Installed, 'file'>) => `${shop.preset} ${shop.database} ${shop.prefix}`;
    expect(found.shops.map(placed).sort()).toEqual(installed.map(placed).sort());
  });

  it('finds each of them alone in its database', async () => {
    for (const { preset, database, prefix } of installed) {
      const shape = inspection.shapes.find((each) => each.database === database)!;
      const tables = new Map([...shape.tables].filter(([name]) => isOwnTable(name, prefix)));
      const alone = await findShops([{ database, tables }]);
      expect(alone.shops.filter((shop) => shop.prefix === prefix)).toEqual([{ preset, database, prefix }]);
    }
  });

  it('lacks nothing of what it says but what old versions lack', () => {
    expect(found.missing).toEqual([]);
    const names = found.ledgers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('seals every column with cards, copies of them and tables that come later included', async () => {
    const names = new SecretColumnNames(found.secretColumns);
    const snapshot = await aSnapshot(source.target, {
      isSecret: (database, table, column) => names.has(database, table, column),
    });
    try {
      const sealed = new Set(
        snapshot.tables.flatMap(({ database, name, columns }) =>
          columns.filter(({ secret }) => secret).map((column) => `${database}.${name}.${column.name}`.toLowerCase()),
        ),
      );
      for (const { preset: id, database, prefix } of installed) {
        const { secretColumns } = await presetById(id);
        for (const { table, column, optional } of secretColumns) {
          if (optional === true) continue;
          expect(sealed).toContain(`${database}.${prefix}${table}.${column}`.toLowerCase());
        }
      }
      for (const name of found.secretColumns.filter((each) => !each.includes('*'))) expect(sealed).toContain(name);
      if (installed.some(({ preset }) => preset === 'mcy-shop'))
        expect([...sealed]).toContain('mcy.mcy_1007_repertory_virtual_card.card');
    } finally {
      await snapshot.close();
    }
  });

  it('asks the server its ledgers', async () => {
    const snapshot = await aSnapshot(source.target);
    try {
      expect(found.ledgers.length).toBeGreaterThanOrEqual(installed.length);
      for (const ledger of found.ledgers) {
        const table = snapshot.tables.find(
          ({ database, name }) => database === ledger.database && name === ledger.table,
        )!;
        const { unreadable, sum } = await ledgerSum(source.admin, ledger, table, never);
        expect({ name: ledger.name, unreadable, isSum: /^-?\d+(\.\d+)?$/.test(sum) }).toEqual({
          name: ledger.name,
          unreadable: 0,
          isSum: true,
        });
        await askDay(source, ledger);
      }
    } finally {
      await snapshot.close();
    }
  });

  it.each(installed)(
    'asks stock, counts, credentials and what selling changes of $preset in $database ($file)',
    async (shop) => {
      const preset = await presetById(shop.preset);
      const shape = inspection.shapes.find(({ database }) => database === shop.database)!;
      const nameOf = (table: string) =>
        [...shape.tables.keys()].find((name) => name.toLowerCase() === `${shop.prefix}${table}`.toLowerCase());
      const columnsOf = (table: string) => shape.tables.get(nameOf(table) ?? '') ?? [];
      const count = (table: string, columns: readonly string[]) =>
        source.admin.query(
          `SELECT COUNT(*) FROM ${quoteTable(shop.database, nameOf(table) ?? table)} WHERE ` +
            ['TRUE', ...columns.map((column) => `${quoteName(column)} IS NULL`)].join(' OR '),
        );
      const { stock } = preset;
      if (stock !== null)
        await count(stock.table, [
          ...(stock.status === null ? [] : [stock.status.column]),
          ...(stock.product === null ? [] : [stock.product]),
          ...stock.where.map(({ column }) => column),
        ]);
      for (const { table, where, sum, by } of countsOf(preset, { ...shop, prefix: '' }))
        await count(table, [
          ...where.map(({ column }) => column),
          ...(sum === null ? [] : [sum.column]),
          ...(by === null ? [] : [by]),
        ]);
      for (const { table, column, optional } of preset.credentialColumns)
        if (optional !== true)
          expect([`${table}.${column}`, columnsOf(table)]).toEqual([
            `${table}.${column}`,
            expect.arrayContaining([column]),
          ]);
      // Of what is optional a column without its table is a slip of the pen.
      for (const { table, column } of [...preset.secretColumns, ...preset.credentialColumns])
        if (nameOf(table) !== undefined && shop.file !== 'acg-faka-1.2.5.sql')
          expect([table, columnsOf(table)]).toEqual([table, expect.arrayContaining([column])]);
      if (preset.resale !== null) {
        const watched = watchedColumns(rulesWithPrefix(preset.resale, ''));
        for (const role of ['cards', 'orders'] as const)
          expect(columnsOf(preset.resale[role].table)).toEqual(expect.arrayContaining([...watched[role]]));
      }
    },
  );

  it('is believed when the owner names the program of tables that were changed', async () => {
    const shape = inspection.shapes.find(({ database }) => database === 'dujiaoka')!;
    const tables = new Map(
      [...shape.tables].filter(([name]) => name !== 'emailtpls').map(([name, columns]) => [`x9${name}`, columns]),
    );
    const changed = [{ database: 'dujiaoka', tables }];
    expect((await shopsBehind('auto', changed)).shops).toEqual([]);
    const named = await shopsBehind('dujiaoka-2.x', changed);
    expect(named.shops).toEqual([{ preset: 'dujiaoka-2.x', database: 'dujiaoka', prefix: 'x9' }]);
    expect(named.secretColumns).toContain('x9carmis.carmi');
    expect(named.ledgers).toMatchObject([{ name: 'orders', table: 'x9orders' }]);
    expect(await shopsBehind('none', inspection.shapes)).toMatchObject({ shops: [], ledgers: [], secretColumns: [] });
    await expect(shopsBehind('zfaka', changed)).rejects.toMatchObject({ code: 'usage.bad-argument' });
    await expect(shopsBehind('nobody', changed)).rejects.toMatchObject({ code: 'usage.bad-argument' });
  });
});

/** The shop without a prefix is what no other's prefix begins. */
function isOwnTable(name: string, prefix: string): boolean {
  if (prefix !== '') return name.startsWith(prefix);
  return !['acg_', 'Old2', 't_'].some((other) => name.startsWith(other));
}

/** The column by which rows belong to a day is one that the form fits. */
async function askDay(source: SourceServer, { database, table, day }: LedgerDefinition): Promise<void> {
  if (day === undefined) return;
  const [row] = await source.admin.query(
    'SELECT DATA_TYPE AS type FROM information_schema.COLUMNS WHERE ' +
      `TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(table)} AND COLUMN_NAME = ${quoteText(day.column)}`,
  );
  const type = row?.get('type') ?? '';
  const fitting = {
    utc: ['timestamp'],
    local: ['datetime', 'date'],
    'unix-seconds': ['int', 'bigint'],
    'unix-ms': ['bigint'],
  };
  expect([table, fitting[day.form]]).toEqual([table, expect.arrayContaining([type])]);
}
