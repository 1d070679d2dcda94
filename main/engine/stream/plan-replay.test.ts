import { describe, expect, it } from 'vitest';
import { toAppError } from '../../../shared/errors/app-error.ts';
import { TransactionTracker, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import { eventId, findStop, type ReadEvents } from './find-stop.ts';
import { planReplay, type StartingPoint } from './plan-replay.ts';
import type { Stretch } from './link-records.ts';
import { SegmentBuilder } from './segment.ts';
import type { StoredStreamRecord } from './stream-records.ts';
import { binlogPlace } from './stretch-place.ts';
import { recordedEvents } from './testing/recorded-log.ts';

const firstMs = Date.parse('2026-11-23T14:00:00Z');
function transactionsOf(events: readonly BinlogEvent[]) {
  const tracker = new TransactionTracker();
  return events.map((event) => tracker.take(event)).filter((done) => done !== null);
}

/** The events in records of so many events each. */
function stretchOf(events: readonly BinlogEvent[], eventsEach: number): { stretch: Stretch; read: ReadEvents } {
  const builder = new SegmentBuilder(null, null);
  const parts = new Map<StoredStreamRecord, readonly BinlogEvent[]>();
  const records: StoredStreamRecord[] = [];
  for (let at = 0; at < events.length; at += eventsEach) {
    const part = events.slice(at, at + eventsEach);
    for (const event of part) builder.take(event);
    const segment = builder.close();
    if (segment === null) throw new Error('an empty record');
    const { bytes, ...facts } = segment;
    expect(bytes.length).toBe(part.reduce((sum, each) => sum + each.bytes.length, 0));
    const closedAt = new Date((part.at(-1)?.header.timestampS ?? 0) * 1000).toISOString();
    const stored = { name: String(records.length), record: { ...facts, closedAt } } as unknown as StoredStreamRecord;
    parts.set(stored, part);
    records.push(stored);
  }
  const read: ReadEvents = async function* (stored) {
    await Promise.resolve();
    yield* parts.get(stored) ?? [];
  };
  return { stretch: { records, gap: null }, read };
}

const unread: ReadEvents = () => {
  throw new Error('nothing has to be read for this');
};
const iso = (ms: number) => new Date(ms).toISOString();
const events = recordedEvents('log.000001', firstMs);
const transactions = transactionsOf(events);
const start = (id: string, atMs: number, file: string | null, position: number | null): StartingPoint => ({
  id,
  at: iso(atMs),
  coordinate: { file, position, gtid: null },
});
const second = transactions[1]!;
const fourth = transactions[3]!;

describe('findStop', () => {
  it.each([1, 2, 3, 7, 1000])('stops before the first later transaction, in records of %i events', async (size) => {
    expect(transactions.length).toBeGreaterThan(4);
    const { stretch, read } = stretchOf(events, size);
    for (const [number, { from }] of transactions.entries()) {
      const found = await findStop(stretch, { kind: 'time', atMs: firstMs + number * 10_000 - 1 }, read);
      expect(found).toMatchObject({ isEnd: false });
      // Between two transactions it is the same where: a file begins with events that are no transaction's.
      const { file, position } = binlogPlace(stretch, found!.place);
      expect(file).toBe('log.000001');
      expect(position).toBeLessThanOrEqual(from);
      expect(position).toBeGreaterThanOrEqual(transactions[number - 1]?.to ?? 4);
    }
    const last = await findStop(stretch, { kind: 'time', atMs: firstMs + 1e9 }, unread);
    expect(last).toMatchObject({ isEnd: true, place: { index: stretch.records.length - 1 } });
  });

  it.each([1, 3, 1000])(
    'stops behind a GTID, and where an event of the index begins, in records of %i',
    async (size) => {
      const { stretch, read } = stretchOf(events, size);
      for (const { gtid, to } of transactions.filter((each) => each.gtid !== null)) {
        const found = await findStop(stretch, { kind: 'gtid', gtid: gtid! }, read);
        expect(binlogPlace(stretch, found!.place).position).toBe(to);
      }
      expect(await findStop(stretch, { kind: 'gtid', gtid: '9-9-99999' }, read)).toBeNull();
      const notable = stretch.records.flatMap(({ record }) => record.notable);
      expect(notable.length).toBeGreaterThan(0);
      for (const event of notable) {
        const found = await findStop(stretch, { kind: 'event', id: eventId(event) }, unread);
        expect(binlogPlace(stretch, found!.place).position).toBe(event.from);
      }
    },
  );
});

describe('planReplay', () => {
  const { stretch, read } = stretchOf(events, 3);
  const early = start('early', firstMs + 10_000, 'log.000001', second.from);
  const later = start('later', firstMs + 30_000, 'log.000001', fourth.from);
  const plan = (starts: readonly StartingPoint[], atMs: number, stretches: readonly Stretch[] = [stretch]) =>
    planReplay(stretches, starts, { kind: 'time', atMs }, read);
  const errorOf = (starts: readonly StartingPoint[], atMs: number, stretches?: readonly Stretch[]) =>
    plan(starts, atMs, stretches).then(
      () => null,
      (error: unknown) => ({ code: toAppError(error).code, ...toAppError(error).facts }),
    );
  const endMs = firstMs + (transactions.length - 1) * 10_000;

  it('goes on from the newest snapshot that is not behind the moment', async () => {
    expect((await plan([later, early], firstMs + 19_999)).start.id).toBe('early');
    const chosen = await plan([early, later], endMs - 1);
    expect(chosen.start.id).toBe('later');
    expect(binlogPlace(stretch, chosen.from).position).toBe(fourth.from);
    expect(binlogPlace(stretch, chosen.stop).position).toBe(transactions.at(-1)!.from);
  });

  it('names the nearest moments that can be reached', async () => {
    expect(await errorOf([early, later], firstMs)).toMatchObject({
      code: 'restore.before-snapshots',
      nearest: early.at,
    });
    expect(await errorOf([early], endMs + 1)).toMatchObject({ code: 'restore.behind-log', nearest: iso(endMs) });
    const outside = start('outside', endMs + 5000, 'log.000009', 4);
    expect(await errorOf([early, outside], endMs + 9000)).toMatchObject({ nearest: outside.at });
    expect(await errorOf([outside], endMs)).toMatchObject({ code: 'restore.log-apart' });
    expect(await errorOf([start('no log', firstMs, null, null)], endMs)).toMatchObject({ code: 'restore.log-apart' });
  });

  it('refuses a moment in a gap, and offers its edges', async () => {
    const nextMs = endMs + 3_600_000;
    const next = stretchOf(recordedEvents('log.000001', nextMs), 3);
    const again = start('again', nextMs + 10_000, 'log.000001', second.from);
    const both: ReadEvents = (stored) => (stretch.records.includes(stored) ? read(stored) : next.read(stored));
    const at = (atMs: number) =>
      planReplay([stretch, next.stretch], [early, again], { kind: 'time', atMs }, both).catch(
        (error: unknown) => error,
      );
    // The names of the files begin anew after a reset: the snapshots tell the logs apart by when they were taken.
    expect(await at(endMs - 1)).toMatchObject({ start: early, stretch });
    expect(await at(nextMs + 20_000)).toMatchObject({ start: again, stretch: next.stretch });
    expect(await at(endMs + 60_000)).toMatchObject({
      code: 'restore.in-gap',
      facts: { before: iso(endMs), after: again.at },
    });
  });

  it('takes a snapshot at the end of the log for the proof that nothing was committed until then', async () => {
    const end = events.at(-1)!;
    const quiet = start('quiet', endMs + 7_200_000, 'log.000001', end.endPosition);
    expect(await plan([early, quiet], endMs + 3_600_000)).toMatchObject({ start: quiet });
    expect(await errorOf([early, quiet], endMs + 7_300_000)).toMatchObject({ nearest: quiet.at });
  });

  it('says that an event is not in the log', async () => {
    const found = planReplay([stretch], [early], { kind: 'event', id: 'log.000001:4:0' }, read);
    await expect(found).rejects.toMatchObject({ code: 'stream.event-unknown' });
    const first = stretch.records.flatMap(({ record }) => record.notable)[0]!;
    const before = planReplay([stretch], [later], { kind: 'event', id: eventId(first) }, read);
    await expect(before).rejects.toMatchObject({ code: 'restore.before-snapshots', facts: { nearest: later.at } });
  });
});
