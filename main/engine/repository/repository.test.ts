import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import type { PutOptions } from '../backend/blob-store.ts';
import { newId } from '../platform/random.ts';
import {
  encodeObject,
  Feed,
  manifestName,
  parseManifestName,
  readerOf,
  Repository,
  shippedReader,
  type NewKeyring,
} from './index.ts';
import { aManifest, shopAt, shopSnapshotId, writeShop } from './testing/a-shop.ts';
import { aKeyring } from './testing/keys.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();

async function aRepository(blobs = new Map<string, MemoryBlob>(), { header, mainKeys }: NewKeyring = keyring) {
  const store = new MemoryBlobStore({ blobs });
  await Repository.create(store, header, never);
  return { blobs, store, repository: await Repository.open(store, mainKeys, never) };
}

/** Feeds one snapshot into one copy. */
function fill(from: Repository, to: Repository, name: string) {
  const feed = new Feed({ from: { name: 'from', repository: from, nearness: 0 }, targets: 1, signal: never });
  return feed.fill({ name: 'to', repository: to, nearness: 1 }, { manifests: [name], signal: never });
}

/** A memory store that fails when the n-th object is put, like a pulled plug. */
class FailingStore extends MemoryBlobStore {
  left: number;

  constructor(blobs: Map<string, MemoryBlob>, left: number) {
    super({ blobs });
    this.left = left;
  }

  override put(name: string, bytes: Uint8Array, options: PutOptions) {
    if (this.left-- <= 0) return Promise.reject(new AppError('backend.unreachable'));
    return super.put(name, bytes, options);
  }
}

/** A disk whose plug may be pulled: it knows which names are not durable yet, and which were not when a manifest was written. */
class VolatileStore extends MemoryBlobStore {
  readonly unflushed = new Set<string>();
  readonly atManifest: string[][] = [];

  override put(name: string, bytes: Uint8Array, options: PutOptions) {
    if (name.startsWith('manifests/')) this.atManifest.push([...this.unflushed]);
    if (options.durable === 'at-flush') this.unflushed.add(name);
    return super.put(name, bytes, options);
  }

  override async flush(names: Iterable<string>, signal: AbortSignal) {
    const all = [...names];
    await super.flush(all, signal);
    for (const name of all) this.unflushed.delete(name);
  }
}

function spoil(blobs: Map<string, MemoryBlob>, name: string): void {
  const { bytes, modifiedAtMs } = blobs.get(name)!;
  const changed = Buffer.from(bytes);
  changed[changed.length - 3] = (changed.at(-3) ?? 0) ^ 4;
  blobs.set(name, { bytes: changed, modifiedAtMs });
}

const chunkNamed = (id: string) => `chunks/${id.slice(0, 2)}/${id}`;

