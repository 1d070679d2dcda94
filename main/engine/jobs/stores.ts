import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import { cloudProviderId, cloudProviderIds } from '../../../shared/model/cloud-providers.ts';
import type { DestinationInput } from '../../../shared/model/destination.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { DiskBlobStore } from '../backend/disk/disk-blob-store.ts';
import { ByteBudget } from '../backend/limit/byte-budget.ts';
import { RateLimitedBlobStore } from '../backend/limit/rate-limited-blob-store.ts';
import { RetryingBlobStore } from '../backend/retry/retrying-blob-store.ts';
import { S3BlobStore, type S3StoreOptions } from '../backend/s3/s3-blob-store.ts';
import { S3Locks } from '../backend/s3/s3-locks.ts';
import { WatchedBlobStore, type StoreWatch } from '../backend/watch/watched-blob-store.ts';
import { findHeader, isLockedName, Repository, type MainKeys, type RepositoryHeader } from '../repository/index.ts';
import type { Unlocked } from './engine-context.ts';
import { folderOf } from './cold/find-disk.ts';
import { openCloudKeys, type CloudKeys } from './home/saved-secrets.ts';
import type { CloudFindings, SavedDestination } from './home/settings-file.ts';

/** The one place where concrete stores are made. */

/** A bucket as it is named when a destination is added. */
export type S3PlaceInput = Omit<
  Extract<DestinationInput, { kind: 's3' }>,
  'name' | 'place' | 'kind' | 'accessKey' | 'secretKey'
>;

/** What a store is wrapped in, below the retries: a try that failed has used the line as well. */
type Wrap = (store: BlobStore) => BlobStore;
const bare: Wrap = (store) => store;

export async function openDiskStore(path: string, wrap = bare): Promise<BlobStore> {
  return new RetryingBlobStore(wrap(await DiskBlobStore.open({ root: path })));
}

export function openS3Store(
  place: S3PlaceInput & { readonly found?: CloudFindings | undefined },
  keys: CloudKeys,
  wrap = bare,
): BlobStore {
  return new RetryingBlobStore(wrap(new S3BlobStore(s3OptionsOf(place, keys))));
}

/** Errors: `usage.bad-argument` for a provider that this version does not know; the fact `known` lists those it does. */
export function s3OptionsOf(
  {
    provider,
    bucket,
    prefix,
    region,
    endpoint,
    customDomain,
    lockDays,
    found,
  }: S3PlaceInput & { readonly found?: CloudFindings | undefined },
  { accessKey, secretKey }: CloudKeys,
): S3StoreOptions {
  const known = cloudProviderId(provider);
  if (known === undefined) {
    const facts = { argument: '--s3', value: provider.slice(0, 40), known: cloudProviderIds.join(' ') };
    throw new AppError('usage.bad-argument', { ...facts, reason: 'unknown-cloud' });
  }
  return {
    provider: known,
    bucket,
    prefix,
    ...(found === undefined ? {} : spokenWith(found)),
    ...(lockDays == null && found?.lock !== true ? {} : { lock: { days: lockDays ?? null, covers: isLockedName } }),
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(customDomain == null ? {} : { customDomain }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  };
}

/** How the service is spoken to, as the probe found out. */
function spokenWith({ addressing, createGuard, listVersion }: CloudFindings) {
  return { addressing, createGuard, listVersion };
}

/** The locks of a bucket whose objects are to be locked, and for how many days; null for any other place. The caller closes it. */
export function openLocks(
  keys: MainKeys,
  destination: SavedDestination,
): { readonly locks: S3Locks; readonly days: number } | null {
  if (destination.kind === 'disk' || destination.lockDays == null) return null;
  const locks = new S3Locks(s3OptionsOf(destination, openCloudKeys(keys, destination)));
  return { locks, days: destination.lockDays };
}

/** How a known destination is used. */
export interface StoreWays {
  /** Hears what is listed and written. */
  readonly watch?: StoreWatch;
  /** A limit of this piece of work, besides the destination's own. */
  readonly budget?: ByteBudget | null;
}

/** One per destination and process: two jobs that write to one cloud share what it may take of the line. */
const budgets = new Map<string, ByteBudget>();

function ownBudget({ id, maxBytesPerSecond }: SavedDestination): ByteBudget | null {
  if (maxBytesPerSecond === undefined) return null;
  const known = budgets.get(id) ?? new ByteBudget({ bytesPerSecond: maxBytesPerSecond });
  known.setRate(maxBytesPerSecond);
  budgets.set(id, known);
  return known;
}

/**
 * A disk that travels is opened where its marker is, and never at its last path when another disk is there now. Errors: `backend.absent` for
 * a disk that is not plugged in, `disk.twins`, `disk.marker-refused`, `usage.secret-missing` for a bucket without keys.
 */
export async function openStore(
  keys: MainKeys,
  destination: SavedDestination,
  { watch, budget = null }: StoreWays = {},
): Promise<BlobStore> {
  const limits = [ownBudget(destination), budget].filter((limit) => limit !== null);
  const wrap: Wrap = (store) =>
    limits.reduce<BlobStore>((inner, limit) => new RateLimitedBlobStore(inner, limit), store);
  const store =
    destination.kind === 'disk'
      ? await openDiskStore(await folderOf(keys, destination), wrap)
      : openS3Store(destination, openCloudKeys(keys, destination), wrap);
  return watch === undefined ? store : new WatchedBlobStore(store, watch);
}

/** What the live test of a folder leaves in it, empty. */
const leftByTest: ReadonlySet<string> = new Set(['probe', '~tmp']);

/**
 * The folder of a new disk destination, made when it is not there, but never its parents: a missing mount point must not be
 * filled silently. A folder that holds other things (a used USB disk) gets a folder `shouhu` of our own inside.
 */
export async function prepareDiskFolder(path: string): Promise<string> {
  if ((await stat(dirname(path)).catch(() => null)) === null) throw new AppError('backend.absent', { path });
  await makeFolder(path);
  const entries = (await readdir(path)).filter((name) => !name.startsWith('.') && !leftByTest.has(name));
  if (entries.length === 0 || entries.includes('shouhu.json')) return path;
  const own = join(path, 'shouhu');
  await makeFolder(own);
  return own;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    switch (error.code) {
      case 'EEXIST':
        return;
      case 'EACCES':
      case 'EPERM':
        throw new AppError('backend.permission', { path }, { cause: error });
      case 'EROFS':
        throw new AppError('backend.read-only', { path }, { cause: error });
      case 'ENOSPC':
        throw new AppError('backend.disk-full', { path }, { cause: error });
      default:
        throw error;
    }
  }
}

