import { ListObjectsCommand, ListObjectsV2Command, type _Object, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { s3CodeOf, s3StatusOf } from './s3-errors.ts';

export interface ListedKey {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export interface ListPage {
  readonly keys: readonly ListedKey[];
  /** Where the next page begins (token or marker); undefined after the last page. */
  readonly next: string | undefined;
}

export interface ListTimes {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

/** The common part of both versions' answers. */
interface RawPage {
  readonly Contents?: _Object[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly EncodingType?: string | undefined;
}

/**
 * Listing a bucket page by page, with ListObjectsV2 where it works and with the older call where it does not: a service that
 * answers `NotImplemented` is asked in the old way from then on.
 */
export class S3Pages {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #pageSize: number;
  #version: 1 | 2;

  constructor(client: S3Client, bucket: string, version: 1 | 2, pageSize = 1000) {
    this.#client = client;
    this.#bucket = bucket;
    this.#version = version;
    this.#pageSize = pageSize;
  }

  /** Which call is used now. */
  get version(): 1 | 2 {
    return this.#version;
  }

  /** One page of at most 1000 keys. Rejects with the SDK's errors, or `backend.rejected` for a listing that cannot end. */
  async page(prefix: string, from: string | undefined, times: ListTimes): Promise<ListPage> {
    if (this.#version === 1) return this.#pageV1(prefix, from, times);
    try {
      return await this.#pageV2(prefix, from, times);
    } catch (error) {
      const isUnknown = s3CodeOf(error) === 'NotImplemented' || s3StatusOf(error) === 501;
      if (!isUnknown || from !== undefined) throw error;
      this.#version = 1;
      return this.#pageV1(prefix, from, times);
    }
  }

  async #pageV2(prefix: string, from: string | undefined, times: ListTimes): Promise<ListPage> {
    const input = { Bucket: this.#bucket, Prefix: prefix, ContinuationToken: from, MaxKeys: this.#pageSize };
    const answer = await this.#client.send(new ListObjectsV2Command(input), times);
    return finish(keysOf(answer), answer.IsTruncated === true, answer.NextContinuationToken, from);
  }

  async #pageV1(prefix: string, from: string | undefined, times: ListTimes): Promise<ListPage> {
    const input = { Bucket: this.#bucket, Prefix: prefix, Marker: from, MaxKeys: this.#pageSize };
    const answer = await this.#client.send(new ListObjectsCommand(input), times);
    const keys = keysOf(answer);
    // Amazon sends NextMarker only together with a delimiter: the last key is the marker.
    const marker = keys.at(-1)?.key ?? answer.NextMarker;
    return finish(keys, answer.IsTruncated === true, marker, from);
  }
}

/** Some services have been seen to answer the same page for ever (OBS with a parallel file system). */
function finish(keys: ListedKey[], isTruncated: boolean, next: string | undefined, from: string | undefined): ListPage {
  if (!isTruncated) return { keys, next: undefined };
  if (next === undefined || next === '' || next === from)
    throw new AppError('backend.rejected', { reason: 'list-loop', because: 'list-loop' });
  return { keys, next };
}

function keysOf({ Contents = [], EncodingType }: RawPage): ListedKey[] {
  return Contents.map(({ Key = '', Size = 0, LastModified }) => ({
    key: EncodingType === 'url' ? decodedKey(Key) : Key,
    sizeBytes: Size,
    modifiedAtMs: LastModified?.getTime() ?? 0,
  }));
}

/** A key that does not decode is left as it is: no object of ours looks like that. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    return key;
  }
}