describe('creating and opening', () => {
  it('writes header, reader and README, and refuses to do it twice', async () => {
    const { blobs, store, repository } = await aRepository();
    expect([...blobs.keys()].sort()).toEqual(['README.txt', 'recover.mjs', 'shouhu.json']);
    expect(repository.id).toBe(keyring.header.repository);
    await expect(Repository.create(store, keyring.header, never)).rejects.toMatchObject({ code: 'repository.exists' });
    expect(await Repository.createOrAdopt(store, keyring.header, keyring.mainKeys, never)).toEqual({ created: false });
  });

  it('keeps the reader that a sheet of paper names, and puts newer and older ones beside it', async () => {
    const { blobs, repository } = await aRepository();
    const shipped = await shippedReader();
    const other = (edition: number) => readerOf(Buffer.from(`const EDITION = ${edition};\n// another\n`))!;
    const [older, newer] = [other(0), other(999)];
    expect(newer.name).toBe(`recover-999-${newer.sha256.slice(0, 8)}.mjs`);
    expect(await repository.bringReaderFiles([shipped], never)).toEqual([]);
    const before = blobs.get('recover.mjs')!.bytes;
    expect(await repository.bringReaderFiles([older, shipped, newer], never)).toEqual([older.name, newer.name]);
    expect(await repository.bringReaderFiles([older, shipped, newer], never)).toEqual([]);
    expect(blobs.get('recover.mjs')!.bytes).toEqual(before);
    // A file that somebody exchanged is not ours to judge: the paper does. What the paper names is there all the same.
    blobs.set('recover.mjs', { bytes: Buffer.from('evil()'), modifiedAtMs: 0 });
    expect(await repository.bringReaderFiles([shipped], never)).toEqual([shipped.name]);
    expect(blobs.get(shipped.name)!.bytes).toEqual(shipped.bytes);
    blobs.set(shipped.name, { bytes: shipped.bytes.subarray(1), modifiedAtMs: 0 });
    expect(await repository.bringReaderFiles([shipped], never)).toEqual([shipped.name]);
  });

  it('brings README.txt to this version, and never back from a later one', async () => {
    const { blobs, repository } = await aRepository();
    const own = Buffer.from(blobs.get('README.txt')!.bytes);
    const put = (text: string) => blobs.set('README.txt', { bytes: Buffer.from(text), modifiedAtMs: 0 });
    put('What the first version said.');
    expect(await repository.bringReaderFiles([], never)).toContain('README.txt');
    expect(Buffer.from(blobs.get('README.txt')!.bytes).equals(own)).toBe(true);
    put('Of the future. (edition 999)\n');
    expect(await repository.bringReaderFiles([], never)).toEqual([]);
  });

  it('leaves other people’s places alone', async () => {
    const { store } = await aRepository();
    const stranger = await aKeyring();
    await expect(Repository.create(store, stranger.header, never)).rejects.toMatchObject({
      code: 'repository.foreign',
    });
    await expect(Repository.open(store, stranger.mainKeys, never)).rejects.toMatchObject({
      code: 'repository.foreign',
    });
    const photos = new MemoryBlobStore();
    await photos.put('photos/1.jpg', Buffer.from('x'), { mode: 'create', signal: never });
    await expect(Repository.create(photos, keyring.header, never)).rejects.toMatchObject({
      code: 'repository.foreign',
    });
    await expect(Repository.open(photos, keyring.mainKeys, never)).rejects.toMatchObject({ code: 'repository.absent' });
  });

  it('can be repeated after it was interrupted anywhere', async () => {
    for (const writes of [0, 1, 2]) {
      const blobs = new Map<string, MemoryBlob>();
      await expect(Repository.create(new FailingStore(blobs, writes), keyring.header, never)).rejects.toThrow();
      await Repository.create(new MemoryBlobStore({ blobs }), keyring.header, never);
      expect(blobs.has('shouhu.json')).toBe(true);
    }
  });

  it('refuses a header that was tampered with', async () => {
    const { blobs, store } = await aRepository();
    const json = JSON.parse(blobs.get('shouhu.json')!.bytes.toString('utf8'));
    json.vault.publicKey = Buffer.alloc(32, 9).toString('base64');
    blobs.set('shouhu.json', { bytes: Buffer.from(JSON.stringify(json)), modifiedAtMs: 0 });
    await expect(Repository.open(store, keyring.mainKeys, never)).rejects.toMatchObject({
      code: 'repository.header-damaged',
    });
  });
});

