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
import { authenticateObject, decodeObject, encodeObject, objectId, verifyObject } from './object-codec.ts';
import { maxPlaintextBytes } from '../format.ts';

const { mainKeys } = await aKeyring();

/** An object made by someone who has the main keys but does not keep to the format. */
function forged(fields: Omit<Envelope, 'nonce' | 'kind' | 'slot'>, payload: Uint8Array, body: Uint8Array) {
  const id = objectId(mainKeys, 'rows', payload);
  const binding = Buffer.from(id, 'hex');
  const envelope = { ...fields, kind: 'rows', slot: 'main' } as const;
  const nonce = syntheticNonce(nonceKey(mainKeys), binding, envelope, body);
  const head = writeEnvelope({ ...envelope, nonce });
  const frames = sealFrames({ object: '', key: objectKey(mainKeys, binding), nonce, envelope: head, binding }, body);
  const bytes = Buffer.concat([head, ...frames]);
  // Whoever has the keys made it, and that is all that tags can say.
  authenticateObject(mainKeys, id, bytes);
  return () => decodeObject(mainKeys, id, bytes, { expectedKind: 'rows' }).payload;
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

describe('a hostile size', () => {
  const declaring = (plaintextBytes: bigint, bytes: Buffer) => {
    const changed = Buffer.from(bytes);
    changed.writeBigUInt64BE(plaintextBytes, 8);
    return changed;
  };
  const sound = encodeObject(mainKeys, { kind: 'rows', payload: Buffer.from('1\n') });

  it.each([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n, BigInt(maxPlaintextBytes) + 1n])(
    'of %s bytes is refused before anything is allocated',
    (size) => {
      const before = process.memoryUsage().arrayBuffers;
      const bytes = declaring(size, Buffer.from(sound.bytes));
      expect(() => decodeObject(mainKeys, sound.id, bytes, { expectedKind: 'rows' })).toThrow(because('too-large'));
      expect(() => verifyObject(mainKeys, sound.id, bytes)).toThrow(because('too-large'));
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    },
  );

  it('that the name of the object does not stand for is refused by its tag', () => {
    const bytes = declaring(1_000_000_000n, Buffer.from(sound.bytes));
    expect(() => decodeObject(mainKeys, sound.id, bytes, { expectedKind: 'rows' })).toThrow(because('tag'));
  });

  it('cannot grow beyond what was declared: a gigabyte in a few kilobytes ends at the declared size', () => {
    const gigabyte = bombOf(1024 ** 3);
    expect(gigabyte.length).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(decompress({ codec: 'zstd', body: gigabyte }, 8 * 1024 * 1024)).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('cannot hide in a bomb within a bomb, nor in frames behind frames', () => {
    const inner = bombOf(64 * 1024 * 1024);
    const outer = zstdCompressSync(inner);
    // Only one layer is opened, whatever is in it.
    expect(decompress({ codec: 'zstd', body: outer }, inner.length)?.length).toBe(inner.length);
    const twice = Buffer.concat([inner, inner]);
    expect(decompress({ codec: 'zstd', body: twice }, 64 * 1024 * 1024)).toBeUndefined();
    // A frame that is to be passed over (RFC 8878, 3.1.2) is not ours to write either.
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    expect(
      decompress({ codec: 'zstd', body: Buffer.concat([skippable, zstdCompressSync(Buffer.from('x'))]) }, 0),
    ).toBeUndefined();
  });

  function bombOf(sizeBytes: number): Buffer {
    return zstdCompressSync(Buffer.alloc(sizeBytes));
  }
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
