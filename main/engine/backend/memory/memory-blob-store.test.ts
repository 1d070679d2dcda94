import { expect, it } from 'vitest';
import { describeBlobStore, names, never, text } from '../testing/describe-blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from './memory-blob-store.ts';

describeBlobStore('memory', () => {
  const blobs = new Map<string, MemoryBlob>();
  const plant = (name: string, bytes: Uint8Array): Promise<void> => {
    blobs.set(name, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
    return Promise.resolve();
  };
  return Promise.resolve({ store: new MemoryBlobStore({ blobs }), plant });
});

it('shares objects between two stores over one map', async () => {
  const blobs = new Map<string, MemoryBlob>();
  const [here, there] = [new MemoryBlobStore({ blobs }), new MemoryBlobStore({ blobs })];
  await here.put('leases/one', Buffer.from('mine'), { mode: 'create', signal: never });
  expect(await text(there, 'leases/one')).toBe('mine');
});

it('does not notice later changes to a buffer it was given or gave', async () => {
  const store = new MemoryBlobStore();
  const bytes = Buffer.from('abc');
  await store.put('x', bytes, { mode: 'create', signal: never });
  bytes.fill(0);
  (await store.get('x', { signal: never })).fill(0);
  expect(await text(store, 'x')).toBe('abc');
  expect(await names(store, '')).toEqual(['x']);
});
