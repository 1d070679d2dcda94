import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { OutsideHistory, SiteEntry, SiteHistory, SiteSummary } from '../../../../shared/model/site-files.ts';
import type { CheckResult } from '../../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import {
  ChunkCache,
  commitObject,
  commitOf,
  gitObject,
  isGitName,
  isUnreadableObject,
  readTree,
  targetOfEntry,
  wholeContent,
  type GitObject,
  type Repository,
} from '../../repository/index.ts';
import { shownName } from '../../source/files/index.ts';
import { fewerPacks, HistoryPacks, isThere, objectsOfPack } from './history-packs.ts';
import { historyBounds, isBinary, outsideBecause } from './history-rules.ts';
import { filesOf, treesOf, type HistoryFile } from './history-tree.ts';
import { SiteJudge, type SiteRules } from './site-rules.ts';

export interface HistoryRequest {
  /** Tonight's files, as they are kept. */
  readonly site: SiteSummary;
  /** Folders that were asked for: of one that could not be had tonight nothing was deleted. */
  readonly folders: readonly string[];
  /** The newest snapshots with a history, newest first, on whichever copy. */
  readonly earlier: readonly SiteSummary[];
  readonly rules: SiteRules;
  /** What the commit says of itself. */
  readonly snapshot: { readonly id: string; readonly at: string };
  readonly repository: Repository;
  readonly pool: ChunkPool;
  readonly onProgress: (files: number) => void;
  readonly signal: AbortSignal;
}

export interface KeptHistory {
  /** Null: there is none, and none could be begun. */
  readonly history: SiteHistory | null;
  /** This snapshot has a commit of its own. */
  readonly isNew: boolean;
  readonly checks: readonly CheckResult[];
  readonly written: { readonly objects: number; readonly bytes: number };
}

/** Payloads that files lie in. Bytes. */
const cacheBytes = 48 * 1024 * 1024;
const mostNames = 5;
const mostNameLength = 200;
const nothingWritten = { objects: 0, bytes: 0 } as const;

/**
 * Writes what changed of config and code as one commit (decision 0047). It is the youngest part of a snapshot and the one that is missed least: whatever goes wrong here, the history stays
 * as it was, and the check `history-kept` says so. Errors: the signal's reason.
 */
export async function keepHistory(request: HistoryRequest): Promise<KeptHistory> {
  const { signal, earlier, repository } = request;
  try {
    return await new HistoryKeeper(request).run();
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = toAppError(error);
    const last = earlier.find(({ history }) => history?.packs.every((pack) => isThere(repository, pack)))?.history;
    return {
      history: last === undefined ? null : { ...last, behind: true },
      isNew: false,
      checks: [{ id: 'history-kept', ok: true, facts: { ...facts, error: code, warning: true } }],
      written: nothingWritten,
    };
  }
}

/** The commit that this one goes on from. */
interface Base {
  readonly site: SiteSummary;
  readonly history: SiteHistory;
  /** Paths as in a commit. */
  readonly files: ReadonlyMap<string, HistoryFile>;
  readonly tree: string;
  /** Trees and commits. */
  readonly known: ReadonlySet<string>;
}

class HistoryKeeper {
  readonly #request: HistoryRequest;
  readonly #judge: SiteJudge;
  readonly #cache: ChunkCache;
  readonly #files = new Map<string, HistoryFile>();
  readonly #outside = new Map<OutsideHistory, { files: number; names: string[] }>();
  #bytes = 0;
  #freeFiles: number = historyBounds.files;
  #freeBytes: number = historyBounds.bytes;

