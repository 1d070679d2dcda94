import { beforeEach, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { Repository } from '../../repository/index.ts';
import { writeSnapshot } from '../../repository/testing/a-snapshot.ts';
import { aKeyring } from '../../repository/testing/keys.ts';
import { planFill, type Room } from './room.ts';

/** What a disk gets that has not room for all. The sizes of disks are given: real ones that are full are in cold-disks.server.test.ts. */
const { signal } = new AbortController();
const keyring = await aKeyring();
const blockBytes = 4096;
let blobs: Map<string, MemoryBlob>;
let from: Repository;
let to: Repository;
let shopOf: Map<string, string>;

beforeEach(async () => {
  blobs = new Map();
  from = await emptyCopy(blobs);
  to = await emptyCopy(new Map());
  shopOf = new Map();
});

async function emptyCopy(content: Map<string, MemoryBlob>): Promise<Repository> {
  const store = new MemoryBlobStore({ blobs: content });
  await Repository.create(store, keyring.header, signal);
  return Repository.open(store, keyring.mainKeys, signal);
}

const first = '11111111-1111-4111-8111-111111111111';
const second = '22222222-2222-4222-8222-222222222222';

/** One object of 100 kB and a table record: about 200 kB of a disk with what a manifest is taken for. */
async function night(day: number, sourceId = first, objectBytes = 100_000): Promise<string> {
  const at = `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;
  const name = await writeSnapshot(from, { objects: 1, objectBytes, at, sourceId });
  shopOf.set(name, sourceId);
  return name;
}

function roomFor(usableBytes: number): Room {
  const totalBytes = 100_000_000;
  return { blockBytes, totalBytes, freeBytes: usableBytes + totalBytes * 0.05 };
}

function plan(room: Room | null, unwanted: readonly string[] = [], asked: ReadonlySet<string> | null = null) {
  const newestOf = (names: readonly string[]) => {
    const newest = new Map<string | undefined, string>();
    for (const name of [...names].reverse()) newest.set(shopOf.get(name), name);
    return Promise.resolve([...newest.values()]);
  };
  return planFill(
    { from, to, name: 'usb', room, asked, leaveOut: () => Promise.resolve(new Set(unwanted)), newestOf },
    signal,
  );
}

it('is the newest first, as long as there is room, and names the rest with what it would take', async () => {
  const nights = [await night(1), await night(2), await night(3), await night(4)];
  const { manifests, objects, noRoom } = await plan(roomFor(450_000));
  expect(manifests).toEqual([nights[3], nights[2]]);
  expect(objects.size).toBe(4);
  expect(noRoom).toMatchObject({ manifests: [nights[1], nights[0]], newest: [] });
  expect(noRoom?.neededBytes).toBeGreaterThan(2 * 100_000);
  expect(noRoom?.usableBytes).toBeLessThan(450_000 - objects.size * blockBytes - 200_000);
  const all = await plan(roomFor(450_000 + (noRoom?.neededBytes ?? 0)));
  expect(all).toMatchObject({ manifests: [...nights].reverse(), noRoom: null });
});

it('squeezes no older one in behind the first that does not fit: its room is wanted by tomorrow', async () => {
  const small = await night(1);
  const large = await night(2, first, 5_000_000);
  const newest = await night(3);
  expect(await plan(roomFor(1_000_000))).toMatchObject({ manifests: [newest], noRoom: { manifests: [large, small] } });
});

it('begins with the newest of every shop, however many the others have', async () => {
  const rare = await night(1, second);
  await night(2);
  const older = await night(3);
  const newest = await night(4);
  const { manifests } = await plan(roomFor(700_000));
  expect(manifests).toEqual([newest, rare, older]);
});

it('copies what fits when the newest of one shop does not, and names that', async () => {
  await night(1);
  const newest = await night(3);
  const large = await night(2, second, 5_000_000);
  const { manifests, noRoom } = await plan(roomFor(1_000_000));
  expect(manifests).toEqual([newest]);
  expect(noRoom?.newest).toEqual([large]);
  expect(noRoom?.manifests).toHaveLength(2);
});

it('is refused with all numbers when not even the newest fits, and old snapshots have no part in it', async () => {
  for (let day = 1; day < 9; day++) await night(day);
  await night(9, first, 900_000);
  const refused: unknown = await plan(roomFor(600_000)).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'disk.no-room',
    facts: { name: 'usb', snapshots: 1, freeBytes: 5_600_000, keptBytes: 5_000_000, usableBytes: 600_000 },
  });
  const { facts } = refused as { facts: Record<string, number> };
  expect(facts['neededBytes']).toBeGreaterThan(900_000);
  expect(facts['neededBytes']).toBeLessThan(1_100_000);
  expect(facts['shortBytes']).toBe((facts['neededBytes'] ?? 0) - 600_000);
  expect(facts).toMatchObject({ free: '5.6 MB', kept: '5 MB', usable: '600 kB' });
});

it('leaves to the disk what nobody can tell, and spares it what its rule would remove', async () => {
  const nights = [await night(1), await night(2)];
  expect(await plan(null)).toMatchObject({ manifests: [...nights].reverse(), noRoom: null });
  const spared = await plan(roomFor(250_000), nights.slice(0, 1));
  expect(spared).toMatchObject({ manifests: [nights[1]], noRoom: null, leftOut: new Set([nights[0]]) });
});

it('brings what cannot be read here behind everything else, and the newest before: another copy may have it whole', async () => {
  const nights = [await night(1), await night(2), await night(3)];
  const blob = blobs.get(nights[1]!)!;
  blob.bytes[20]! ^= 1;
  expect(await plan(roomFor(1_000_000))).toMatchObject({ manifests: [nights[2], nights[0], nights[1]] });
  const last = blobs.get(nights[2]!)!;
  last.bytes[20]! ^= 1;
  expect(await plan(roomFor(1_000_000))).toMatchObject({ manifests: [nights[2], nights[0], nights[1]] });
});
