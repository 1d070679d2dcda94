import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTable } from '../backup/testing/a-capture.ts';
import { encodeObject } from '../repository/index.ts';
import { ChunkPool } from './chunk-pool.ts';

const keys = {
  idKey: new Uint8Array(32).fill(1),
  encKey: new Uint8Array(32).fill(2),
  vaultPublicKey: new Uint8Array(32).fill(9),
};
const { signal } = new AbortController();
const unsealed = { sealed: null, vault: null, schema: aTable({ columns: [], key: null }), rowsBefore: 0 };

describe('ChunkPool', () => {
  let pool: ChunkPool;
  beforeAll(() => {
    pool = new ChunkPool(keys, 1);
  });
  afterAll(() => pool.close());

  it('brings the code and facts of a damaged object back from the worker thread', async () => {
    const { id, bytes } = encodeObject(keys, { kind: 'rows', payload: Buffer.from('1\ta\n') });
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;

    await expect(pool.verify({ id, bytes: damaged }, signal)).rejects.toMatchObject({
      code: 'repository.damaged',
      facts: { object: id, reason: 'tag' },
    });
    const open = { id, bytes: damaged };
    await expect(pool.decode({ open, ...unsealed }, signal)).rejects.toMatchObject({
      code: 'repository.damaged',
    });
  });

  it('finds a sound object sound and gives its text back', async () => {
    const { id, bytes } = encodeObject(keys, { kind: 'rows', payload: Buffer.from('1\ta\n') });

    await pool.verify({ id, bytes }, signal);
    const { text, sealedDigest } = await pool.decode({ open: { id, bytes }, ...unsealed }, signal);

    expect(Buffer.from(text).toString()).toBe('1\ta\n');
    expect(sealedDigest).toBeNull();
  });

  it('ends a waiting task with the reason of its signal', async () => {
    const reason = new Error('the person pressed Stop');
    const { id, bytes } = encodeObject(keys, { kind: 'rows', payload: Buffer.from('1\n') });

    await expect(pool.verify({ id, bytes }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
