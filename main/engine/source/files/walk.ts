import {
  FileRefusal,
  type RefusalReason,
  type RemoteEntry,
  type RemoteFiles,
  type RemoteKind,
  type RemoteState,
} from './remote-files.ts';
import type { LeaveOut } from './leave-out.ts';

/** One thing below the site's folder. `path` is bytes, relative, without a leading slash. */
export type WalkedItem =
  | { readonly type: 'file' | 'folder' | 'link'; readonly path: Buffer; readonly state: RemoteState }
  /** It is there and is not kept. A folder: nothing of it is. */
  | { readonly type: 'unread'; readonly path: Buffer; readonly of: RemoteKind; readonly reason: RefusalReason }
  | { readonly type: 'left-out'; readonly path: Buffer };

export interface WalkOptions {
  readonly leaveOut: LeaveOut;
  readonly signal: AbortSignal;
  readonly limits?: Partial<WalkLimits>;
}

export interface WalkLimits {
  /** Names in one folder. A server that never ends a listing must not take all memory. */
  readonly namesPerFolder: number;
  readonly depth: number;
  readonly pathBytes: number;
  /** Of the whole tree. */
  readonly items: number;
}

export const usualLimits: WalkLimits = { namesPerFolder: 500_000, depth: 64, pathBytes: 4096, items: 5_000_000 };

/** Folders that are listed before their turn, at each depth. */
const foldersAhead = 6;

/**
 * Everything below `root`, each folder before what is in it, names in the order of their bytes: the order of `comparePaths`. Links are not followed, so
 * there are no loops. What cannot be listed is an item and no error; a name with a slash, a zero byte or nothing in it is the server's invention and an item
 * `bad-name`, in no order. In memory: the listings on the way down, and a few ahead.
 */
export async function* walkTree(
  files: Pick<RemoteFiles, 'list'>,
  root: Buffer,
  options: WalkOptions,
): AsyncGenerator<WalkedItem, void, undefined> {
  const limits = { ...usualLimits, ...options.limits };
  let items = 0;
  for await (const item of walkFolder({ ...options, files, root, limits }, Buffer.alloc(0), 0)) {
    items += 1;
    if (items > limits.items) {
      yield { type: 'unread', path: item.path, of: 'unknown', reason: 'too-many' };
      return;
    }
    yield item;
  }
}

interface Walking {
  readonly files: Pick<RemoteFiles, 'list'>;
  readonly root: Buffer;
  readonly limits: WalkLimits;
  readonly leaveOut: LeaveOut;
  readonly signal: AbortSignal;
}

type Listing = readonly RemoteEntry[] | RefusalReason;

async function* walkFolder(
  walking: Walking,
  folder: Buffer,
  depth: number,
  listing: Promise<Listing> = listSorted(walking, folder),
): AsyncGenerator<WalkedItem, void, undefined> {
  const { signal } = walking;
  const listed = await listing;
  if (typeof listed === 'string') {
    yield { type: 'unread', path: folder, of: 'folder', reason: listed };
    return;
  }
  for (const { name, kind } of listed)
    if (!isName(name)) yield { type: 'unread', path: joined(folder, name), of: kind, reason: 'bad-name' };
  const children = listed.filter(({ name }) => isName(name)).map((entry) => judged(walking, entry, folder, depth));
  const toEnter = children.filter(({ isEntered }) => isEntered).map(({ path }) => path);
  const ahead = new Map<Buffer, Promise<Listing>>();
  for (const { path, item, isEntered } of children) {
    signal.throwIfAborted();
    yield item;
    if (!isEntered) continue;
    for (const next of toEnter.slice(0, foldersAhead)) {
      if (ahead.has(next)) continue;
      const listingOf = listSorted(walking, next);
      // Looked at in its turn; until then nobody may think it was forgotten.
      listingOf.catch(() => undefined);
      ahead.set(next, listingOf);
    }
    toEnter.shift();
    const own = ahead.get(path);
    ahead.delete(path);
    yield* walkFolder(walking, path, depth + 1, own);
  }
}

function judged({ leaveOut, limits }: Walking, state: RemoteEntry, folder: Buffer, depth: number) {
  const path = joined(folder, state.name);
  const verdict = leaveOut.judge(path);
  const item = (): WalkedItem => {
    const { kind } = state;
    if (verdict === 'out' || (verdict === 'pass' && kind !== 'folder')) return { type: 'left-out', path };
    if (path.length > limits.pathBytes || (kind === 'folder' && depth >= limits.depth))
      return { type: 'unread', path, of: kind, reason: 'too-deep' };
    if (kind === 'file' || kind === 'folder' || kind === 'link') return { type: kind, path, state };
    return { type: 'unread', path, of: kind, reason: kind === 'unknown' ? 'failed' : 'special' };
  };
  const found = item();
  return { path, item: found, isEntered: found.type === 'folder' };
}

async function listSorted({ files, root, limits, signal }: Walking, folder: Buffer): Promise<Listing> {
  signal.throwIfAborted();
  try {
    const entries = await files.list(folder.length === 0 ? root : joined(root, folder), limits.namesPerFolder);
    if (entries === null) return 'too-many';
    const sorted = [...entries].sort((a, b) => a.name.compare(b.name));
    // A name comes once: what a server says twice would be two files in one place.
    return sorted.filter(({ name }, index) => index === 0 || sorted[index - 1]?.name.equals(name) !== true);
  } catch (error) {
    if (error instanceof FileRefusal) return error.reason;
    throw error;
  }
}

export function joined(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, Buffer.from('/'), name]);
}

/** What may stand between two slashes. `.` and `..` are none. */
export function isName(name: Buffer): boolean {
  const isDots = name.length <= 2 && name.every((byte) => byte === 0x2e);
  return name.length > 0 && name.length <= 255 && !isDots && !name.includes(0x2f) && !name.includes(0);
}
