import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../backend/testing/faulty-blob-store.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { openVaultWithPassphrase, Repository, type NewKeyring, type VaultKey } from '../repository/index.ts';
import { writeShop } from '../repository/testing/a-shop.ts';
import { aKeyring, testVaultPassphrase } from '../repository/testing/keys.ts';
import { CopyReader } from './copy-reader.ts';
import { planRestore } from './plan-restore.ts';

const never = new AbortController().signal;
const everything = { databases: [], tables: [], accounts: true };

/** What a restore reads of a snapshot when copies are damaged, in every kind of object that it needs. */
describe('a restore from damaged copies', () => {
  let keyring: NewKeyring;
  let vault: VaultKey;
  let pool: ChunkPool;
  let origin: Map<string, MemoryBlob>;
  let manifest: Manifest;
  let manifestName: string;
  let names: Record<string, string>;
  let wanted: string;
  beforeAll(async () => {
    keyring = await aKeyring();
    vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
    pool = new ChunkPool(keyring.mainKeys, 2);
    origin = new Map();
    const store = new MemoryBlobStore({ blobs: origin });
    await Repository.create(store, keyring.header, never);
    const writer = await Repository.open(store, keyring.mainKeys, never);
    const shop = await writeShop(writer, never);
    const { id: accounts } = await writer.putAccountsRecord({ accounts: [] }, never);
    manifest = {
      ...shop.manifest,
      id: '7f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11',
      accounts: { chunk: accounts, users: [], roles: [] },
    };
    manifestName = (await writer.putManifest(manifest, never)).name;
    const [rows, sealed] = await writer.chunksOfTable(manifest.tables[0]!.tableChunk, never);
    names = {
      header: 'shouhu.json',
      manifest: manifestName,
      'schema record': nameOf(manifest.databases[0]!.schemaChunk),
      'table record': nameOf(manifest.tables[0]!.tableChunk),
      accounts: nameOf(accounts),
      rows: nameOf(rows!),
      'sealed rows': nameOf(sealed!),
    };
    wanted = (await restore([aCopy('sound')])).content;
  });
  afterAll(() => pool.close());

  const nameOf = (id: string) => `chunks/${id.slice(0, 2)}/${id}`;
  const calledAs = (name: string) => (name.startsWith('chunks/') ? name.slice('chunks/ab/'.length) : name);

  function aCopy(name: string, damaged: readonly string[] = [], lost: readonly string[] = []) {
    const blobs = new Map([...origin].map(([key, blob]) => [key, { ...blob, bytes: Buffer.from(blob.bytes) }]));
    for (const each of damaged) {
      const { bytes } = blobs.get(each)!;
      bytes[bytes.length >> 1]! ^= 0x20;
    }
    for (const each of lost) blobs.delete(each);
    const store = new FaultyBlobStore(new MemoryBlobStore({ blobs }));
    return { name, store, open: () => Repository.open(store, keyring.mainKeys, never) };
  }

  /** Everything that a restore reads, as one text. */
  async function restore(copies: readonly ReturnType<typeof aCopy>[], key: VaultKey | null = vault) {
    const reader = new CopyReader(copies, pool, key);
    const plan = await planRestore(await reader.manifest(manifestName, never), everything, reader, never);
    const texts: string[] = [JSON.stringify(plan)];
    for (const { schema, ranges } of plan.databases.flatMap(({ tables }) => tables)) {
      let rowsBefore = 0;
      for (const chunk of ranges.flatMap(({ chunks }) => chunks)) {
        const { text } = await reader.rows(chunk, schema, rowsBefore, never);
        texts.push(Buffer.from(text).toString('latin1'));
        rowsBefore += chunk.rows;
      }
    }
    return { reader, content: texts.join('\n') };
  }

  const kinds = ['header', 'manifest', 'schema record', 'table record', 'accounts', 'rows', 'sealed rows'];

  it.each(kinds)('goes on with the next copy where the %s of the first is damaged or gone', async (kind) => {
    for (const copy of [aCopy('first', [names[kind]!]), aCopy('first', [], [names[kind]!])]) {
      const { reader, content } = await restore([copy, aCopy('second')]);
      expect(content).toBe(wanted);
      expect(reader.usedCopies.has('second')).toBe(true);
      const isAbsent = kind === 'header' && reader.found.outOfReach.includes('first');
      const told = [{ destination: 'first', objects: [calledAs(names[kind]!)] }];
      // A place without a header is no copy at all.
      expect(reader.found.damaged).toEqual(isAbsent ? [] : told);
      expect(reader.soleCopy).toBe(kind === 'header' ? 'second' : null);
    }
  });

  it('is whole although every copy is damaged, each somewhere else', async () => {
    const objects = kinds.filter((kind) => kind !== 'header').map((kind) => names[kind]!);
    // Three copies, and every object is sound on one of them only.
    const damagedOn = (copy: number) => objects.filter((_, index) => index % 3 !== copy);
    const copies = ['a', 'b', 'c'].map((name, index) => aCopy(name, damagedOn(index)));

    const { reader, content } = await restore(copies);

    expect(content).toBe(wanted);
    expect([...reader.usedCopies].sort()).toEqual(['a', 'b', 'c']);
    expect(reader.soleCopy).toBeNull();
    // Copies are asked in order, so the last is asked only for what the first two have not.
    expect(new Set(reader.found.damaged.flatMap(({ objects: told }) => told))).toEqual(
      new Set(objects.filter((_, index) => index % 3 !== 0).map(calledAs)),
    );
  });

  it('takes open and secret columns of one chunk from two copies', async () => {
    const { reader, content } = await restore([aCopy('a', [names['rows']!]), aCopy('b', [names['sealed rows']!])]);
    expect(content).toBe(wanted);
    expect(reader.found.damaged).toEqual([{ destination: 'a', objects: [calledAs(names['rows']!)] }]);
  });

  it.each(kinds.slice(1))('gives nothing rather than a %s that is damaged on all copies', async (kind) => {
    const copies = [aCopy('a', [names[kind]!]), aCopy('b', [names[kind]!])];
    await expect(restore(copies)).rejects.toMatchObject({
      code: 'repository.damaged',
      facts: { object: calledAs(names[kind]!) },
    });
  });

  it.each(['backend.absent', 'backend.unreachable'] as const)(
    'goes on when a copy has %s in mid-restore',
    async (code) => {
      const first = aCopy('first');
      const gone = new AppError(code, {});
      let asked = 0;
      first.store.break({
        on: 'get',
        nth: 'every',
        effect: {
          kind: 'call',
          when: 'before',
          run: () => {
            asked += 1;
            if (asked > 4) throw gone;
          },
        },
      });

      const { reader, content } = await restore([first, aCopy('second')]);

      expect(content).toBe(wanted);
      expect(reader.found).toEqual({ used: ['first', 'second'], damaged: [], outOfReach: ['first'] });
      // The fifth question found it gone: nothing waited for it again.
      expect(asked).toBe(5);
    },
  );

  it('comes back to a copy that had gone when no other has what is needed', async () => {
    const first = aCopy('first');
    first.store.break({
      on: 'get',
      name: manifestName,
      nth: 1,
      effect: { kind: 'fail', when: 'before', error: new AppError('backend.unreachable', {}) },
    });

    const { reader, content } = await restore([first, aCopy('second', [], [names['rows']!])]);

    expect(content).toBe(wanted);
    expect(reader.found).toMatchObject({ used: ['second', 'first'], outOfReach: [] });
  });

  it('tells of an object that the disk cannot read any more', async () => {
    const first = aCopy('first');
    const error = new AppError('backend.io', { name: names['rows']! });
    first.store.break({
      on: 'get',
      name: names['rows']!,
      nth: 'every',
      effect: { kind: 'fail', when: 'before', error },
    });

    const { reader, content } = await restore([first, aCopy('second')]);

    expect(content).toBe(wanted);
    expect(reader.found.damaged).toEqual([{ destination: 'first', objects: [calledAs(names['rows']!)] }]);
  });
});
