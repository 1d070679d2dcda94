import { AppError } from '../../../../shared/errors/app-error.ts';
import { free } from '../../platform/free-memory.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { compress, decompress, defaultEffort, rowsEffort, type Effort } from '../crypto/codec.ts';
import { hmacSha256, keyBytes, nonceBytes, sameBytes } from '../crypto/primitives.ts';
import {
  damaged,
  isObjectId,
  maxPlaintextBytes,
  objectKinds,
  type ChunkKind,
  type ObjectKind,
  type ObjectSlot,
} from '../format.ts';
import { nonceKey, objectKey, outerTagKey, type EncodingKeys, type VaultKey } from '../keys/main-keys.ts';
import { envelopeBytes, isSlotOfKind, readEnvelope, syntheticNonce, writeEnvelope, type Envelope } from './envelope.ts';
import { checkFrames, checkFraming, openFrames, sealFrames, type FrameContext } from './frames.ts';
import { openContentKey, sealBytes, sealContentKey } from './vault-seal.ts';

/**
 * Payload ⇄ object, for objects named by their content. Pure and synchronous (CPU only), so that a worker thread can do it with
 * a copy of the keys. The caller gives payloads of at most `maxPlaintextBytes` (1.1 GiB).
 */

const outerTagBytes = 32;

export interface EncodeInput {
  readonly kind: ChunkKind;
  readonly payload: Uint8Array;
  /** Default: the only slot of the kind, or `main`. */
  readonly slot?: ObjectSlot;
  /** How hard to compress; default as fits the kind. */
  readonly effort?: Effort;
}

export interface EncodedObject {
  readonly id: string;
  readonly kind: ChunkKind;
  readonly slot: ObjectSlot;
  readonly bytes: Uint8Array;
}

export interface DecodeOptions {
  readonly expectedKind: ChunkKind;
  /** Needed for vault objects, else `keys.vault-closed`. */
  readonly vault?: VaultKey | undefined;
  /** What the caller is ready to hold; default the format's limit. */
  readonly maxPlaintextBytes?: number | undefined;
}

export interface DecodedObject {
  readonly kind: ObjectKind;
  readonly slot: ObjectSlot;
  readonly payload: Uint8Array;
}

export interface VerifiedObject {
  readonly kind: ObjectKind;
  readonly slot: ObjectSlot;
  readonly plaintextBytes: number;
  /** False for a vault object: bytes proven unchanged, content not opened. */
  readonly contentChecked: boolean;
}

/** HMAC-SHA-256(idKey, kind byte ‖ payload) as 64 hex digits. Cheap: ask `has(id)` before encoding. */
export function objectId(keys: EncodingKeys, kind: ChunkKind, payload: Uint8Array): string {
  return idOf(keys, kind, payload).toString('hex');
}

/** The same main-slot input gives the same bytes; a vault-slot object has a fresh key every time. */
export function encodeObject(keys: EncodingKeys, input: EncodeInput): EncodedObject {
  const { kind, payload, slot = kind === 'rows-sealed' ? 'vault' : 'main', effort = effortFor(kind) } = input;
  if (!isSlotOfKind(kind, slot)) throw new RangeError(`${kind} objects are not kept in the ${slot} slot`);
  if (payload.length > maxPlaintextBytes) throw new RangeError('payload over the format limit');
  const id = idOf(keys, kind, payload);
  const { codec, body } = compress(payload, effort);
  const fields = { kind, codec, slot, plaintextBytes: payload.length };
  const bytes = slot === 'main' ? encodeMain(keys, id, fields, body) : encodeVault(keys, id, fields, body);
  if (body !== payload) free(body);
  return { id: id.toString('hex'), kind, slot, bytes };
}

/**
 * The payload, proven to be the one that the id names.
 * Errors: `repository.damaged` {object, reason}, `repository.newer-format`, `keys.vault-closed`.
 */
export function decodeObject(keys: EncodingKeys, id: string, bytes: Uint8Array, options: DecodeOptions): DecodedObject {
  const envelope = readEnvelope(id, bytes, options.maxPlaintextBytes ?? maxPlaintextBytes);
  if (envelope.kind !== options.expectedKind) throw damaged(id, 'kind');
  return openObject(keys, id, bytes, envelope, options.vault);
}

/** Checks all that can be checked without the vault. Errors: as `decodeObject`, never `keys.vault-closed`. */
export function verifyObject(keys: EncodingKeys, id: string, bytes: Uint8Array): VerifiedObject {
  const envelope = readEnvelope(id, bytes, maxPlaintextBytes);
  const { kind, slot, plaintextBytes } = envelope;
  if (slot === 'main') free(openObject(keys, id, bytes, envelope, undefined).payload);
  else checkSealed(keys, id, bytes, envelope);
  return { kind, slot, plaintextBytes, contentChecked: slot === 'main' };
}

