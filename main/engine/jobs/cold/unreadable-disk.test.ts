import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diskMarkerName } from '../../repository/index.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';

/**
 * A disk that is plugged in and cannot be read is not in its drawer: nothing is written down of it, nothing is ticked. One disk for all cases,
 * each of which puts it back as it was.
 */
let dir: string;
let home: DiskHome;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-unreadable-'));
  home = await aDiskHome(dir, { objects: 1 });
  await home.addDisk('usb', 'cold');
  await home.engine.call('copy.run', { snapshot: 'latest', from: 'recovered', to: 'usb' });
});
afterAll(async () => {
  await home.close();
  await rm(dir, { recursive: true, force: true });
});

async function seen() {
  const { disks } = await home.engine.call('cold.list', {});
  const { items } = await home.engine.call('checklist', { source: null });
  const { entries } = await home.engine.call('audit', {});
  const item = items.find(({ id }) => id === 'weekly-cold-offsite');
  return {
    presence: disks[0]?.presence,
    state: item?.state,
    evidence: item?.evidence.map(({ id }) => id).filter((id) => id === 'disk-left'),
    sightings: entries.map(({ action }) => action).filter((action) => action.startsWith('disk.')),
  };
}

const nobodyKnows = { presence: 'unknown', state: 'warn', evidence: [], sightings: [] };

/** The first hexadecimal digit of a field, turned. */
function otherDigit(text: string, field: string): string {
  return text.replace(new RegExp(`("${field}": ")(.)`), (_all, before: string, digit: string) =>
    before.concat(digit === '0' ? '1' : '0'),
  );
}

it.each([
  ['it was changed', (text: string) => otherDigit(text, 'mac')],
  ['it names another repository', (text: string) => otherDigit(text, 'repository')],
  ['it is of a newer version', (text: string) => text.replace('"marker": 1', '"marker": 2')],
])('a marker that is refused, because %s', async (_why, change) => {
  const marker = join(dir, 'usb', diskMarkerName);
  const text = await readFile(marker, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(marker, changed);
  expect(await seen()).toEqual(nobodyKnows);
  await writeFile(marker, text);
});

// ELOOP is the one failure that every Unix gives to everybody on demand, root as well; a dying disk gives EIO, a Mac without the right EPERM.
it('a place that cannot be read, where opening says why', async () => {
  const usb = join(dir, 'usb');
  await rename(usb, join(dir, 'aside'));
  await symlink(usb, usb);
  expect(await seen()).toEqual(nobodyKnows);
  await expect(home.engine.call('cold.run', { name: 'usb', eject: false, wait: false })).rejects.toMatchObject({
    code: 'backend.io',
    facts: { reason: 'ELOOP', path: usb },
  });
  await rm(usb);
  await rename(join(dir, 'aside'), usb);
});

it('a header that cannot be read, on a disk from before there were markers', async () => {
  const usb = join(dir, 'usb');
  await rename(usb, join(dir, 'aside'));
  await mkdir(usb);
  await symlink('shouhu.json', join(usb, 'shouhu.json'));
  expect(await seen()).toEqual(nobodyKnows);
  await rm(usb, { recursive: true });
  await rename(join(dir, 'aside'), usb);
});

it('and one that is not there is away, as before', async () => {
  await rename(join(dir, 'usb'), join(dir, 'drawer'));
  expect(await seen()).toEqual({ presence: 'away', state: 'ok', evidence: ['disk-left'], sightings: ['disk.gone'] });
});