describe('snapshots', () => {
  it('come back as they were written', async () => {
    const { repository, store } = await aRepository();
    const { name, manifest } = await writeShop(repository, never);
    const other = await Repository.open(store, keyring.mainKeys, never);
    expect(await other.listManifests(never)).toEqual([name]);
    expect(await other.getManifest(name, never)).toEqual(manifest);
    const ids = await Array.fromAsync(other.objectsOf(manifest, never));
    expect(new Set(ids)).toEqual(new Set(await other.knownIds(never)));
    expect(ids).toHaveLength(7);
    expect(parseManifestName(name)).toEqual({ id: shopSnapshotId, at: shopAt });
    expect((await other.getDatabaseRecord(manifest.databases[0]!.schemaChunk, never)).name).toBe('shop');
  });

  it('exist only after everything they name, wherever the plug is pulled', async () => {
    const whole = await aRepository();
    const { name } = await writeShop(whole.repository, never);
    for (let writes = 0; writes < 8; writes++) {
      const { blobs } = await aRepository();
      const broken = await Repository.open(new FailingStore(blobs, writes), keyring.mainKeys, never);
      await expect(writeShop(broken, never)).rejects.toMatchObject({ code: 'backend.unreachable' });
      expect(blobs.has(name)).toBe(false);
      const again = await Repository.open(new MemoryBlobStore({ blobs }), keyring.mainKeys, never);
      await writeShop(again, never);
      expect(await again.listManifests(never)).toEqual([name]);
    }
  });

  it('exist only when the names of all their chunks are durable, also of those that another writer put', async () => {
    const from = await aRepository();
    const { name, manifest } = await writeShop(from.repository, never);
    const store = new VolatileStore();
    await Repository.create(store, keyring.header, never);
    const ids = await Array.fromAsync(from.repository.objectsOf(manifest, never));
    const interrupted = await Repository.open(store, keyring.mainKeys, never);
    for (const id of ids.slice(0, 2))
      await interrupted.putObject({ id, bytes: await from.repository.getRaw(id, never) }, never);
    expect(store.unflushed.size).toBe(2);

    const copy = await Repository.open(store, keyring.mainKeys, never);
    await fill(from.repository, copy, name);
    expect(store.atManifest).toEqual([[]]);

    const second = new VolatileStore();
    await Repository.create(second, keyring.header, never);
    await writeShop(await Repository.open(second, keyring.mainKeys, never), never);
    expect(second.atManifest).toEqual([[]]);
  });

  it('hold the accounts of a server in an object of their own, which is copied and missed like any other', async () => {
    const { repository, store } = await aRepository();
    const { manifest } = await writeShop(repository, never);
    const name = { user: 'shop', host: 'localhost' };
    const create = "CREATE USER `shop`@`localhost` IDENTIFIED BY PASSWORD '*2B60'";
    const account = { kind: 'user' as const, name, create, alter: null, grants: [], defaultRoles: [] };
    const { id: chunk } = await repository.putAccountsRecord({ accounts: [account] }, never);
    const accounts = { chunk, users: ['shop@localhost'], roles: [] };
    const named = await repository.putManifest({ ...manifest, id: newId(), accounts }, never);

    const other = await Repository.open(store, keyring.mainKeys, never);
    const read = await other.getManifest(named.name, never);
    expect(await other.getAccountsRecord(read.accounts?.chunk ?? '', never)).toEqual({ accounts: [account] });
    const target = await aRepository();
    await fill(other, target.repository, named.name);
    expect(await target.repository.getAccountsRecord(chunk, never)).toEqual({ accounts: [account] });
    // Another kind of object under this name is none, and neither is a record with one field more.
    await expect(other.getDatabaseRecord(chunk, never)).rejects.toMatchObject({ code: 'repository.damaged' });
    const hostile = { accounts: [{ ...account, sql: 'DROP USER x' }] };
    const { id } = await repository.putAccountsRecord(hostile, never);
    await expect(other.getAccountsRecord(id, never)).rejects.toMatchObject({ code: 'repository.damaged' });
    await repository.removeObject(chunk, never);
    await expect(repository.putManifest({ ...manifest, id: newId(), accounts }, never)).rejects.toMatchObject({
      code: 'repository.missing-object',
      facts: { object: chunk },
    });
  });

  it('of chunks that another flush is still busy with wait for it', async () => {
    const store = new VolatileStore();
    await Repository.create(store, keyring.header, never);
    const repository = await Repository.open(store, keyring.mainKeys, never);
    const held = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const flush = store.flush.bind(store);
    store.flush = async (names, signal) => {
      store.flush = flush;
      begun.resolve(undefined);
      await held.promise;
      return flush(names, signal);
    };
    const object = encodeObject(keyring.mainKeys, { kind: 'file', payload: Buffer.from('an event') });
    await repository.putObject(object, never);
    const record = (sequence: number) =>
      repository.putStreamRecord(
        { sourceId: shopSnapshotId, sequence, id: newId(), payload: Buffer.from('{}') },
        never,
      );

    const first = record(1);
    await begun.promise;
    const second = record(2);
    const wasWrittenEarly = await Promise.race([second.then(() => true), setImmediate(false)]);
    held.resolve(undefined);
    await Promise.all([first, second]);

    expect(wasWrittenEarly).toBe(false);
    expect(store.unflushed.size).toBe(0);
  });

  it('are refused while a chunk is missing, also one that only a table record names', async () => {
    const { repository, blobs, store } = await aRepository();
    const { name, manifest } = await writeShop(repository, never);
    for (const id of await Array.fromAsync(repository.objectsOf(manifest, never))) {
      const kept = blobs.get(chunkNamed(id))!;
      blobs.delete(chunkNamed(id));
      blobs.delete(name);
      const fresh = await Repository.open(store, keyring.mainKeys, never);
      await expect(fresh.putManifest(manifest, never)).rejects.toMatchObject({
        code: 'repository.missing-object',
        facts: { object: id },
      });
      expect(blobs.has(name)).toBe(false);
      blobs.set(chunkNamed(id), kept);
    }
  });

  it('are passed over when their name is not one', async () => {
    const { repository, blobs } = await aRepository();
    for (const name of [
      'manifests/x',
      'manifests/20261122T140000Z-abc',
      'manifests/99999999T999999Z-6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11',
    ]) {
      blobs.set(name, { bytes: Buffer.alloc(3), modifiedAtMs: 0 });
    }
    expect(await repository.listManifests(never)).toEqual([]);
  });

  it('cannot be renamed by the store', async () => {
    const { repository, blobs } = await aRepository();
    const { name } = await repository.putManifest(aManifest(), never);
    const later = manifestName('2027-01-01T00:00:00.000Z', shopSnapshotId);
    blobs.set(later, blobs.get(name)!);
    await expect(repository.getManifest(later, never)).rejects.toMatchObject({
      code: 'repository.damaged',
      facts: { reason: 'tag' },
    });
  });
});

