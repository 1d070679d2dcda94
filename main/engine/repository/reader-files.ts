import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { assetPath } from '../platform/asset-path.ts';
import { readmeName, recoverScriptName } from './format.ts';

/**
 * What lies in clear in every copy, so that it can be read without Shouhu (FORMAT.md §13). The programs never change once they are there, because
 * the SHA-256 of one of them is on the owner's paper: a newer one is put beside it, under a name that tells both.
 */
export interface Reader {
  /** `recover-<edition>-<first 8 hex digits of its SHA-256>.mjs` */
  readonly name: string;
  readonly edition: number;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: Buffer;
}

const maxReaderFileBytes = 4 * 1024 * 1024;
const readerNameShape = /^recover-\d{1,6}-[0-9a-f]{8}\.mjs$/;

export function isReaderName(name: string): boolean {
  return readerNameShape.test(name);
}

/** Undefined for bytes that are no reader. */
export function readerOf(bytes: Buffer): Reader | undefined {
  const edition = /^const EDITION = (\d{1,6});$/m.exec(bytes.toString('utf8'))?.[1];
  if (edition === undefined) return undefined;
  const sha256 = hash('sha256', bytes, 'hex');
  return { name: `recover-${edition}-${sha256.slice(0, 8)}.mjs`, edition: Number(edition), sha256, bytes };
}

/** The reader that this version ships: its SHA-256 is printed on a sheet that is made now, since a cloud could swap the file. */
export async function shippedReader(): Promise<Reader> {
  const reader = readerOf(await readFile(assetPath(`recover/${recoverScriptName}`)));
  if (reader === undefined) throw new Error('recover.mjs does not say which edition it is');
  return reader;
}

/**
 * Sees to it that README.txt is there and not older than this version's, that there is a `recover.mjs`, and that each of `readers` (oldest first) is
 * there under one of its two names. A `recover.mjs` that is there is left as it is, whatever it holds: it may be the one on the paper. Gives
 * the names written.
 */
export async function bringReaderFiles(
  store: BlobStore,
  readers: readonly Reader[],
  signal: AbortSignal,
): Promise<string[]> {
  const written: string[] = [];
  const put = async (name: string, bytes: Buffer) => {
    await store.put(name, bytes, { mode: 'replace', signal });
    written.push(name);
  };
  const readme = await readFile(assetPath(`recover/${readmeName}`));
  const oldReadme = await readIfThere(store, readmeName, signal);
  const isOwn = oldReadme?.equals(readme) === true;
  if (!isOwn && editionOfReadme(oldReadme) <= editionOfReadme(readme)) await put(readmeName, readme);
  let first = await readIfThere(store, recoverScriptName, signal);
  for (const { name, bytes } of readers) {
    if (first === undefined) {
      await put(recoverScriptName, bytes);
      first = bytes;
    }
    if (first.equals(bytes)) continue;
    if ((await store.stat(name, signal))?.sizeBytes !== bytes.length) await put(name, bytes);
  }
  return written;
}

/** 0 for one that is absent or says nothing. */
function editionOfReadme(bytes: Buffer | undefined): number {
  return Number(/\(edition (\d{1,6})\)\s*$/.exec(bytes?.toString('utf8') ?? '')?.[1] ?? 0);
}

async function readIfThere(store: BlobStore, name: string, signal: AbortSignal): Promise<Buffer | undefined> {
  try {
    return await store.get(name, { signal, maxBytes: maxReaderFileBytes });
  } catch (error) {
    // Absent or absurdly big, which none of ours is: both are mended by writing it.
    if (isAppErrorOf(error, 'backend.blob-missing', 'backend.rejected')) return undefined;
    throw error;
  }
}
