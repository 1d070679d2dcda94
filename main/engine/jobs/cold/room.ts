import { statfs } from 'node:fs/promises';
import prettyBytes from 'pretty-bytes';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { withinTime } from '../../platform/within-time.ts';
import type { Repository } from '../../repository/index.ts';

/** What a disk lacks of another copy. */
export interface Missing {
  /** Manifest names, newest first: what a person would want back is there first. */
  readonly manifests: readonly string[];
  /** Objects and their sizes as stored, in bytes. */
  readonly objects: ReadonlyMap<string, number>;
  /** Snapshots of the other copy that the disk's own rule would remove again. */
  readonly leftOut: number;
  /** Of all manifests of the other copy; null when it has none. */
  readonly newest: string | null;
}

/** Of the snapshots that are at `there` or `missing`, the missing ones that nobody wants on the disk; all are names of manifests. */
export type LeaveOut = (there: readonly string[], missing: readonly string[]) => Promise<ReadonlySet<string>>;

export interface Room {
  readonly blockBytes: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** Never filled: file systems get slow and fragile when they are full, and the owner wants to put a file on the disk. */
const keptFreeShare = 0.05;
/** A manifest or record is kilobytes; its folder entry and rounding are in it. */
const manifestBytes = 64 * 1024;
const statfsTimeoutMs = 15_000;

/**
 * What `to` lacks of `from`, without what `leaveOut` names: manifests by the listings, and the objects that they name, with the sizes that
 * the listing of `from` gives. What cannot be read from `from` is left out of the sum. Errors: those of both stores and of `leaveOut`.
 */
export async function findMissing(
  from: Repository,
  to: Repository,
  leaveOut: LeaveOut,
  signal: AbortSignal,
): Promise<Missing> {
  const there = await to.listManifests(signal);
  const isThere = new Set(there);
  const listed = await from.listManifests(signal);
  const newest = listed.at(-1) ?? null;
  const lacking = listed.filter((name) => !isThere.has(name)).reverse();
  const unwanted = await leaveOut(there, lacking);
  const manifests = lacking.filter((name) => !unwanted.has(name));
  const leftOut = lacking.length - manifests.length;
  if (manifests.length === 0) return { manifests, objects: new Map(), leftOut, newest };
  const sizes = new Map<string, number>();
  for await (const { name, sizeBytes } of from.store.list('chunks/', signal))
    sizes.set(name.slice(name.lastIndexOf('/') + 1), sizeBytes);
  const present = await to.knownIds(signal);
  const objects = new Map<string, number>();
  for (const name of manifests) {
    try {
      const manifest = await from.getManifest(name, signal);
      for await (const id of from.objectsOf(manifest, signal))
        if (!present.has(id)) objects.set(id, sizes.get(id) ?? 0);
    } catch (error) {
      // Damaged here: another copy may have it whole, and copying says so where none has. It only is not counted.
      if (!isAppErrorOf(error, 'repository.damaged', 'repository.missing-object', 'backend.io')) throw error;
    }
  }
  return { manifests, objects, leftOut, newest };
}

/** Null where nobody can tell. */
export async function roomAt(path: string): Promise<Room | null> {
  const told = await withinTime(statfs(path), statfsTimeoutMs);
  // Drivers in user space may say nothing at all; the disk then says it itself when it is full.
  if (told === undefined || told.blocks === 0) return null;
  const { bsize, blocks, bavail } = told;
  return { blockBytes: bsize, totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}

/** Bytes that the missing objects take on a disk that gives out whole blocks (on a big exFAT stick 128 KiB each). */
export function neededBytes(
  { manifests, objects }: Pick<Missing, 'manifests' | 'objects'>,
  blockBytes: number,
): number {
  const block = Math.max(512, blockBytes);
  let needed = manifests.length * Math.max(block, manifestBytes);
  for (const size of objects.values()) needed += Math.ceil(size / block) * block;
  // One folder per first two digits may have to be made.
  return needed + Math.min(256, objects.size) * block;
}

/** Error: `disk.no-room` with the numbers, before anything was written. */
export function requireRoom(name: string, missing: Missing, room: Room): void {
  if (missing.manifests.length === 0) return;
  const needed = neededBytes(missing, room.blockBytes);
  const usable = Math.max(0, room.freeBytes - Math.ceil(room.totalBytes * keptFreeShare));
  if (needed <= usable) return;
  const say = (bytes: number): string => prettyBytes(bytes, { maximumFractionDigits: 1 });
  throw new AppError('disk.no-room', {
    name,
    snapshots: missing.manifests.length,
    neededBytes: needed,
    usableBytes: usable,
    shortBytes: needed - usable,
    needed: say(needed),
    free: say(usable),
    short: say(needed - usable),
  });
}