  constructor(request: HistoryRequest) {
    const { repository, rules, signal } = request;
    this.#request = request;
    this.#judge = new SiteJudge(rules);
    this.#cache = new ChunkCache(
      async (id) => (await repository.getObject(id, { expectedKind: 'file', signal })).payload,
      cacheBytes,
    );
  }

  async run(): Promise<KeptHistory> {
    const { repository, earlier, site, pool, signal } = this.#request;
    await repository.knownIds(signal);
    const last = earlier.find(({ history }) => history?.packs.every((pack) => isThere(repository, pack)));
    if (last?.history !== undefined && last.history.behind !== true && isSameTree(last, site))
      return { history: last.history, isNew: false, checks: [], written: nothingWritten };
    const base = last?.history === undefined ? null : await this.#read(last, last.history);
    // There was one, and it cannot be gone on with here: what was kept of it stays, and a new one begins.
    const isBroken = base === null && earlier.length > 0;
    const packs = new HistoryPacks(repository, pool, base?.known ?? [], signal);
    const hashes = base === null ? new Map<string, string>() : await this.#hashesOf(base);
    for (const root of site.roots) await this.#addRoot(root, base, hashes, packs);
    if (base !== null) this.#keepMissingFolders(base);
    const trees = treesOf(this.#files);
    const tree = trees.at(-1)?.oid ?? '';
    const checks = this.#checks(isBroken);
    if (base?.tree === tree) {
      const { commit, packs: same } = base.history;
      return { history: { commit, packs: same, ...this.#figures() }, isNew: false, checks, written: nothingWritten };
    }
    const commit = commitObject(
      { tree, parent: base?.history.commit ?? null },
      { atSeconds: Math.floor(Date.parse(this.#request.snapshot.at) / 1000), message: this.#message(base) },
    );
    for (const object of [...trees, commit]) await packs.add(object);
    const added = await packs.end();
    // Of a history that is broken off here, what is there of it.
    const kept = ((last ?? earlier[0])?.history?.packs ?? []).filter(
      (pack) => isThere(repository, pack) && !added.some(({ chunk }) => chunk === pack.chunk),
    );
    const fewer = await fewerPacks([...kept, ...added], repository, pool, signal);
    for (const pack of fewer.packs) repository.relyOn(pack.chunk);
    return {
      history: { commit: commit.oid, packs: [...fewer.packs], ...this.#figures() },
      isNew: true,
      checks,
      written: {
        objects: packs.written.objects + fewer.written.objects,
        bytes: packs.written.bytes + fewer.written.bytes,
      },
    };
  }

  /** Null: it cannot be read here. */
  async #read(site: SiteSummary, history: SiteHistory): Promise<Base | null> {
    const { repository, signal } = this.#request;
    const content = new Map<string, Buffer>();
    try {
      for (const pack of history.packs)
        if (pack.blobs !== true)
          for (const object of await objectsOfPack(repository, pack, signal))
            if (object.type !== 'blob') content.set(object.oid, object.content);
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      return null;
    }
    const tree = commitOf(content.get(history.commit) ?? Buffer.alloc(0))?.tree;
    const files = tree === undefined ? null : filesOf(tree, content);
    if (tree === undefined || files === null) return null;
    return { site, history, files, tree, known: new Set(content.keys()) };
  }

  /** What each path of the commit held when it was made. Nothing where that is not known: then everything is read. */
  async #hashesOf({ site, history, files }: Base): Promise<Map<string, string>> {
    const hashes = new Map<string, string>();
    if (history.behind === true) return hashes;
    const { repository, signal } = this.#request;
    try {
      for (const { folder, pages } of site.roots) {
        for await (const { path, entry } of readTree(pages, (id) => repository.getSitePage(id, signal))) {
          const own = placeOf(folder, path);
          if (entry.type === 'file' && files.has(own)) hashes.set(own, entry.sha256);
        }
      }
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      hashes.clear();
    }
    return hashes;
  }

  async #addRoot(
    { folder, pages }: SiteSummary['roots'][number],
    base: Base | null,
    hashes: ReadonlyMap<string, string>,
    packs: HistoryPacks,
  ): Promise<void> {
    const { repository, signal } = this.#request;
    for await (const { path, entry, chunks } of readTree(pages, (id) => repository.getSitePage(id, signal))) {
      signal.throwIfAborted();
      if (entry.type === 'folder') continue;
      const own = placeOf(folder, path);
      const because = this.#outsideBecause(path, own, entry);
      if (because !== null) {
        this.#leave(because, path);
        // What could not be read tonight was not deleted.
        const before = because === 'unread' ? base?.files.get(own) : undefined;
        if (before !== undefined) this.#files.set(own, before);
        continue;
      }
      const known = base?.files.get(own);
      const mode = modeOf(entry);
      if (entry.type === 'file' && known !== undefined && hashes.get(own) === entry.sha256) {
        this.#put(own, { mode, oid: known.oid }, entry.size);
        continue;
      }
      const content =
        entry.type === 'link'
          ? (targetOfEntry(entry) ?? Buffer.alloc(0))
          : entry.type === 'file'
            ? await wholeContent(entry, chunks, this.#cache)
            : Buffer.alloc(0);
      if (entry.type === 'file' && isBinary(content) && !this.#judge.isConfig(path)) {
        this.#leave('binary', path);
        continue;
      }
      const blob: GitObject = gitObject('blob', content);
      if (known?.oid !== blob.oid) await packs.add(blob);
      this.#put(own, { mode, oid: blob.oid }, content.length);
    }
  }

  #outsideBecause(path: Buffer, own: string, entry: Exclude<SiteEntry, { type: 'folder' }>): OutsideHistory | null {
    const because = outsideBecause(path, entry, this.#judge);
    if (because !== null) return because;
    const names = own.split('/');
    const isLink = entry.type === 'link';
    const isNamed = names.every((name, at) =>
      isGitName(Buffer.from(name, 'latin1'), isLink && at === names.length - 1),
    );
    if (!isNamed) return 'git-name';
    if (this.#judge.isConfig(path)) return null;
    const size = entry.type === 'file' ? entry.size : 0;
    if (this.#freeFiles < 1 || this.#freeBytes < size) return 'too-many';
    this.#freeFiles -= 1;
    this.#freeBytes -= size;
    return null;
  }

  #put(path: string, file: HistoryFile, bytes: number): void {
    // Where one folder that is kept lies in another, the first one has said it.
    if (this.#files.has(path)) return;
    this.#files.set(path, file);
    this.#bytes += bytes;
    this.#request.onProgress(this.#files.size);
  }

  #leave(because: OutsideHistory, path: Buffer): void {
    const left = this.#outside.get(because) ?? { files: 0, names: [] };
    left.files += 1;
    if (left.names.length < mostNames) left.names.push(shownName(path).slice(0, mostNameLength));
    this.#outside.set(because, left);
  }

  #keepMissingFolders({ files }: Base): void {
    const { folders, site } = this.#request;
    const missing = folders.filter((folder) => !site.roots.some((root) => root.folder === folder));
    for (const folder of missing) {
      const below = placeOf(folder, Buffer.alloc(0));
      for (const [path, file] of files)
        if (path.startsWith(below) && !this.#files.has(path)) this.#files.set(path, file);
    }
  }

  #figures(): Pick<SiteHistory, 'files' | 'bytes' | 'outside'> {
    const outside = [...this.#outside].map(([reason, left]) => ({ reason, ...left }));
    return { files: this.#files.size, bytes: this.#bytes, outside };
  }

  #checks(isBroken: boolean): CheckResult[] {
    const many = this.#outside.get('too-many')?.files ?? 0;
    if (!isBroken && many === 0) return [];
    const facts = { ...(isBroken ? { begunAnew: true } : {}), ...(many > 0 ? { tooMany: many } : {}), warning: true };
    return [{ id: 'history-kept', ok: true, facts }];
  }

  /** In English only: the same content has to be the same commit, whatever language somebody reads. */
  #message(base: Base | null): string {
    const { id, at } = this.#request.snapshot;
    const before = base?.files ?? new Map<string, HistoryFile>();
    let [added, changed] = [0, 0];
    for (const [path, { oid, mode }] of this.#files) {
      const old = before.get(path);
      if (old === undefined) added += 1;
      else if (old.oid !== oid || old.mode !== mode) changed += 1;
    }
    const removed = before.keys().reduce((sum, path) => sum + (this.#files.has(path) ? 0 : 1), 0);
    const outside = [...this.#outside].map(([reason, { files }]) => `${files} ${reason}`).join(', ');
    return [
      `Snapshot ${at}: ${added} added, ${changed} changed, ${removed} removed`,
      '',
      `Files: ${this.#files.size}`,
      ...(outside === '' ? [] : [`Outside: ${outside}`]),
      `Snapshot: ${id}`,
      '',
    ].join('\n');
  }
}

/** Below the server's root, as a commit has it: folders come and go, and a path stays what it was. Each byte a character (latin1). */
function placeOf(folder: string, path: Buffer): string {
  const names = Buffer.from(folder)
    .toString('latin1')
    .split('/')
    .filter((name) => name !== '');
  return [...names, path.toString('latin1')].join('/');
}

function modeOf(entry: Exclude<SiteEntry, { type: 'folder' }>): HistoryFile['mode'] {
  if (entry.type === 'link') return '120000';
  return entry.type === 'file' && (entry.mode & 0o111) !== 0 ? '100755' : '100644';
}

function isSameTree(a: SiteSummary, b: SiteSummary): boolean {
  const text = ({ roots }: SiteSummary) => JSON.stringify(roots.map(({ folder, pages }) => [folder, pages]));
  return text(a) === text(b);
}
