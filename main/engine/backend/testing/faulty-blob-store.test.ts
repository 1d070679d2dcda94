import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MemoryBlobStore } from '../memory/memory-blob-store.ts';
import { describeBlobStore, names, never } from './describe-blob-store.ts';
import { FaultyBlobStore } from './faulty-blob-store.ts';

const create = { mode: 'create', signal: never } as const;
const error = new AppError('backend.unreachable');

describeBlobStore('faulty, without a fault', () =>
  Promise.resolve({ store: new FaultyBlobStore(new MemoryBlobStore()) }),
);

describe('a faulty store', () => {
  it('breaks the nth matching call before or after it took effect, and logs all', async () => {
    const memory = new MemoryBlobStore();
    const store = new FaultyBlobStore(memory, [
      { on: 'put', name: 'a', effect: { kind: 'fail', when: 'before', error } },
      { on: 'put', name: /^b/, nth: 2, effect: { kind: 'fail', when: 'after', error } },
    ]);
    await expect(store.put('a', Buffer.from('x'), create)).rejects.toBe(error);
    await store.put('a', Buffer.from('x'), create);
    await store.put('b1', Buffer.from('x'), create);
    await expect(store.put('b2', Buffer.from('x'), create)).rejects.toBe(error);
    expect(await names(memory, '')).toEqual(['a', 'b1', 'b2']);
    expect(store.log.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'a failed',
      'a ok',
      'b1 ok',
      'b2 failed',
    ]);
  });

  it('damages reads without touching the object', async () => {
    const store = new FaultyBlobStore(new MemoryBlobStore());
    await store.put('x', Buffer.from([1, 2, 3]), create);
    store.break({ on: 'get', effect: { kind: 'flip', atByte: -1 } });
    expect([...(await store.get('x', { signal: never }))]).toEqual([1, 2, 2]);
    store.break({ on: 'get', effect: { kind: 'truncate', toBytes: 1 } });
    expect([...(await store.get('x', { signal: never }))]).toEqual([1]);
    expect([...(await store.get('x', { signal: never }))]).toEqual([1, 2, 3]);
  });

  it('can forget names in a list and a look until it is healed', async () => {
    const store = new FaultyBlobStore(new MemoryBlobStore());
    await store.put('new', Buffer.from('x'), create);
    store.break({ on: 'list', nth: 'every', effect: { kind: 'hide', names: /new/ } });
    store.break({ on: 'stat', nth: 'every', effect: { kind: 'hide', names: /new/ } });
    expect([await names(store, ''), await store.stat('new', never)]).toEqual([[], undefined]);
    store.heal();
    expect(await names(store, '')).toEqual(['new']);
  });

  it('runs a hook at the chosen moment', async () => {
    const store = new FaultyBlobStore(new MemoryBlobStore());
    const stop = new AbortController();
    const reason = new Error('killed');
    store.break({ on: 'put', effect: { kind: 'call', when: 'before', run: () => stop.abort(reason) } });
    await expect(store.put('x', Buffer.from('x'), { mode: 'create', signal: stop.signal })).rejects.toBe(reason);
    expect(await names(store, '')).toEqual([]);
  });
});
