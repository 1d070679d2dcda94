import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SettingsFile } from './settings-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shouhu-settings-'));
  path = join(folder, 'app-settings.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('remembers across starts, for the owner alone, and leaves no temporary file', async () => {
  const settings = await SettingsFile.open(path);
  expect(settings.current).toEqual({ version: 1, language: null, window: null });
  const place = { x: -10, y: 20, width: 1280, height: 800, maximized: false };
  await Promise.all([settings.update({ language: 'en' }), settings.update({ window: place })]);
  expect((await SettingsFile.open(path)).current).toEqual({ version: 1, language: 'en', window: place });
  expect(await readdir(folder)).toEqual(['app-settings.json']);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it.each([
  '',
  '{',
  '[]',
  '{"version":2}',
  '{"version":1,"language":"fr","window":null}',
  '{"version":1,"language":"zh"}',
])('starts fresh from the file %j', async (content) => {
  await writeFile(path, content);
  expect((await SettingsFile.open(path)).current).toEqual({ version: 1, language: null, window: null });
});

it('tells whoever changed a setting that it could not be written, and still goes on', async () => {
  const settings = await SettingsFile.open(join(path, 'below', 'a', 'file'));
  await writeFile(path, '');
  await expect(settings.update({ language: 'en' })).rejects.toThrow();
  expect(settings.current.language).toBe('en');
});
