import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../platform/asset-path.ts';
import { detectPreset, ledgersOf, loadPresets, presetById, secretColumnsOf } from './preset.ts';
import { presetSchema } from './preset-schema.ts';
import { watchedColumns } from './resale-rules.ts';

/** Schemas of real shop systems: others' work, so they are beside the project and not in it. */
const schemas = new URL('../../../../shared/schemas/', import.meta.url);
const noSchemas = existsSync(schemas) ? false : 'the folder ../shared/schemas is not here';

describe('presets', async () => {
  const files = (await readdir(assetPath('presets'))).filter((name) => name.endsWith('.json'));

  it.each(files)('%s fits the schema and is named after its id', async (file) => {
    const preset = presetSchema.parse(JSON.parse(await readFile(assetPath(`presets/${file}`), 'utf8')));
    expect(`${preset.id}.json`).toBe(file);
    expect(new Set(preset.ledgers.map(({ name }) => name)).size).toBe(preset.ledgers.length);
    for (const { table } of [...preset.secretColumns, ...preset.ledgers]) expect(preset.detect.tables).toContain(table);
    for (const { statusColumn, paidValues } of preset.ledgers)
      expect(statusColumn === null).toBe(paidValues.length === 0);
  });

  it.each(files)('%s looks at no secret to find what was sold, and tells sold from unsold', async (file) => {
    const { resale, secretColumns, detect } = await presetById(file.replace(/[.]json$/, ''));
    if (resale == null) return;
    const secrets = new Set(secretColumns.map(({ table, column }) => `${table}.${column}`.toLowerCase()));
    const watched = watchedColumns(resale);
    for (const role of ['cards', 'orders'] as const) {
      const { table } = resale[role];
      expect(detect.tables).toContain(table);
      expect(watched[role].filter((column) => secrets.has(`${table}.${column}`.toLowerCase()))).toEqual([]);
    }
    const { status } = resale.cards;
    expect(status?.unsold.filter((value) => status.sold.includes(value)) ?? []).toEqual([]);
    expect(resale.orders.status.paid).toEqual(expect.arrayContaining(resale.orders.status.delivered));
  });

  it('are all loaded, and found by id', async () => {
    expect(await loadPresets()).toHaveLength(files.length);
    expect((await presetById('dujiaoka-2.x')).label.zh).toBe('独角数卡 2.x');
    await expect(presetById('nobody')).rejects.toMatchObject({
      code: 'usage.bad-argument',
      facts: { value: 'nobody' },
    });
  });

  it('bind their ledgers to a database and name their secrets in lower case', async () => {
    const preset = await presetById('dujiaoka-2.x');
    expect(ledgersOf(preset, 'shop')).toMatchObject([{ name: 'orders', database: 'shop', table: 'orders' }]);
    expect(secretColumnsOf(preset)).toEqual(['carmis.carmi', 'orders.info']);
  });

  it('are not seen where a table or a column is missing, or one is that must not be', async () => {
    const whole = await shapeOfPreset();
    expect((await detectPreset({ database: 'shop', tables: whole }))?.id).toBe('dujiaoka-2.x');
    const without = new Map(whole);
    without.delete('emailtpls');
    expect(await detectPreset({ database: 'shop', tables: without })).toBeNull();
    expect(
      await detectPreset({ database: 'shop', tables: new Map(whole).set('carmis', ['goods_id', 'status']) }),
    ).toBeNull();
    expect(await detectPreset({ database: 'shop', tables: new Map(whole).set('order_items', ['id']) })).toBeNull();
  });

  describe.skipIf(noSchemas !== false)(
    `on schemas of real shops${noSchemas === false ? '' : ` (skipped: ${noSchemas})`}`,
    () => {
      it.each([
        ['dujiaoka.sql', 'dujiaoka-2.x'],
        ['acg-faka.sql', null],
        ['acg-faka-1.2.5.sql', null],
        ['vfkphp.sql', null],
      ])('%s is %s', async (file, id) => {
        const tables = shapeOf(await readFile(new URL(file, schemas), 'utf8'));
        expect(tables.size).toBeGreaterThan(3);
        const preset = await detectPreset({ database: basename(file, '.sql'), tables });
        expect(preset?.id ?? null).toBe(id);
        for (const name of preset === null ? [] : secretColumnsOf(preset)) {
          const [table = '', column = ''] = name.split('.');
          expect(tables.get(table)).toContain(column);
        }
        for (const ledger of preset?.ledgers ?? [])
          expect(tables.get(ledger.table)).toEqual(expect.arrayContaining([ledger.amountColumn, ledger.statusColumn]));
        const resale = preset?.resale ?? null;
        for (const role of resale === null ? [] : (['cards', 'orders'] as const))
          expect(tables.get(resale![role].table)).toEqual(expect.arrayContaining([...watchedColumns(resale!)[role]]));
      });
    },
  );
});

async function shapeOfPreset(): Promise<Map<string, readonly string[]>> {
  const { detect } = await presetById('dujiaoka-2.x');
  return new Map(detect.tables.map((table) => [table, detect.columns[table] ?? []]));
}

/** Tables and columns of a dump, as far as names go. */
function shapeOf(sql: string): Map<string, readonly string[]> {
  const tables = new Map<string, readonly string[]>();
  for (const [, name = '', body = ''] of sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?`(\w+)`\s*\(\n([\s\S]*?)\n\)/gi))
    tables.set(
      name,
      [...body.matchAll(/^\s*`(\w+)`/gm)].map(([, column = '']) => column),
    );
  return tables;
}
