import { compress, decompress, defaultEffort } from '../crypto/codec.ts';
import { utf8 } from '../crypto/primitives.ts';
import { damaged, maxNamedPlaintextBytes } from '../format.ts';
import { namedObjectKey, nonceKey, type EncodingKeys } from '../keys/main-keys.ts';
import { envelopeBytes, readEnvelope, syntheticNonce, writeEnvelope } from './envelope.ts';
import { openFrames, sealFrames } from './frames.ts';

/**
 * Objects named by place and time instead of content: manifests, stream records and deeds. Key and tag are bound to the whole name,
 * so a store cannot rename one snapshot into another. Always in the main slot.
 */
export type NamedKind = 'manifest' | 'stream' | 'deed';

export function encodeNamedObject(keys: EncodingKeys, name: string, kind: NamedKind, payload: Uint8Array): Uint8Array {
  if (payload.length > maxNamedPlaintextBytes) throw new RangeError('payload over the format limit');
  const binding = utf8(name);
  const { codec, body } = compress(payload, defaultEffort);
  const fields = { kind, codec, slot: 'main', plaintextBytes: payload.length } as const;
  const nonce = syntheticNonce(nonceKey(keys), binding, fields, body);
  const envelope = writeEnvelope({ ...fields, nonce });
  const context = { object: name, key: namedObjectKey(keys, binding), nonce, envelope, binding };
  return Buffer.concat([envelope, ...sealFrames(context, body)]);
}

/** The payload. Errors: `repository.damaged` {object: name, reason}, `repository.newer-format`. */
export function decodeNamedObject(keys: EncodingKeys, name: string, kind: NamedKind, bytes: Uint8Array): Uint8Array {
  const envelope = readEnvelope(name, bytes, maxNamedPlaintextBytes);
  if (envelope.kind !== kind) throw damaged(name, 'kind');
  const { codec, plaintextBytes, nonce } = envelope;
  const binding = utf8(name);
  const head = bytes.subarray(0, envelopeBytes);
  const context = { object: name, key: namedObjectKey(keys, binding), nonce, envelope: head, binding };
  const body = openFrames(context, bytes.subarray(envelopeBytes), plaintextBytes);
  const payload = decompress({ codec, body }, plaintextBytes);
  if (payload === undefined) throw damaged(name, 'decompress');
  return payload;
}