/**
 * Whether a holder of the keys made these bytes under this name, all of them and in this order: head, framing, every tag. Whether they hold
 * what the name stands for is not looked at: that is for `verifyObject`, once. Errors: as `verifyObject`.
 */
export function authenticateObject(keys: EncodingKeys, id: string, bytes: Uint8Array): void {
  const envelope = readEnvelope(id, bytes, maxPlaintextBytes);
  if (envelope.slot === 'main')
    checkFrames(mainContext(keys, id, bytes, envelope), bytes.subarray(envelopeBytes), envelope.plaintextBytes);
  else checkSealed(keys, id, bytes, envelope);
}

const smallBytes = 16 * 1024;
const smallPayloadBytes = 64 * 1024;

/** Whether an object is checked within a fraction of a millisecond, whatever it holds: by its size, and by the length of the payload that it claims (FORMAT.md §4). */
export function isSmallObject(bytes: Uint8Array): boolean {
  if (bytes.length > smallBytes || bytes.length < envelopeBytes) return false;
  const { buffer, byteOffset, length } = bytes;
  return new DataView(buffer, byteOffset, length).getBigUint64(8) <= smallPayloadBytes;
}

function effortFor(kind: ChunkKind): Effort {
  return kind === 'rows' || kind === 'rows-sealed' ? rowsEffort : defaultEffort;
}

type Fields = Omit<Envelope, 'nonce'>;

function encodeMain(keys: EncodingKeys, id: Buffer, fields: Fields, body: Uint8Array): Buffer {
  const nonce = syntheticNonce(nonceKey(keys), id, fields, body);
  const envelope = writeEnvelope({ ...fields, nonce });
  const context = { object: '', key: objectKey(keys, id), nonce, envelope, binding: id };
  return Buffer.concat([envelope, ...sealFrames(context, body)]);
}

function encodeVault(keys: EncodingKeys, id: Buffer, fields: Fields, body: Uint8Array): Buffer {
  const nonce = randomKeyBytes(nonceBytes);
  const envelope = writeEnvelope({ ...fields, nonce });
  const { contentKey, seal } = sealContentKey(keys.vaultPublicKey, id, envelope);
  const context = { object: '', key: contentKey, nonce, envelope, binding: id };
  const parts = [envelope, seal, ...sealFrames(context, body)];
  contentKey.fill(0);
  return Buffer.concat([...parts, hmacSha256(outerTagKey(keys), id, ...parts)]);
}

function openObject(
  keys: EncodingKeys,
  id: string,
  bytes: Uint8Array,
  envelope: Envelope,
  vault: VaultKey | undefined,
): DecodedObject {
  const { kind, codec, slot, plaintextBytes, nonce } = envelope;
  const binding = idBytes(id);
  let context: FrameContext;
  let framed: Uint8Array;
  if (slot === 'main') {
    context = mainContext(keys, id, bytes, envelope);
    framed = bytes.subarray(envelopeBytes);
  } else {
    framed = checkSealed(keys, id, bytes, envelope);
    if (vault === undefined) throw new AppError('keys.vault-closed', { object: id });
    const head = bytes.subarray(0, envelopeBytes);
    const key = openContentKey(id, vault, binding, head, bytes.subarray(envelopeBytes, envelopeBytes + sealBytes));
    context = { object: id, key, nonce, envelope: head, binding };
  }
  const body = openFrames(context, framed, plaintextBytes);
  const payload = decompress({ codec, body }, plaintextBytes);
  if (body !== payload) free(body);
  if (payload === undefined) throw damaged(id, 'decompress');
  if (!sameBytes(idOf(keys, kind, payload), binding)) throw damaged(id, 'id');
  return { kind, slot, payload };
}

function mainContext(keys: EncodingKeys, id: string, bytes: Uint8Array, { nonce }: Envelope): FrameContext {
  const binding = idBytes(id);
  return { object: id, key: objectKey(keys, binding), nonce, envelope: bytes.subarray(0, envelopeBytes), binding };
}

/** Framing and outer tag of a vault object; gives its frames. */
function checkSealed(keys: EncodingKeys, id: string, bytes: Uint8Array, envelope: Envelope): Uint8Array {
  const end = bytes.length - outerTagBytes;
  if (end < envelopeBytes + sealBytes) throw damaged(id, 'truncated');
  const framed = bytes.subarray(envelopeBytes + sealBytes, end);
  checkFraming(id, framed, envelope.plaintextBytes);
  const tag = hmacSha256(outerTagKey(keys), idBytes(id), bytes.subarray(0, end));
  if (!sameBytes(tag, bytes.subarray(end))) throw damaged(id, 'outer-tag');
  return framed;
}

function idOf(keys: EncodingKeys, kind: ObjectKind, payload: Uint8Array): Buffer {
  return hmacSha256(keys.idKey, Uint8Array.of(objectKinds[kind]), payload);
}

function idBytes(id: string): Buffer {
  if (!isObjectId(id)) throw damaged('chunks/', 'id');
  return Buffer.from(id, 'hex').subarray(0, keyBytes);
}
