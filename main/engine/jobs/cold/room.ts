import { statfs } from 'node:fs/promises';
import prettyBytes from 'pretty-bytes';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { withinTime } from '../../platform/within-time.ts';
import type { Repository } from '../../repository/index.ts';

/** What a disk is to get of another copy. */
export interface FillPlan {
  /** Names of manifests, in the order in which they are to be there: the newest of every shop, then the others, newest first. */
  readonly manifests: readonly string[];
  /** Objects and their sizes as stored, in bytes. */
  readonly objects: ReadonlyMap<string, number>;
  /** Snapshots of the other copy that the disk's own rule would remove again. */
  readonly leftOut: ReadonlySet<string>;
  /** What the disk has no room for; null: there is room for all of it, or nobody can tell how much there is. */
  readonly noRoom: NoRoom | null;
  /** Of all manifests of the other copy; null when it has none. */
  readonly newest: string | null;
}

/** What stays behind for want of room. */
export interface NoRoom {
  /** Names of manifests. */
  readonly manifests: readonly string[];
  /** Those that are the newest of their shop: without them the disk does not protect today. */
  readonly newest: readonly string[];
  /** Bytes that they would take beside what is copied. */
  readonly neededBytes: number;
  /** Bytes that may still be filled when everything else is there. */
  readonly usableBytes: number;
}

export interface FillRequest {
  readonly from: Repository;
  readonly to: Repository;
  /** The disk's name, for people. */
  readonly name: string;
  /** Null: nobody can tell. */
  readonly room: Room | null;
  /** Names of the manifests that are asked for; null: all. */
  readonly asked: ReadonlySet<string> | null;
  /** Of the snapshots that are at `there` or `lacking`, those among the latter that nobody wants on the disk; all are names of manifests. */
  readonly leaveOut: (there: readonly string[], lacking: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Of manifests, newest first, the newest of every shop. */
  readonly newestOf: (newestFirst: readonly string[]) => Promise<readonly string[]>;
}

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
 * What `to` lacks of `from` and has room for, by both listings: the newest snapshot of every shop first, then newest first until one does not
 * fit. Nothing older is squeezed in behind that one: its room is wanted by tomorrow's. The newest of another shop still is.
 *
 * What cannot be read from `from` is not counted, and comes last unless it is the newest: another copy may have it whole, and copying says so
 * where none has.
 * Errors: `disk.no-room` with the numbers when the newest snapshot of no shop fits; those of both stores and of `leaveOut`.
 */
export async function planFill(request: FillRequest, signal: AbortSignal): Promise<FillPlan> {
  const { from, to, room, asked } = request;
  const there = await to.listManifests(signal);
  const isThere = new Set(there);
  const newestFirst = (await from.listManifests(signal)).reverse();
  const newest = newestFirst[0] ?? null;
  const lacking = newestFirst.filter((name) => !isThere.has(name) && asked?.has(name) !== false);
  const leftOut = await request.leaveOut(there, lacking);
  const wanted = lacking.filter((name) => !leftOut.has(name));
  if (wanted.length === 0) return { manifests: [], objects: new Map(), leftOut, noRoom: null, newest };
  const isNewest = new Set(await request.newestOf(newestFirst));
  const lines = [wanted.filter((name) => isNewest.has(name)), wanted.filter((name) => !isNewest.has(name))];

  const unread: { readonly ahead: string[]; readonly behind: string[] } = { ahead: [], behind: [] };
  const present = await to.knownIds(signal);
  const taken = new Load(room);
  const left = new Load(room);
  const sizes = await sizesAt(from, signal);
  for (const [line, names] of lines.entries()) {
    for (const name of names) {
      const objects = await objectsOf(from, name, (id) => present.has(id) || taken.objects.has(id), sizes, signal);
      if (objects === null) (line === 0 ? unread.ahead : unread.behind).push(name);
      else if ((line === 0 || left.manifests.length === 0) && taken.fits(objects)) taken.add(name, objects);
      else left.add(name, objects);
    }
    if (line === 0 && taken.manifests.length === 0 && left.manifests.length > 0 && room !== null)
      throw noRoomAtAll(request.name, left, room);
  }
  const noRoom: NoRoom | null =
    room === null || left.manifests.length === 0
      ? null
      : {
          manifests: left.manifests,
          newest: left.manifests.filter((name) => isNewest.has(name)),
          neededBytes: left.bytes,
          usableBytes: Math.max(0, usableBytes(room) - taken.bytes),
        };
  const manifests = [...unread.ahead, ...taken.manifests, ...unread.behind];
  return { manifests, objects: taken.objects, leftOut, noRoom, newest };
}

/** Snapshots and the objects that they need together. */
class Load {
  readonly manifests: string[] = [];
  readonly objects = new Map<string, number>();
  readonly #room: Room | null;
  bytes = 0;

