import { expect, it } from 'vitest';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import { judgeGone } from './gone-snapshots.ts';

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
) => {
  const { lost, pruned } = judgeGone(
    gone,
    there.map(({ manifest }) => manifest),
    new Set(listed),
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
