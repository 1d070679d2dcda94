import { describe, expect, it } from 'vitest';
import { fc } from '../../platform/testing/seeded.ts';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { openVaultWithPassphrase } from '../keys/keyring.ts';
import { aKeyring, testVaultPassphrase } from '../testing/keys.ts';
import { frameBytes } from './frames.ts';
import {
  authenticateObject,
  decodeObject,
  encodeObject,
  objectId,
  verifyObject,
  type EncodedObject,
} from './object-codec.ts';

const keyring = await aKeyring();
const { mainKeys } = keyring;
const vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
const stranger = (await aKeyring()).mainKeys;

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAppErrorOf(error, 'repository.damaged')) return String(error.facts['reason']);
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'accepted';
}

function open({ id, bytes, kind }: EncodedObject): Uint8Array {
  return decodeObject(mainKeys, id, bytes, { expectedKind: kind, vault }).payload;
}

function noise(bytes: number, seed = 1): Buffer {
  const out = Buffer.alloc(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out[at] = state >>> 16;
  }
  return out;
}

const rows = (payload: Uint8Array) => encodeObject(mainKeys, { kind: 'rows', payload });
const sealedRows = (payload: Uint8Array) => encodeObject(mainKeys, { kind: 'rows-sealed', payload });
const text = Buffer.from('1\tpaid\t9.90\n2\tpaid\t19.90\n');

