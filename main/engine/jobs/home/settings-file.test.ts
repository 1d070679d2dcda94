import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { newId } from '../../platform/random.ts';
import { SettingsFile, type SavedDestination } from './settings-file.ts';

describe('SettingsFile', () => {
  let dir: string;
  let settings: SettingsFile;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-settings-'));
    settings = new SettingsFile(dir);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const add = (file: SettingsFile, name: string) =>
    file.update((before) => ({ ...before, destinations: [...before.destinations, aDisk(name)] }));
  const names = async () => (await new SettingsFile(dir).read()).destinations.map(({ name }) => name).sort();

  it('is empty before anything was saved', async () => {
    expect(await settings.read()).toMatchObject({ version: 1, sources: [], destinations: [] });
  });

  it('loses nothing when the app and the command line change it at the same time', async () => {
    const programs = [settings, new SettingsFile(dir), new SettingsFile(dir)];
    await Promise.all(programs.flatMap((file, who) => [0, 1, 2, 3].map((n) => add(file, `disk-${who}-${n}`))));
    expect(await names()).toHaveLength(12);
  });

  it('keeps what was there when a change is refused, and goes on', async () => {
    await add(settings, 'first');
    const refused = settings.update(() => {
      throw new AppError('destination.exists', { name: 'first' });
    });
    await expect(refused).rejects.toMatchObject({ code: 'destination.exists' });
    await add(settings, 'second');
    expect(await names()).toEqual(['first', 'second']);
  });

  it.each(['', '{', '{"version":2}', '[]'])('tells that %j is damaged, and does not write over it', async (content) => {
    const path = join(dir, 'settings.json');
    await writeFile(path, content);

    await expect(settings.read()).rejects.toMatchObject({ code: 'home.damaged', facts: { file: 'settings.json' } });
    await expect(add(settings, 'x')).rejects.toMatchObject({ code: 'home.damaged' });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('leaves no temporary file behind', async () => {
    await add(settings, 'first');
    expect((await readdir(dir)).sort()).toEqual(['home.lock', 'settings.json']);
  });
});

function aDisk(name: string): SavedDestination {
  return {
    id: newId(),
    name,
    role: 'main',
    place: null,
    addedAt: '2026-11-22T14:00:00.000Z',
    kind: 'disk',
    path: '/d',
  };
}
