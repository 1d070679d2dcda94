import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { BlobStore, PutOptions } from '../backend/blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import { openVaultWithPassphrase, Repository, type NewKeyring } from '../repository/index.ts';
import { testVaultPassphrase } from '../repository/testing/keys.ts';
import { seededRandom } from '../backend/testing/model-disk/seeded-random.ts';
import type { BinlogPlace } from '../../../shared/model/stream.ts';
import { TransactionTracker, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import { StreamCompaction } from './compact-stream.ts';
import { eventId } from './find-stop.ts';
import { stretchesOf, type Stretch } from './link-records.ts';
import { planReplay, type StartingPoint } from './plan-replay.ts';
import { readOpen } from './read-piece.ts';
import { eventsOf, readRecords, readStream } from './read-stream.ts';
import { findStoredEnd } from './resume.ts';
import { binlogPlace } from './stretch-place.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');
const day = 24 * 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

function compactionOf(log: StoredLog): StreamCompaction {
  const { repository, clock } = log;
  return new StreamCompaction({ repository, sourceId, clock, guard: (work) => work(never), signal: never });
}

/** The bytes of each stretch, opened with the vault. */
async function bytesOf(log: Pick<StoredLog, 'repository' | 'vault'>, stretches: readonly Stretch[]): Promise<string[]> {
  return Promise.all(
    stretches.map(async ({ records }) => {
      const found: Buffer[] = [];
      for (const each of records)
        for await (const event of eventsOf(log.repository, each, log.vault, never)) found.push(event.bytes);
      return Buffer.concat(found).toString('base64');
    }),
  );
}

async function twinsOf(log: StoredLog, stretches: readonly Stretch[]): Promise<string[]> {
  const found: string[] = [];
  for (const { record } of stretches.flatMap(({ records }) => records))
    for (const twin of record.twins)
      found.push(`${twin.from}-${twin.to} ${(await readOpen(log.repository, twin, never)).toString()}`);
  return found;
}

/** What is known of a log without opening it, and must not change by merging. */
function indexOf(stretches: readonly Stretch[]) {
  return stretches.map(({ records, gap }) => {
    const all = records.map(({ record }) => record);
    const sum = (of: (record: (typeof all)[number]) => number) => all.reduce((total, each) => total + of(each), 0);
    return {
      gap,
      events: sum(({ events }) => events),
      transactions: sum(({ transactions }) => transactions),
      deleted: sum(({ tables }) => tables.reduce((total, { deleted }) => total + deleted, 0)),
      inserted: sum(({ tables }) => tables.reduce((total, { inserted }) => total + inserted, 0)),
      notable: all.flatMap(({ notable }) => notable),
      sealed: all.reduce<[number, number][]>((found, { sealed, from, to }) => {
        const last = found.at(-1);
        if (!sealed) return found;
        return last?.[1] === from ? [...found.slice(0, -1), [last[0], to]] : [...found, [from, to]];
      }, []),
      first: all.find(({ firstCommitAt }) => firstCommitAt !== null)?.firstCommitAt,
      last: all.findLast(({ lastCommitAt }) => lastCommitAt !== null)?.lastCommitAt,
      end: all.at(-1)?.to,
      lastEnd: all.findLast(({ lastEnd }) => lastEnd !== null)?.lastEnd,
    };
  });
}

/** The first transaction that is not done again: between two of them it is the same where a restore stops. */
function behind({ file, position }: BinlogPlace, events: readonly BinlogEvent[]): string {
  const tracker = new TransactionTracker();
  const done = events.map((event) => tracker.take(event)).filter((each) => each !== null);
  const next = done.find((each) => each.file > file || (each.file === file && each.from >= position));
  return next === undefined ? 'end' : `${next.file}:${next.from}`;
}

