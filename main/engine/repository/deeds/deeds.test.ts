import { describe, expect, it } from 'vitest';
import type { Deed } from '../../../../shared/model/deed.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../../backend/testing/faulty-blob-store.ts';
import { newId } from '../../platform/random.ts';
import { deedName } from '../format.ts';
import { encodeNamedObject } from '../objects/named-object.ts';
import { aSourceId, openTimeline } from '../testing/a-timeline.ts';
import { aKeyring, TestClock } from '../testing/keys.ts';
import { addDeed, deedText, listDeeds, putDeed, readDeed, sayingsOf } from './deeds.ts';
import { mergeDeeds, type FoundDeed } from './merge-deeds.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const at = '2026-11-01T02:00:00.000Z';

function proven(...snapshots: readonly string[]): Deed {
  return {
    type: 'proven',
    entries: snapshots.map((snapshot) => ({ snapshot, source: aSourceId, at, state: 'restored' as const })),
  };
}

async function aPlace() {
  const clock = new TestClock();
  const blobs = new Map<string, MemoryBlob>();
  const store = new FaultyBlobStore(new MemoryBlobStore({ blobs, clock }));
  const repository = await openTimeline(store, keyring, never);
  const put = async (text: string) => {
    const name = deedName(at, newId());
    await putDeed(repository, name, text, { mode: 'create', signal: never });
    return name;
  };
  const found = async (): Promise<FoundDeed[]> =>
    Promise.all(
      (await listDeeds(repository, never)).map(async (name) => ({
        name,
        sizeBytes: 1,
        modifiedAtMs: blobs.get(name)!.modifiedAtMs,
        ...(await readDeed(repository, name, never)),
      })),
    );
  const merge = async (mergedFrom: number, isYoung: (deed: FoundDeed) => boolean = () => false) =>
    mergeDeeds(repository, {
      deeds: await found(),
      isYoung,
      mergedFrom,
      nowMs: clock.nowMs(),
      beat: () => Promise.resolve(),
      signal: never,
    });
  const said = async () => (await found()).flatMap(sayingsOf).sort();
  return { blobs, store, repository, put, merge, said };
}

describe('a deed', () => {
  it('is read back as it was written, and under no other name', async () => {
    const { repository, blobs } = await aPlace();
    const deed = proven(newId());
    const name = await addDeed(repository, deed, Date.parse(at), never);
    expect(name).toMatch(/^deeds\/20261101T020000Z-[0-9a-f-]{36}$/);
    expect(await readDeed(repository, name, never)).toEqual({
      text: deedText(deed),
      type: 'proven',
      deed,
      isPlain: true,
    });
    const other = deedName(at, newId());
    blobs.set(other, blobs.get(name)!);
    await expect(readDeed(repository, other, never)).rejects.toMatchObject({ code: 'repository.damaged' });
  });

  it.each([
    ['no JSON', 'proven'],
    ['no type', '{"entries":[]}'],
    ['a known type without what it must have', '{"type":"proven","entries":[]}'],
    ['an entry that is none', '{"type":"proven","entries":[{"snapshot":"../x"}]}'],
  ])('with %s is damaged, not passed over', async (_what, text) => {
    const { repository, store } = await aPlace();
    const name = deedName(at, newId());
    await store.put(name, encodeNamedObject(repository.keys, name, 'deed', Buffer.from(text)), {
      mode: 'create',
      signal: never,
    });
    const damaged = { code: 'repository.damaged', facts: { object: name, reason: 'content' } };
    await expect(readDeed(repository, name, never)).rejects.toMatchObject(damaged);
  });

  it('of an unknown type says nothing; a field that is unknown is let through, and known of', async () => {
    const { put, repository } = await aPlace();
    const unknown = await put('{"type":"moon-phase","phase":0.5}');
    expect(await readDeed(repository, unknown, never)).toMatchObject({ deed: null, isPlain: false });
    const id = newId();
    const wider = await put(deedText(proven(id)).replace('"type"', '"by":"a newer version","type"'));
    const read = await readDeed(repository, wider, never);
    expect(read).toMatchObject({ isPlain: false });
    expect(sayingsOf(read)).toEqual([`proven ${id}`]);
  });
});

describe('merging', () => {
  it('writes and reads the one that says all before the first of the others goes', async () => {
    const { put, merge, said, store, repository } = await aPlace();
    for (let n = 0; n < 4; n++) await put(deedText(proven(newId(), newId())));
    const before = await said();
    expect(await merge(5)).toEqual([]);
    store.log.length = 0;
    expect(await merge(4)).toHaveLength(4);
    const steps = store.log.filter(({ name }) => name.startsWith('deeds/')).map(({ operation }) => operation);
    expect(steps.slice(steps.indexOf('put'))).toEqual(['put', 'get', 'remove', 'remove', 'remove', 'remove']);
    expect(await said()).toEqual(before);
    expect(await listDeeds(repository, never)).toHaveLength(1);
  });

  it('goes on where a killed one stopped, without writing another', async () => {
    const { put, merge, said, store } = await aPlace();
    const texts = [1, 2, 3].map(() => deedText(proven(newId())));
    for (const text of texts) await put(text);
    const ids = texts.flatMap((text) => (JSON.parse(text) as Deed).entries.map(({ snapshot }) => snapshot));
    await put(deedText(proven(...ids)));
    const before = new Set(await said());
    store.log.length = 0;
    expect(await merge(3)).toHaveLength(3);
    expect(store.log.some(({ operation }) => operation === 'put')).toBe(false);
    expect(new Set(await said())).toEqual(before);
  });

  it('leaves alone what is young, of an unknown type or has unknown fields', async () => {
    const { put, merge, repository } = await aPlace();
    const wider = await put(deedText(proven(newId())).replace('"type"', '"by":"a newer version","type"'));
    const unknown = [await put('{"type":"moon-phase"}'), await put('{"type":"moon-phase"}')];
    const young = await put(deedText(proven(newId())));
    const old = [await put(deedText(proven(newId()))), await put(deedText(proven(newId())))];
    expect((await merge(2, ({ name }) => name === young)).sort()).toEqual(old.sort());
    expect(await listDeeds(repository, never)).toEqual(expect.arrayContaining([wider, young, ...unknown]));
  });
});
