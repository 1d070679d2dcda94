import { describe, expect, it } from 'vitest';
import { aSnapshot, aSource, sampleDestinations } from '../../bridge/scripted/sample-shop.ts';
import { lastGood, nextStep } from './next-step.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const recent = '2026-11-22T09:00:00Z';
const proven = [{ destination: '主硬盘', state: 'totals-matched' as const }];
const step = (snapshots: ReturnType<typeof aSnapshot>[], source = aSource(), destinations = sampleDestinations) =>
  nextStep(source, snapshots, destinations, now).key;

describe('the next step', () => {
  it('is nothing when all is well', () => {
    expect(step([aSnapshot(1, recent, proven)])).toBe('timeline.nextNone');
  });

  it('is the most pressing thing', () => {
    expect(step([], aSource({ hasCredentials: false }))).toBe('timeline.nextCredentials');
    expect(step([])).toBe('timeline.nextFirst');
    expect(step([aSnapshot(2, recent, proven, { checksOk: false }), aSnapshot(1, recent, proven)])).toBe(
      'timeline.nextChecks',
    );
    expect(step([aSnapshot(1, '2026-11-20T09:00:00Z', proven)])).toBe('timeline.nextStale');
    expect(step([aSnapshot(1, recent, [{ destination: '主硬盘', state: 'restored', intact: false }])])).toBe(
      'timeline.nextDamaged',
    );
    expect(step([aSnapshot(1, recent, proven)], aSource(), sampleDestinations.slice(0, 1))).toBe(
      'timeline.nextOneCopy',
    );
    expect(step([aSnapshot(1, recent, [{ destination: '主硬盘', state: 'listed' }])])).toBe('timeline.nextVerify');
    expect(step([aSnapshot(1, recent, [{ destination: '主硬盘', state: 'read-back' }])])).toBe('timeline.nextRestore');
  });

  it('is not led astray by a snapshot from the future', () => {
    const ahead = aSnapshot(2, '2026-12-20T09:00:00Z', proven);
    expect(step([ahead, aSnapshot(1, '2026-11-20T09:00:00Z', proven)])).toBe('timeline.nextStale');
    expect(step([ahead, aSnapshot(1, recent, proven)])).toBe('timeline.nextNone');
  });

  it('does not take a clock that was ahead for a backup of yesterday, when later ones show how old it is', () => {
    const ahead = aSnapshot(2, '2026-11-22T09:00:00Z', proven, { notAfter: '2026-11-10T09:00:00Z' });
    expect(step([aSnapshot(3, '2026-11-11T09:00:00Z', proven), ahead])).toBe('timeline.nextStale');
  });

  it('does not count a snapshot with a failed check as good', () => {
    expect(lastGood([aSnapshot(2, recent, proven, { checksOk: false })])).toBeNull();
  });
});
