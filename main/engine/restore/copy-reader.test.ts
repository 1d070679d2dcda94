import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { RangeChunk } from '../../../shared/model/database.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../backend/testing/faulty-blob-store.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { openVaultWithPassphrase, Repository, type NewKeyring, type VaultKey } from '../repository/index.ts';
import { writeShop } from '../repository/testing/a-shop.ts';
import { aKeyring, testVaultPassphrase } from '../repository/testing/keys.ts';
import { CopyReader, type ReadableCopy } from './copy-reader.ts';

const never = new AbortController().signal;

describe('CopyReader', () => {
  let keyring: NewKeyring;
  let vault: VaultKey;
  let pool: ChunkPool;
  beforeAll(async () => {
    keyring = await aKeyring();
    vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
    pool = new ChunkPool(keyring.mainKeys, 1);
  });
  afterAll(() => pool.close());

  /** Copies that hold the same objects, each on a store that can break, and the chunks of the shop's first table. */
  async function someCopies(...names: string[]) {
    const origin = new Map<string, MemoryBlob>();
    await Repository.create(new MemoryBlobStore({ blobs: origin }), keyring.header, never);
    const writer = await Repository.open(new MemoryBlobStore({ blobs: origin }), keyring.mainKeys, never);
    const { name: manifestName, manifest } = await writeShop(writer, never);
    const { ranges, schema } = await writer.getTableRecord(manifest.tables[0]!.tableChunk, never);
    const copies = names.map((name) => {
      const store = new FaultyBlobStore(new MemoryBlobStore({ blobs: new Map(origin) }));
      const copy = {
        name,
        store,
        opened: 0,
        open: () => {
          copy.opened += 1;
          return Repository.open(store, keyring.mainKeys, never);
        },
      };
      return copy;
    });
    const chunks = ranges.flatMap((range) => range.chunks) as [RangeChunk, RangeChunk];
    return { copies, chunks, schema, manifestName, manifest };
  }
  const readerOf = (copies: readonly ReadableCopy[], key: VaultKey | null = null) => new CopyReader(copies, pool, key);
  const nameOf = ({ id }: RangeChunk) => `chunks/${id.slice(0, 2)}/${id}`;
  const flip = (name: string) => ({ on: 'get', name, nth: 'every', effect: { kind: 'flip', atByte: -1 } }) as const;

  it('tells what was pruned while it was read from what was lost', async () => {
    const { copies, chunks, schema, manifestName } = await someCopies('pruned', 'lost', 'whole');
    const reader = readerOf(copies);
    await reader.manifest(manifestName, never);
    const [pruned, lost] = copies as [(typeof copies)[0], (typeof copies)[0]];
    await pruned.store.remove(manifestName, never);
    for (const { store } of [pruned, lost]) await store.remove(nameOf(chunks[0]), never);
    await reader.rows(chunks[0], schema, 0, never);
    // What is damaged is damaged, whatever prune does.
    pruned.store.break(flip(nameOf(chunks[1])));
    await reader.rows(chunks[1], schema, 0, never);
    expect(await reader.leaveOutPruned(manifestName, never)).toEqual(['pruned']);
    expect(reader.found.damaged).toEqual([
      { destination: 'pruned', objects: [chunks[1].id] },
      { destination: 'lost', objects: [chunks[0].id] },
    ]);
  });

  it('reads everything from the nearest copy and opens no other', async () => {
    const { copies, chunks, schema, manifestName, manifest } = await someCopies('near', 'far');
    const reader = readerOf(copies);

    expect(await reader.manifest(manifestName, never)).toEqual(manifest);
    for (const chunk of chunks) await reader.rows(chunk, schema, 0, never);

    expect([reader.soleCopy, copies[0]!.opened, copies[1]!.opened]).toEqual(['near', 1, 0]);
  });

  it('takes a damaged object from the next copy, and then neither copy stands for the whole', async () => {
    const { copies, chunks, schema } = await someCopies('near', 'far');
    copies[0]!.store.break(flip(nameOf(chunks[0])));
    const reader = readerOf(copies);

    for (const chunk of chunks) await reader.rows(chunk, schema, 0, never);

    expect([...reader.usedCopies]).toEqual(['far', 'near']);
    expect(reader.soleCopy).toBeNull();
    expect(reader.broken).toEqual(new Map([['near', new Set([chunks[0].id])]]));
  });

  it('lets a copy stand for the whole when the nearer one is not there at all', async () => {
    const { copies, chunks, schema } = await someCopies('unplugged', 'far');
    let opened = 0;
    const absent: ReadableCopy = {
      name: 'unplugged',
      open: () => {
        opened += 1;
        return Promise.reject(new AppError('backend.absent', {}));
      },
    };
    const reader = readerOf([absent, copies[1]!]);

    for (const chunk of chunks) await reader.rows(chunk, schema, 0, never);

    expect([reader.soleCopy, reader.broken.size, opened]).toEqual(['far', 0, 1]);
  });

  it('passes over a bucket whose keys this computer does not know', async () => {
    const { copies, chunks, schema } = await someCopies('disk');
    const locked = {
      name: 'cloud',
      open: () => Promise.reject(new AppError('usage.secret-missing', { what: 's3:a' })),
    };
    expect(await readerOf([locked, copies[0]!]).rows(chunks[0], schema, 0, never)).toMatchObject({
      sealedDigest: null,
    });
  });

  it('asks no copy but the one it was given', async () => {
    const { copies, chunks, schema } = await someCopies('named');
    copies[0]!.store.break(flip(nameOf(chunks[0])));
    await expect(readerOf(copies).rows(chunks[0], schema, 0, never)).rejects.toMatchObject({
      code: 'repository.damaged',
      facts: { object: chunks[0].id },
    });
  });

  it('fails with the last copy’s error when all fail, and without copies with none', async () => {
    const { copies, chunks, schema } = await someCopies('a', 'b');
    for (const { store } of copies) store.break(flip(nameOf(chunks[0])));
    await expect(readerOf(copies).rows(chunks[0], schema, 0, never)).rejects.toMatchObject({
      code: 'repository.damaged',
    });
    await expect(readerOf([]).rows(chunks[0], schema, 0, never)).rejects.toMatchObject({ code: 'restore.no-copy' });
  });

  it('does not try another copy for a bug', async () => {
    const { copies, chunks, schema } = await someCopies('near', 'far');
    const bug = { name: 'near', open: () => Promise.reject(new TypeError('bug')) };
    await expect(readerOf([bug, copies[1]!]).rows(chunks[0], schema, 0, never)).rejects.toThrow('bug');
    expect(copies[1]!.opened).toBe(0);
  });

  it('leaves the vault’s objects alone while it is closed, and opens them with its key', async () => {
    const { copies, chunks, schema } = await someCopies('disk');
    const closed = await readerOf(copies).rows(chunks[1], schema, 2, never);
    expect(closed.sealedDigest).toBeNull();
    expect(Buffer.from(closed.text).toString('utf8')).toContain('3\t\t[sealed]3\t');

    const { text, sealedDigest } = await readerOf(copies, vault).rows(chunks[1], schema, 2, never);

    expect(Buffer.from(text).toString('utf8')).toContain('3\t\t卡密-三\t');
    // A small group keeps its digest inside the seal.
    expect(sealedDigest).toBe('0'.repeat(32));
  });

  it('stops at a cancel instead of going through the copies', async () => {
    const { copies, chunks, schema } = await someCopies('near', 'far');
    const cancel = new AbortController();
    copies[0]!.store.break({
      on: 'get',
      name: nameOf(chunks[0]),
      effect: { kind: 'call', when: 'before', run: () => cancel.abort(new AppError('cancelled')) },
    });
    await expect(readerOf(copies).rows(chunks[0], schema, 0, cancel.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(copies[1]!.opened).toBe(0);
  });

  it('has no failure that nobody hears of when many ask for a copy that does not open', async () => {
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', listen);
    const { copies, chunks, schema } = await someCopies('far');
    const absent = { name: 'near', open: () => Promise.reject(new AppError('backend.absent', {})) };
    const reader = readerOf([absent, copies[0]!]);
    await Promise.all(Array.from({ length: 10 }, () => reader.rows(chunks[0], schema, 0, never)));
    await reader.settled();
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });
});
