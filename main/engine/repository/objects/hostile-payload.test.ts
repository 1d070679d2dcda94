import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompress } from '../crypto/codec.ts';
import { assertPlatformFeatures } from '../crypto/platform-features.ts';
import { newX25519Pair, x25519 } from '../crypto/primitives.ts';
import { namedObjectKey, nonceKey, objectKey } from '../keys/main-keys.ts';
import { aKeyring } from '../testing/keys.ts';
import { syntheticNonce, writeEnvelope, type Envelope } from './envelope.ts';
import { sealFrames } from './frames.ts';
import { decodeNamedObject, encodeNamedObject } from './named-object.ts';
import { decodeObject, objectId } from './object-codec.ts';

const { mainKeys } = await aKeyring();

/** An object made by someone who has the main keys but does not keep to the format. */
function forged(fields: Omit<Envelope, 'nonce' | 'kind' | 'slot'>, payload: Uint8Array, body: Uint8Array) {
  const id = objectId(mainKeys, 'rows', payload);
  const binding = Buffer.from(id, 'hex');
  const envelope = { ...fields, kind: 'rows', slot: 'main' } as const;
  const nonce = syntheticNonce(nonceKey(mainKeys), binding, envelope, body);
  const head = writeEnvelope({ ...envelope, nonce });
  const frames = sealFrames({ object: '', key: objectKey(mainKeys, binding), nonce, envelope: head, binding }, body);
  return () => decodeObject(mainKeys, id, Buffer.concat([head, ...frames]), { expectedKind: 'rows' }).payload;
}

const because = (reason: string): unknown =>
  expect.objectContaining({ code: 'repository.damaged', facts: expect.objectContaining({ reason }) });

describe('hostile payloads', () => {
  const zeros = Buffer.alloc(50_000_000);
  const bomb = zstdCompressSync(zeros);

  it('cannot unpack to more than the envelope declares', () => {
    expect(bomb.length).toBeLessThan(10_000);
    const declared = bomb.length + 1000;
    expect(forged({ codec: 'zstd', plaintextBytes: declared }, zeros, bomb)).toThrow(because('decompress'));
    expect(forged({ codec: 'zstd', plaintextBytes: zeros.length }, zeros, bomb)().length).toBe(zeros.length);
  });

  it('cannot unpack to less, end early or hide bytes behind the end', () => {
    const text = Buffer.from('order '.repeat(1000));
    const body = zstdCompressSync(text);
    const fields = (plaintextBytes: number) => ({ codec: 'zstd', plaintextBytes }) as const;
    expect(Buffer.from(forged(fields(text.length), text, body)()).equals(text)).toBe(true);
    expect(forged(fields(text.length + 1), text, body)).toThrow(because('decompress'));
    expect(forged(fields(text.length), text, body.subarray(0, -1))).toThrow(because('decompress'));
    expect(forged(fields(text.length), text, Buffer.concat([body, text.subarray(0, 9)]))).toThrow(
      because('decompress'),
    );
    expect(forged(fields(text.length), text, text)).toThrow(because('decompress'));
    expect(forged({ codec: 'none', plaintextBytes: text.length }, text, body)).toThrow(because('decompress'));
  });

  it('cannot carry another content than the name says', () => {
    const other = Buffer.from('other');
    expect(forged({ codec: 'none', plaintextBytes: 5 }, Buffer.from('named'), other)).toThrow(because('id'));
  });

  it('decompress to nothing only when nothing was meant', () => {
    expect(decompress({ codec: 'zstd', body: zstdCompressSync(Buffer.alloc(0)) }, 0)?.length).toBe(0);
    expect(decompress({ codec: 'zstd', body: Buffer.alloc(0) }, 0)).toBeUndefined();
  });
});

describe('named objects', () => {
  const name = 'manifests/20261122T140000Z-6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11';
  const bytes = encodeNamedObject(mainKeys, name, 'manifest', Buffer.from('{}'));

  it('open under their own name and kind only', () => {
    expect(Buffer.from(decodeNamedObject(mainKeys, name, 'manifest', bytes)).toString()).toBe('{}');
    expect(() => decodeNamedObject(mainKeys, name.replace('2026', '2027'), 'manifest', bytes)).toThrow(because('tag'));
    expect(() => decodeNamedObject(mainKeys, name, 'stream', bytes)).toThrow(because('kind'));
    expect(namedObjectKey(mainKeys, Buffer.from(name))).not.toEqual(objectKey(mainKeys, Buffer.from(name)));
  });
});

describe('the platform', () => {
  it('has what the format needs', async () => {
    await expect(assertPlatformFeatures()).resolves.toBeUndefined();
  });

  it('gives no shared secret with a key of low order', () => {
    const { privateKey } = newX25519Pair();
    for (const hex of [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    ]) {
      expect(x25519(privateKey, Buffer.from(hex, 'hex'))).toBeUndefined();
    }
  });
});
