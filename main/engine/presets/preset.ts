import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { assetPath } from '../platform/asset-path.ts';
import { presetSchema, type Preset } from './preset-schema.ts';

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
