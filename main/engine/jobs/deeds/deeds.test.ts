import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { Catalog } from '../../catalog/catalog.ts';
import {
  deedName,
  findHeader,
  listDeeds,
  parseManifestName,
  putDeed,
  Repository,
  unlockWithPassphrase,
} from '../../repository/index.ts';
import { writeSnapshot } from '../../repository/testing/a-snapshot.ts';
import { testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';

/**
 * What one home knows to have been done with snapshots, seen by others. `home` restored an old snapshot; `stranger` is another computer, which knows
 * nothing but what is on the second disk. One story in order, because opening a home is slow on purpose.
 */
const never = new AbortController().signal;
const keep = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
let dir: string;
let home: DiskHome;
let stranger: Engine;
let older: string[];

const idOf = (name: string) => parseManifestName(name)!.id;

async function openDisk(name: string): Promise<Repository> {
  const store = await DiskBlobStore.open({ root: join(dir, name) });
  const header = await findHeader(store, never);
  return Repository.open(store, await unlockWithPassphrase(header!, testPassphrase), never);
}

/** Nothing there is young any more. */
async function age(name: string): Promise<void> {
  const longAgo = new Date('2025-01-01T00:00:00Z');
  for (const entry of await readdir(join(dir, name), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 20]! ^= 1;
  await writeFile(path, bytes);
}

const prune = (engine: Engine, dryRun = false) =>
  engine.call('prune.run', { destination: 'recovered', keep, dryRun, confirmShrink: null });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-deeds-'));
  home = await aDiskHome(dir, { objects: 4 });
  const first = await openDisk('copy');
  older = [];
  for (const at of ['2026-10-01T10:00:00.000Z', '2026-10-02T10:00:00.000Z', '2026-10-03T10:00:00.000Z']) {
    const before = older.at(-1);
    older.push(
      await writeSnapshot(first, { objects: 4, at, ...(before === undefined ? {} : { previous: idOf(before) }) }),
    );
  }
  await home.engine.call('snapshots.list', { source: null, atDestination: 'recovered' });
  // A real restore needs a database server; this is what one leaves in the catalog.
  const catalog = await Catalog.open(join(dir, 'home', 'catalog.sqlite'), home.clock);
  const [copy] = catalog.copies(idOf(older[1]!));
  catalog.recordCopy(idOf(older[1]!), copy!.destinationId, 'restored', true);
  catalog.close();
  await home.addDisk('second');
  await home.engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'second' });
  stranger = await openEngine({ homeDir: join(dir, 'stranger'), language: 'zh', clock: home.clock });
});
afterAll(async () => {
  await stranger.close();
  await home.close();
  await rm(dir, { recursive: true, force: true });
});

it('a copy is told which snapshot was restored, once', async () => {
  expect(await listDeeds(await openDisk('second'), never)).toHaveLength(1);
  await home.engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'second' });
  expect(await listDeeds(await openDisk('second'), never)).toHaveLength(1);
});

it('another computer, which knows nothing but this copy, keeps what was restored', async () => {
  const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
  await stranger.call('recover.run', { from: { kind: 'disk', path: join(dir, 'second') }, secret });
  await age('second');
  const { kept, removed } = await prune(stranger, true);
  const why = kept.find(({ snapshot }) => snapshot === idOf(older[1]!))?.reasons.map(({ id }) => id);
  expect(why).toEqual(['last-proven']);
  expect(removed.map(({ snapshot }) => snapshot).sort()).toEqual([idOf(older[0]!), idOf(older[2]!)].sort());
});

