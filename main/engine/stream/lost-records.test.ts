import { describe, expect, it } from 'vitest';
import { StreamCompaction } from './compact-stream.ts';
import { lostRecords } from './lost-records.ts';
import { readRecords } from './read-stream.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');
const nothing = { known: [], snapshots: [] };

describe('lostRecords', () => {
  const aLog = async () => {
    const log = await StoredLog.make();
    const written = await log.write(recordedEvents('log.000001', startMs, 600), {
      cut: () => 4,
      isSealed: () => false,
    });
    const names = written.map(({ name }) => name);
    const without = (...gone: readonly number[]) => {
      const left = written.filter((_, index) => !gone.includes(index));
      return [left, left.map(({ name }) => name)] as const;
    };
    return { log, written, names, without };
  };

  it('misses what another one continues, and nothing of a log that is whole', async () => {
    const { names, without } = await aLog();
    expect(lostRecords(...without(), nothing)).toEqual([]);
    expect(lostRecords(...without(3), nothing)).toEqual([names[3]]);
    expect(lostRecords(...without(3, 4, 6), nothing)).toEqual([names[4], names[6]]);
  });

  it('does not miss what is listed and cannot be read', async () => {
    const { names, without } = await aLog();
    const [left] = without(3);
    expect(lostRecords(left, names, nothing)).toEqual([]);
  });

  it('does not miss what a prune took from the beginning', async () => {
    const { written, without } = await aLog();
    expect(lostRecords(...without(0, 1, 2), nothing)).toEqual([]);
    // Of two logs beside each other one may be cut behind the beginning of the other: a snapshot stands where it was.
    const { file, to } = written[4]!.record;
    const snapshots = [{ coordinate: { file, position: to, gtid: null }, isExact: true }];
    expect(lostRecords(...without(3), { known: [], snapshots })).toEqual([]);
  });

  it('misses the end, and a whole log, only where it is known to have been there', async () => {
    const { names, without } = await aLog();
    const last = names.length - 1;
    expect(lostRecords(...without(last), nothing)).toEqual([]);
    expect(lostRecords(...without(last), { ...nothing, known: names })).toEqual([names[last]]);
    expect(lostRecords([], [], { ...nothing, known: names })).toEqual(names);
  });

  it('does not miss what was merged', async () => {
    const { log, names } = await aLog();
    log.clock.advance(3 * 86_400_000);
    const { repository, clock } = log;
    await new StreamCompaction({ repository, sourceId, clock, guard: (work) => work(never), signal: never }).pass(1e9);
    const records = await readRecords(log.repository, sourceId, never);
    expect(records.length).toBeLessThan(names.length);
    expect(
      lostRecords(
        records,
        records.map(({ name }) => name),
        { ...nothing, known: names },
      ),
    ).toEqual([]);
  });
});
