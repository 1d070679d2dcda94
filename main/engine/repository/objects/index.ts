/** The door for threads that work on objects: what they load is in memory once per thread, so no schema is behind it. */
export { closeVault } from '../keys/main-keys.ts';
export type { EncodingKeys, VaultKey } from '../keys/main-keys.ts';
export {
  authenticateObject,
  decodeObject,
  encodeObject,
  isSmallObject,
  objectId,
  verifyObject,
} from './object-codec.ts';
export type { DecodedObject, DecodeOptions, EncodedObject, EncodeInput, VerifiedObject } from './object-codec.ts';
export { decodeSealedPayload, encodeSealedPayload, encodeSealedRows, smallGroupRows } from './sealed-rows.ts';
export type { SealedRows, SealedRowsInput } from './sealed-rows.ts';
