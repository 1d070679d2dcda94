import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { LedgerDefinition } from '../../../shared/model/database.ts';
import { assetPath } from '../platform/asset-path.ts';
import { presetSchema, type Preset } from './preset-schema.ts';

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
