import { expect, it } from 'vitest';
import { sampleEvents } from '../../bridge/scripted/sample-stream.ts';
import type { ShopLog } from '../../stores/events-store.ts';
import { bandOf, reachesOf } from './band.ts';

const nowMs = Date.parse('2026-11-23T12:00:00.000Z');
const hours = (count: number) => new Date(nowMs - count * 3_600_000).toISOString();
const log = sampleEvents(nowMs);

it('reaches from a snapshot to the last change, and on to where everything is stored', () => {
  const reaches = reachesOf(log, [hours(76), hours(27.5), hours(3)], hours(-0.01));
  expect(reaches.map(({ fromMs, toMs }) => [nowMs - fromMs, nowMs - toMs].map((ms) => ms / 3_600_000))).toEqual([
    [76, 31],
    [27.5, -0.01],
  ]);
});

it('reaches nowhere before the first snapshot, and nothing of a log that no snapshot begins', () => {
  expect(reachesOf(log, [], hours(0))).toEqual([]);
  // The first snapshot is one of yesterday: what was logged before it stands on nothing.
  const [first] = reachesOf(log, [hours(40)], hours(0));
  expect(first?.fromMs).toBe(Date.parse(hours(40)));
});

it('draws what is kept, what is missing, the snapshots and what happened, in order on one line', () => {
  const snapshots = [
    { id: 'a', at: hours(75) },
    { id: 'b', at: hours(27) },
  ];
  const band = bandOf(log, snapshots, hours(0), nowMs)!;
  expect(band.pieces.map(({ kind }) => kind)).toEqual(['log', 'log', 'gap']);
  const [first, second, gap] = band.pieces;
  expect(first!.from).toBe(0);
  expect(gap!.from).toBeCloseTo(first!.width);
  expect(gap!.from + gap!.width).toBeCloseTo(second!.from);
  expect(second!.from + second!.width).toBeCloseTo(100);
  expect(band.marks.filter(({ kind }) => kind === 'snapshot').map(({ id }) => id)).toEqual(['a', 'b']);
  expect(band.marks.filter(({ kind }) => kind === 'event')).toHaveLength(log.events.length);
});

it('draws nothing where nothing is kept', () => {
  const empty: ShopLog = { events: [], stretches: [], gaps: [], destination: 'main' };
  expect(bandOf(empty, [{ id: 'a', at: hours(3) }], hours(0), nowMs)).toBeNull();
});
