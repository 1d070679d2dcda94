import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../backend/testing/faulty-blob-store.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { encodeObject, Repository, type NewKeyring } from '../repository/index.ts';
import { shopSnapshotId, writeShop } from '../repository/testing/a-shop.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import { verifyCopy, type VerifyRequest } from './verify-copy.ts';

const never = new AbortController().signal;

describe('verifyCopy', () => {
  let keyring: NewKeyring;
  let pool: ChunkPool;
  beforeAll(async () => {
    keyring = await aKeyring();
    pool = new ChunkPool(keyring.mainKeys, 1);
  });
  afterAll(() => pool.close());

  async function aCopy() {
    const blobs = new Map<string, MemoryBlob>();
    const store = new FaultyBlobStore(new MemoryBlobStore({ blobs }));
    await Repository.create(store, keyring.header, never);
    const { name, manifest } = await writeShop(await Repository.open(store, keyring.mainKeys, never), never);
    // Opened anew: the writer remembers what it wrote.
    const repository = await Repository.open(store, keyring.mainKeys, never);
    const chunks = [...blobs.keys()].filter((blob) => blob.startsWith('chunks/')).map((blob) => blob.slice(10));
    return { blobs, store, repository, name, manifest, chunks };
  }
  /** The same objects on a second store. */
  async function aTwin({ blobs }: { blobs: ReadonlyMap<string, MemoryBlob> }) {
    const twin = new Map([...blobs].map(([name, blob]) => [name, { ...blob, bytes: Buffer.from(blob.bytes) }]));
    return Repository.open(new MemoryBlobStore({ blobs: twin }), keyring.mainKeys, never);
  }
  const verify = (repository: Repository, fields: Partial<VerifyRequest> = {}) =>
    verifyCopy({
      repository,
      pool,
      readPercent: 100,
      provenAt: [],
      suspects: new Set(),
      healFrom: null,
      concurrency: 2,
      onProgress: () => undefined,
      signal: never,
      ...fields,
    });
  const nameOf = (id: string) => `chunks/${id.slice(0, 2)}/${id}`;
  const rot = (blobs: Map<string, MemoryBlob>, name: string) => {
    const { bytes } = blobs.get(name)!;
    bytes[bytes.length - 1]! ^= 1;
  };

  it('looks at the accounts of a snapshot, and heals them', async () => {
    const copy = await aCopy();
    const { repository, manifest, blobs } = copy;
    const { id: chunk } = await repository.putAccountsRecord({ accounts: [] }, never);
    const id = shopSnapshotId.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    await repository.putManifest({ ...manifest, id, accounts: { chunk, users: [], roles: [] } }, never);
    const twin = await aTwin(copy);

    rot(blobs, nameOf(chunk));
    expect((await verify(repository)).damaged).toEqual([expect.objectContaining({ object: chunk })]);
    blobs.delete(nameOf(chunk));
    const report = await verify(await Repository.open(copy.store, keyring.mainKeys, never));
    expect(report.missing).toEqual([chunk]);
    expect((await verify(repository, { healFrom: twin })).healed).toEqual([chunk]);
    expect(await repository.getAccountsRecord(chunk, never)).toEqual({ accounts: [] });
  });

  it('reads everything back and says so', async () => {
    const { repository, chunks } = await aCopy();

    const report = await verify(repository);

    expect(report).toMatchObject({ objects: chunks.length, read: chunks.length, damaged: [], missing: [], healed: [] });
    expect([...report.proven].sort()).toEqual([...chunks].sort());
    expect(report.snapshots).toMatchObject([{ intact: true, isReadWhole: true }]);
  });

  it.each([
    [
      'flipped',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte))),
    ],
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ['empty', () => Buffer.alloc(0)],
    ['foreign', () => Buffer.from('not ours at all'.repeat(9))],
  ])('finds a %s object', async (_, change) => {
    const { repository, blobs, chunks } = await aCopy();
    const blob = blobs.get(nameOf(chunks[0]!))!;
    blobs.set(nameOf(chunks[0]!), { ...blob, bytes: change(blob.bytes) });

    const report = await verify(repository);

    expect(report.damaged.map(({ object }) => object)).toEqual([chunks[0]]);
    expect(report.snapshots[0]).toMatchObject({ intact: false, isReadWhole: false });
  });

  it('finds a missing object, and one that the disk cannot read', async () => {
    const { repository, blobs, store, chunks } = await aCopy();
    blobs.delete(nameOf(chunks[0]!));
    store.break({
      on: 'get',
      name: nameOf(chunks[1]!),
      nth: 'every',
      effect: { kind: 'fail', when: 'before', error: new AppError('backend.io', {}) },
    });

    const report = await verify(repository);

    expect(report.missing).toEqual([chunks[0]]);
    expect(report.damaged).toEqual([{ object: chunks[1], reason: 'unreadable' }]);
  });

  it('does not call an object missing that only the listing does not know', async () => {
    const { repository, store, chunks } = await aCopy();
    store.break({ on: 'list', nth: 'every', effect: { kind: 'hide', names: new RegExp(chunks[0]!) } });

    const report = await verify(repository, { readPercent: 0 });

    expect(report.missing).toEqual([]);
    expect([...report.proven]).toContain(chunks[0]);
  });

  it('is not misled by a snapshot that is written while it looks', async () => {
    const { repository, store, manifest } = await aCopy();
    const writer = await Repository.open(store, keyring.mainKeys, never);
    await writer.knownIds(never);
    const late = encodeObject(keyring.mainKeys, { kind: 'rows', payload: Buffer.from('9\tlate\n') });
    store.break({
      on: 'list',
      name: 'chunks/',
      effect: {
        kind: 'call',
        when: 'after',
        run: async () => {
          await writer.putObject(late, never);
          await writer.putManifest({ ...manifest, id: '7f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11' }, never);
        },
      },
    });

    const report = await verify(repository);

    expect([report.missing, report.damaged]).toEqual([[], []]);
  });

  it('finds a damaged manifest, and still reads the objects that are listed', async () => {
    const { repository, blobs, name, chunks } = await aCopy();
    rot(blobs, name);

    const report = await verify(repository);

    expect(report.damaged.map(({ object }) => object)).toEqual([name]);
    expect(report.snapshots).toEqual([]);
    expect([...report.proven]).toHaveLength(chunks.length);
  });

  it('calls a snapshot broken whose table record cannot be read', async () => {
    const { repository, blobs, manifest } = await aCopy();
    rot(blobs, nameOf(manifest.tables[0]!.tableChunk));

    expect((await verify(repository, { readPercent: 0 })).snapshots[0]).toMatchObject({ intact: false });
  });

  describe('with a sound copy at hand', () => {
    it('heals objects, a record and a manifest, and reads back what it wrote', async () => {
      const copy = await aCopy();
      const sound = await aTwin(copy);
      const row = copy.chunks.find((id) => copy.manifest.tables.every(({ tableChunk }) => tableChunk !== id))!;
      rot(copy.blobs, nameOf(copy.manifest.tables[0]!.tableChunk));
      rot(copy.blobs, copy.name);
      copy.blobs.delete(nameOf(row));

      const report = await verify(copy.repository, { healFrom: sound });

      expect([report.damaged, report.missing]).toEqual([[], []]);
      expect([...report.healed].sort()).toEqual([copy.name, copy.manifest.tables[0]!.tableChunk, row].sort());
      expect(report.snapshots).toMatchObject([{ intact: true, isReadWhole: true }]);
      expect((await verify(copy.repository)).damaged).toEqual([]);
    });

    it('writes nothing of a copy that is damaged in the same place', async () => {
      const copy = await aCopy();
      rot(copy.blobs, nameOf(copy.chunks[0]!));
      const rotten = await aTwin(copy);
      const puts = copy.store.calls('put').length;

      const report = await verify(copy.repository, { healFrom: rotten });

      expect(report.damaged.map(({ object }) => object)).toEqual([copy.chunks[0]]);
      expect(copy.store.calls('put')).toHaveLength(puts);
    });

    it('does not take a disk at its word that does not keep what it is given', async () => {
      const copy = await aCopy();
      const sound = await aTwin(copy);
      const name = nameOf(copy.chunks[0]!);
      copy.store.break({ on: 'get', name, nth: 'every', effect: { kind: 'flip', atByte: -1 } });

      const report = await verify(copy.repository, { healFrom: sound });

      expect(report.damaged.map(({ object }) => object)).toEqual([copy.chunks[0]]);
      expect(report.healed).toEqual([]);
    });
  });

  describe('of a share', () => {
    it('reads those first that were never or least recently proven', async () => {
      const { repository, chunks } = await aCopy();
      const [unread, old, ...fresh] = chunks;
      const provenAt = [...fresh, old!].map((object) => ({ object, atMs: Date.parse('2026-11-20T00:00:00.000Z') }));
      provenAt.at(-1)!.atMs = Date.parse('2025-01-01T00:00:00.000Z');

      const report = await verify(repository, { provenAt, readPercent: (2 / chunks.length) * 100 });

      expect([...report.proven].sort()).toEqual([unread, old].sort());
      expect(report.snapshots[0]).toMatchObject({ intact: true, isReadWhole: false });
    });

    it('reads what was damaged the last time, however small the share', async () => {
      const { repository, blobs, chunks } = await aCopy();
      const suspect = chunks.at(-1)!;
      rot(blobs, nameOf(suspect));

      const report = await verify(repository, { readPercent: 0, suspects: new Set([suspect]) });

      expect(report.damaged.map(({ object }) => object)).toEqual([suspect]);
      expect(report.snapshots[0]).toMatchObject({ intact: false });
    });
  });

  it('ends with the error of a store that has gone, and leaves no reader behind', async () => {
    const { repository, store } = await aCopy();
    const absent = new AppError('backend.absent', {});
    store.break({ on: 'get', name: /^chunks/, nth: 4, effect: { kind: 'fail', when: 'before', error: absent } });

    await expect(verify(repository)).rejects.toBe(absent);

    const calls = store.log.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.log).toHaveLength(calls);
  });

  it('ends with an error of the whole place, and calls nothing damaged for it', async () => {
    const { repository, store } = await aCopy();
    const portal = new AppError('backend.rejected', {
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      because: 'certificate-name',
    });
    store.break({ on: 'get', name: /^chunks/, nth: 'every', effect: { kind: 'fail', when: 'before', error: portal } });
    const broken: string[] = [];
    await expect(verify(repository, { onBroken: (object) => broken.push(object) })).rejects.toBe(portal);
    expect(broken).toEqual([]);
  });

  it('ends with the reason of a cancel', async () => {
    const { repository } = await aCopy();
    const cancel = new AbortController();
    const onProgress = () => cancel.abort(new AppError('cancelled'));
    await expect(verify(repository, { signal: cancel.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('names the snapshot it speaks of', async () => {
    const { repository } = await aCopy();
    expect((await verify(repository)).snapshots[0]!.manifest.id).toBe(shopSnapshotId);
  });
});