/** Where a restore to each moment would begin and stop, or what it would say. */
async function plansOf(log: StoredLog, stretches: readonly Stretch[], events: readonly BinlogEvent[]) {
  const at = (index: number): StartingPoint => {
    const { file, position, header } = events[index]!;
    return { id: `snapshot ${index}`, at: iso(header.timestampS * 1000), coordinate: { file, position, gtid: null } };
  };
  const ends = events.flatMap((each, index) =>
    index > 0 && each.header.timestampS > events[index - 1]!.header.timestampS ? [index] : [],
  );
  const starts = [ends[0]!, ends[Math.floor(ends.length / 2)]!].map(at);
  const read = (stored: Parameters<typeof eventsOf>[1]) => eventsOf(log.repository, stored, log.vault, never);
  const plans: string[] = [];
  for (const index of ends) {
    for (const offsetMs of [-1, 0, 3_500]) {
      const atMs = events[index]!.header.timestampS * 1000 + offsetMs;
      const plan = await planReplay(stretches, starts, { kind: 'time', atMs }, read).then(
        ({ start, stretch, from, stop }) => [
          start.id,
          binlogPlace(stretch, from),
          behind(binlogPlace(stretch, stop), events),
        ],
        (error: unknown) => String(error),
      );
      plans.push(JSON.stringify(plan));
    }
  }
  for (const event of stretches.flatMap(({ records }) => records.flatMap(({ record }) => record.notable))) {
    const { stop, stretch } = await planReplay(stretches, starts, { kind: 'event', id: eventId(event) }, read).catch(
      () => ({ stop: null, stretch: null }),
    );
    plans.push(stop === null ? 'none' : JSON.stringify(binlogPlace(stretch, stop)));
  }
  return plans;
}

const chunks = (log: StoredLog) => [...log.blobs.keys()].filter((name) => name.startsWith('chunks/'));