describe('objects', () => {
  const object = encodeObject(keyring.mainKeys, { kind: 'file', payload: Buffer.from('hello') });

  it('are written once and known without asking', async () => {
    const { repository } = await aRepository();
    expect(() => repository.has(object.id)).toThrow(/knownIds/);
    await repository.knownIds(never);
    expect(repository.has(object.id)).toBe(false);
    expect(await repository.putObject(object, never)).toEqual({ written: true });
    expect(await repository.putObject(object, never)).toEqual({ written: false });
    expect(repository.has(object.id)).toBe(true);
    await repository.removeObject(object.id, never);
    expect(repository.has(object.id)).toBe(false);
    await expect(repository.getRaw(object.id, never)).rejects.toMatchObject({ code: 'repository.missing-object' });
  });

  it('are healed by sound bytes only', async () => {
    const { repository, blobs } = await aRepository();
    await repository.putObject(object, never);
    spoil(blobs, chunkNamed(object.id));
    const read = () => repository.getObject(object.id, { expectedKind: 'file', signal: never });
    await expect(read()).rejects.toMatchObject({ code: 'repository.damaged' });
    await expect(
      repository.healObject(object.id, await repository.getRaw(object.id, never), never),
    ).rejects.toMatchObject({ code: 'repository.damaged' });
    await repository.healObject(object.id, object.bytes, never);
    expect(Buffer.from((await read()).payload).toString()).toBe('hello');
  });

  it('of stream records keep their order and their name', async () => {
    const { repository } = await aRepository();
    const sourceId = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';
    for (const sequence of [10, 9]) {
      await repository.putStreamRecord(
        { sourceId, sequence, id: shopSnapshotId, payload: Buffer.from(`${sequence}`) },
        never,
      );
    }
    const [first] = await repository.listStreamRecords(sourceId, never);
    expect(Buffer.from(await repository.getStreamRecord(first!, never)).toString()).toBe('9');
  });
});
