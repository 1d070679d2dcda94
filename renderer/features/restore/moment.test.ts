import { expect, it } from 'vitest';
import { sampleSnapshots } from '../../bridge/scripted/sample-shop.ts';
import { baseOf, instantOf, localOf, momentError, reachable } from './moment.ts';

const nowMs = Date.parse('2026-11-23T12:00:00.000Z');

it('begins at the newest snapshot that is not younger than the moment', () => {
  const snapshots = sampleSnapshots(nowMs);
  const [, second] = snapshots;
  expect(baseOf(snapshots, second!.at)?.id).toBe(second!.id);
  expect(baseOf(snapshots, '2020-01-01T00:00:00.000Z')).toBeNull();
});

it('takes what stands in the field by this computer’s clock, to the second', () => {
  const local = localOf(nowMs);
  expect(instantOf(local)).toBe('2026-11-23T12:00:00.000Z');
  expect(instantOf('')).toBeNull();
  expect(instantOf('not a time')).toBeNull();
});

it('knows what can be reached, and the nearest edges of what cannot', () => {
  const reaches = [
    { fromMs: 10_500, toMs: 20_000 },
    { fromMs: 30_000, toMs: 40_000 },
  ];
  // The second of the snapshot itself counts.
  expect(reachable(reaches, 10_000).isReached).toBe(true);
  expect(reachable(reaches, 20_000).isReached).toBe(true);
  expect(reachable(reaches, 25_000)).toEqual({ isReached: false, before: 20_000, after: 30_000 });
  expect(reachable(reaches, 50_000)).toEqual({ isReached: false, before: 40_000, after: null });
  expect(reachable([], 5)).toEqual({ isReached: false, before: null, after: null });
});

it('asks for what is missing', () => {
  expect(momentError({ kind: 'snapshot' }, null)).toBe('common.required');
  expect(momentError({ kind: 'time', at: '' }, null)).toBe('restore.timeMissing');
  expect(momentError({ kind: 'time', at: localOf(nowMs) }, null)).toBe('restore.timeUnreached');
  expect(momentError({ kind: 'time', at: localOf(nowMs) }, 'id')).toBeNull();
  expect(momentError({ kind: 'event', event: null }, null)).toBe('restore.eventMissing');
});
