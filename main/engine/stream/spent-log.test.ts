import { describe, expect, it } from 'vitest';
import type { Coordinate } from '../../../shared/model/database.ts';
import { defaultGraceMs, pruneRepository } from '../repository/index.ts';
import { addSnapshot } from '../repository/testing/a-timeline.ts';
import { StreamCompaction } from './compact-stream.ts';
import { chunksOf } from './merge-records.ts';
import { eventsOf, readRecords, readStream } from './read-stream.ts';
import { spentLog, type StayingSnapshot } from './spent-log.ts';
import type { StoredStreamRecord } from './stream-records.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');
const day = 86_400_000;
const at = (file: string | null, position: number | null, isExact = true): StayingSnapshot => {
  const coordinate: Coordinate = { file, position, gtid: null };
  return { coordinate, isExact };
};

describe('spentLog', () => {
  const aLog = async () => {
    const log = await StoredLog.make();
    const events = [...recordedEvents('log.000001', startMs, 600), ...recordedEvents('log.000002', startMs + day, 600)];
    const written = await log.write(events, {
      cut: () => 4,
      isSealed: (index) => index % 2 === 0,
      hasTwin: () => true,
    });
    return { log, events, written };
  };
  const spent = (records: readonly StoredStreamRecord[], snapshots: readonly StayingSnapshot[]) =>
    spentLog(records, snapshots);

  it('frees what lies wholly before the oldest snapshot in the chain, and nothing else', async () => {
    const { written } = await aLog();
    const names = written.map(({ name }) => name);
    const { file, from, to } = written[5]!.record;
    const later = at(written.at(-1)!.record.file, written.at(-1)!.record.to);
    // Within a record, at its beginning, which is the end of the one before, and in whatever order they come.
    expect(spent(written, [later, at(file, from + 1)]).names).toEqual(names.slice(0, 5));
    expect(spent(written, [at(file, from), later]).names).toEqual(names.slice(0, 4));
    expect(spent(written, [at(file, to)]).names).toEqual(names.slice(0, 5));
    expect(spent(written, [later]).names).toEqual(names.slice(0, -1));
    expect(spent([...written].reverse(), [at(file, from + 1)]).names).toEqual(names.slice(0, 5));
  });

  it('frees nothing where no snapshot stands for certain', async () => {
    const { written, log, events } = await aLog();
    const none = { names: [], because: 'no-snapshot' };
    expect(spent(written, [])).toEqual(none);
    expect(spent(written, [at('log.000009', 4), at(null, null)])).toEqual(none);
    const { file, to } = written[5]!.record;
    expect(spent(written, [at(file, to, false)])).toEqual(none);
    // After a reset the same file is written again: which of the two the snapshot stands in its place does not say.
    const again = await log.write(events.slice(0, 30), { cut: () => 4, isSealed: () => false });
    expect(spent([...written, ...again], [at(file, to)])).toEqual(none);
    // One that is certain frees its own chain only, and not what the other one may need.
    const certain = at('log.000002', written.at(-1)!.record.to);
    const { names } = spent([...written, ...again], [at(file, to), certain]);
    expect(names).toEqual(written.slice(0, 5).map(({ name }) => name));
  });

  it('lets prune free what was merged, and keep what was not', async () => {
    const { log, events, written } = await aLog();
    const { repository, clock } = log;
    await addSnapshot(repository, { at: '2026-11-22T02:00:00.000Z', tables: [['a']], sourceId }, never);
    clock.advance(5 * day);
    const small = new Set(written.flatMap(({ record }) => [...chunksOf(record)]));
    const compaction = new StreamCompaction({
      repository,
      sourceId,
      clock,
      guard: (work) => work(never),
      signal: never,
    });
    expect((await compaction.pass(1e9)).removed).toBeGreaterThan(10);
    const records = await readRecords(repository, sourceId, never);
    const needed = new Set(records.flatMap(({ record }) => [...chunksOf(record)]));
    const has = (id: string) => log.blobs.has(`chunks/${id.slice(0, 2)}/${id}`);
    const prune = (snapshots: readonly StayingSnapshot[], dryRun = false) =>
      pruneRepository(repository, {
        digest: () => null,
        choose: () => new Set(),
        logs: { note: () => undefined, choose: () => new Set(spent(records, snapshots).names) },
        dryRun,
        holder: 'a test',
        host: 'pc',
        clock,
        signal: never,
      });
    const young = await prune([]);
    // They were written long ago: what nothing names any more goes, what was merged a moment ago stays.
    expect(young.removedStreams.size).toBe(0);
    expect([...small].filter((id) => has(id) && !needed.has(id))).toEqual([]);
    expect([...needed].filter((id) => !has(id))).toEqual([]);

    // A snapshot in the second file: the merged records of the first can restore nothing. They are young at first.
    const second = at('log.000002', 4);
    expect((await prune([second])).removedStreams.size).toBe(0);
    clock.advance(defaultGraceMs + 1);
    const before = log.blobs.size;
    const rehearsed = await prune([second], true);
    expect(log.blobs.size).toBe(before);
    const report = await prune([second]);
    expect(report.removedStreams.size).toBeGreaterThan(0);
    expect(report.removedStreams).toEqual(rehearsed.removedStreams);
    expect([report.objectsRemoved, report.bytesFreed]).toEqual([rehearsed.objectsRemoved, rehearsed.bytesFreed]);
    const [stretch, ...others] = await readStream(repository, sourceId, never);
    expect(others).toEqual([]);
    expect(stretch!.records[0]!.record).toMatchObject({ file: 'log.000002', from: 4 });
    const found: Buffer[] = [];
    for (const each of stretch!.records)
      for await (const event of eventsOf(repository, each, log.vault, never)) found.push(event.bytes);
    const expected = events.filter(({ file }) => file === 'log.000002').map(({ bytes }) => bytes);
    expect(Buffer.concat(found).equals(Buffer.concat(expected))).toBe(true);
  });
});
