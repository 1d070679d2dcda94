import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalog } from '../catalog/catalog.ts';
import { wasMergedOrPruned } from '../check/gone-stream-record.ts';
import { newId } from '../platform/random.ts';
import { StreamCompaction } from './compact-stream.ts';
import { readRecords, readStream } from './read-stream.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');

describe('readRecords', () => {
  let dir: string;
  let log: StoredLog;
  let catalog: Catalog;
  /** Names of records that were read from the copy. */
  let reads: string[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-records-'));
    log = await StoredLog.make();
    catalog = await Catalog.open(join(dir, 'catalog.sqlite'), log.clock);
    await log.write(recordedEvents('log.000001', startMs, 400), { cut: () => 5, isSealed: (index) => index % 2 === 0 });
    reads = [];
    const read = log.repository.getStoredStreamRecord.bind(log.repository);
    log.repository.getStoredStreamRecord = (name, signal) => {
      reads.push(name);
      return read(name, signal);
    };
  });
  afterEach(async () => {
    catalog.close();
    await rm(dir, { recursive: true, force: true });
  });

  const compact = () => {
    const { repository, clock } = log;
    const guard = <T>(work: (signal: AbortSignal) => Promise<T>) => work(never);
    return new StreamCompaction({ repository, sourceId, clock, guard, signal: never }).pass(1e9);
  };

  it('reads each record from a copy once, forgets what is gone, and believes no row that was changed', async () => {
    const first = await readRecords(log.repository, sourceId, never, catalog.streamRecords);
    expect(reads.sort()).toEqual(first.map(({ name }) => name));
    reads.length = 0;
    expect(await readRecords(log.repository, sourceId, never, catalog.streamRecords)).toEqual(first);
    expect(reads).toEqual([]);

    const rows = new Database(join(dir, 'catalog.sqlite'));
    const [changed, cut, alien] = first.map(({ name }) => name);
    const bytes = Buffer.from(catalog.streamRecords.get(changed!)!);
    bytes[bytes.length - 3]! ^= 4;
    rows.prepare('UPDATE stream_records SET bytes = ? WHERE name = ?').run(bytes, changed);
    rows.prepare('UPDATE stream_records SET bytes = ? WHERE name = ?').run(Buffer.from('{}'), cut);
    // Another record's bytes under this name.
    rows
      .prepare('UPDATE stream_records SET bytes = ? WHERE name = ?')
      .run(catalog.streamRecords.get(first[4]!.name), alien);
    rows.close();
    expect(await readRecords(log.repository, sourceId, never, catalog.streamRecords)).toEqual(first);
    expect(reads.sort()).toEqual([changed, cut, alien].sort());

    log.clock.advance(4 * 86_400_000);
    await compact();
    await readRecords(log.repository, sourceId, never, catalog.streamRecords);
    expect(catalog.streamRecords.get(changed!)).toBeUndefined();
    expect(catalog.streamRecords.get(first.at(-1)!.name)).toBeDefined();
  });

  it('lists again when a record is merged away while it reads', async () => {
    const truth = await readStream(log.repository, sourceId, never);
    log.clock.advance(4 * 86_400_000);
    const read = log.repository.getStoredStreamRecord.bind(log.repository);
    let isFirst = true;
    log.repository.getStoredStreamRecord = async (name, signal) => {
      if (isFirst) {
        isFirst = false;
        log.repository.getStoredStreamRecord = read;
        expect((await compact()).removed).toBeGreaterThan(3);
      }
      return read(name, signal);
    };
    const [stretch, ...others] = await readStream(log.repository, sourceId, never);
    expect(others).toEqual([]);
    expect(stretch!.records.at(-1)!.record.to).toBe(truth[0]!.records.at(-1)!.record.to);
    expect(stretch!.records[0]!.record.from).toBe(truth[0]!.records[0]!.record.from);
    const sum = (of: typeof truth) =>
      of.flatMap(({ records }) => records).reduce((all, { record }) => all + record.events, 0);
    expect(sum([stretch!])).toBe(sum(truth));
  });

  it('leaves a record that was merged away out of what a check calls missing, and no other', async () => {
    const before = await log.repository.listStreamRecords(sourceId, never);
    log.clock.advance(4 * 86_400_000);
    await compact();
    const after = await log.repository.listStreamRecords(sourceId, never);
    const merged = before.filter((name) => !after.includes(name));
    expect(merged.length).toBeGreaterThan(3);
    for (const name of merged) expect(await wasMergedOrPruned(log.repository, name, never)).toBe(true);
    const lost = after.at(-1)!;
    expect(await wasMergedOrPruned(log.repository, lost, never)).toBe(false);
    await log.repository.removeStreamRecord(lost, never);
    expect(await wasMergedOrPruned(log.repository, lost, never)).toBe(false);
    const first = after[0]!;
    await log.repository.putStreamRecord({ sourceId, sequence: 999, id: newId(), payload: Buffer.from('{}') }, never);
    await log.repository.removeStreamRecord(first, never);
    expect(await wasMergedOrPruned(log.repository, first, never)).toBe(true);
  });
});
