import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { FaultyBlobStore } from '../backend/testing/faulty-blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { ChunkSet } from './chunk-set.ts';
import { chunkName } from './format.ts';

const never = new AbortController().signal;
const [first, second] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
const bytes = Buffer.from('an object');

/** Writes down what it is asked to make durable. */
class FlushLog extends MemoryBlobStore {
  readonly flushed: string[][] = [];

  override async flush(names: Iterable<string>, signal: AbortSignal) {
    const all = [...names];
    this.flushed.push(all);
    await super.flush(all, signal);
  }
}

async function aSet(blobs = new Map<string, MemoryBlob>()) {
  const store = new FlushLog({ blobs });
  const chunks = new ChunkSet(store);
  await chunks.ids(never);
  return { store, chunks, blobs };
}

describe('a set of chunks', () => {
  it('makes what it put durable once, however many snapshots rely on it', async () => {
    const { store, chunks } = await aSet();
    await chunks.put(first, bytes, { mode: 'create', signal: never });
    await chunks.flush(never);
    chunks.relyOn(first);
    await chunks.put(first, bytes, { mode: 'create', signal: never });
    await chunks.put(second, bytes, { mode: 'create', signal: never });
    await chunks.flush(never);
    expect(store.flushed).toEqual([[chunkName(first)], [chunkName(second)]]);
  });

  it('relies on nobody else for what it only found', async () => {
    const { blobs } = await aSet();
    await new ChunkSet(new MemoryBlobStore({ blobs })).put(first, bytes, { mode: 'create', signal: never });
    const { store, chunks } = await aSet(blobs);
    chunks.relyOn(first);
    await chunks.flush(never);
    expect(store.flushed).toEqual([[chunkName(first)]]);
  });

  it('has not what is distrusted until it was written anew, at once durable', async () => {
    const { store, chunks, blobs } = await aSet();
    await chunks.put(first, bytes, { mode: 'create', signal: never });
    chunks.distrust(first);
    expect(chunks.has(first)).toBe(false);
    const sound = Buffer.from('sound again');
    const puts = vi.spyOn(store, 'put');
    expect(await chunks.put(first, sound, { mode: 'create', signal: never })).toEqual({ written: true });
    expect(puts.mock.lastCall?.[2]).toMatchObject({ mode: 'replace', durable: 'at-once' });
    expect(blobs.get(chunkName(first))?.bytes).toEqual(sound);
    expect([chunks.has(first), chunks.isDistrusted(first)]).toEqual([true, false]);
  });

  it('goes on where nothing may be written over, and says that it is damaged still', async () => {
    const locked = new AppError('backend.rejected', { because: 'locked' });
    const store = new FaultyBlobStore(new MemoryBlobStore());
    const chunks = new ChunkSet(store);
    await chunks.ids(never);
    await chunks.put(first, bytes, { mode: 'create', signal: never });
    chunks.distrust(first);
    store.break({ on: 'put', nth: 'every', effect: { kind: 'fail', when: 'before', error: locked } });
    expect(await chunks.put(first, bytes, { mode: 'create', signal: never })).toEqual({ written: false });
    expect([chunks.has(first), chunks.isDistrusted(first)]).toEqual([false, true]);
    // Who heals has to know.
    await expect(chunks.put(first, bytes, { mode: 'replace', signal: never })).rejects.toBe(locked);
  });

  it('flushes again when the listing is forgotten, or the chunk is taken away and put again', async () => {
    const { store, chunks } = await aSet();
    const putAndFlush = async () => {
      await chunks.put(first, bytes, { mode: 'create', signal: never });
      await chunks.flush(never);
    };
    await putAndFlush();
    chunks.forget();
    await chunks.ids(never);
    await putAndFlush();
    await chunks.remove(first, never);
    await putAndFlush();
    expect(store.flushed).toEqual([[chunkName(first)], [chunkName(first)], [chunkName(first)]]);
  });

  it('counts nothing of a flush that failed', async () => {
    const { store, chunks } = await aSet();
    const nowhere = 'c'.repeat(64);
    await chunks.put(first, bytes, { mode: 'create', signal: never });
    chunks.relyOn(nowhere);
    await expect(chunks.flush(never)).rejects.toMatchObject({ code: 'backend.blob-missing' });
    await chunks.remove(nowhere, never);
    await chunks.flush(never);
    expect(store.flushed.at(-1)).toEqual([chunkName(first)]);
  });
});