describe('StreamCompaction', () => {
  it.each([1, 2, 3])('merges seconds to hours to days, and nothing of the log changes (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const log = await StoredLog.make();
    const events = [...recordedEvents('log.000001', startMs, 900), ...recordedEvents('log.000002', startMs + day, 900)];
    await log.write(events, {
      cut: () => 1 + random.below(6),
      isSealed: () => random.below(10) < 3,
      hasTwin: () => random.below(10) < 7,
    });
    const stretches = await readStream(log.repository, sourceId, never);
    expect(stretches).toHaveLength(1);
    const before = {
      bytes: await bytesOf(log, stretches),
      index: indexOf(stretches),
      twins: await twinsOf(log, stretches),
      plans: await plansOf(log, stretches, events),
    };
    const expectSame = async () => {
      const after = await readStream(log.repository, sourceId, never);
      expect(await bytesOf(log, after)).toEqual(before.bytes);
      expect(indexOf(after)).toEqual(before.index);
      expect(await twinsOf(log, after)).toEqual(before.twins);
      expect(await plansOf(log, after, events)).toEqual(before.plans);
    };
    const count = async () => (await log.repository.listStreamRecords(sourceId, never)).length;
    const counts = [await count()];
    for (const restMs of [2 * 3_600_000, 3 * day, day]) {
      log.clock.advance(restMs);
      await log.open();
      const done = await compactionOf(log).pass(1e9);
      expect(done.isMore).toBe(false);
      counts.push(await count());
      expect(counts.at(-2)! - counts.at(-1)!).toBe(done.removed - done.into);
      await expectSame();
    }
    expect(counts[1]!).toBeLessThan(counts[0]!);
    expect(counts[2]!).toBeLessThan(counts[1]!);
    // The last pass had nothing to do.
    expect(counts[3]).toBe(counts[2]);
    // Merged of merged: the names of the smallest are still known, so that whatever continues one finds its place.
    const [largest] = (await readRecords(log.repository, sourceId, never)).sort(
      (a, b) => b.record.merges.length - a.record.merges.length,
    );
    expect(largest!.record.merges.length).toBeGreaterThan(10);
    expect(stretchesOf([largest!])).toHaveLength(1);
    expect(chunks(log).length).toBeGreaterThan(0);
  });

  it('leaves a whole log wherever it is killed, and the next run goes on', { timeout: 60_000 }, async () => {
    const { keyring, blobs, clock } = await aShortLog();
    const expected = await truthOf(blobs, keyring, clock);
    let steps = 0;
    const countingStore = new FailingStore(new Map(blobs), clock, () => {
      steps += 1;
      return null;
    });
    await passOver(countingStore, keyring, clock);
    const merged = await listed(countingStore);
    expect(merged.length).toBeLessThan((await listed(new MemoryBlobStore({ blobs }))).length);
    expect(steps).toBeGreaterThan(15);
    for (let killAt = 1; killAt <= steps; killAt += 1) {
      const own = new Map(blobs);
      let step = 0;
      const dies = new FailingStore(own, clock, () => {
        step += 1;
        return step >= killAt ? new AppError('backend.absent', { path: 'pulled out' }) : null;
      });
      await expect(passOver(dies, keyring, clock)).rejects.toMatchObject({ code: 'backend.absent' });
      expect(await truthOf(own, keyring, clock), `killed at step ${killAt}`).toEqual(expected);
      const whole = new MemoryBlobStore({ blobs: own, clock });
      await passOver(whole, keyring, clock);
      expect(await truthOf(own, keyring, clock)).toEqual(expected);
      expect(await listed(whole)).toEqual(merged);
    }
  });

  it('takes nothing away when what it wrote does not come back as it was', async () => {
    const { keyring, blobs, clock } = await aShortLog();
    const own = new Map(blobs);
    const before = [...own.keys()].filter((name) => name.startsWith('streams/')).sort();
    // A disk that keeps other bytes than it was given, which no real one does on demand.
    const liar = new FailingStore(own, clock, (what, name) => {
      const blob = own.get(name);
      if (what === 'put' && name.startsWith('chunks/') && blob !== undefined) {
        const bytes = Buffer.from(blob.bytes);
        bytes[bytes.length - 1]! ^= 1;
        own.set(name, { ...blob, bytes });
      }
      return null;
    });
    expect(await passOver(liar, keyring, clock)).toMatchObject({ merged: 0, removed: 0 });
    expect([...own.keys()].filter((name) => name.startsWith('streams/')).sort()).toEqual(before);
  });

  it('merges where nothing can be removed, counts nothing twice, and asks once', async () => {
    const { keyring, blobs, clock } = await aShortLog();
    const expected = await truthOf(blobs, keyring, clock);
    const own = new Map(blobs);
    let refusals = 0;
    const locked = new FailingStore(own, clock, (what, name) => {
      if (what !== 'remove' || !name.startsWith('streams/')) return null;
      refusals += 1;
      return new AppError('backend.locked', { name, untilIso: '2027-01-01T00:00:00.000Z' });
    });
    const repository = await Repository.open(locked, keyring.mainKeys, never);
    const compaction = new StreamCompaction({
      repository,
      sourceId,
      clock,
      guard: (work) => work(never),
      signal: never,
    });
    const done = await compaction.pass(1e9);
    expect(done).toMatchObject({ removed: 0, isMore: false });
    expect(done.into).toBeGreaterThan(0);
    const names = await listed(locked);
    expect(names.length).toBe([...blobs.keys()].filter((name) => name.startsWith('streams/')).length + done.into);
    expect(await truthOf(own, keyring, clock)).toEqual(expected);
    const asked = refusals;
    expect(await compaction.pass(1e9)).toMatchObject({ merged: 0, into: 0, removed: 0 });
    expect(refusals).toBe(asked);
    expect(await listed(locked)).toEqual(names);
    // Once the lock is over.
    expect(await passOver(new MemoryBlobStore({ blobs: own, clock }), keyring, clock)).toMatchObject({ into: 0 });
    expect(await truthOf(own, keyring, clock)).toEqual(expected);
    expect((await listed(locked)).length).toBeLessThan(names.length - 5);
  });

  it('leaves it known where the server has to be read again, also within a transaction', async () => {
    const all = recordedEvents('log.000001', startMs, 30);
    const keyring = (await StoredLog.make()).keyring;
    let within = 0;
    for (let count = 3; count <= all.length; count += 1) {
      const log = await StoredLog.make(keyring);
      const written = await log.write(all.slice(0, count), { cut: () => 1, isSealed: () => false });
      if (written.at(-1)!.record.endsWithin) within += 1;
      const end = async () => {
        const names = await log.repository.listStreamRecords(sourceId, never);
        const found = await findStoredEnd(log.repository, names, never);
        return { name: found!.last.name, readFrom: found!.readFrom };
      };
      const before = await end();
      log.clock.advance(4 * day);
      await compactionOf(log).pass(1e9);
      const after = await end();
      expect(after.name).toBe(before.name);
      // Before the first transaction has ended it is the beginning of what is stored, which is further back and as good.
      if (written.slice(0, -1).some(({ record }) => record.lastEnd !== null)) expect(after).toEqual(before);
      else expect(after.readFrom).toBeLessThanOrEqual(before.readFrom);
    }
    expect(within).toBeGreaterThan(5);
  });

  it('is gone on from by whoever remembers a record that was merged away', async () => {
    const log = await StoredLog.make();
    const events = recordedEvents('log.000001', startMs, 60);
    const half = Math.floor(events.length / 2);
    const heard = events.slice(0, half);
    const written = await log.write(heard, { cut: () => 3, isSealed: () => false });
    const remembered = written.at(-1)!.name;
    // Another computer stores a little more, so that what the first one remembers is not the newest any more.
    await log.write(events.slice(half, half + 3), {
      cut: () => 3,
      isSealed: () => false,
      continues: remembered,
      heard,
    });
    log.clock.advance(3 * day);
    await compactionOf(log).pass(1e9);
    expect(await log.repository.listStreamRecords(sourceId, never)).not.toContain(remembered);
    await log.write(events.slice(half), { cut: () => 4, isSealed: () => false, continues: remembered, heard });
    const [stretch, ...others] = await readStream(log.repository, sourceId, never);
    expect(others).toEqual([]);
    expect((await bytesOf(log, [stretch!]))[0]).toBe(
      Buffer.concat(events.map(({ bytes }) => bytes)).toString('base64'),
    );
  });
});

