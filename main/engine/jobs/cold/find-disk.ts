import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { DestinationRole } from '../../../../shared/model/destination.ts';
import { diskError, isNotThere, isRefused } from '../../backend/disk/disk-errors.ts';
import { systemVolumes, volumeOf, type Volume, type VolumeSource } from '../../platform/volumes/index.ts';
import { withinTime } from '../../platform/within-time.ts';
import {
  diskMarkerName,
  headerName,
  maxDiskMarkerBytes,
  parseDiskMarker,
  parseHeader,
  type DiskMarker,
  type MainKeys,
} from '../../repository/index.ts';
import type { SavedDestination } from '../home/settings-file.ts';

export type DiskDestination = SavedDestination & { kind: 'disk' };

/** Roles of disks that travel: they are told by their marker, not by their path. */
const travellingRoles: readonly DestinationRole[] = ['cold', 'offsite'];

export function isTravellingRole(role: DestinationRole): boolean {
  return travellingRoles.includes(role);
}

export function isTravelling(destination: SavedDestination): destination is DiskDestination {
  return destination.kind === 'disk' && isTravellingRole(destination.role);
}

/** Where a disk destination's folder is now. Errors: as `requireDisk`, for a disk that travels. */
export async function folderOf(keys: MainKeys, destination: DiskDestination): Promise<string> {
  return isTravellingRole(destination.role) ? (await requireDisk(keys, destination)).path : destination.path;
}

export interface FoundDisk {
  /** The repository's folder, now. */
  readonly path: string;
  /** The mounted volume that it lies on, when the system was asked and knows. */
  readonly volume: Volume | null;
  /** Null: a disk from before there were markers, found where it always was. */
  readonly marker: DiskMarker | null;
}

export interface DiskSearch {
  readonly found: FoundDisk | null;
  /** Something did not answer, could not be read or was no marker of ours any more, so "not found" is not "not there". */
  readonly isUncertain: boolean;
  /** Why the place where it was last cannot be read, as the store of a disk says it; null when it can, or did not answer at all. */
  readonly failure: AppError | null;
  /** A marker was where the disk should be, and is none of ours. `disk.marker-refused` {path, reason}. */
  readonly refusal: AppError | null;
}

interface Hit {
  readonly path: string;
  readonly marker: DiskMarker;
  /** Device and inode of the marker's file: two ways to one file are one disk. */
  readonly file: string;
}

/** A stick that was just plugged in may take seconds to answer its first read. */
const readTimeoutMs = 8_000;

/**
 * Looks for a travelling disk: where it was last, then in the same folder of every mounted volume, whatever letter or name that has today.
 * Its marker decides. With `everywhere` all volumes are looked at even when it is where it was, which is the only way to notice a clone.
 * Error: `disk.twins` {first, second} when two disks carry its marker.
 */
export async function searchDisk(
  keys: MainKeys,
  destination: DiskDestination,
  {
    volumes = systemVolumes(),
    everywhere = false,
  }: { readonly volumes?: VolumeSource; readonly everywhere?: boolean } = {},
): Promise<DiskSearch> {
  const look = async (path: string) => lookAt(path, keys, destination.id);
  const home = await look(destination.path);
  if (home.hit !== null && !everywhere) return { ...certain, found: { ...home.hit, volume: null } };

  const mounted = await volumes.list();
  const elsewhere = placesOn(mounted, destination.path).filter((path) => path !== destination.path);
  const others = await Promise.all(elsewhere.map(look));
  const hits = distinct([home, ...others].flatMap(({ hit }) => hit ?? []));
  const onVolume = (path: string): Volume | null => volumeOf(path, mounted);
  const [first, ...doubles] = hits;
  if (first !== undefined) {
    const device = onVolume(first.path)?.device;
    const twin = doubles.find(({ path }) => device === undefined || onVolume(path)?.device !== device);
    if (twin !== undefined) throw new AppError('disk.twins', { first: first.path, second: twin.path });
    return { ...certain, found: { ...first, volume: onVolume(first.path) } };
  }
  const { refusal } = home;
  const trouble = isEmptyDrive(home.trouble, onVolume(home.path)) ? null : home.trouble;
  if (refusal !== null || trouble !== null || others.some((each) => mayHideIt(each, onVolume(each.path))))
    return { found: null, isUncertain: true, failure: toFailure(trouble, home.path), refusal };
  const held = home.isEmpty ? await holdsRepository(destination.path, keys) : false;
  const old = { path: destination.path, volume: onVolume(destination.path), marker: null };
  return { ...certain, found: held === true ? old : null, isUncertain: held === 'unknown' };
}

const certain = { isUncertain: false, failure: null, refusal: null } as const;

/** Windows answers `UNKNOWN` for a card reader without a card, and for a disk that is locked: only the latter is listed. */
function isEmptyDrive(trouble: Trouble | null, volume: Volume | null): boolean {
  return volume === null && trouble !== null && trouble !== 'hung' && trouble.code === 'UNKNOWN';
}

/** Whether a look at another place than the last one leaves room for the disk to be there all the same. */
function mayHideIt({ trouble, refusal }: Look, volume: Volume | null): boolean {
  // Another owner's disk is none of ours; a marker that rotted may be.
  if (refusal !== null) return refusal.facts['reason'] !== 'foreign';
  if (trouble === null) return false;
  // Every system has built-in volumes that only its administrator may read (/boot/efi): they are no disk that travels.
  return !isRefused(trouble) || volume?.isRemovable === true;
}

