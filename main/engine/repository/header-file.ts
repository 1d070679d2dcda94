import { AppError, isAppErrorOf, toAppError } from '../../../shared/errors/app-error.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { diskMarkerName, headerName, maxHeaderBytes, readmeName, recoverScriptName } from './format.ts';
import {
  authenticateHeader,
  headerDamaged,
  parseHeader,
  serializeHeader,
  type RepositoryHeader,
} from './keys/header.ts';
import type { MainKeys } from './keys/main-keys.ts';
import { bringReaderFiles, shippedReader } from './reader-files.ts';

/** The header of the repository on this store, not yet authenticated, or undefined when there is none. */
export async function findHeader(store: BlobStore, signal: AbortSignal): Promise<RepositoryHeader | undefined> {
  try {
    return parseHeader(await store.get(headerName, { signal, maxBytes: maxHeaderBytes }));
  } catch (error) {
    if (isAppErrorOf(error, 'backend.blob-missing')) return undefined;
    if (isAppErrorOf(error, 'backend.rejected')) throw headerDamaged('size', error);
    throw error;
  }
}

/** The header, proven to belong to these keys. */
export async function readHeader(store: BlobStore, keys: MainKeys, signal: AbortSignal): Promise<RepositoryHeader> {
  const header = await findHeader(store, signal);
  if (header === undefined) throw new AppError('repository.absent');
  if (header.repository !== keys.repositoryId) throw new AppError('repository.foreign', { found: header.repository });
  authenticateHeader(header, keys);
  return header;
}

/**
 * What is wrong with the header on this store, seen by someone who knows how it has to be: null when it is sound, `missing`, or why it is
 * no header of these keys. Errors: `repository.foreign`, `repository.newer-format` for a header that is whole and another one: a
 * damaged one still has the MAC of ours in it.
 */
export async function inspectHeader(
  store: BlobStore,
  keys: MainKeys,
  own: RepositoryHeader,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await readHeader(store, keys, signal);
    return null;
  } catch (error) {
    const { code, facts } = toAppError(error);
    if (code === 'repository.absent') return 'missing';
    if (code === 'repository.header-damaged') return String(facts['reason']);
    if (code === 'backend.io') return 'unreadable';
    if (code !== 'repository.foreign' && code !== 'repository.newer-format') throw error;
    const bytes = await store.get(headerName, { signal, maxBytes: maxHeaderBytes });
    if (bytes.includes(own.mac)) return 'content';
    throw error;
  }
}

/** Puts the header where `inspectHeader` found none or a damaged one. */
export async function healHeader(
  store: BlobStore,
  keys: MainKeys,
  own: RepositoryHeader,
  signal: AbortSignal,
): Promise<void> {
  authenticateHeader(own, keys);
  await store.put(headerName, serializeHeader(own), { mode: 'replace', signal });
}

/** Reader files first, header last: a place without a header is not a repository yet, and creating can be tried again. */
export async function writeNewHeader(store: BlobStore, header: RepositoryHeader, signal: AbortSignal): Promise<void> {
  const found = await findHeader(store, signal);
  if (found !== undefined) throw existing(header, found);
  for await (const { name } of store.list('', signal)) {
    if (!isHarmless(name)) throw new AppError('repository.foreign', { found: name });
  }
  await bringReaderFiles(store, [await shippedReader()], signal);
  const { written } = await store.put(headerName, serializeHeader(header), { mode: 'create', signal });
  if (!written) throw new AppError('repository.exists', { repository: header.repository });
}

export async function replaceHeader(
  store: BlobStore,
  keys: MainKeys,
  header: RepositoryHeader,
  signal: AbortSignal,
): Promise<void> {
  await readHeader(store, keys, signal);
  authenticateHeader(header, keys);
  await store.put(headerName, serializeHeader(header), { mode: 'replace', signal });
  // What is sealed from now on may open with this one alone.
  if ((await readHeader(store, keys, signal)).mac !== header.mac) throw headerDamaged('not-kept');
}

function existing(wanted: RepositoryHeader, found: RepositoryHeader): AppError {
  return found.repository === wanted.repository
    ? new AppError('repository.exists', { repository: found.repository })
    : new AppError('repository.foreign', { found: found.repository });
}

/** What an interrupted creation, an operating system, a store's own marker or a test of the place may have left. */
function isHarmless(name: string): boolean {
  const ours: readonly string[] = [readmeName, recoverScriptName, diskMarkerName];
  return ours.includes(name) || name.startsWith('.') || /^(leases|probe)\//.test(name);
}
