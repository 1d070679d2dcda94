import { hash } from 'node:crypto';
import type { ContentDigests } from '../backend/blob-store.ts';
import { authenticateObject, verifyObject, type EncodingKeys } from '../repository/objects/index.ts';

/** A stored object, as a store gave it. */
export interface VerifyTask {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** An object on its way from one copy to others. */
export interface CheckTask extends VerifyTask {
  /**
   * `whole`: as `verify`. `unchanged`: only that nobody without the keys made or changed it, for an object that was verified on this copy before: a tenth of the work.
   */
  readonly depth?: 'whole' | 'unchanged';
  /** Hash the stored bytes too, for a store that sends hashes along: with the check, where they are at hand, so that of large ones the thread of the sockets is free. */
  readonly wantsDigests?: boolean;
}

export interface CheckedObject {
  readonly bytes: Uint8Array;
  readonly digests?: ContentDigests;
}

/** In whichever thread it is called. Error: `repository.damaged`. */
export function checkObject(keys: EncodingKeys, { id, bytes, depth, wantsDigests }: CheckTask): CheckedObject {
  if (depth === 'unchanged') authenticateObject(keys, id, bytes);
  else verifyObject(keys, id, bytes);
  return wantsDigests === true ? { bytes, digests: digestsOf(bytes) } : { bytes };
}

function digestsOf(bytes: Uint8Array): ContentDigests {
  return { md5Hex: hash('md5', bytes, 'hex'), sha256Hex: hash('sha256', bytes, 'hex') };
}
