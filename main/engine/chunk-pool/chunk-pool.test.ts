import { hash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTable } from '../backup/testing/a-capture.ts';
import { encodeObject } from '../repository/index.ts';
import { ChunkPool } from './chunk-pool.ts';

const keys = {
  idKey: new Uint8Array(32).fill(1),
  encKey: new Uint8Array(32).fill(2),
  vaultPublicKey: new Uint8Array(32).fill(9),
  formerVaultKeys: [],
};
const { signal } = new AbortController();
const unsealed = { sealed: null, vault: null, schema: aTable({ columns: [], key: null }), rowsBefore: 0 };

describe('ChunkPool', () => {
  let pool: ChunkPool;
  beforeAll(() => {
    pool = new ChunkPool(keys, 1);
  });
  afterAll(() => pool.close());

  it('says the code and facts of a damaged object, also from the worker thread', async () => {
    for (const payload of [Buffer.from('1\ta\n'), randomBytes(100_000)]) {
      const { id, bytes } = encodeObject(keys, { kind: 'rows', payload });
      const damaged = Uint8Array.from(bytes);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      const open = { id, bytes: Uint8Array.from(damaged) };
      const told = { code: 'repository.damaged', facts: { object: id, reason: 'tag' } };

      await expect(pool.verify({ id, bytes: damaged }, signal)).rejects.toMatchObject(told);
      await expect(pool.decode({ open, ...unsealed }, signal)).rejects.toMatchObject(told);
    }
  });

  it('finds a sound object sound and gives its text back', async () => {
    const { id, bytes } = encodeObject(keys, { kind: 'rows', payload: Buffer.from('1\ta\n') });

    await pool.verify({ id, bytes }, signal);
    const { text, sealedDigest } = await pool.decode({ open: { id, bytes }, ...unsealed }, signal);

    expect(Buffer.from(text).toString()).toBe('1\ta\n');
    expect(sealedDigest).toBeNull();
  });

  it('hands checked bytes back with their hashes, large ones without copying them', async () => {
    for (const payload of [Buffer.from('1\ta\n'), randomBytes(200_000)]) {
      const { id, bytes } = encodeObject(keys, { kind: 'rows', payload });
      const own = new Uint8Array(bytes);
      const before = Buffer.from(bytes);
      const checked = await pool.check({ id, bytes: own, wantsDigests: true }, signal);
      expect(before.equals(checked.bytes)).toBe(true);
      expect(checked.digests).toEqual({ md5Hex: hash('md5', before), sha256Hex: hash('sha256', before) });
      expect(own.length === 0).toBe(payload.length > 64 * 1024);
      expect(await pool.check({ id, bytes: checked.bytes, depth: 'unchanged' }, signal)).toEqual({
        bytes: expect.anything(),
      });
    }
  });

  it.each([
    ['in this thread', Buffer.from('1\ta\n')],
    ['in another', randomBytes(100_000)],
  ])(
    'finds a changed byte at both depths, and another content than the name says only by opening it whole: %s',
    async (_, payload) => {
      const sound = encodeObject(keys, { kind: 'rows', payload });
      for (const depth of ['whole', 'unchanged'] as const) {
        const changed = Uint8Array.from(sound.bytes);
        changed[40]! ^= 1;
        await expect(pool.check({ id: sound.id, bytes: changed, depth }, signal)).rejects.toMatchObject({
          code: 'repository.damaged',
          facts: { object: sound.id },
        });
      }
      // What a computer with a bad memory would make: the name of one content, and tags that hold over another.
      const renaming = { ...keys, idKey: new Uint8Array(32).fill(7) };
      const { id, bytes } = encodeObject(renaming, { kind: 'rows', payload });
      await pool.check({ id, bytes: Uint8Array.from(bytes), depth: 'unchanged' }, signal);
      await expect(pool.check({ id, bytes, depth: 'whole' }, signal)).rejects.toMatchObject({
        code: 'repository.damaged',
        facts: { reason: 'id' },
      });
    },
  );

  it('ends a waiting task with the reason of its signal', async () => {
    const reason = new Error('the person pressed Stop');
    const { id, bytes } = encodeObject(keys, { kind: 'rows', payload: Buffer.from('1\n') });

    await expect(pool.verify({ id, bytes }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
