import type { SiteEntry, SiteFile, SiteFinding, SiteSummary } from '../../../../shared/model/site-files.ts';
import type { Clock } from '../../platform/clock.ts';
import { mapInOrder } from '../../platform/map-in-order.ts';
import {
  cutSizes,
  FileCutter,
  gearOf,
  isUnreadableObject,
  pathFields,
  readTree,
  targetFields,
  type Repository,
  type TreeItem,
} from '../../repository/index.ts';
import {
  FileRefusal,
  joined,
  shownName,
  walkTree,
  type InodeMarks,
  type RemoteFiles,
  type RemoteState,
} from '../../source/files/index.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import { joinTrees, type JoinedItem } from './join-trees.ts';
import { PackWriter, type Piece } from './pack-writer.ts';
import { PageWriter } from './page-writer.ts';
import { pathHash } from './path-hash.ts';
import { readLarge, readSmall, type ReadFile, type Reading } from './read-stable.ts';
import type { SiteJudge } from './site-rules.ts';

export interface KeepFolderRequest {
  readonly files: RemoteFiles;
  readonly folder: string;
  readonly judge: SiteJudge;
  readonly repository: Repository;
  readonly chunks: ChunkWriter;
  readonly previous: { readonly root: SiteSummary['roots'][number]; readonly atMs: number } | null;
  /** Packs of which little is needed any more are written anew. */
  readonly isThin: boolean;
  readonly clockAheadMs: number;
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** After each file, with its bytes. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

export interface FolderFigures {
  readonly filesRead: number;
  readonly bytesRead: number;
  readonly filesReused: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** What could not be had, without sockets and the like, which hold nothing. */
  readonly refused: number;
  readonly changedWhileRead: number;
}

export interface KeptFolder {
  readonly root: SiteSummary['roots'][number];
  readonly figures: FolderFigures;
  readonly findings: readonly SiteFinding[];
  /** A few of what could not be had, for people. */
  readonly refusals: readonly string[];
  /** False where there was nothing to compare with, or it could not be read to its end. */
  readonly isCompared: boolean;
  /** Payload bytes of the chunks that the pages name. */
  readonly stored: ReadonlyMap<string, number>;
}

/** Small files are read side by side; larger ones alone, many pieces at once. */
const filesAtOnce = 24;
/** A file is packed with others up to here. Bytes. */
const smallBytes = cutSizes.least;
/** What claims more is a sparse file or a lie. Bytes. */
const mostFileBytes = 256 * 1024 ** 3;
/** Size and time of a file that was changed so shortly before do not show the next change. */
const freshSeconds = 2;
/** Each file is read again once in so many days, whatever its size and time say. */
const rereadDays = 30;
const dayMs = 24 * 3_600_000;
const mostRefusals = 10;

/**
 * Keeps one folder of a site: walks it beside the tree of the snapshot before, reads what is new or may have changed, and writes the pages of the new tree.
 *
 * Errors: `FileRefusal` when the folder itself cannot be had; those of the session and of the repository.
 */
export async function keepFolder(request: KeepFolderRequest): Promise<KeptFolder> {
  return new FolderKeeper(request).run();
}

type Taken =
  | { readonly kind: 'folder' | 'reused' | 'gone' | 'removed' | 'left-out' }
  | { readonly kind: 'link'; readonly target: Buffer }
  | { readonly kind: 'unread'; readonly of: string; readonly reason: string }
  | { readonly kind: 'content'; readonly read: ReadFile<Buffer> }
  | { readonly kind: 'large'; readonly state: RemoteState };

class FolderKeeper {
  readonly #request: KeepFolderRequest;
  readonly #root: Buffer;
  readonly #gear: Int32Array;
  readonly #pages: PageWriter;
  readonly #packs: PackWriter;
  readonly #thin = new Set<string>();
  readonly #nowSeconds: number;
  readonly #rereadTurns: ReadonlySet<number>;
  readonly #findings: SiteFinding[] = [];
  readonly #refusals: string[] = [];
  #isWholePrevious: boolean;
  #marks: InodeMarks | null = null;
  #marked = 0;
  #pagesSincePack = 0;
  #count = { files: 0, folders: 0, links: 0, bytes: 0, unread: 0, leftOut: 0 };
  #figures = {
    filesRead: 0,
    bytesRead: 0,
    filesReused: 0,
    added: 0,
    changed: 0,
    removed: 0,
    refused: 0,
    changedWhileRead: 0,
  };

