import { createHash } from 'node:crypto';

/** What an answer tells about an object's content hash. */
export interface EtagAnswer {
  readonly ETag?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
}

/**
 * Whether an object arrived whole, by its ETag, where an ETag can be trusted to be the MD5 of the content.
 *
 * No documentation says for which services it is (Kodo and US3: not; key-service encryption: not; multipart: not), so the
 * judge learns: the first ETag that equals an MD5 proves that this service uses it, the first PUT that does not, before
 * any proof, that it does not.
 */
export class EtagJudge {
  #learned: 'nothing' | 'md5' | 'opaque' = 'nothing';

  /** False only when the service is known to answer the MD5 and answered another one than `md5Hex`. */
  isStored(answer: EtagAnswer, md5Hex: string): boolean {
    const etag = plainMd5(answer);
    if (etag === undefined || this.#learned === 'opaque') return true;
    if (etag === md5Hex) this.#learned = 'md5';
    else if (this.#learned === 'nothing') this.#learned = 'opaque';
    return etag === md5Hex || this.#learned !== 'md5';
  }

  /** The same for bytes that were read. */
  isWhole(answer: EtagAnswer, bytes: Uint8Array): boolean {
    const etag = plainMd5(answer);
    if (etag === undefined || this.#learned === 'opaque') return true;
    if (etag === createHash('md5').update(bytes).digest('hex')) {
      this.#learned = 'md5';
      return true;
    }
    return this.#learned !== 'md5';
  }
}

function plainMd5({ ETag, ServerSideEncryption }: EtagAnswer): string | undefined {
  if (ServerSideEncryption !== undefined && ServerSideEncryption !== 'AES256') return undefined;
  return /^"?([0-9a-f]{32})"?$/i.exec(ETag ?? '')?.[1]?.toLowerCase();
}
