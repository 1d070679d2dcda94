import { free } from '../../platform/free-memory.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { damaged } from '../format.ts';
import { sealedNameSalt, type EncodingKeys } from '../keys/main-keys.ts';
import { encodeObject, type EncodedObject } from './object-codec.ts';

/**
 * The payload of a `rows-sealed` object: u8 salt length (0 or 16) · salt · u8 digest length flag (0 or 1) · digest (16) · rows.
 *
 * The name of an object is a keyed hash of its payload. Whoever has the main keys could test a short list of guessed secrets
 * against it, so a group of few rows carries a random salt, and its range digest stays in here instead of in the table record.
 */
export const smallGroupRows = 64;

const saltBytes = 16;
const digestBytes = 16;

export interface SealedRows {
  /** The secret columns as rows text. */
  readonly text: Uint8Array;
  /** The sealed digest of these rows as 32 hex digits when it is kept in here, else null. */
  readonly digest: string | null;
}

export interface SealedRowsInput {
  /** Rows in `text`. Fewer than 64: salted, so that equal secrets get different names, and the digest goes inside. */
  readonly rows: number;
  readonly text: Uint8Array;
  /** 32 hex digits; left out for 64 rows and more, when the table record may hold it. */
  readonly digest: string | null;
}

/** Rows of secret columns as a sealed object of kind `rows-sealed`. */
export function encodeSealedRows(keys: EncodingKeys, input: SealedRowsInput): EncodedObject {
  const payload = encodeSealedPayload(input, sealedNameSalt(keys));
  const object = encodeObject(keys, { kind: 'rows-sealed', slot: 'vault', payload });
  free(payload);
  return object;
}

/** `nameSalt`: of a vault that was given new keys (`sealedNameSalt`). */
export function encodeSealedPayload(
  { rows, text, digest }: SealedRowsInput,
  nameSalt: Uint8Array | null = null,
): Uint8Array {
  const isSmall = rows < smallGroupRows;
  const salt = isSmall ? randomKeyBytes(saltBytes) : (nameSalt ?? new Uint8Array());
  const inside = isSmall && digest !== null ? Buffer.from(digest, 'hex') : new Uint8Array();
  if (inside.length !== 0 && inside.length !== digestBytes) throw new RangeError('a range digest is 32 hex digits');
  return Buffer.concat([Uint8Array.of(salt.length), salt, Uint8Array.of(inside.length === 0 ? 0 : 1), inside, text]);
}

/** Reads the payload of a `rows-sealed` object. `object` is its id, for errors: `repository.damaged` reason `content`. */
export function decodeSealedPayload(object: string, payload: Uint8Array): SealedRows {
  const saltLength = payload[0];
  if (saltLength !== 0 && saltLength !== saltBytes) throw damaged(object, 'content');
  const flag = payload[1 + saltLength];
  const start = 2 + saltLength + (flag === 1 ? digestBytes : 0);
  if ((flag !== 0 && flag !== 1) || start > payload.length) throw damaged(object, 'content');
  const digest = flag === 1 ? Buffer.from(payload.subarray(2 + saltLength, start)).toString('hex') : null;
  return { text: payload.subarray(start), digest };
}