it('nothing is removed while a deed cannot be read, and this home heals it with what it knows', async () => {
  const [deed] = await listDeeds(await openDisk('second'), never);
  await flipBit(join(dir, 'second', deed!));
  await age('second');
  const facts = { object: deed, count: 1 };
  await expect(prune(stranger)).rejects.toMatchObject({ code: 'prune.deed-unreadable', facts });
  expect(await (await openDisk('second')).listManifests(never)).toHaveLength(4);

  const verify = (healFrom: string | null) =>
    home.engine.call('verify.run', { destination: 'second', readPercent: 100, healFrom });
  expect(await verify(null)).toMatchObject({ damaged: [{ object: deed }], missing: [] });
  // The first disk was never told: it was only read from.
  expect(await verify('recovered')).toMatchObject({ damaged: [], missing: [], healed: [deed] });
  expect(await verify(null)).toMatchObject({ damaged: [], missing: [] });
});

it('one that is gone is missed, also by the daily share, until it is put back', async () => {
  const [deed] = await listDeeds(await openDisk('second'), never);
  await rm(join(dir, 'second', deed!));
  home.clock.advance(24 * 3_600_000);
  const due = await home.engine.call('verify.due', { destinations: ['second'] });
  expect(due.copies[0]).toMatchObject({ missing: [deed], proof: { damaged: 1 } });
  const verify = (healFrom: string | null) =>
    home.engine.call('verify.run', { destination: 'second', readPercent: 10, healFrom });
  expect(await verify(null)).toMatchObject({ missing: [deed] });
  expect(await verify('recovered')).toMatchObject({ missing: [], healed: [deed] });
  home.clock.advance(24 * 3_600_000);
  const healed = await home.engine.call('verify.due', { destinations: ['second'] });
  expect(healed.copies[0]).toMatchObject({ damaged: [], missing: [], proof: { damaged: 0 } });
});

it('one of a type that only a newer version knows is kept, passed over and said', async () => {
  const second = await openDisk('second');
  const newer = deedName('2026-11-01T00:00:00.000Z', '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a77');
  const text = '{"entries":[{"snapshot":1}],"moon":1.5,"type":"moon-phase"}';
  await putDeed(second, newer, text, { mode: 'create', signal: never });
  await age('second');
  expect(await prune(stranger)).toMatchObject({ unknownDeeds: 1, removed: [{}, {}] });
  expect(await listDeeds(second, never)).toContain(newer);
});

it('what a prune elsewhere removed is known for tidied up, and what nobody removed for lost', async () => {
  const verify = (healFrom: string | null) =>
    home.engine.call('verify.run', { destination: 'second', readPercent: 10, healFrom });
  const tidied = [idOf(older[0]!), idOf(older[2]!)].sort();
  const first = await verify(null);
  expect({ ...first, gone: [...first.gone].sort() }).toMatchObject({ unknownDeeds: 1, missing: [], gone: tidied });
  expect(first.unexplained).toBeUndefined();

  // With all that only it needed, as a torn folder or a hand takes it.
  const repository = await openDisk('second');
  for (const id of await Array.fromAsync(repository.objectsOf(await repository.getManifest(older[1]!, never), never)))
    await rm(join(dir, 'second', 'chunks', id.slice(0, 2), id));
  await rm(join(dir, 'second', older[1]!));
  expect(await verify(null)).toMatchObject({ missing: [older[1]], gone: [] });
  expect(await verify('recovered')).toMatchObject({
    missing: [],
    healed: expect.arrayContaining([older[1]]) as unknown,
  });
});

it('a bare computer is told of snapshots that others follow and that nobody has tidied up', async () => {
  const repository = await openDisk('second');
  const lost = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a55';
  await writeSnapshot(repository, { objects: 4, at: '2026-10-05T10:00:00.000Z', previous: lost });
  await writeSnapshot(repository, { objects: 4, at: '2026-10-06T10:00:00.000Z', previous: idOf(older[2]!) });
  const bare = await openEngine({ homeDir: join(dir, 'bare'), language: 'zh', clock: home.clock });
  const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
  const recovered = await bare.call('recover.run', { from: { kind: 'disk', path: join(dir, 'second') }, secret });
  await bare.close();
  expect(recovered.unexplained).toEqual([lost]);
});
