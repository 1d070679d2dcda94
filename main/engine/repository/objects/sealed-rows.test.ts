import { describe, expect, it } from 'vitest';
import { fc } from '../../platform/testing/seeded.ts';
import { openVaultWithPassphrase } from '../keys/keyring.ts';
import { aKeyring, testVaultPassphrase } from '../testing/keys.ts';
import { decodeObject } from './object-codec.ts';
import { decodeSealedPayload, encodeSealedPayload, encodeSealedRows } from './sealed-rows.ts';

const keyring = await aKeyring();
const digest = '00112233445566778899aabbccddeeff';
const text = Buffer.from('CARD-1\n');

describe('sealed rows', () => {
  it('come back whatever their size', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.uint8Array(), fc.option(fc.constant(digest)), (rows, bytes, given) => {
        const back = decodeSealedPayload('x', encodeSealedPayload({ rows, text: bytes, digest: given }));
        expect(Buffer.from(back.text).equals(Buffer.from(bytes))).toBe(true);
        expect(back.digest).toBe(rows < 64 ? given : null);
      }),
    );
  });

  it('are no oracle when they are few, and are stored once when they are many', async () => {
    const few = () => encodeSealedRows(keyring.mainKeys, { rows: 63, text, digest });
    const many = () => encodeSealedRows(keyring.mainKeys, { rows: 64, text, digest });
    expect(few().id).not.toBe(few().id);
    expect(many().id).toBe(many().id);
    const vault = await openVaultWithPassphrase(keyring.header, testVaultPassphrase);
    const { id, bytes } = few();
    const { payload } = decodeObject(keyring.mainKeys, id, bytes, { expectedKind: 'rows-sealed', vault });
    expect(decodeSealedPayload(id, payload)).toMatchObject({ digest });
  });

  it.each([[[]], [[1]], [[0]], [[0, 2]], [[0, 1, 5]], [[16, 1, 2, 3]], [[16, ...Array(16).fill(0)]]])(
    'refuses %j',
    (bytes) => {
      expect(() => decodeSealedPayload('x', Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ code: 'repository.damaged', facts: { object: 'x', reason: 'content' } }),
      );
    },
  );

  it('refuses a digest that is none', () => {
    expect(() => encodeSealedPayload({ rows: 1, text, digest: 'abc' })).toThrow(RangeError);
  });
});