  constructor(room: Room | null) {
    this.#room = room;
  }

  fits(objects: ReadonlyMap<string, number>): boolean {
    return this.#room === null || this.bytes + this.#bytesWith(objects) <= usableBytes(this.#room);
  }

  add(name: string, objects: ReadonlyMap<string, number>): void {
    this.bytes += this.#bytesWith(objects);
    this.manifests.push(name);
    for (const [id, size] of objects) this.objects.set(id, size);
  }

  /** On a disk that gives out whole blocks (on a big exFAT stick 128 KiB each). */
  #bytesWith(objects: ReadonlyMap<string, number>): number {
    const block = Math.max(512, this.#room?.blockBytes ?? 512);
    let bytes = Math.max(block, manifestBytes);
    // One folder per first two digits may have to be made.
    let folders = Math.max(0, 256 - this.objects.size);
    for (const [id, size] of objects) {
      if (this.objects.has(id)) continue;
      bytes += Math.ceil(size / block) * block + (folders > 0 ? block : 0);
      folders -= 1;
    }
    return bytes;
  }
}

async function sizesAt(repository: Repository, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { name, sizeBytes } of repository.store.list('chunks/', signal))
    sizes.set(name.slice(name.lastIndexOf('/') + 1), sizeBytes);
  return sizes;
}

/** What a snapshot needs besides what is there, with the sizes of the listing; null when it cannot be read here. */
async function objectsOf(
  from: Repository,
  name: string,
  isThere: (id: string) => boolean,
  sizes: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | null> {
  const objects = new Map<string, number>();
  try {
    const manifest = await from.getManifest(name, signal);
    for await (const id of from.objectsOf(manifest, signal)) if (!isThere(id)) objects.set(id, sizes.get(id) ?? 0);
    return objects;
  } catch (error) {
    if (isAppErrorOf(error, 'repository.damaged', 'repository.missing-object', 'backend.io')) return null;
    throw error;
  }
}

/** Null where nobody can tell. */
export async function roomAt(path: string): Promise<Room | null> {
  const told = await withinTime(statfs(path), statfsTimeoutMs);
  // Drivers in user space may say nothing at all; the disk then says it itself when it is full.
  if (told === undefined || told.blocks === 0) return null;
  const { bsize, blocks, bavail } = told;
  return { blockBytes: bsize, totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}

function usableBytes({ freeBytes, totalBytes }: Room): number {
  return Math.max(0, freeBytes - keptBytes(totalBytes));
}

function keptBytes(totalBytes: number): number {
  return Math.ceil(totalBytes * keptFreeShare);
}

/** Before anything was written. `free` is what the disk says, `kept` what of it is never filled. */
function noRoomAtAll(name: string, { manifests, bytes }: Load, room: Room): AppError {
  const usable = usableBytes(room);
  const kept = keptBytes(room.totalBytes);
  const short = bytes - usable;
  return new AppError('disk.no-room', {
    name,
    snapshots: manifests.length,
    neededBytes: bytes,
    freeBytes: room.freeBytes,
    keptBytes: kept,
    usableBytes: usable,
    shortBytes: short,
    needed: sizeText(bytes),
    free: sizeText(room.freeBytes),
    kept: sizeText(kept),
    usable: sizeText(usable),
    short: sizeText(short),
  });
}

/** For work that has to bring all of it. Nothing that fits was held back for it. */
export function noRoomForAll(name: string, { manifests, neededBytes, usableBytes: usable }: NoRoom): AppError {
  const shortBytes = Math.max(0, neededBytes - usable);
  const figures = { neededBytes, usableBytes: usable, shortBytes, short: sizeText(shortBytes) };
  return new AppError('disk.no-room-for-all', { name, count: manifests.length, ...figures });
}

export function sizeText(bytes: number): string {
  return prettyBytes(bytes, { maximumFractionDigits: 1 });
}
