import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import {
  addDeed,
  encodeObject,
  openVaultWithPassphrase,
  readDeed,
  Repository,
  type NewKeyring,
} from '../repository/index.ts';
import { writeShop } from '../repository/testing/a-shop.ts';
import { aKeyring, testVaultPassphrase } from '../repository/testing/keys.ts';
import { readStreamRecord } from '../stream/index.ts';
import { aStreamRecord } from '../stream/testing/a-stream-record.ts';
import type { KnownSnapshot } from './gone-snapshots.ts';
import { verifyCopy, type VerifyReport } from './verify-copy.ts';

const never = new AbortController().signal;
type Blobs = Map<string, MemoryBlob>;

/**
 * One object of every kind that is in use: whatever changed in it, `verify` names the object and puts the sound bytes back. All objects are damaged at once, at the same byte, so that none can hide behind another. Thousands of readings of a whole copy: slow on a loaded machine.
 */
describe('verify --read all', { timeout: 600_000 }, () => {
  let keyring: NewKeyring;
  let pool: ChunkPool;
  let sound: Blobs;
  let names: readonly string[];
  beforeAll(async () => {
    keyring = await aKeyring();
    pool = new ChunkPool(keyring.mainKeys, 2);
    sound = new Map();
    const store = new MemoryBlobStore({ blobs: sound });
    await Repository.create(store, keyring.header, never);
    const writer = await Repository.open(store, keyring.mainKeys, never);
    const { manifest } = await writeShop(writer, never);
    const { id: chunk } = await writer.putAccountsRecord({ accounts: [] }, never);
    const id = '7f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11';
    await writer.putManifest({ ...manifest, id, accounts: { chunk, users: [], roles: [] } }, never);
    const log = encodeObject(writer.keys, { kind: 'binlog', payload: Buffer.from('bytes of a log') });
    await writer.putObject(log, never);
    const payload = Buffer.from(JSON.stringify(aStreamRecord(log.id)));
    const stream = { sourceId: manifest.source.id, sequence: 7, id, payload };
    await writer.putStreamRecord(stream, never);
    const entry = { snapshot: id, source: manifest.source.id, at: manifest.at, state: 'restored' } as const;
    await addDeed(writer, { type: 'proven', entries: [entry] }, Date.parse(manifest.at), never);
    for (const reader of ['README.txt', 'recover.mjs']) sound.delete(reader);
    names = [...sound.keys()].sort();
  });
  afterAll(() => pool.close());

  /** As `verify` calls them: chunks by id, everything else by name. */
  const calledAs = (name: string) => (name.startsWith('chunks/') ? name.slice('chunks/ab/'.length) : name);
  const copyOf = (blobs: Blobs): Blobs =>
    new Map([...blobs].map(([name, blob]) => [name, { ...blob, bytes: Buffer.from(blob.bytes) }]));
  const openToMend = (blobs: Blobs) =>
    Repository.openToMend(new MemoryBlobStore({ blobs }), keyring.mainKeys, keyring.header, never);

  async function verify(
    blobs: Blobs,
    healFrom: Blobs | null,
    known: readonly KnownSnapshot[] = [],
    knownLogs: readonly string[] = [],
  ): Promise<VerifyReport> {
    return verifyCopy({
      repository: await openToMend(blobs),
      pool,
      readPercent: 100,
      provenAt: [],
      suspects: new Set(),
      known,
      knownLogs,
      healFrom: healFrom === null ? null : await openToMend(healFrom),
      concurrency: 4,
      onProgress: () => undefined,
      signal: never,
    });
  }
  const found = ({ damaged, missing }: VerifyReport) => [...damaged.map(({ object }) => object), ...missing].sort();
  const sameAsSound = (blobs: Blobs) =>
    names.filter(
      (name) => !Buffer.from(blobs.get(name)?.bytes ?? []).equals(sound.get(name)?.bytes ?? Buffer.alloc(0)),
    );

  it('looks at one object of each kind', async () => {
    const kinds = names.filter((name) => name.startsWith('chunks/')).map((name) => sound.get(name)!.bytes[5]);
    expect(new Set(kinds)).toEqual(new Set([1, 2, 3, 4, 6, 10]));
    expect(names.filter((name) => !name.startsWith('chunks/'))).toHaveLength(5);
    expect(found(await verify(copyOf(sound), null))).toEqual([]);
  });

  it('finds a flipped bit in every object, wherever it is, and puts it right', async () => {
    const longest = Math.max(
      ...names.filter((name) => name !== 'shouhu.json').map((name) => sound.get(name)!.bytes.length),
    );
    // Every byte of head, seal and first frame; then every seventh, because each is read by all readers below.
    for (let at = 0; at < longest; at += at < 176 ? 1 : 7) {
      const rotten = copyOf(sound);
      const hit = names.filter((name) => at < rotten.get(name)!.bytes.length);
      for (const name of hit) rotten.get(name)!.bytes[at]! ^= 1 << (at % 8);

      const { damaged, missing, healed } = await verify(rotten, copyOf(sound));

      expect({ at, damaged, missing, healed: [...healed].sort() }).toEqual({
        at,
        damaged: [],
        missing: [],
        healed: hit.map(calledAs).sort(),
      });
      expect({ at, different: sameAsSound(rotten) }).toEqual({ at, different: [] });
    }
  });

  it('names every one of them where there is nothing to heal from, and writes nothing', async () => {
    for (const at of [0, 4, 5, 6, 7, 8, 15, 16, 27, 28, 31, 32, 35, 36, 50, 111, 112, 130]) {
      const rotten = copyOf(sound);
      const hit = names.filter((name) => at < rotten.get(name)!.bytes.length);
      for (const name of hit) rotten.get(name)!.bytes[at]! ^= 0x10;
      const before = copyOf(rotten);

      // A damaged manifest or record hides nothing: what it names is listed, and read all the same.
      expect({ at, found: found(await verify(rotten, null)) }).toEqual({ at, found: hit.map(calledAs).sort() });
      expect(rotten).toEqual(before);
    }
  });

  it.each<[string, (bytes: Buffer, other: Buffer) => Buffer]>([
    ['emptied', () => Buffer.alloc(0)],
    ['cut to one byte', (bytes) => bytes.subarray(0, 1)],
    ['cut within the envelope', (bytes) => bytes.subarray(0, 31)],
    ['cut behind the envelope', (bytes) => bytes.subarray(0, 32)],
    ['cut within the first frame', (bytes) => bytes.subarray(0, 40)],
    ['cut in half', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['one tag short', (bytes) => bytes.subarray(0, -16)],
    ['three bytes short', (bytes) => bytes.subarray(0, -3)],
    ['one byte too long', (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
    ['twice as long', (bytes) => Buffer.concat([bytes, bytes])],
    ['zeroed', (bytes) => Buffer.alloc(bytes.length)],
    ['another object’s bytes', (_bytes, other) => other],
  ])('finds objects that are %s, and puts them right', async (_what, change) => {
    const rotten = copyOf(sound);
    names.forEach((name, index) => {
      const other = sound.get(names[(index + 1) % names.length]!)!.bytes;
      rotten.set(name, { ...sound.get(name)!, bytes: change(Buffer.from(sound.get(name)!.bytes), Buffer.from(other)) });
    });
    expect(found(await verify(copyOf(rotten), null))).toEqual(names.map(calledAs).sort());

    expect(found(await verify(rotten, copyOf(sound)))).toEqual([]);

    expect(sameAsSound(rotten)).toEqual([]);
  });

  it('finds whole objects of one kind under each other’s names', async () => {
    const rotten = copyOf(sound);
    const swap = (a: string, b: string) => {
      rotten.set(a, sound.get(b)!);
      rotten.set(b, sound.get(a)!);
    };
    const [first, second] = names.filter((name) => name.startsWith('manifests/'));
    const rows = names.filter((name) => sound.get(name)!.bytes[5] === 1);
    const sealed = names.filter((name) => sound.get(name)!.bytes[5] === 2);
    swap(first!, second!);
    swap(rows[0]!, rows[1]!);
    swap(sealed[0]!, sealed[1]!);

    const swapped = [first!, second!, rows[0]!, rows[1]!, sealed[0]!, sealed[1]!].map(calledAs).sort();
    expect(found(await verify(copyOf(rotten), null))).toEqual(swapped);
    await verify(rotten, copyOf(sound));
    expect(sameAsSound(rotten)).toEqual([]);
  });

  it('finds every object whose name has one bit flipped, wherever it is, and puts it right', async () => {
    const reader = await openToMend(copyOf(sound));
    const known: KnownSnapshot[] = [];
    const manifests = names.filter((name) => name.startsWith('manifests/'));
    for (const manifestName of manifests)
      known.push({ manifestName, manifest: await reader.getManifest(manifestName, never) });
    const isRows = (name: string) => name.startsWith('chunks/') && [1, 2].includes(sound.get(name)!.bytes[5]!);
    const records = names.filter((name) => name.startsWith('chunks/') && !isRows(name));
    // What names something stays readable, so that everything can be missed by its name; nothing names a stream record yet.
    for (const victims of [names.filter(isRows), records, manifests]) {
      expect(victims.length).toBeGreaterThan(1);
      // Every byte of the folders, then every fifth: a digit of an id is like the next.
      for (let at = 0; at < victims[0]!.length; at += at < 13 ? 1 : 5) {
        const rotten = copyOf(sound);
        for (const name of victims) {
          rotten.delete(name);
          rotten.set(flipped(name, at), sound.get(name)!);
        }

        const told = found(await verify(copyOf(rotten), null, known));
        expect({ at, untold: victims.map(calledAs).filter((name) => !told.includes(name)) }).toEqual({
          at,
          untold: [],
        });

        await verify(rotten, copyOf(sound), known);
        expect({ at, different: sameAsSound(rotten) }).toEqual({ at, different: [] });
      }
    }
  });

  it('finds what is gone, brings it back, and does not write over another repository’s header', async () => {
    const rotten = copyOf(sound);
    const gone = names.filter((name) => name.startsWith('chunks/') || name === 'shouhu.json');
    for (const name of gone) rotten.delete(name);
    // What only a record names that is gone itself cannot be known to be missing: see the next test for manifests.
    expect(found(await verify(copyOf(rotten), null))).toContain('shouhu.json');
    expect(found(await verify(rotten, copyOf(sound)))).toEqual([]);
    expect(sameAsSound(rotten)).toEqual([]);

    const stranger = await aKeyring();
    const theirs: Blobs = new Map();
    await Repository.create(new MemoryBlobStore({ blobs: theirs }), stranger.header, never);
    rotten.set('shouhu.json', theirs.get('shouhu.json')!);
    await expect(openToMend(rotten)).rejects.toMatchObject({ code: 'repository.foreign' });
  });

  it('finds manifests that are gone, with or without their objects, and brings both back', async () => {
    const manifests = names.filter((name) => name.startsWith('manifests/'));
    const reader = await openToMend(copyOf(sound));
    const known: KnownSnapshot[] = [];
    for (const manifestName of manifests)
      known.push({ manifestName, manifest: await reader.getManifest(manifestName, never) });
    for (const alsoGone of ['nothing else', 'chunks/']) {
      const rotten = copyOf(sound);
      const gone = names.filter((name) => manifests.includes(name) || name.startsWith(alsoGone));
      for (const name of gone) rotten.delete(name);

      const told = await verify(copyOf(rotten), null, known);
      const missing = told.missing.filter((name) => name.startsWith('manifests/'));
      expect({ missing, snapshots: told.snapshots }).toEqual({ missing: manifests, snapshots: [] });

      const { damaged, missing: left, healed, snapshots } = await verify(rotten, copyOf(sound), known);
      expect([damaged, left]).toEqual([[], []]);
      expect([...healed].sort()).toEqual(gone.map(calledAs).sort());
      expect(snapshots.map(({ intact, isReadWhole }) => intact && isReadWhole)).toEqual([true, true]);
      expect(sameAsSound(rotten)).toEqual([]);
    }
  });

  it('finds a stretch of log that is gone, with or without its bytes, and brings both back', async () => {
    const [record = ''] = names.filter((name) => name.startsWith('streams/'));
    for (const alsoGone of ['nothing else', 'chunks/']) {
      const rotten = copyOf(sound);
      const gone = names.filter((name) => name === record || name.startsWith(alsoGone));
      for (const name of gone) rotten.delete(name);
      const verifyLog = (blobs: Blobs, healFrom: Blobs | null) => verify(blobs, healFrom, [], [record]);

      const told = await verifyLog(copyOf(rotten), null);
      expect(told.missing).toContain(record);
      expect(told.brokenLogs).toEqual([expect.objectContaining({ file: null, fromAt: null })]);

      const { damaged, missing, brokenLogs } = await verifyLog(rotten, copyOf(sound));
      expect([damaged, missing, brokenLogs]).toEqual([[], [], []]);
      expect(sameAsSound(rotten)).toEqual([]);
    }
  });

  it('names the stretch of log whose bytes are gone, and brings no record back without them', async () => {
    const [record = ''] = names.filter((name) => name.startsWith('streams/'));
    const reader = await openToMend(copyOf(sound));
    const { pieces, file, from, to } = (await readStreamRecord(reader, record, never)).record;
    const chunk = pieces[0]!.chunk;
    const rotten = copyOf(sound);
    rotten.delete(`chunks/${chunk.slice(0, 2)}/${chunk}`);

    const told = await verify(copyOf(rotten), null);
    expect(told.missing).toEqual([chunk]);
    expect(told.brokenLogs).toEqual([expect.objectContaining({ file, from, to })]);

    const alsoWithout = copyOf(rotten);
    rotten.delete(record);
    const { missing } = await verify(rotten, alsoWithout, [], [record]);
    expect([...missing].sort()).toEqual([chunk, record].sort());
    expect(rotten.has(record)).toBe(false);
  });

  it('does not bring a manifest back whose objects no copy has', async () => {
    const [manifestName = ''] = names.filter((name) => name.startsWith('manifests/'));
    const manifest = await (await openToMend(copyOf(sound))).getManifest(manifestName, never);
    const chunk = manifest.tables[0]!.tableChunk;
    const rotten = copyOf(sound);
    const source = copyOf(sound);
    for (const blobs of [rotten, source]) blobs.delete(`chunks/${chunk.slice(0, 2)}/${chunk}`);
    for (const name of names.filter((each) => each.startsWith('manifests/'))) rotten.delete(name);

    const { missing, healed } = await verify(rotten, source, [{ manifestName, manifest }]);

    expect([...missing].sort()).toEqual([chunk, manifestName].sort());
    expect(healed).toEqual([]);
    expect(rotten.has(manifestName)).toBe(false);
  });

  it('lets no flipped bit pass for content, whoever reads', async () => {
    const vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
    const kinds = { 1: 'rows', 2: 'rows-sealed', 3: 'table', 4: 'schema', 6: 'binlog', 10: 'accounts' } as const;
    const rotten = copyOf(sound);
    const store = new MemoryBlobStore({ blobs: rotten });
    const reader = await Repository.open(store, keyring.mainKeys, never);
    const damaged: unknown = expect.stringMatching(/^repository\.(damaged|newer-format)$/);
    for (const name of names.filter((each) => each !== 'shouhu.json')) {
      const { bytes } = rotten.get(name)!;
      const kind = kinds[bytes[5] as keyof typeof kinds];
      const id = calledAs(name);
      const read = () => {
        if (name.startsWith('manifests/')) return reader.getManifest(name, never);
        if (name.startsWith('streams/')) return reader.getStreamRecord(name, never);
        if (name.startsWith('deeds/')) return readDeed(reader, name, never);
        return reader.getObject(id, { expectedKind: kind, vault, signal: never });
      };
      await read();
      for (let at = 0; at < bytes.length; at++) {
        bytes[at]! ^= 0x04;
        await expect(read(), `${name} byte ${at}`).rejects.toMatchObject({ code: damaged });
        bytes[at]! ^= 0x04;
      }
    }
  });

  it('opens no header with a flipped bit, wherever it is', async () => {
    const rotten = copyOf(sound);
    const { bytes } = rotten.get('shouhu.json')!;
    const store = new MemoryBlobStore({ blobs: rotten });
    const wordlike = /[0-9A-Za-z]/;
    for (let at = 0; at < bytes.length; at++) {
      // White space may change without changing what the header says.
      if (!wordlike.test(String.fromCharCode(bytes[at]!))) continue;
      bytes[at]! ^= 0x01;
      await expect(Repository.open(store, keyring.mainKeys, never), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^repository\.(header-damaged|foreign|newer-format)$/) as unknown,
      });
      expect(await (await openToMend(rotten)).inspectHeader(never), `byte ${at}`).not.toBeNull();
      bytes[at]! ^= 0x01;
    }
  });
});

/** `name` with its lowest bit turned over at `at`. */
function flipped(name: string, at: number): string {
  const letter = String.fromCharCode(name.charCodeAt(at) ^ 1);
  return name.slice(0, at) + letter + name.slice(at + 1);
}
