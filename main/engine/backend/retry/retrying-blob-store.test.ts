import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MemoryBlobStore } from '../memory/memory-blob-store.ts';
import { describeBlobStore, names, never, text } from '../testing/describe-blob-store.ts';
import { FaultyBlobStore, type Fault } from '../testing/faulty-blob-store.ts';
import { RetryingBlobStore, type RetryOptions } from './retrying-blob-store.ts';

const create = { mode: 'create', signal: never } as const;
const lost = new AppError('backend.unreachable');
const lostBefore = { kind: 'fail', when: 'before', error: lost } as const;

describeBlobStore('retrying', () => Promise.resolve({ store: aStore([]).store }));

describeBlobStore('retrying, each second call lost', () => {
  const faults = (['put', 'get', 'stat', 'list', 'remove'] as const).flatMap((on) =>
    Array.from({ length: 3000 }, (_, n): Fault => ({ on, nth: 2 * n + 1, effect: lostBefore })),
  );
  return Promise.resolve({ store: aStore(faults.slice(0, 60)).store });
});

describe('a retrying store', () => {
  it('waits longer each time and gives up after its tries', async () => {
    const { store, faulty, waits } = aStore([{ on: 'get', nth: 'every', effect: lostBefore }], {
      tries: 5,
      maxDelayMs: 3000,
    });
    await expect(store.get('x', { signal: never })).rejects.toBe(lost);
    expect(waits).toEqual([500, 1000, 2000, 3000]);
    expect(faulty.calls('get')).toHaveLength(5);
  });

  it('takes up to half of each wait away by jitter', async () => {
    const { store, waits } = aStore([{ on: 'stat', effect: lostBefore }], { jitter: () => 1 });
    await store.stat('x', never);
    expect(waits).toEqual([250]);
  });

  it.each(['backend.disk-full', 'backend.absent', 'backend.access-denied', 'backend.blob-missing'] as const)(
    'does not try again after %s',
    async (code) => {
      const error = new AppError(code);
      const { store, faulty, waits } = aStore([{ on: 'put', effect: { kind: 'fail', when: 'before', error } }]);
      await expect(store.put('x', Buffer.from('x'), create)).rejects.toBe(error);
      expect([faulty.calls('put').length, waits]).toEqual([1, []]);
    },
  );

  it('does not try again after a bug', async () => {
    const error = new TypeError('not a function');
    const { store, waits } = aStore([{ on: 'put', effect: { kind: 'fail', when: 'before', error } }]);
    await expect(store.put('x', Buffer.from('x'), create)).rejects.toBe(error);
    expect(waits).toEqual([]);
  });

  it('keeps one object when the answer to a create is lost', async () => {
    const { store } = aStore([{ on: 'put', effect: { kind: 'fail', when: 'after', error: lost } }]);
    await store.put('x', Buffer.from('once'), create);
    expect(await text(store, 'x')).toBe('once');
    expect(await names(store, '')).toEqual(['x']);
  });

  it('stops waiting when cancelled', async () => {
    const stop = new AbortController();
    const reason = new Error('user pressed Stop');
    const sleep = (): Promise<void> => {
      stop.abort(reason);
      return Promise.reject(new Error('sleep was cut short'));
    };
    const { store, faulty } = aStore([{ on: 'get', nth: 'every', effect: lostBefore }], { sleep });
    await expect(store.get('x', { signal: stop.signal })).rejects.toBe(reason);
    expect(faulty.calls('get')).toHaveLength(1);
  });

  describe('on a computer that slept', () => {
    const asleepFor = (ms: number) => {
      let nowMs = Date.UTC(2026, 10, 22);
      const sleep = () => Promise.resolve(void (nowMs += ms));
      // Some systems' monotonic clocks stand still while they sleep.
      return { clock: { nowMs: () => nowMs, monotonicMs: () => 0 }, sleep };
    };
    const faults = (on: Fault['on']): readonly Fault[] => [{ on, effect: lostBefore }];

    it.each([
      ['remove', (store: RetryingBlobStore) => store.remove('x', never)],
      ['put', (store: RetryingBlobStore) => store.put('x', Buffer.from('x'), create)],
    ] as const)('does not begin a %s again hours later', async (on, call) => {
      const late = aStore(faults(on), asleepFor(3 * 60_000 + 1));
      await expect(call(late.store)).rejects.toBe(lost);
      expect(late.faulty.calls(on)).toHaveLength(1);
      const soon = aStore(faults(on), asleepFor(3 * 60_000));
      await call(soon.store);
      expect(soon.faulty.calls(on)).toHaveLength(2);
    });

    it('neither when the clock was put back', async () => {
      const late = aStore(faults('remove'), asleepFor(-3_600_000));
      await expect(late.store.remove('x', never)).rejects.toBe(lost);
    });

    it('goes on with what is harmless however late it comes', async () => {
      const { store } = aStore([...faults('put'), ...faults('get')], asleepFor(2 * 3_600_000));
      await store.put('x', Buffer.from('x'), { ...create, harmlessLate: true });
      expect(await text(store, 'x')).toBe('x');
    });
  });

  it('begins a broken listing anew and gives each object once', async () => {
    const { store, waits } = aStore([{ on: 'list', effect: { kind: 'break-off', afterItems: 2, error: lost } }]);
    for (const name of ['a', 'b', 'c', 'd']) await store.put(name, Buffer.from(name), create);
    expect(await names(store, '')).toEqual(['a', 'b', 'c', 'd']);
    expect(waits).toHaveLength(1);
  });

  it('gives up a listing that always breaks', async () => {
    const effect = { kind: 'break-off', afterItems: 1, error: lost } as const;
    const { store, waits } = aStore([{ on: 'list', nth: 'every', effect }], { tries: 3 });
    for (const name of ['a', 'b']) await store.put(name, Buffer.from(name), create);
    await expect(names(store, '')).rejects.toBe(lost);
    expect(waits).toHaveLength(2);
  });
});

function aStore(faults: readonly Fault[], options: RetryOptions = {}) {
  const waits: number[] = [];
  const faulty = new FaultyBlobStore(new MemoryBlobStore(), faults);
  const sleep = (delayMs: number): Promise<void> => {
    waits.push(delayMs);
    return Promise.resolve();
  };
  const store = new RetryingBlobStore(faulty, { jitter: () => 0, sleep, ...options });
  return { store, faulty, waits };
}
