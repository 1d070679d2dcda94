import { AppError } from '../../../../shared/errors/app-error.ts';
import { codecs, type Codec } from '../crypto/codec.ts';
import { hmacSha256, nonceBytes, sameBytes } from '../crypto/primitives.ts';
import {
  damaged,
  formatVersion,
  maxPlaintextBytes,
  objectKinds,
  objectSlots,
  type ObjectKind,
  type ObjectSlot,
} from '../format.ts';

/**
 * The first 32 bytes of every object, big-endian:
 * magic "SHOU" 4 · version 1 · kind 1 · codec 1 · slot 1 · plaintext length 8 · nonce 12 · zero 4.
 */
export const envelopeBytes = 32;

const magic = Buffer.from('SHOU', 'latin1');
const nonceOffset = 16;

export interface Envelope {
  readonly kind: ObjectKind;
  readonly codec: Codec;
  readonly slot: ObjectSlot;
  readonly plaintextBytes: number;
  readonly nonce: Uint8Array;
}

/** `vault` seals, `main` does not; the other kinds may be either. */
const slotsOfKind: Readonly<Record<ObjectKind, readonly ObjectSlot[]>> = {
  rows: ['main'],
  'rows-sealed': ['vault'],
  table: ['main'],
  schema: ['main'],
  file: ['main', 'vault'],
  binlog: ['main', 'vault'],
  manifest: ['main'],
  stream: ['main'],
  'blob-index': ['main', 'vault'],
  accounts: ['main'],
  deed: ['main'],
  'file-tree': ['main'],
  settings: ['main'],
  'git-pack': ['main'],
};

export function isSlotOfKind(kind: ObjectKind, slot: ObjectSlot): boolean {
  return slotsOfKind[kind].includes(slot);
}

export function writeEnvelope({ kind, codec, slot, plaintextBytes, nonce }: Envelope): Buffer {
  const bytes = Buffer.alloc(envelopeBytes);
  bytes.set(magic);
  bytes.writeUInt8(formatVersion, 4);
  bytes.writeUInt8(objectKinds[kind], 5);
  bytes.writeUInt8(codecs[codec], 6);
  bytes.writeUInt8(objectSlots[slot], 7);
  bytes.writeBigUInt64BE(BigInt(plaintextBytes), 8);
  bytes.set(nonce, nonceOffset);
  return bytes;
}

/**
 * Reads and bounds the envelope. It is not authentic yet: the frames' tags cover it. `object` is the name for errors;
 * `limitBytes` is what the caller is ready to hold.
 */
export function readEnvelope(object: string, bytes: Uint8Array, limitBytes: number): Envelope {
  if (bytes.length < envelopeBytes) throw damaged(object, 'truncated');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, envelopeBytes);
  if (!sameBytes(view.subarray(0, 4), magic)) throw damaged(object, 'not-an-object');
  const version = view.readUInt8(4);
  if (version > formatVersion) {
    throw new AppError('repository.newer-format', { found: version, known: formatVersion, object });
  }
  const kind = nameOf(objectKinds, view.readUInt8(5));
  const codec = nameOf(codecs, view.readUInt8(6));
  const slot = nameOf(objectSlots, view.readUInt8(7));
  const length = view.readBigUInt64BE(8);
  const reserved = view.readUInt32BE(28);
  if (version !== formatVersion || kind === undefined || codec === undefined || reserved !== 0) {
    throw damaged(object, 'header');
  }
  if (slot === undefined || !isSlotOfKind(kind, slot)) throw damaged(object, 'slot');
  if (length > BigInt(Math.min(maxPlaintextBytes, limitBytes))) throw damaged(object, 'too-large');
  const nonce = view.subarray(nonceOffset, nonceOffset + nonceBytes);
  return { kind, codec, slot, plaintextBytes: Number(length), nonce };
}

/**
 * The nonce of an object whose key follows from its name: a keyed hash of everything that is encrypted. The same payload
 * packed by another zstd gives other bytes and therefore another nonce, and the same bytes give the same object.
 */
export function syntheticNonce(
  key: Uint8Array,
  binding: Uint8Array,
  envelope: Omit<Envelope, 'nonce'>,
  body: Uint8Array,
) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(binding.length);
  const blank = writeEnvelope({ ...envelope, nonce: new Uint8Array(nonceBytes) });
  return hmacSha256(key, length, binding, blank, body).subarray(0, nonceBytes);
}

function nameOf<N extends string>(table: Readonly<Record<N, number>>, byte: number): N | undefined {
  return (Object.keys(table) as N[]).find((name) => table[name] === byte);
}