/** Opens a destination's repository for `use` and closes its store whatever happens. */
export async function withRepository<T>(
  keys: MainKeys,
  destination: SavedDestination,
  signal: AbortSignal,
  use: (repository: Repository) => Promise<T>,
  ways: StoreWays = {},
): Promise<T> {
  const store = await openStore(keys, destination, ways);
  try {
    return await use(await openRepository(store, keys, destination, signal));
  } finally {
    await store.close();
  }
}

/** The same for whoever checks or mends it: a damaged or missing header is a finding then, not the end. */
export async function withRepositoryToMend<T>(
  { keys, header }: Unlocked,
  destination: SavedDestination,
  signal: AbortSignal,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const store = await openStore(keys, destination);
  try {
    const open = () => Repository.openToMend(store, keys, header, signal);
    return await use(await orAbsent(open, destination));
  } finally {
    await store.close();
  }
}

/**
 * The header of a place as it lies there, not authenticated: for whoever has no keys yet. A bucket is opened with `keys`, a disk needs none.
 * Errors: those of the store, `repository.absent`, `repository.header-damaged`.
 */
export async function headerOf(
  destination: SavedDestination,
  keys: MainKeys | null,
  signal: AbortSignal,
): Promise<RepositoryHeader> {
  const store =
    destination.kind === 'disk'
      ? await openDiskStore(destination.path)
      : await openStore(neededKeys(keys), destination);
  try {
    const header = await findHeader(store, signal);
    if (header === undefined) throw new AppError('repository.absent', {});
    return header;
  } finally {
    await store.close();
  }
}

function neededKeys(keys: MainKeys | null): MainKeys {
  if (keys === null) throw new AppError('usage.secret-missing', { what: 'passphrase' });
  return keys;
}

/**
 * The repository of a place that is known to hold one. A folder without anything of ours is what an unplugged disk leaves behind
 * (an empty mount point, or another disk): `backend.absent`, so that nobody writes there and nobody takes it for lost.
 */
export async function openRepository(
  store: BlobStore,
  keys: MainKeys,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<Repository> {
  return orAbsent(() => Repository.open(store, keys, signal), destination);
}

async function orAbsent(open: () => Promise<Repository>, destination: SavedDestination): Promise<Repository> {
  try {
    return await open();
  } catch (error) {
    const isGone = isAppErrorOf(error, 'repository.absent') && destination.kind === 'disk';
    if (!isGone || (await holdsObjects(destination.path))) throw error;
    throw new AppError('backend.absent', { path: destination.path }, { cause: error });
  }
}

async function holdsObjects(path: string): Promise<boolean> {
  const found = await Promise.all(['chunks', 'manifests'].map((name) => stat(join(path, name)).catch(() => null)));
  return found.some((entry) => entry !== null);
}