/** Two files, open and sealed, all of it old enough for days; the smallest log that has hours in it. */
async function aShortLog() {
  const log = await StoredLog.make();
  const events = [...recordedEvents('log.000001', startMs, 900), ...recordedEvents('log.000002', startMs + day, 900)];
  await log.write(events, { cut: () => 6, isSealed: (index) => index % 3 === 1, hasTwin: () => true });
  log.clock.advance(4 * day);
  return log;
}

/** All that a reader sees of a log. */
async function truthOf(blobs: Map<string, MemoryBlob>, keyring: NewKeyring, clock: Clock) {
  const repository = await Repository.open(new MemoryBlobStore({ blobs, clock }), keyring.mainKeys, never);
  const vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
  const stretches = await readStream(repository, sourceId, never);
  return { bytes: await bytesOf({ repository, vault }, stretches), index: indexOf(stretches) };
}

async function passOver(store: BlobStore, keyring: NewKeyring, clock: Clock) {
  const repository = await Repository.open(store, keyring.mainKeys, never);
  return new StreamCompaction({ repository, sourceId, clock, guard: (work) => work(never), signal: never }).pass(1e9);
}

async function listed(store: BlobStore): Promise<string[]> {
  return (await Array.fromAsync(store.list('streams/', never))).map(({ name }) => name).sort();
}

/** A store that fails, after the step, when it is told to: for faults that no disk has on demand. `fail` hears of everything that changes it. */
class FailingStore extends MemoryBlobStore {
  readonly #fail: (what: 'put' | 'flush' | 'remove', name: string) => AppError | null;

  constructor(blobs: Map<string, MemoryBlob>, clock: Clock, fail: FailingStore['failing']) {
    super({ blobs, clock });
    this.#fail = fail;
  }

  readonly failing = (what: 'put' | 'flush' | 'remove', name: string): AppError | null => this.#fail(what, name);

  override async put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    const done = await super.put(name, bytes, options);
    this.#strike('put', name);
    return done;
  }

  override async flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    await super.flush(names, signal);
    this.#strike('flush', '');
  }

  override async remove(name: string, signal: AbortSignal): Promise<void> {
    const refused = name.startsWith('streams/') ? this.failing('remove', name) : null;
    if (refused?.code === 'backend.locked') throw refused;
    await super.remove(name, signal);
    if (refused !== null) throw refused;
  }

  #strike(what: 'put' | 'flush', name: string): void {
    const error = this.failing(what, name);
    if (error !== null) throw error;
  }
}
