import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../../backend/testing/faulty-blob-store.ts';
import { newId } from '../../platform/random.ts';
import { pruneRepository, type PruneReport } from '../index.ts';
import { addSnapshot, openTimeline, readWholeTimeline, type TimelineSnapshot } from '../testing/a-timeline.ts';
import { aKeyring, TestClock } from '../testing/keys.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const dayMs = 24 * 3_600_000;

/** Three nights: `a` is in all of them, `b1` only in the first, `b2` in the first two. */
const nights: readonly TimelineSnapshot[] = [
  { at: '2026-11-01T02:00:00.000Z', tables: [['a'], ['b1', 'b2']] },
  { at: '2026-11-02T02:00:00.000Z', tables: [['a'], ['b2', 'b3']] },
  { at: '2026-11-03T02:00:00.000Z', tables: [['a'], ['b3', 'b4']] },
];

async function aPlace(snapshots = nights) {
  const clock = new TestClock();
  const blobs = new Map<string, MemoryBlob>();
  const faulty = new FaultyBlobStore(new MemoryBlobStore({ blobs, clock }));
  const open = () => openTimeline(faulty, keyring, never);
  const repository = await open();
  const names: string[] = [];
  for (const snapshot of snapshots) names.push(await addSnapshot(repository, snapshot, never));
  clock.advance(10 * dayMs);
  const prune = async (going: readonly number[], { dryRun = false, workstation = clock, signal = never } = {}) => {
    return pruneRepository(await open(), {
      digest: ({ at }) => at,
      choose: () => new Set(going.map((index) => names[index] ?? '')),
      dryRun,
      holder: 'prune',
      host: 'pc-1',
      clock: workstation,
      concurrency: 1,
      signal,
    });
  };
  const chunks = () => [...blobs.keys()].filter((name) => name.startsWith('chunks/'));
  const snapshotsLeft = () => [...blobs.keys()].filter((name) => name.startsWith('manifests/')).sort();
  return { clock, blobs, faulty, open, repository, names, prune, chunks, snapshotsLeft };
}

const sizes = (report: PruneReport<unknown>) => {
  const { objectsRemoved, bytesFreed, objectsKept, tooYoung, locked } = report;
  return { objectsRemoved, bytesFreed, objectsKept, tooYoung, locked };
};