  constructor(request: KeepFolderRequest) {
    const { repository, chunks, folder, previous, clock, clockAheadMs, signal } = request;
    this.#request = request;
    this.#root = Buffer.from(folder.length > 1 ? folder.replace(/\/+$/, '') : folder);
    this.#gear = gearOf(repository.keys);
    this.#pages = new PageWriter(repository, chunks, signal);
    this.#packs = new PackWriter(chunks);
    this.#isWholePrevious = previous !== null;
    this.#nowSeconds = Math.floor((clock.nowMs() + clockAheadMs) / 1000);
    this.#rereadTurns = turnsSince(previous?.atMs ?? null, clock.nowMs());
  }

  async run(): Promise<KeptFolder> {
    const { files, judge, folder, signal } = this.#request;
    if ((await files.look(this.#root)).kind !== 'folder') throw new FileRefusal('gone');
    // Before anything is read: what changes from here on has another mark the next time.
    this.#marks = await files.inodeMarks(this.#root);
    await this.#findThinPacks();
    const walked = walkTree(files, this.#root, { leaveOut: judge.leaveOut, signal });
    const items = joinTrees(walked, this.#previousTree());
    for await (const { item, taken } of mapInOrder(items, filesAtOnce, async (each) => ({
      item: each,
      taken: await this.#take(each),
    }))) {
      signal.throwIfAborted();
      await this.#keep(item, taken);
    }
    await this.#packs.end();
    const pages = await this.#pages.end();
    return {
      root: { folder, pages, ...this.#count, ...(this.#marked === 0 ? {} : { marked: this.#marked }) },
      figures: this.#figures,
      findings: this.#isWholePrevious ? this.#findings : [],
      refusals: this.#refusals,
      isCompared: this.#isWholePrevious,
      stored: this.#pages.stored,
    };
  }

  /** What is damaged of the tree before is only read again: nothing is lost with it but the comparison. */
  async *#previousTree(): AsyncGenerator<TreeItem, void, undefined> {
    const { repository, previous, signal } = this.#request;
    try {
      yield* readTree(previous?.root.pages ?? [], (id) => repository.getSitePage(id, signal));
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      this.#isWholePrevious = false;
    }
  }

  async #findThinPacks(): Promise<void> {
    if (!this.#request.isThin) return;
    const needed = new Map<string, { readonly size: number; bytes: number }>();
    for await (const { entry, chunks } of this.#previousTree()) {
      if (entry.type !== 'file') continue;
      for (const [number, , bytes] of entry.pieces) {
        const chunk = chunks[number];
        if (chunk === undefined) continue;
        const known = needed.get(chunk.id) ?? { size: chunk.size, bytes: 0 };
        known.bytes += bytes;
        needed.set(chunk.id, known);
      }
    }
    for (const [id, { size, bytes }] of needed) if (bytes * 2 < size) this.#thin.add(id);
  }

  /** Several at once: reads what is small, and decides about the rest. */
  async #take({ now, before }: JoinedItem): Promise<Taken> {
    if (now === null) return { kind: 'removed' };
    if (now.type === 'left-out') return { kind: 'left-out' };
    if (now.type === 'unread') {
      // The folder itself.
      if (now.path.length === 0) throw new FileRefusal(now.reason);
      return { kind: 'unread', of: now.of, reason: now.reason };
    }
    if (now.type === 'folder') return { kind: 'folder' };
    try {
      if (now.type === 'link')
        return { kind: 'link', target: await this.#request.files.readLink(joined(this.#root, now.path)) };
      if (now.state.size > mostFileBytes) return { kind: 'unread', of: 'file', reason: 'too-large' };
      if (before !== null && this.#isSame(now.path, now.state, before)) return { kind: 'reused' };
      if (now.state.size > smallBytes) return { kind: 'large', state: now.state };
      const read = await readSmall(this.#reading(now.path, now.state), smallBytes);
      return read === null ? { kind: 'large', state: now.state } : { kind: 'content', read };
    } catch (error) {
      return refused(error, now.type);
    }
  }

  #reading(path: Buffer, state: RemoteState): Reading {
    const { files, pace, signal } = this.#request;
    return {
      files,
      path: joined(this.#root, path),
      state,
      pace: (bytes) => {
        signal.throwIfAborted();
        return pace(bytes, signal);
      },
    };
  }

  /** Nothing speaks for a change, and what is stored of it is there. */
  #isSame(path: Buffer, state: RemoteState, { entry, chunks }: TreeItem): boolean {
    if (entry.type !== 'file' || entry.fresh === true || entry.changed === true) return false;
    if (entry.size !== state.size || entry.mtime !== state.modifiedAtSeconds) return false;
    const mark = this.#marks?.of(path);
    // Another file in its place, or this one written to and its time set back.
    if (mark !== undefined && entry.mark !== undefined && entry.mark !== mark) return false;
    if (this.#request.judge.isWatched(path) || this.#rereadTurns.has(pathHash(path) % rereadDays)) return false;
    return this.#isStored(entry, chunks) && !entry.pieces.some(([number]) => this.#thin.has(chunks[number]?.id ?? ''));
  }

  #isStored({ pieces }: SiteFile, chunks: TreeItem['chunks']): boolean {
    const { repository } = this.#request;
    return pieces.every(([number]) => repository.has(chunks[number]?.id ?? ''));
  }

  async #keep({ now, before }: JoinedItem, taken: Taken): Promise<void> {
    if (taken.kind === 'gone' || taken.kind === 'removed') {
      if (before !== null) this.#compare(before.path, before.entry, null);
      return;
    }
    if (taken.kind === 'unread') this.#keepUnread(now?.path ?? Buffer.alloc(0), taken);
    if (taken.kind === 'left-out') this.#count.leftOut += 1;
    if (now === null || now.type === 'unread' || now.type === 'left-out') return;
    const { path, state } = now;
    if (taken.kind === 'folder') {
      this.#count.folders += 1;
      this.#add(path, before, { type: 'folder', ...pathFields(path), ...owner(state) });
    } else if (taken.kind === 'link') {
      this.#count.links += 1;
      this.#add(path, before, { type: 'link', ...pathFields(path), ...owner(state), ...targetFields(taken.target) });
    } else if (taken.kind === 'reused' && before?.entry.type === 'file') {
      this.#figures.filesReused += 1;
      // Kept before anybody could ask, it is watched from now on; that it was this one all the time the thirty-day turn says.
      const mark = before.entry.mark ?? this.#marks?.of(path);
      const entry = { ...before.entry, ...owner(state), ...(mark === undefined ? {} : { mark }) };
      await this.#keepFile(path, before, entry, oldPieces(before.entry, before.chunks));
    } else if (taken.kind === 'content') {
      await this.#keepRead(path, before, taken.read, (content) => this.#pack(path, content));
    } else if (taken.kind === 'large') {
      try {
        const read = await readLarge(this.#reading(path, taken.state), () => this.#cutting());
        await this.#keepRead(path, before, read, (pieces) => Promise.resolve(pieces));
      } catch (error) {
        await this.#keep({ now, before }, refused(error, 'file'));
      }
    }
  }

  #keepUnread(path: Buffer, { of, reason }: { readonly of: string; readonly reason: string }): void {
    this.#count.unread += 1;
    if (reason !== 'special') {
      this.#figures.refused += 1;
      if (this.#refusals.length < mostRefusals) this.#refusals.push(`${shownName(path)} (${reason})`);
    }
    // A name that is none has no place in a tree.
    if (reason !== 'bad-name') this.#addPage(path, { type: 'unread', ...pathFields(path), of, reason });
  }

  async #keepRead<T>(
    path: Buffer,
    before: TreeItem | null,
    { state, size, sha256, changed, content }: ReadFile<T>,
    store: (content: T) => Promise<readonly Piece[]>,
  ): Promise<void> {
    this.#figures.filesRead += 1;
    this.#figures.bytesRead += size;
    if (changed) this.#figures.changedWhileRead += 1;
    const isFresh = state.modifiedAtSeconds >= this.#nowSeconds - freshSeconds;
    const mark = this.#marks?.of(path);
    const entry: Omit<SiteFile, 'pieces'> = {
      type: 'file',
      ...pathFields(path),
      ...owner(state),
      size,
      sha256,
      ...(changed ? { changed } : {}),
      ...(isFresh ? { fresh: isFresh } : {}),
      ...(mark === undefined ? {} : { mark }),
    };
    const old = before?.entry;
    const isOld =
      before !== null &&
      old?.type === 'file' &&
      old.sha256 === sha256 &&
      old.size === size &&
      this.#isStored(old, before.chunks) &&
      !old.pieces.some(([number]) => this.#thin.has(before.chunks[number]?.id ?? ''));
    await this.#keepFile(path, before, entry, isOld ? oldPieces(old, before.chunks) : await store(content));
  }

  async #keepFile(
    path: Buffer,
    before: TreeItem | null,
    entry: Omit<SiteFile, 'pieces'>,
    pieces: readonly Piece[],
  ): Promise<void> {
    this.#count.files += 1;
    this.#count.bytes += entry.size;
    if (entry.mark !== undefined) this.#marked += 1;
    this.#compare(path, before?.entry ?? null, { ...entry, pieces: [] });
    const isEnd = this.#addPage(path, { ...entry, pieces });
    // An old pack that waits for more keeps every page in memory that names it.
    if (isEnd && (this.#pagesSincePack += 1) >= 8) {
      this.#pagesSincePack = 0;
      await this.#packs.end();
    }
    this.#request.onProgress(entry.size);
  }

  async #pack(path: Buffer, content: Buffer): Promise<readonly Piece[]> {
    return content.length === 0 ? [] : [await this.#packs.add(path, content)];
  }

  #cutting() {
    const { chunks } = this.#request;
    const cutter = new FileCutter(this.#gear);
    const pieces: Piece[] = [];
    const put = async (bytes: Buffer<ArrayBuffer>) => {
      const size = bytes.length;
      const { chunk } = await chunks.put(bytes);
      pieces.push({ chunk, at: 0, size });
    };
    return {
      add: async (bytes: Buffer) => {
        for (const chunk of cutter.add(bytes)) await put(chunk);
      },
      end: async () => {
        for (const chunk of cutter.end()) await put(chunk);
        return pieces;
      },
    };
  }

  #add(path: Buffer, before: TreeItem | null, entry: Exclude<SiteEntry, SiteFile>): void {
    this.#compare(path, before?.entry ?? null, entry);
    this.#addPage(path, entry);
  }

  #addPage(path: Buffer, entry: Parameters<PageWriter['add']>[1]): boolean {
    return this.#pages.add(path, entry);
  }

  #compare(path: Buffer, before: SiteEntry | null, now: SiteEntry | null): void {
    if (this.#request.previous === null) return;
    const change = changeOf(before, now);
    if (change === null) return;
    this.#figures[change] += 1;
    const finding = this.#request.judge.findingOf(path, shownName(path), change);
    if (finding !== null) this.#findings.push(finding);
  }
}

/** Content and targets; what is unread says nothing, and folders only carry. */
function changeOf(before: SiteEntry | null, now: SiteEntry | null): SiteFinding['change'] | null {
  const old = before?.type === 'file' || before?.type === 'link' ? before : null;
  const current = now?.type === 'file' || now?.type === 'link' ? now : null;
  if (before?.type === 'unread' || now?.type === 'unread') return null;
  if (old === null) return current === null ? null : 'added';
  if (current === null) return 'removed';
  return contentOf(old) === contentOf(current) ? null : 'changed';
}

function contentOf(entry: Extract<SiteEntry, { type: 'file' | 'link' }>): string {
  if (entry.type === 'file') return `${entry.size} ${entry.sha256}`;
  return `link ${entry.target ?? ''} ${entry.rawTarget ?? ''}`;
}

function owner({ mode, uid, gid, modifiedAtSeconds }: RemoteState) {
  return { mode, uid, gid, mtime: modifiedAtSeconds };
}

function oldPieces({ pieces }: SiteFile, chunks: TreeItem['chunks']): Piece[] {
  return pieces.map(([number, at, size]) => {
    const chunk = chunks[number];
    if (chunk === undefined) throw new RangeError('a piece of no chunk');
    return { chunk, at, size };
  });
}

/** A file that went away since the listing was removed; every other no is told. */
function refused(error: unknown, of: string): Taken {
  if (!(error instanceof FileRefusal)) throw error;
  return error.reason === 'gone' ? { kind: 'gone' } : { kind: 'unread', of, reason: error.reason };
}

/** The shares whose day has come since the snapshot before: one a day, each file once in thirty days. */
function turnsSince(previousMs: number | null, nowMs: number): ReadonlySet<number> {
  if (previousMs === null) return new Set();
  const days = Math.min(rereadDays, Math.floor(nowMs / dayMs) - Math.floor(previousMs / dayMs));
  const today = Math.floor(nowMs / dayMs);
  return new Set(Array.from({ length: Math.max(0, days) }, (_, back) => (today - back) % rereadDays));
}
