import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../platform/asset-path.ts';
import { loadPresets, presetById } from './preset.ts';
import { presetSchema } from './preset-schema.ts';
import { watchedColumns } from './resale-rules.ts';

describe('presets', async () => {
  const files = (await readdir(assetPath('presets'))).filter((name) => name.endsWith('.json'));

  it.each(files)('%s fits the schema and is named after its id', async (file) => {
    const preset = presetSchema.parse(JSON.parse(await readFile(assetPath(`presets/${file}`), 'utf8')));
    expect(`${preset.id}.json`).toBe(file);
    expect(new Set(preset.ledgers.map(({ name }) => name)).size).toBe(preset.ledgers.length);
    // Nobody is told about a column that a version of the program may lack; all others are of tables by which it is recognised, or are looked for.
    const secret = preset.secretColumns.map(({ table, column }) => `${table}.${column}`);
    expect(new Set(secret).size).toBe(secret.length);
    expect(secret.length).toBeGreaterThan(0);
    for (const { table, column, optional } of preset.secretColumns) {
      expect(column).not.toContain('*');
      if (table.includes('*')) expect(optional).toBe(true);
    }
    for (const name of [...preset.detect.tables, ...preset.detect.absentTables]) expect(name).not.toContain('*');
    for (const table of Object.keys(preset.detect.columns)) expect(preset.detect.tables).toContain(table);
    // What is asked of rows goes to the server in clear: never of a card.
    const asked = [
      ...preset.counts.flatMap(({ table, where, sum, by }) =>
        [...where.map(({ column }) => column), sum?.column, by].map((column) => `${table}.${column ?? ''}`),
      ),
      ...preset.ledgers.flatMap(({ table, statusColumn, productColumn, where = [] }) =>
        [statusColumn, productColumn, ...where.map(({ column }) => column)].map((column) => `${table}.${column ?? ''}`),
      ),
    ];
    expect(asked.filter((name) => secret.includes(name))).toEqual([]);
    const credentials = preset.credentialColumns.map(({ table, column }) => `${table}.${column}`);
    expect(credentials.filter((name) => secret.includes(name))).toEqual([]);
    expect(new Set(preset.counts.map(({ id }) => id)).size).toBe(preset.counts.length);
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
});
