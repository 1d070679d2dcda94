import { expect, it } from 'vitest';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import { judgeGone, lostUnseen, pruneNotesIn, unexplained } from './gone-snapshots.ts';

const base = aManifest();

/** A snapshot of one table, whose record is `table`. */
function night(day: number, table: string, shop = base.source.id): { manifest: Manifest; manifestName: string } {
  const id = `00000000-0000-4000-8000-${day.toString().padStart(12, '0')}`;
  const tables = [{ database: 'shop', name: 'orders', tableChunk: table } as Manifest['tables'][number]];
  const at = `2026-11-${day.toString().padStart(2, '0')}T18:00:00.000Z`;
  return {
    manifest: { ...base, id, at, source: { ...base.source, id: shop }, databases: [], tables },
    manifestName: `manifests/${day}`,
  };
}
const judge = (
  gone: readonly ReturnType<typeof night>[],
  there: readonly ReturnType<typeof night>[],
  listed: readonly string[],
  written: readonly string[] = [],
) => {
  const { lost, pruned } = judgeGone(
    gone,
    there.map(({ manifest }) => manifest),
    new Set(listed),
    { pruned: new Set(written) },
  );
  const names = (some: typeof lost) => some.map(({ manifestName }) => manifestName);
  return { lost: names(lost), pruned: names(pruned) };
};

it('takes for tidied up what is older than another and has taken its own objects with it', () => {
  expect(judge([night(1, 'a'), night(2, 'b')], [night(3, 'c')], ['c'])).toEqual({
    lost: [],
    pruned: ['manifests/1', 'manifests/2'],
  });
});

it('takes for lost what prune never removes: the newest of a shop, however many others are there', () => {
  expect(judge([night(3, 'c')], [night(1, 'a'), night(2, 'b')], ['a', 'b']).lost).toEqual(['manifests/3']);
  const other = night(9, 'z', '11111111-1111-4111-8111-111111111111');
  expect(judge([night(3, 'c')], [other], ['z']).lost).toEqual(['manifests/3']);
  expect(judge([night(1, 'a')], [], []).lost).toEqual(['manifests/1']);
});

it('takes for lost what left all of its own objects behind', () => {
  expect(judge([night(1, 'a')], [night(2, 'b')], ['a', 'b']).lost).toEqual(['manifests/1']);
});

it('does not miss a night in which nothing changed and that a newer one holds as well', () => {
  expect(judge([night(1, 'a')], [night(2, 'a')], ['a'])).toEqual({ lost: [], pruned: ['manifests/1'] });
});

it('believes what is written down, and misses what is not once anything is', () => {
  const [first, second] = [night(1, 'a'), night(2, 'b')];
  const notes = [first.manifest.id];
  // Of both nothing is left; of the second nobody has written that it was to go.
  expect(judge([first, second], [night(3, 'c')], ['c'], notes)).toEqual({
    lost: ['manifests/2'],
    pruned: ['manifests/1'],
  });
  // Its objects are locked, or needed again since.
  expect(judge([first], [night(3, 'c')], ['a', 'c'], notes).pruned).toEqual(['manifests/1']);
  // The newest never goes, whatever is written.
  expect(judge([night(3, 'c')], [first], ['a'], [night(3, 'c').manifest.id]).lost).toEqual(['manifests/3']);
});

it('takes a snapshot that it knows from elsewhere for lost only where all of its own objects lie', () => {
  const there = [night(3, 'c').manifest];
  const unseen = (listed: readonly string[], pruned: readonly string[] = []) =>
    lostUnseen([night(1, 'a'), night(2, 'b'), night(4, 'd')], there, new Set(listed), { pruned: new Set(pruned) }).map(
      ({ manifestName }) => manifestName,
    );
  expect(unseen(['c'])).toEqual([]);
  expect(unseen(['a', 'c'])).toEqual(['manifests/1']);
  expect(unseen(['a', 'c'], [night(1, 'a').manifest.id])).toEqual([]);
  // It is on its way.
  expect(unseen(['c', 'd'])).toEqual([]);
});

it('names the snapshots that others follow and that nothing explains', () => {
  const ids = [1, 2, 3].map((day) => night(day, 'x').manifest.id);
  const after = (day: number, previous: number) => ({ ...night(day, 'x').manifest, previous: ids[previous - 1]! });
  const there = [after(4, 3), after(5, 1), after(6, 2)];
  expect(unexplained(there, [night(3, 'x')], pruneNotesIn([`pruned ${ids[0]}`, `proven ${ids[1]}`]))).toEqual([ids[1]]);
});
