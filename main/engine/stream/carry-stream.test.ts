import { describe, expect, it } from 'vitest';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { Repository } from '../repository/index.ts';
import { CarryMemory, carryStream } from './carry-stream.ts';
import { StreamCompaction } from './compact-stream.ts';
import { eventsOf, readStream } from './read-stream.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const hour = 3_600_000;
const startMs = Date.parse('2026-11-22T20:00:00Z');

async function aLogAndACopy() {
  const log = await StoredLog.make();
  const events = recordedEvents('log.000001', startMs, 400);
  await log.write(events, { cut: () => 3, isSealed: (index) => index % 3 === 1, hasTwin: () => true });
  const blobs: StoredLog['blobs'] = new Map();
  const store = new MemoryBlobStore({ blobs, clock: log.clock });
  await Repository.create(store, log.keyring.header, never);
  const copy = await Repository.open(store, log.keyring.mainKeys, never);
  const memory = new CarryMemory();
  const names = (repository: Repository) => repository.listStreamRecords(sourceId, never);
  const compact = () =>
    new StreamCompaction({
      repository: log.repository,
      sourceId,
      clock: log.clock,
      guard: (work) => work(never),
      signal: never,
    }).pass(1e9);
  const carry = () => carryStream(log.repository, copy, sourceId, log.clock.nowMs(), memory, never);
  const bytesOn = async (repository: Repository) => {
    const [stretch, ...others] = await readStream(repository, sourceId, never);
    expect(others).toEqual([]);
    const found: Buffer[] = [];
    for (const each of stretch!.records)
      for await (const event of eventsOf(repository, each, log.vault, never)) found.push(event.bytes);
    return Buffer.concat(found).toString('base64');
  };
  const truth = Buffer.concat(events.map(({ bytes }) => bytes)).toString('base64');
  return { log, copy, blobs, names, compact, carry, bytesOn, truth, memory };
}

describe('carryStream', () => {
  it('brings a day as one record and then takes the small ones away, hours not at all', async () => {
    const { log, copy, names, compact, carry, bytesOn, truth } = await aLogAndACopy();
    await carry();
    const small = await names(copy);
    expect(small).toEqual(await names(log.repository));
    log.clock.advance(3 * hour);
    expect((await compact()).into).toBeGreaterThan(0);
    expect(await carry()).toMatchObject({ records: 0, objects: 0, removed: 0 });
    expect(await names(copy)).toEqual(small);
    log.clock.advance(60 * hour);
    await compact();
    const done = await carry();
    expect(done.records).toBeGreaterThan(0);
    expect(done.removed).toBeGreaterThan(5);
    expect(await names(copy)).toEqual(await names(log.repository));
    expect(await bytesOn(copy)).toBe(truth);
    expect(await carry()).toMatchObject({ records: 0, removed: 0 });
  });

  it('brings an hour where the copy was away, and never anything that it has within another', async () => {
    const { log, copy, names, compact, carry, bytesOn, truth } = await aLogAndACopy();
    log.clock.advance(3 * hour);
    await compact();
    await carry();
    expect(await names(copy)).toEqual(await names(log.repository));
    expect(await bytesOn(copy)).toBe(truth);
  });

  it('carries nothing again that the first copy keeps under lock beside its merged record', async () => {
    const { log, copy, names, compact, carry, bytesOn, truth } = await aLogAndACopy();
    await carry();
    const before = new Map(log.blobs);
    log.clock.advance(60 * hour);
    await compact();
    for (const [name, blob] of before) if (name.startsWith('streams/')) log.blobs.set(name, blob);
    await carry();
    const there = await names(copy);
    expect(there.length).toBeLessThan((await names(log.repository)).length);
    expect(await carry()).toMatchObject({ records: 0, objects: 0, removed: 0 });
    expect(await bytesOn(copy)).toBe(truth);
    expect(await bytesOn(log.repository)).toBe(truth);
  });

  it('lists again when a record is merged away while it carries: nothing that is new is left behind', async () => {
    const { log, copy, names, compact, carry, bytesOn, truth } = await aLogAndACopy();
    log.clock.advance(60 * hour);
    const get = log.repository.getStreamRecord.bind(log.repository);
    let reads = 0;
    log.repository.getStreamRecord = async (name, signal) => {
      reads += 1;
      if (reads === 3) await compact();
      return get(name, signal);
    };
    await carry();
    expect(await names(copy)).toContain((await names(log.repository)).at(-1));
    expect(await bytesOn(copy)).toBe(truth);
  });

  it('does not bring back what was tidied up on the copy', async () => {
    const { copy, names, carry } = await aLogAndACopy();
    await carry();
    const [first, second, ...others] = await names(copy);
    await copy.removeStreamRecord(first!, never);
    await copy.removeStreamRecord(second!, never);
    expect(await carry()).toMatchObject({ records: 0 });
    expect(await names(copy)).toEqual(others);
  });

  it('takes nothing away for a merged record that is not whole on the copy', async () => {
    const { log, copy, blobs, names, compact, carry } = await aLogAndACopy();
    await carry();
    const small = await names(copy);
    log.clock.advance(60 * hour);
    await compact();
    const get = copy.getRaw.bind(copy);
    // A cloud that gives other bytes than it was given, which no real one does on demand.
    copy.getRaw = async (id, signal) => {
      const bytes = Buffer.from(await get(id, signal));
      bytes[40]! ^= 1;
      return bytes;
    };
    expect(await carry()).toMatchObject({ removed: 0 });
    expect((await names(copy)).filter((name) => small.includes(name))).toEqual(small);
    expect(blobs.size).toBeGreaterThan(small.length);
  });

  it('asks a copy once that keeps what is to go', async () => {
    const { log, copy, names, compact, carry, bytesOn, truth } = await aLogAndACopy();
    await carry();
    const small = await names(copy);
    log.clock.advance(60 * hour);
    await compact();
    let asked = 0;
    copy.removeStreamRecord = (name) => {
      asked += 1;
      return Promise.reject(new AppError('backend.locked', { name, untilIso: '' }));
    };
    await carry();
    const once = asked;
    expect(once).toBeGreaterThan(0);
    expect(await carry()).toMatchObject({ records: 0, removed: 0 });
    expect(asked).toBe(once);
    expect((await names(copy)).filter((name) => small.includes(name))).toEqual(small);
    expect(await bytesOn(copy)).toBe(truth);
  });
});