function toFailure(trouble: Trouble | null, path: string): AppError | null {
  const told = trouble === 'hung' ? null : diskError(trouble);
  return told instanceof AppError ? new AppError(told.code, { ...told.facts, path }, { cause: trouble }) : null;
}

/**
 * As `searchDisk`, for opening. Errors: `disk.twins`, `disk.marker-refused`, `backend.absent` {path, disk}; `backend.io` or
 * `backend.permission` {path, reason} when it is there and cannot be read.
 */
export async function requireDisk(
  keys: MainKeys,
  destination: DiskDestination,
  options: Parameters<typeof searchDisk>[2] = {},
): Promise<FoundDisk> {
  const { found, refusal, failure } = await searchDisk(keys, destination, options);
  if (found !== null) return found;
  throw refusal ?? failure ?? new AppError('backend.absent', { path: destination.path, disk: destination.name });
}

/** The folder itself on each volume, and the ends of the path it was last seen under: `/media/me/USB/backup` may be `E:\backup` today. */
function placesOn(volumes: readonly Volume[], lastPath: string): string[] {
  const parts = lastPath.split(/[\\/]+/).filter((part) => part !== '' && !/^[A-Za-z]:$/.test(part));
  const ends = Array.from({ length: Math.min(4, parts.length) }, (_, count) => parts.slice(parts.length - count - 1));
  const folders = [[], ['shouhu'], ...ends];
  return [...new Set(volumes.flatMap(({ mountPath }) => folders.map((folder) => join(mountPath, ...folder))))];
}

function distinct(hits: readonly Hit[]): Hit[] {
  return [...new Map(hits.toReversed().map((hit) => [hit.file, hit])).values()].reverse();
}

interface Look {
  readonly path: string;
  readonly hit: Hit | null;
  /** Why this place could not be read; null when it could, or when nothing is there. */
  readonly trouble: Trouble | null;
  /** No marker here. */
  readonly isEmpty: boolean;
  readonly refusal: AppError | null;
}

async function lookAt(path: string, keys: MainKeys, id: string): Promise<Look> {
  const nothing: Look = { path, hit: null, trouble: null, isEmpty: false, refusal: null };
  const file = await readSmall(join(path, diskMarkerName));
  if (file === null) return { ...nothing, isEmpty: true };
  if (isTrouble(file)) return { ...nothing, trouble: file };
  try {
    const marker = parseDiskMarker(file.bytes, keys);
    return marker.destination === id ? { ...nothing, hit: { path, marker, file: file.identity } } : nothing;
  } catch (error) {
    if (isAppErrorOf(error, 'disk.marker-refused'))
      return { ...nothing, refusal: new AppError(error.code, { ...error.facts, path }, { cause: error }) };
    if (isAppErrorOf(error, 'repository.newer-format')) return { ...nothing, refusal: error };
    throw error;
  }
}

/** A repository of these keys without a marker: added before there were any. */
async function holdsRepository(path: string, keys: MainKeys): Promise<boolean | 'unknown'> {
  const file = await readSmall(join(path, headerName));
  if (file === null) return false;
  if (isTrouble(file)) return 'unknown';
  try {
    return parseHeader(file.bytes).repository === keys.repositoryId;
  } catch {
    // A header that cannot be read says nothing here; opening the repository says it in words.
    return true;
  }
}

interface SmallFile {
  readonly bytes: Buffer;
  readonly identity: string;
}

/** Why there is no answer: none in time, or what the system said instead. */
type Trouble = 'hung' | NodeJS.ErrnoException;

function isTrouble(file: SmallFile | Trouble): file is Trouble {
  return file === 'hung' || file instanceof Error;
}

/** Reads under way. A dead mount holds a thread for each read, so a place that hangs is not asked again before it has answered. */
const underWay = new Map<string, Promise<SmallFile | Trouble | null>>();

/** A small file of a disk nobody has vouched for: no link is followed, no pipe waited for. Null: nothing of the kind is there. */
async function readSmall(path: string): Promise<SmallFile | Trouble | null> {
  let read = underWay.get(path);
  if (read === undefined) {
    read = readNow(path).finally(() => underWay.delete(path));
    underWay.set(path, read);
  }
  const answer = await withinTime(read, readTimeoutMs);
  return answer === undefined ? 'hung' : answer;
}

/** Both are absent on Windows. */
const flags: Readonly<Record<string, number | undefined>> = constants;
const readFlags = constants.O_RDONLY | (flags['O_NOFOLLOW'] ?? 0) | (flags['O_NONBLOCK'] ?? 0);
const maxHeaderBytes = 256 * 1024;

async function readNow(path: string): Promise<SmallFile | Trouble | null> {
  try {
    const handle = await open(path, readFlags);
    try {
      const info = await handle.stat({ bigint: true });
      const limit = path.endsWith(diskMarkerName) ? maxDiskMarkerBytes : maxHeaderBytes;
      if (!info.isFile()) return null;
      const bytes = Buffer.alloc(Math.min(Number(info.size), limit + 1));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return { bytes: bytes.subarray(0, bytesRead), identity: `${info.dev}:${info.ino}` };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isNotThere(error)) return null;
    // A disk that fails, or a system that does not let us look, is not a disk in its drawer.
    if (error instanceof Error) return error;
    throw error;
  }
}
