import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { LedgerDefinition } from '../../../shared/model/database.ts';
import { assetPath } from '../platform/asset-path.ts';
import { resaleRulesSchema } from './resale-rules.ts';

const columnRef = z.strictObject({ table: z.string(), column: z.string() });

/** What is known of one shop system: how to recognise it, where its card secrets and its money are. Data, in `assets/presets/`. */
export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  label: z.strictObject({ zh: z.string(), en: z.string() }),
  detect: z.strictObject({
    tables: z.array(z.string()).min(1),
    columns: z.record(z.string(), z.array(z.string())),
    absentTables: z.array(z.string()),
  }),
  secretColumns: z.array(columnRef),
  stock: z
    .strictObject({
      table: z.string(),
      statusColumn: z.string(),
      unsold: z.array(z.string()),
      sold: z.array(z.string()),
    })
    .nullable(),
  ledgers: z.array(
    z.strictObject({
      name: z.string(),
      table: z.string(),
      amountColumn: z.string(),
      unit: z.enum(['yuan', 'cent']),
      currency: z.string(),
      statusColumn: z.string().nullable(),
      paidValues: z.array(z.string()),
    }),
  ),
  /** What must not be sold again after a restore, and how it is found. Absent or null: nobody has written that down for this program. */
  resale: resaleRulesSchema.nullable().optional(),
});
export type Preset = z.infer<typeof presetSchema>;

/** Names of tables and columns of one database, as a preset is matched against them. */
export interface DatabaseShape {
  readonly database: string;
  readonly tables: ReadonlyMap<string, readonly string[]>;
}

let loaded: Promise<readonly Preset[]> | undefined;

/** All presets that ship with the program, checked. A preset that does not fit its schema is a bug of ours and throws. */
export function loadPresets(): Promise<readonly Preset[]> {
  loaded ??= readPresets(assetPath('presets'));
  return loaded;
}

async function readPresets(dir: string): Promise<readonly Preset[]> {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) => presetSchema.parse(JSON.parse(await readFile(join(dir, name), 'utf8')))),
  );
}

/** The preset by its id. Error: `usage.bad-argument` {argument, value}. */
export async function presetById(id: string): Promise<Preset> {
  const preset = (await loadPresets()).find((candidate) => candidate.id === id);
  if (preset === undefined) throw new AppError('usage.bad-argument', { argument: 'preset', value: id });
  return preset;
}

/** The first preset that fits the database: all its tables and columns are there and none of the absent ones. */
export async function detectPreset(shape: DatabaseShape): Promise<Preset | null> {
  return (await loadPresets()).find((preset) => fits(preset, shape)) ?? null;
}

function fits(preset: Preset, { tables }: DatabaseShape): boolean {
  const { detect } = preset;
  return (
    detect.tables.every((table) => tables.has(table)) &&
    !detect.absentTables.some((table) => tables.has(table)) &&
    Object.entries(detect.columns).every(([table, columns]) =>
      columns.every((column) => tables.get(table)?.includes(column) === true),
    )
  );
}

/** The preset's ledgers, bound to the database it was found in. */
export function ledgersOf(preset: Preset, database: string): LedgerDefinition[] {
  return preset.ledgers.map((ledger) => ({ ...ledger, database }));
}

/** `table.column` in lower case for every secret column of the preset. */
export function secretColumnsOf(preset: Preset): string[] {
  return preset.secretColumns.map(({ table, column }) => `${table}.${column}`.toLowerCase());
}
