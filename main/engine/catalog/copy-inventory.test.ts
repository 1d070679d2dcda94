import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../repository/testing/keys.ts';
import { Catalog } from './catalog.ts';
import type { CopyInventory, ListedObject } from './copy-inventory.ts';

const dayMs = 24 * 3_600_000;

describe('CopyInventory', () => {
  let dir: string;
  let clock: TestClock;
  let catalog: Catalog;
  let inventory: CopyInventory;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-inventory-'));
    clock = new TestClock();
    catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
    ({ inventory } = catalog);
  });
  afterEach(async () => {
    catalog.close();
    await rm(dir, { recursive: true, force: true });
  });
  const listed = (names: readonly string[], ageDays = 0, startedAtMs = clock.nowMs()) => {
    const modifiedAtMs = clock.nowMs() - ageDays * dayMs;
    // In two parts, as a long listing comes.
    const objects = names.map((object): ListedObject => ({ object, bytes: 100, modifiedAtMs }));
    inventory.listed('disk', objects.slice(0, 1));
    inventory.listed('disk', objects.slice(1));
    const there = new Set(names);
    inventory.listingEnded('disk', {
      startedAtMs,
      isWhole: true,
      isOfListing: (object) => !object.includes('/'),
      wasListed: (object) => there.has(object),
    });
  };

  it('knows which object was ever read back, until it is found broken', () => {
    listed(['a', 'b']);
    inventory.recordProofs('disk', ['a']);
    expect(inventory.isProven('disk', 'a')).toBe(true);
    expect(inventory.isProven('disk', 'b')).toBe(false);
    expect(inventory.isProven('other', 'a')).toBe(false);
    inventory.recordDamage('disk', ['a']);
    expect(inventory.isProven('disk', 'a')).toBe(false);
  });

  it('gives no figure before the whole copy was listed: nobody knows what is there', () => {
    expect(inventory.figures('disk')).toBeNull();
    inventory.wrote('disk', [{ object: 'a', bytes: 100, atMs: clock.nowMs() }]);
    expect(inventory.figures('disk')).toBeNull();
    listed(['a']);
    expect(inventory.figures('disk')).toMatchObject({
      objects: 1,
      neverRead: { objects: 1, bytes: 100 },
      provenShare: 0,
    });
  });

  it('counts what was never read from when it was written, and never as proven', () => {
    listed(['a', 'b'], 12);
    inventory.recordProofs('disk', ['a']);
    expect(inventory.figures('disk')).toMatchObject({
      provenShare: 0.5,
      oldestUnprovenDays: 12,
      neverRead: { objects: 1 },
    });
    clock.advance(31 * dayMs);
    // What was proven a month ago is proven no more; what was not is older.
    expect(inventory.figures('disk')).toMatchObject({
      provenShare: 0,
      oldestUnprovenDays: 43,
      neverRead: { objects: 1 },
    });
  });

  it('does not let a store with its clock ahead make objects younger than they can be', () => {
    listed(['a'], -400);
    expect(inventory.objects('disk')[0]?.since).toBe(new Date(clock.nowMs()).toISOString());
  });

  it('forgets what a listing does not show any more, but not what was written after it began', () => {
    listed(['a', 'b']);
    inventory.wrote('disk', [{ object: 'manifests/x', bytes: 5, atMs: clock.nowMs() }]);
    inventory.recordProofs('disk', ['a', 'b', 'manifests/x']);
    clock.advance(1000);
    const startedAtMs = clock.nowMs();
    clock.advance(1000);
    inventory.wrote('disk', [{ object: 'late', bytes: 100, atMs: clock.nowMs() }]);
    listed(['b'], 0, startedAtMs);
    expect(
      inventory
        .objects('disk')
        .map(({ object }) => object)
        .sort(),
    ).toEqual(['b', 'late', 'manifests/x']);
    expect([...inventory.proofs('disk').keys()].sort()).toEqual(['b', 'manifests/x']);
  });

  it('takes a proof back when damage is found, and gives it again when the object is read sound', () => {
    listed(['a']);
    inventory.recordProofs('disk', ['a']);
    inventory.recordDamage('disk', ['a']);
    expect(inventory.figures('disk')).toMatchObject({ provenShare: 0, damaged: 1, neverRead: { objects: 1 } });
    inventory.recordProofs('disk', ['a']);
    expect(inventory.figures('disk')).toMatchObject({ provenShare: 1, damaged: 0 });
  });

  it('does not take what was removed and written again for proven', () => {
    listed(['a', 'b']);
    inventory.recordProofs('disk', ['a', 'b']);
    inventory.recordDamage('disk', ['b']);
    inventory.removed('disk', ['a', 'b']);
    expect(inventory.proofs('disk').size + inventory.damage('disk').size).toBe(0);
    // A kill between the removal and the line in the catalog: the bytes are new all the same.
    inventory.recordProofs('disk', ['c', 'd']);
    inventory.disprove('disk', 'c');
    inventory.disprove('other', 'd');
    expect([...inventory.proofs('disk').keys()]).toEqual(['d']);
  });

  it('never rounds up to all of it', () => {
    listed(Array.from({ length: 30_000 }, (_, n) => `o${n}`));
    inventory.recordProofs(
      'disk',
      Array.from({ length: 29_999 }, (_, n) => `o${n}`),
    );
    expect(inventory.figures('disk')?.provenShare).toBe(0.9999);
  });

  it('starts anew when the catalog is lost: unproven, never guessed', async () => {
    listed(['a']);
    inventory.recordProofs('disk', ['a']);
    catalog.close();
    await rm(join(dir, 'catalog.sqlite'));
    catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
    ({ inventory } = catalog);
    expect(inventory.figures('disk')).toBeNull();
    listed(['a'], 9);
    expect(inventory.figures('disk')).toMatchObject({
      provenShare: 0,
      neverRead: { objects: 1 },
      oldestUnprovenDays: 9,
    });
  });
});
