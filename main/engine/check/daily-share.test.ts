import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { provenWithinDays } from '../../../shared/model/proof.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { CopyInventory, KnownObject } from '../catalog/copy-inventory.ts';
import { TestClock } from '../repository/testing/keys.ts';
import { planShare } from './daily-share.ts';

/** Numbers from 0 to 1 that are the same in every run (Park and Miller). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const dayMs = 24 * 3_600_000;
const now = Date.parse('2026-11-22T14:00:00.000Z');
const daysAgo = (days: number) => new Date(now - days * dayMs).toISOString();
const object = (name: string, fields: Partial<KnownObject> = {}): KnownObject => ({
  object: name,
  bytes: 1000,
  since: daysAgo(0),
  provenAt: null,
  ...fields,
});
const namesOf = (share: readonly KnownObject[]) => share.map((known) => known.object);

describe('planShare', () => {
  it('spreads what was written on one day over the days there are', () => {
    const objects = Array.from({ length: 280 }, (_, n) => object(`o${String(n).padStart(3, '0')}`));
    expect(planShare(objects, new Set(), now)).toHaveLength(10);
  });

  it('reads the least recently proven first, and what was found broken before all', () => {
    const objects = [
      object('new'),
      object('fresh', { since: daysAgo(90), provenAt: daysAgo(2) }),
      object('old', { since: daysAgo(90), provenAt: daysAgo(27.5) }),
      object('never', { since: daysAgo(27.8) }),
      object('bad', { since: daysAgo(90), provenAt: daysAgo(1) }),
    ];
    expect(namesOf(planShare(objects, new Set(['bad']), now))).toEqual(['bad', 'never', 'old']);
  });

  it('takes everything that is overdue, and nothing of an empty copy', () => {
    const objects = Array.from({ length: 50 }, (_, n) => object(`o${n}`, { since: daysAgo(40 + n) }));
    expect(planShare(objects, new Set(), now)).toHaveLength(50);
    expect(planShare([], new Set(), now)).toEqual([]);
  });

  it('counts bytes as well as objects: one large object does not come on top of its day', () => {
    const small = Array.from({ length: 27 }, (_, n) => object(`a${String(n).padStart(2, '0')}`, { bytes: 1 }));
    const share = planShare([...small, object('z-large', { bytes: 28_000_000 })], new Set(), now);
    // A twenty-eighth of the bytes is in the large one alone: the order by age still holds.
    expect(share).toHaveLength(28);
  });
});

/**
 * The promise itself, over sixty days of a life: copies come and go, every night brings new objects, some nights fail, old
 * snapshots are pruned, and the figure that is shown is checked against a book kept by the test.
 */
describe('sixty days of daily shares', () => {
  const rates = { new: 14, prunedEvery: 5 };

  it.each([1, 2, 3])(
    'read every object on every reachable copy within 30 days, and the figure is true (seed %i)',
    async (seed) => {
      const dir = await mkdtemp(join(tmpdir(), 'shouhu-share-'));
      const clock = new TestClock();
      const catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
      const { inventory } = catalog;
      const random = numbersFrom(seed * 7919);
      /** What the test knows: for each copy the objects, with size, birth and last reading. */
      const book = new Map<string, Map<string, { bytes: number; since: number; read: number | null }>>();
      const add = (copy: string, name: string, bytes: number) => {
        if (book.get(copy)?.has(name) === true) return;
        book.get(copy)?.set(name, { bytes, since: clock.nowMs(), read: null });
        inventory.wrote(copy, [{ object: name, bytes, atMs: clock.nowMs() }]);
      };
      const list = (copy: string) => {
        const there = book.get(copy) ?? new Map<string, { bytes: number; since: number }>();
        inventory.listed(
          copy,
          [...there].map(([object, { bytes, since }]) => ({ object, bytes, modifiedAtMs: since })),
        );
        inventory.listingEnded(copy, {
          startedAtMs: clock.nowMs(),
          isWhole: true,
          isOfListing: () => true,
          wasListed: (object) => there.has(object),
        });
      };
      book.set('main', new Map());
      for (let n = 0; n < 400; n++) add('main', `first-${n}`, 200 + Math.floor(random() * 4_000));
      let mostRead = 0;
      try {
        for (let day = 0; day < 60; day++) {
          clock.advance(dayMs);
          // A second copy comes on day 10, filled from the first at once; a third is there only from day 20 to 45.
          for (const [copy, from] of [
            ['second', 10],
            ['third', 20],
          ] as const) {
            if (day !== from) continue;
            book.set(copy, new Map());
            for (const [name, { bytes }] of book.get('main') ?? []) add(copy, name, bytes);
          }
          if (day === 45) {
            book.delete('third');
            catalog.forgetDestination('third');
          }
          for (let n = 0; n < rates.new + Math.floor(random() * 20); n++)
            for (const copy of book.keys()) add(copy, `day-${day}-${n}`, 200 + Math.floor(random() * 4_000));
          if (day % rates.prunedEvery === 4)
            for (const [copy, objects] of book)
              for (const name of [...objects.keys()].slice(-8)) {
                objects.delete(name);
                inventory.removed(copy, [name]);
              }
          for (const [copy, objects] of book) {
            list(copy);
            // The program was closed that day, or the share was killed half way.
            const fate = random();
            const share = planShare(inventory.objects(copy), inventory.damage(copy), clock.nowMs());
            const done = fate < 0.04 ? [] : fate < 0.1 ? share.slice(0, share.length / 2) : share;
            mostRead = Math.max(mostRead, done.length / objects.size);
            inventory.recordProofs(
              copy,
              done.map((known) => known.object),
            );
            for (const known of done) objects.get(known.object)!.read = clock.nowMs();
          }
          for (const [copy, objects] of book) expectTrueFigure(inventory, copy, objects, clock.nowMs());
        }
        // A share, and not the whole copy each day.
        expect(mostRead).toBeLessThan(0.35);
      } finally {
        catalog.close();
        await rm(dir, { recursive: true, force: true });
      }
    },
  );

  function expectTrueFigure(
    inventory: CopyInventory,
    copy: string,
    objects: ReadonlyMap<string, { bytes: number; since: number; read: number | null }>,
    nowMs: number,
  ): void {
    const all = [...objects.values()];
    const ages = all.map(({ since, read }) => (nowMs - (read ?? since)) / dayMs);
    const oldest = Math.max(...ages);
    expect(oldest).toBeLessThanOrEqual(provenWithinDays);
    const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
    const proven = all.filter(({ read }) => read !== null && nowMs - read <= provenWithinDays * dayMs);
    const never = all.filter(({ read }) => read === null);
    expect(inventory.figures(copy)).toMatchObject({
      objects: all.length,
      bytes,
      neverRead: { objects: never.length, bytes: never.reduce((sum, one) => sum + one.bytes, 0) },
      provenShare: Math.floor((10_000 * proven.reduce((sum, one) => sum + one.bytes, 0)) / bytes) / 10_000,
      oldestUnprovenDays: Math.floor(oldest * 10) / 10,
      damaged: 0,
    });
  }
});