describe('object codec', () => {
  it('gives back any payload, in both slots', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (payload, isSealed) => {
        const object = isSealed ? sealedRows(payload) : rows(payload);
        expect(Buffer.from(open(object)).equals(Buffer.from(payload))).toBe(true);
        verifyObject(mainKeys, object.id, object.bytes);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 1, frameBytes - 1, frameBytes, frameBytes + 1, 2 * frameBytes])('frames a body of %i bytes', (length) => {
    const payload = noise(length);
    for (const object of [rows(payload), sealedRows(payload)]) {
      expect(Buffer.from(open(object)).equals(payload)).toBe(true);
      expect(verifyObject(mainKeys, object.id, object.bytes).plaintextBytes).toBe(length);
      authenticateObject(mainKeys, object.id, object.bytes);
    }
  });

  it('makes the same main object of the same payload, and names it by kind and content', () => {
    expect(rows(text)).toEqual(rows(text));
    expect(rows(text).id).toBe(objectId(mainKeys, 'rows', text));
    expect(objectId(mainKeys, 'file', text)).not.toBe(objectId(mainKeys, 'rows', text));
    expect(objectId(stranger, 'rows', text)).not.toBe(objectId(mainKeys, 'rows', text));
  });

  it('never uses one nonce for two packings of one payload', () => {
    const payload = Buffer.from('order,card,price\n'.repeat(5000) + noise(3000).toString('hex'));
    const fast = encodeObject(mainKeys, { kind: 'rows', payload, effort: { level: 1 } });
    const dense = encodeObject(mainKeys, { kind: 'rows', payload, effort: { level: 12 } });
    expect(Buffer.from(fast.bytes).equals(Buffer.from(dense.bytes))).toBe(false);
    expect(fast.id).toBe(dense.id);
    expect(Buffer.from(fast.bytes).subarray(16, 28)).not.toEqual(Buffer.from(dense.bytes).subarray(16, 28));
    expect(Buffer.from(open(dense)).equals(payload)).toBe(true);
  });

  it('refuses every single flipped bit, with and without the vault', () => {
    for (const object of [rows(text), rows(Buffer.from('card '.repeat(200))), sealedRows(text)]) {
      for (let bit = 0; bit < object.bytes.length * 8; bit++) {
        const bytes = Buffer.from(object.bytes);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(
          reasonOf(() => open({ ...object, bytes })),
          `bit ${bit}`,
        ).not.toBe('accepted');
        expect(
          reasonOf(() => verifyObject(mainKeys, object.id, bytes)),
          `bit ${bit}`,
        ).not.toBe('accepted');
      }
    }
  });

  it('refuses every cut and every extension', () => {
    for (const object of [rows(text), sealedRows(text)]) {
      for (let length = 0; length < object.bytes.length; length++) {
        const bytes = object.bytes.subarray(0, length);
        expect(reasonOf(() => open({ ...object, bytes }))).not.toBe('accepted');
        expect(reasonOf(() => verifyObject(mainKeys, object.id, bytes))).not.toBe('accepted');
      }
      const longer = Buffer.concat([object.bytes, Buffer.alloc(1)]);
      expect(reasonOf(() => open({ ...object, bytes: longer }))).not.toBe('accepted');
    }
    expect(reasonOf(() => open({ ...rows(text), bytes: rows(text).bytes.subarray(0, -1) }))).toBe('truncated');
    expect(reasonOf(() => open({ ...rows(text), bytes: Buffer.concat([rows(text).bytes, text]) }))).toBe('extended');
  });

  it('refuses reordered, dropped and repeated frames', () => {
    const object = rows(noise(3 * frameBytes - 5));
    const stored = 4 + frameBytes + 16;
    const bytes = Buffer.from(object.bytes);
    const head = bytes.subarray(0, 32);
    const [one, two, three] = [
      bytes.subarray(32, 32 + stored),
      bytes.subarray(32 + stored, 32 + 2 * stored),
      bytes.subarray(32 + 2 * stored),
    ];
    const with_ = (...frames: Buffer[]) => reasonOf(() => open({ ...object, bytes: Buffer.concat([head, ...frames]) }));
    expect(with_(one, two, three)).toBe('accepted');
    expect(with_(two, one, three)).toBe('tag');
    expect(with_(one, three)).toBe('tag');
    expect(with_(one, one, three)).toBe('tag');
    expect(with_(one, two)).toBe('truncated');
    expect(with_(one, two, two, three)).toBe('frame');
  });

  it('names what is wrong', () => {
    const object = rows(text);
    const patched = (at: number, byte: number) => {
      const bytes = Buffer.from(object.bytes);
      bytes[at] = byte;
      return reasonOf(() => open({ ...object, bytes }));
    };
    expect(patched(0, 0x50)).toBe('not-an-object');
    expect(patched(4, 0)).toBe('header');
    expect(patched(4, 2)).toBe('repository.newer-format');
    expect(patched(5, 3)).toBe('kind');
    expect(patched(5, 200)).toBe('header');
    expect(patched(6, 9)).toBe('header');
    expect(patched(7, 1)).toBe('slot');
    expect(patched(8, 0x10)).toBe('too-large');
    // Of what differs from object to object any byte may be any number.
    const last = object.bytes.length - 1;
    expect(patched(16, object.bytes[16]! ^ 1)).toBe('tag');
    expect(patched(28, 1)).toBe('header');
    expect(patched(last, object.bytes[last]! ^ 1)).toBe('tag');
  });

  it('refuses another object, another kind, other keys and another vault', () => {
    const other = rows(Buffer.from('other'));
    expect(reasonOf(() => open({ ...rows(text), bytes: other.bytes }))).toBe('tag');
    expect(reasonOf(() => decodeObject(mainKeys, other.id, other.bytes, { expectedKind: 'table' }))).toBe('kind');
    expect(reasonOf(() => decodeObject(stranger, other.id, other.bytes, { expectedKind: 'rows' }))).toBe('tag');
    expect(reasonOf(() => decodeObject(mainKeys, '../../etc', other.bytes, { expectedKind: 'rows' }))).toBe('id');
    expect(() => encodeObject(mainKeys, { kind: 'rows-sealed', payload: text, slot: 'main' })).toThrow(RangeError);
    const sealed = sealedRows(text);
    const wrongVault = { publicKey: stranger.vaultPublicKey, privateKey: vault.privateKey, former: [] };
    expect(
      reasonOf(() =>
        decodeObject(mainKeys, sealed.id, sealed.bytes, { expectedKind: 'rows-sealed', vault: wrongVault }),
      ),
    ).toBe('seal');
  });

  it('verifies a vault object without the vault, and opens it only with the vault', () => {
    const sealed = sealedRows(text);
    expect(verifyObject(mainKeys, sealed.id, sealed.bytes)).toEqual({
      kind: 'rows-sealed',
      slot: 'vault',
      plaintextBytes: text.length,
      contentChecked: false,
    });
    expect(verifyObject(mainKeys, rows(text).id, rows(text).bytes).contentChecked).toBe(true);
    expect(reasonOf(() => decodeObject(mainKeys, sealed.id, sealed.bytes, { expectedKind: 'rows-sealed' }))).toBe(
      'keys.vault-closed',
    );
    const bytes = Buffer.from(sealed.bytes);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(reasonOf(() => verifyObject(mainKeys, sealed.id, bytes))).toBe('outer-tag');
    expect(reasonOf(() => verifyObject(stranger, sealed.id, sealed.bytes))).toBe('outer-tag');
  });

  it('keeps the payload of a vault object out of its bytes and uses a fresh key each time', () => {
    const secret = Buffer.from('CARD-SECRET-0001');
    expect(Buffer.from(sealedRows(secret).bytes).includes(secret)).toBe(false);
    expect(Buffer.from(sealedRows(secret).bytes).equals(Buffer.from(sealedRows(secret).bytes))).toBe(false);
  });

  it('holds no more than the caller allows', () => {
    const object = rows(Buffer.alloc(1_000_000));
    expect(object.bytes.length).toBeLessThan(1000);
    const limited = () =>
      decodeObject(mainKeys, object.id, object.bytes, { expectedKind: 'rows', maxPlaintextBytes: 999_999 });
    expect(reasonOf(limited)).toBe('too-large');
  });
});

describe('an object that is only authenticated', () => {
  it('is refused when any byte of it was changed, taken away or added, in both slots', () => {
    for (const { id, bytes } of [rows(text), sealedRows(text)]) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= 1;
        expect(
          reasonOf(() => authenticateObject(mainKeys, id, changed)),
          `byte ${at}`,
        ).not.toBe('accepted');
      }
      expect(reasonOf(() => authenticateObject(mainKeys, id, bytes.subarray(0, -1)))).not.toBe('accepted');
      expect(reasonOf(() => authenticateObject(mainKeys, id, Buffer.concat([bytes, text])))).not.toBe('accepted');
    }
  });

  it('is refused under another name and for other keys', () => {
    for (const make of [rows, sealedRows]) {
      const { id, bytes } = make(text);
      expect(reasonOf(() => authenticateObject(mainKeys, make(noise(9)).id, bytes))).not.toBe('accepted');
      expect(reasonOf(() => authenticateObject(stranger, id, bytes))).not.toBe('accepted');
    }
  });
});