describe('prune', () => {
  it('removes a snapshot and what only it needed; what stays reads back whole', async () => {
    const { prune, blobs, names, chunks, snapshotsLeft, open } = await aPlace();
    const before = new Map([...blobs].map(([name, { bytes }]) => [name, bytes.length]));
    const report = await prune([0]);
    const gone = [...before.keys()].filter((name) => !blobs.has(name));
    // The manifest, the record of the first night's second table, and `b1`.
    expect(gone).toHaveLength(3);
    expect(snapshotsLeft()).toEqual(names.slice(1));
    const needed = await readWholeTimeline(await open(), never);
    expect(chunks()).toHaveLength(needed.size);
    expect(sizes(report)).toEqual({
      objectsRemoved: 3,
      bytesFreed: gone.reduce((sum, name) => sum + (before.get(name) ?? 0), 0),
      objectsKept: needed.size,
      tooYoung: 0,
      locked: 0,
    });
    expect([...report.removed]).toEqual([names[0]]);
    expect([...blobs.keys()].some((name) => name.startsWith('leases/'))).toBe(false);
  });

  it('says in a dry run what it would do, and writes nothing, not even a lease', async () => {
    const { prune, blobs, faulty } = await aPlace();
    const before = [...blobs.keys()];
    const dry = await prune([0, 1], { dryRun: true });
    expect([...blobs.keys()]).toEqual(before);
    expect(faulty.calls('remove')).toEqual([]);
    expect(sizes(await prune([0, 1]))).toEqual(sizes(dry));
  });

  it('has removed the manifests durably before the first chunk goes', async () => {
    const { prune, faulty } = await aPlace();
    faulty.log.length = 0;
    await prune([0]);
    const steps = faulty.log.filter(({ operation, name }) => operation !== 'get' && !name.startsWith('leases/'));
    const at = (operation: string, prefix: string) =>
      steps.findIndex((step) => step.operation === operation && step.name.startsWith(prefix));
    expect(at('remove', 'manifests/')).toBeGreaterThan(-1);
    expect(at('flush', 'manifests/')).toBeGreaterThan(at('remove', 'manifests/'));
    expect(at('remove', 'chunks/')).toBeGreaterThan(at('flush', 'manifests/'));
  });

  it('takes away what a killed backup left, once it is old', async () => {
    const { prune, repository, clock, faulty, open } = await aPlace();
    faulty.break({
      on: 'put',
      name: /^manifests\//,
      effect: { kind: 'fail', when: 'before', error: new AppError('backend.unreachable') },
    });
    await expect(
      addSnapshot(repository, { at: '2026-11-04T02:00:00.000Z', tables: [['a'], ['left over']] }, never),
    ).rejects.toThrow();
    clock.advance(2 * dayMs);
    expect(sizes(await prune([]))).toMatchObject({ objectsRemoved: 0, tooYoung: 2 });
    clock.advance(2 * dayMs);
    expect(sizes(await prune([]))).toMatchObject({ objectsRemoved: 2, tooYoung: 0 });
    await readWholeTimeline(await open(), never);
  });

  it('counts age by the store’s clock, whatever the workstation believes', async () => {
    const { prune, clock, chunks } = await aPlace();
    clock.advance(-9 * dayMs);
    const workstation = new TestClock();
    workstation.advance(30 * dayMs);
    const before = chunks().length;
    // To the store all of it is one day old.
    await expect(prune([0], { workstation })).rejects.toThrow(RangeError);
    expect(sizes(await prune([], { workstation }))).toMatchObject({ objectsRemoved: 0, objectsKept: before });
  });

  it('spares what the store gives no time for', async () => {
    const { prune, blobs } = await aPlace();
    for (const [name, { bytes }] of blobs) if (name.startsWith('chunks/')) blobs.set(name, { bytes, modifiedAtMs: 0 });
    expect(sizes(await prune([0]))).toMatchObject({ objectsRemoved: 1, tooYoung: 2 });
  });

  it('never removes all of a source, the young, or what it does not know', async () => {
    const { prune, blobs, repository } = await aPlace();
    const before = blobs.size;
    await expect(prune([0, 1, 2])).rejects.toThrow(RangeError);
    await expect(prune([7])).rejects.toThrow(RangeError);
    await addSnapshot(
      repository,
      { at: '2026-11-09T02:00:00.000Z', tables: [['a']], sourceId: '11111111-1111-4111-8111-111111111111' },
      never,
    );
    await expect(prune([0, 1, 2])).rejects.toThrow(RangeError);
    expect(blobs.size).toBe(before + 1);
  });

  it('keeps what stream records name', async () => {
    const { prune, repository, blobs, clock } = await aPlace();
    const only = await addSnapshot(repository, { at: '2026-11-05T02:00:00.000Z', tables: [['segment']] }, never);
    const { tables } = await repository.getManifest(only, never);
    const [segment = ''] = await repository.chunksOfTable(tables[0]?.tableChunk ?? '', never);
    const payload = Buffer.from(JSON.stringify({ file: 'binlog.000001', parts: [{ chunks: [segment] }] }));
    await repository.putStreamRecord(
      { sourceId: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', sequence: 1, id: newId(), payload },
      never,
    );
    blobs.delete(only);
    clock.advance(10 * dayMs);
    const report = await prune([]);
    // The table record goes, the segment stays.
    expect(sizes(report)).toMatchObject({ objectsRemoved: 1, tooYoung: 0 });
    expect(blobs.has(`chunks/${segment.slice(0, 2)}/${segment}`)).toBe(true);
  });

  describe('refuses when it cannot know', () => {
    it.each([
      ['a manifest is damaged', (name: string) => name.startsWith('manifests/20261102')],
      ['a stream record is damaged', (name: string) => name.startsWith('streams/')],
    ])('%s', async (_, isVictim) => {
      const { prune, blobs, repository } = await aPlace();
      const payload = Buffer.from('{}');
      await repository.putStreamRecord(
        { sourceId: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', sequence: 1, id: newId(), payload },
        never,
      );
      const victim = [...blobs.keys()].find(isVictim) ?? '';
      spoil(blobs, victim);
      const before = [...blobs.keys()];
      await expect(prune([0])).rejects.toMatchObject({
        code: 'prune.unreadable',
        facts: { object: victim, count: 1 },
      });
      expect([...blobs.keys()]).toEqual(before);
    });

    it.each(['damaged', 'missing'])('a table record is %s', async (how) => {
      const { prune, blobs, repository, names } = await aPlace();
      const { tables } = await repository.getManifest(names[0] ?? '', never);
      const id = tables[1]?.tableChunk ?? '';
      const victim = `chunks/${id.slice(0, 2)}/${id}`;
      if (how === 'missing') blobs.delete(victim);
      else spoil(blobs, victim);
      const before = [...blobs.keys()];
      // Also when the snapshot that names it is to go.
      await expect(prune([0])).rejects.toMatchObject({ code: 'prune.unreadable', facts: { object: id } });
      expect([...blobs.keys()]).toEqual(before);
    });

    it('a stream record is no JSON', async () => {
      const { prune, repository } = await aPlace();
      const name = await repository.putStreamRecord(
        { sourceId: newId(), sequence: 1, id: newId(), payload: Buffer.from('not json') },
        never,
      );
      await expect(prune([0])).rejects.toMatchObject({ code: 'prune.unreadable', facts: { object: name } });
    });

    it('a manifest comes to light while it removes others', async () => {
      const { prune, faulty, clock, blobs, chunks } = await aPlace();
      const before = chunks();
      const clone = new MemoryBlobStore({ blobs, clock });
      faulty.break({
        on: 'remove',
        name: /^manifests\//,
        effect: {
          kind: 'call',
          when: 'before',
          run: async () => {
            const stranger = await openTimeline(clone, keyring, never);
            await addSnapshot(stranger, { at: '2026-11-07T02:00:00.000Z', tables: [['b1']] }, never);
          },
        },
      });
      await expect(prune([0])).rejects.toMatchObject({ code: 'prune.changed-meanwhile' });
      expect(before.every((name) => blobs.has(name))).toBe(true);
    });
  });

  it('tells whoever chooses which snapshots lack something, such as an old manifest that was put back', async () => {
    const { prune, blobs, names, open, clock } = await aPlace();
    const replayed = blobs.get(names[0] ?? '');
    await prune([0]);
    blobs.set(names[0] ?? '', replayed!);
    // Its own table record is gone: nobody knows what it names.
    await expect(prune([])).rejects.toMatchObject({ code: 'prune.unreadable' });
    blobs.delete(names[0] ?? '');
    const seen: boolean[] = [];
    const rows = (await (await open()).getManifest(names[2] ?? '', never)).tables[1]?.tableChunk ?? '';
    const [, last = ''] = await (await open()).chunksOfTable(rows, never);
    blobs.delete(`chunks/${last.slice(0, 2)}/${last}`);
    await pruneRepository(await open(), {
      digest: () => null,
      choose: (snapshots) => {
        seen.push(...snapshots.map(({ isWhole }) => isWhole));
        return new Set();
      },
      dryRun: true,
      holder: 'prune',
      host: 'pc-1',
      clock,
      signal: never,
    });
    expect(seen).toEqual([true, false]);
  });

  it('leaves alone what is not ours', async () => {
    const { prune, blobs } = await aPlace();
    const foreign = [
      'holiday.jpg',
      'chunks/readme.txt',
      'chunks/ab/not-an-id',
      `chunks/00/${'f'.repeat(64)}`,
      'manifests/notes.txt',
      'streams/x',
      'leases/x',
    ];
    for (const name of foreign) blobs.set(name, { bytes: Buffer.from('x'), modifiedAtMs: 1 });
    await prune([0]);
    expect(foreign.filter((name) => !blobs.has(name))).toEqual([]);
  });

  describe('under object lock', () => {
    const lock = (name: RegExp) =>
      ({
        on: 'remove',
        name,
        nth: 'every',
        effect: {
          kind: 'fail',
          when: 'before',
          error: new AppError('backend.locked', { name: 'x', untilIso: '2027-01-01T00:00:00.000Z' }),
        },
      }) as const;

    it('keeps a locked snapshot whole and counts it', async () => {
      const { prune, faulty, names, open, chunks } = await aPlace();
      const before = chunks();
      faulty.break(lock(new RegExp(names[0] ?? '')));
      const report = await prune([0]);
      expect([...report.lockedSnapshots]).toEqual([names[0]]);
      expect([...report.removed]).toEqual([]);
      expect(sizes(report)).toMatchObject({ objectsRemoved: 0, locked: 1 });
      expect(chunks()).toEqual(before);
      await readWholeTimeline(await open(), never);
    });

    it('leaves locked chunks to a later run', async () => {
      const { prune, faulty } = await aPlace();
      faulty.break(lock(/^chunks\//));
      expect(sizes(await prune([0]))).toMatchObject({ objectsRemoved: 1, locked: 2 });
      faulty.heal();
      expect(sizes(await prune([]))).toMatchObject({ objectsRemoved: 2, locked: 0 });
    });
  });

  describe('and its lease', () => {
    it('is refused while a writer works, and keeps writers out', async () => {
      const { prune, repository, clock, faulty } = await aPlace();
      const request = { kind: 'writer', holder: 'backup of shop', host: 'pc-2', clock, signal: never } as const;
      const writer = await repository.acquireLease(request);
      await expect(prune([0])).rejects.toMatchObject({
        code: 'repository.leased',
        facts: { holder: 'backup of shop' },
      });
      await writer.release(never);
      const refusals: unknown[] = [];
      faulty.break({
        on: 'remove',
        name: /^chunks\//,
        effect: {
          kind: 'call',
          when: 'before',
          run: () =>
            repository.acquireLease(request).then(
              () => undefined,
              (error: unknown) => void refusals.push(error),
            ),
        },
      });
      await prune([0]);
      expect(refusals).toMatchObject([{ code: 'repository.leased', facts: { holder: 'prune' } }]);
    });

    it('is seen by a writer whose clock is wrong by a day, and sees it', async () => {
      const { prune, repository, faulty, clock } = await aPlace();
      const wrong = new TestClock();
      wrong.advance(9 * dayMs);
      const request = { kind: 'writer', holder: 'backup', host: 'pc-2', clock: wrong, signal: never } as const;
      const writer = await repository.acquireLease(request);
      await expect(prune([0])).rejects.toMatchObject({ code: 'repository.leased' });
      await writer.release(never);
      let code = '';
      faulty.break({
        on: 'remove',
        name: /^chunks\//,
        effect: {
          kind: 'call',
          when: 'before',
          run: () =>
            repository.acquireLease(request).then(
              () => undefined,
              (error: unknown) => void (code = (error as AppError).code),
            ),
        },
      });
      await prune([0]);
      expect(code).toBe('repository.leased');
      expect(clock.nowMs() - wrong.nowMs()).toBe(dayMs);
    });

    it('stops at once when it is lost', async () => {
      const { prune, faulty, clock, blobs } = await aPlace();
      faulty.break({
        on: 'remove',
        name: /^chunks\//,
        effect: { kind: 'call', when: 'after', run: () => clock.advance(11 * 60_000) },
      });
      await expect(prune([0])).rejects.toMatchObject({ code: 'repository.lease-lost' });
      expect(faulty.calls('remove').filter((name) => name.startsWith('chunks/'))).toHaveLength(1);
      expect([...blobs.keys()].some((name) => name.startsWith('leases/'))).toBe(false);
    });

    it('is renewed while the work goes on', async () => {
      const { prune, faulty, clock } = await aPlace();
      faulty.break({
        on: 'get',
        nth: 'every',
        effect: { kind: 'call', when: 'after', run: () => clock.advance(4 * 60_000) },
      });
      expect(sizes(await prune([0]))).toMatchObject({ objectsRemoved: 3 });
    });

    it('goes as well when a person cancels', async () => {
      const { prune, faulty, blobs } = await aPlace();
      const cancel = new AbortController();
      faulty.break({
        on: 'remove',
        name: /^chunks\//,
        effect: { kind: 'call', when: 'before', run: () => cancel.abort(new AppError('cancelled')) },
      });
      await expect(prune([0], { signal: cancel.signal })).rejects.toMatchObject({ code: 'cancelled' });
      expect([...blobs.keys()].some((name) => name.startsWith('leases/'))).toBe(false);
    });
  });

  it('is noticed by a writer that slept through it: no snapshot is written that lacks something', async () => {
    const { prune, open, clock, names, snapshotsLeft } = await aPlace();
    const sleeper = await open();
    await sleeper.acquireLease({ kind: 'writer', holder: 'backup', host: 'pc-2', clock, signal: never });
    await sleeper.knownIds(never);
    clock.advance(11 * 60_000);
    await prune([0]);
    // `b1` is in its listing and no longer in the store.
    await expect(
      addSnapshot(sleeper, { at: '2026-11-12T02:00:00.000Z', tables: [['a'], ['b1', 'b2']] }, never),
    ).rejects.toMatchObject({ code: 'repository.missing-object' });
    expect(snapshotsLeft()).toEqual(names.slice(1));
    // Its listing is fresh now.
    await addSnapshot(sleeper, { at: '2026-11-12T03:00:00.000Z', tables: [['a'], ['b1', 'b2']] }, never);
    await readWholeTimeline(await open(), never);
  });
});

function spoil(blobs: Map<string, MemoryBlob>, name: string): void {
  const { bytes, modifiedAtMs } = blobs.get(name)!;
  const spoilt = Buffer.from(bytes);
  spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
  blobs.set(name, { bytes: spoilt, modifiedAtMs });
}
