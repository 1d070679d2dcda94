import { afterEach, describe, expect, it } from 'vitest';
import type { BlobStat, BlobStore } from '../blob-store.ts';

/** What the suite needs of a store under test: the store, empty, and a way behind its back. */
export interface OpenedStore {
  readonly store: BlobStore;
  /** Puts an object where the store looks, under any name, as a stranger or an attacker could. Rejects if it cannot be. */
  readonly plant?: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly dispose?: () => Promise<void>;
}

export const never: AbortSignal = new AbortController().signal;
const create = { mode: 'create', signal: never } as const;
const replace = { mode: 'replace', signal: never } as const;

const strangers = [
  'has space',
  'ünicode',
  'percent%41',
  'back\\slash',
  'semi;colon',
  'deep/odd name/x',
  `${'n'.repeat(150)}/${'m'.repeat(60)}`,
];
const badNames = [
  '',
  '/',
  '/absolute',
  'a//b',
  'a/',
  '.',
  '..',
  '../up',
  'a/../b',
  'a/./b',
  'back\\slash',
  'nul\0',
  'spa ce',
  'é',
  'n'.repeat(201),
];

/** The promises of `BlobStore` that every store and wrapper must keep. Call it once per store. */
export function describeBlobStore(kind: string, openEmpty: () => Promise<OpenedStore>): void {
  describe(`${kind} blob store`, () => {
    const opened: OpenedStore[] = [];

    async function open(): Promise<OpenedStore> {
      const made = await openEmpty();
      opened.push(made);
      return made;
    }

    afterEach(async () => {
      for (const { store, dispose } of opened.splice(0)) {
        await store.close();
        await dispose?.();
      }
    });

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['one byte', Buffer.from([0])],
      ['every byte value', everyByte(256)],
      ['5 MiB', everyByte(5 * 1024 * 1024)],
    ])('gives back %s exactly', async (_what, bytes) => {
      const { store } = await open();
      expect(await store.put('chunks/ab/one', bytes, create)).toEqual({ written: true });
      expect(bytes.equals(await store.get('chunks/ab/one', { signal: never }))).toBe(true);
      expect((await store.stat('chunks/ab/one', never))?.sizeBytes).toBe(bytes.length);
    });

    it('stores the view it is given, not the buffer behind it', async () => {
      const { store } = await open();
      await store.put('view', everyByte(256).subarray(10, 20), create);
      expect(await store.get('view', { signal: never })).toEqual(everyByte(256).subarray(10, 20));
    });

    it('keeps the first content when an object is created twice', async () => {
      const { store } = await open();
      await store.put('manifests/m', Buffer.from('first'), create);
      expect(await store.put('manifests/m', Buffer.from('second'), create)).toEqual({ written: false });
      expect(await text(store, 'manifests/m')).toBe('first');
    });

    it('replaces when asked to, whether or not there was an object', async () => {
      const { store } = await open();
      await store.put('shouhu.json', Buffer.from('first and longer'), replace);
      expect(await store.put('shouhu.json', Buffer.from('second'), replace)).toEqual({ written: true });
      expect(await text(store, 'shouhu.json')).toBe('second');
    });

    it('gives an object at once that is made durable later', async () => {
      const { store } = await open();
      expect(await store.put('chunks/ab/two', Buffer.from('two'), { ...create, durable: 'at-flush' })).toEqual({
        written: true,
      });
      expect(await text(store, 'chunks/ab/two')).toBe('two');
      await store.flush(['chunks/ab/two'], never);
      await store.flush([], never);
      expect(await text(store, 'chunks/ab/two')).toBe('two');
    });

    it('names the missing object in its error', async () => {
      const { store } = await open();
      await expect(store.get('chunks/ab/gone', { signal: never })).rejects.toMatchObject({
        code: 'backend.blob-missing',
        facts: { name: 'chunks/ab/gone' },
      });
      expect(await store.stat('chunks/ab/gone', never)).toBeUndefined();
    });

    it('tells size and time of an object', async () => {
      const { store } = await open();
      await store.put('leases/one', Buffer.from('four'), create);
      const stat = await store.stat('leases/one', never);
      expect(stat).toMatchObject({ name: 'leases/one', sizeBytes: 4 });
      expect(stat?.modifiedAtMs).toBeGreaterThan(Date.UTC(2020, 0));
    });

    it('lists nothing when empty and only what begins with the prefix else', async () => {
      const { store } = await open();
      expect(await names(store, '')).toEqual([]);
      for (const name of ['shouhu.json', 'chunks/aa/1', 'chunks/ab/2', 'chunksx', 'manifests/3']) {
        await store.put(name, Buffer.from(name), create);
      }
      expect(await names(store, '')).toEqual(['chunks/aa/1', 'chunks/ab/2', 'chunksx', 'manifests/3', 'shouhu.json']);
      expect(await names(store, 'chunks/')).toEqual(['chunks/aa/1', 'chunks/ab/2']);
      expect(await names(store, 'chunks/a')).toEqual(['chunks/aa/1', 'chunks/ab/2']);
      expect(await names(store, 'chunks/ab/2')).toEqual(['chunks/ab/2']);
      expect(await names(store, 'manifests')).toEqual(['manifests/3']);
      expect(await names(store, 'none/')).toEqual([]);
      const [listed] = await Array.fromAsync(store.list('manifests/', never));
      const stat = await store.stat('manifests/3', never);
      expect(listed).toMatchObject({ name: 'manifests/3', sizeBytes: stat?.sizeBytes });
      // An HTTP header has whole seconds, a listing has more.
      expect(Math.abs((listed?.modifiedAtMs ?? 0) - (stat?.modifiedAtMs ?? 0))).toBeLessThan(1000);
    });

    it('lists more objects than fit on one page, each once', async () => {
      const { store } = await open();
      const wanted = Array.from({ length: 1050 }, (_, n) => `chunks/${hex(n % 16)}/${hex(n)}`);
      await inParallel(wanted, 24, (name) => store.put(name, Buffer.from(name), create));
      expect(await names(store, 'chunks/')).toEqual(wanted.toSorted());
    });

    it.each(badNames)('refuses the name %j', async (name) => {
      const { store } = await open();
      const refusal = { code: 'backend.rejected', facts: { reason: 'bad-name' } };
      await expect(async () => store.put(name, Buffer.from('x'), create)).rejects.toMatchObject(refusal);
      await expect(async () => store.get(name, { signal: never })).rejects.toMatchObject(refusal);
      await expect(async () => store.stat(name, never)).rejects.toMatchObject(refusal);
      await expect(async () => store.remove(name, never)).rejects.toMatchObject(refusal);
    });

    it('passes over foreign names in a listing', async (context) => {
      const { store, plant } = await open();
      if (plant === undefined) return context.skip();
      await store.put('ours', Buffer.from('x'), create);
      for (const name of strangers) await plant(name, Buffer.from('stranger'));
      expect(await names(store, '')).toEqual(['ours']);
    });

    it('removes an object, and again without complaint', async () => {
      const { store } = await open();
      await store.put('chunks/ab/old', Buffer.from('x'), create);
      await store.remove('chunks/ab/old', never);
      await store.remove('chunks/ab/old', never);
      expect(await store.stat('chunks/ab/old', never)).toBeUndefined();
      expect(await names(store, '')).toEqual([]);
    });

    it('creates again what was removed', async () => {
      const { store } = await open();
      await store.put('chunks/ab/x', Buffer.from('one'), create);
      await store.remove('chunks/ab/x', never);
      expect(await store.put('chunks/ab/x', Buffer.from('two'), create)).toEqual({ written: true });
      expect(await text(store, 'chunks/ab/x')).toBe('two');
    });

    it('does nothing for a caller who has already cancelled', async () => {
      const { store } = await open();
      await store.put('kept', Buffer.from('x'), create);
      const reason = new Error('user pressed Stop');
      const signal = AbortSignal.abort(reason);
      await expect(async () => store.put('new', Buffer.from('x'), { mode: 'create', signal })).rejects.toBe(reason);
      await expect(async () => store.get('kept', { signal })).rejects.toBe(reason);
      await expect(async () => store.stat('kept', signal)).rejects.toBe(reason);
      await expect(async () => store.remove('kept', signal)).rejects.toBe(reason);
      await expect(Array.fromAsync(store.list('', signal))).rejects.toBe(reason);
      expect(await names(store, '')).toEqual(['kept']);
    });

    it('leaves whole objects or none when cancelled during a write', async () => {
      const { store } = await open();
      const reason = new Error('user pressed Stop');
      const bytes = everyByte(5 * 1024 * 1024);
      for (const turns of [0, 1, 3, 10]) {
        const stop = new AbortController();
        const name = `chunks/cc/${turns}`;
        const outcome = store.put(name, bytes, { mode: 'create', signal: stop.signal }).then(
          () => 'written',
          (error: unknown) => error,
        );
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        stop.abort(reason);
        expect(['written', reason]).toContain(await outcome);
        const stat = await store.stat(name, never);
        expect([undefined, bytes.length]).toContain(stat?.sizeBytes);
      }
    });

    it('stops a listing when cancelled in the middle', async () => {
      const { store } = await open();
      for (let n = 0; n < 5; n++) await store.put(`chunks/aa/${n}`, Buffer.from('x'), create);
      const stop = new AbortController();
      const reason = new Error('user pressed Stop');
      const reading = (async () => {
        for await (const blob of store.list('', stop.signal)) if (blob.name !== '') stop.abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
    });

    it('survives writers of the same name at the same time', async () => {
      const { store } = await open();
      const bytes = everyByte(200_000);
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.put('chunks/dd/same', bytes, create)));
      expect(outcomes.some(({ written }) => written)).toBe(true);
      expect(bytes.equals(await store.get('chunks/dd/same', { signal: never }))).toBe(true);

      const versions = Array.from({ length: 8 }, (_, n) => Buffer.alloc(100_000, n));
      await Promise.all(versions.map((version) => store.put('lease', version, replace)));
      const last = await store.get('lease', { signal: never });
      expect(versions.some((version) => version.equals(last))).toBe(true);
      expect(await names(store, '')).toEqual(['chunks/dd/same', 'lease']);
    });

    it('refuses to read more than the caller allows', async () => {
      const { store } = await open();
      await store.put('big', everyByte(1001), create);
      expect(await store.get('big', { signal: never, maxBytes: 1001 })).toHaveLength(1001);
      await expect(store.get('big', { signal: never, maxBytes: 1000 })).rejects.toMatchObject({
        code: 'backend.rejected',
        facts: { reason: 'too-large', name: 'big', maxBytes: 1000 },
      });
    });
  });
}

/** Sorted names of a listing. */
export async function names(store: BlobStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix, never))).map((blob: BlobStat) => blob.name).sort();
}

export async function text(store: BlobStore, name: string): Promise<string> {
  return (await store.get(name, { signal: never })).toString();
}

/** `size` bytes in which every value occurs, in no simple order. */
export function everyByte(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 167 + (at >> 8)) & 255;
  return bytes;
}

function hex(n: number): string {
  return n.toString(16).padStart(2, '0');
}

async function inParallel<T>(items: readonly T[], width: number, run: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
