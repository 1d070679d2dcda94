import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { DestinationRole } from '../../../../shared/model/destination.ts';
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

export function isTravelling(destination: SavedDestination): destination is DiskDestination {
  return destination.kind === 'disk' && travellingRoles.includes(destination.role);
}

/** Where a disk destination's folder is now. Errors: as `requireDisk`, for a disk that travels. */
export async function folderOf(keys: MainKeys, destination: DiskDestination): Promise<string> {
  return travellingRoles.includes(destination.role) ? (await requireDisk(keys, destination)).path : destination.path;
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
  /** Something did not answer in time, so "not found" is not "not there". */
  readonly isUncertain: boolean;
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
  if (home.hit !== null && !everywhere)
    return { found: { ...home.hit, volume: null }, isUncertain: false, refusal: null };

  const mounted = await volumes.list();
  const elsewhere = placesOn(mounted, destination.path).filter((path) => path !== destination.path);
  const looks = [home, ...(await Promise.all(elsewhere.map(look)))];
  const hits = distinct(looks.flatMap(({ hit }) => hit ?? []));
  const onVolume = (path: string): Volume | null => volumeOf(path, mounted);
  const [first, ...others] = hits;
  if (first !== undefined) {
    const device = onVolume(first.path)?.device;
    const twin = others.find(({ path }) => device === undefined || onVolume(path)?.device !== device);
    if (twin !== undefined) throw new AppError('disk.twins', { first: first.path, second: twin.path });
    return { found: { ...first, volume: onVolume(first.path) }, isUncertain: false, refusal: null };
  }
  const isUncertain = looks.some(({ isHung }) => isHung);
  const isOld = home.isEmpty && !isUncertain && (await holdsRepository(destination.path, keys));
  const old = { path: destination.path, volume: onVolume(destination.path), marker: null };
  return { found: isOld ? old : null, isUncertain, refusal: home.refusal };
}

/** As `searchDisk`, for opening. Errors: `disk.twins`, `disk.marker-refused`, `backend.absent` {path, disk}. */
export async function requireDisk(
  keys: MainKeys,
  destination: DiskDestination,
  options: Parameters<typeof searchDisk>[2] = {},
): Promise<FoundDisk> {
  const { found, refusal } = await searchDisk(keys, destination, options);
  if (found !== null) return found;
  throw refusal ?? new AppError('backend.absent', { path: destination.path, disk: destination.name });
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
  readonly hit: Hit | null;
  readonly isHung: boolean;
  /** No marker here. */
  readonly isEmpty: boolean;
  readonly refusal: AppError | null;
}

async function lookAt(path: string, keys: MainKeys, id: string): Promise<Look> {
  const nothing: Look = { hit: null, isHung: false, isEmpty: false, refusal: null };
  const file = await readSmall(join(path, diskMarkerName));
  if (file === 'hung') return { ...nothing, isHung: true };
  if (file === null) return { ...nothing, isEmpty: true };
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
async function holdsRepository(path: string, keys: MainKeys): Promise<boolean> {
  const file = await readSmall(join(path, headerName));
  if (file === null || file === 'hung') return false;
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

/** Reads under way. A dead mount holds a thread for each read, so a place that hangs is not asked again before it has answered. */
const underWay = new Map<string, Promise<SmallFile | null>>();

/** A small file of a disk nobody has vouched for: no link is followed, no pipe waited for. Null: not there, or nothing to read. */
async function readSmall(path: string): Promise<SmallFile | null | 'hung'> {
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

async function readNow(path: string): Promise<SmallFile | null> {
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
  } catch {
    // Not there, not ours to read, or a disk that fails: all of them are "not here", and opening it says why.
    return null;
  }
}
