import fs from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { SiteHistory } from '../../../../shared/model/site-files.ts';
import { commitOf, entriesOfTree, packName, readPack } from '../../repository/index.ts';

export interface ExportGitRequest {
  readonly history: SiteHistory;
  /** A pack as the repository holds it, proven against its name. */
  readonly pack: (id: string) => Promise<Uint8Array>;
  readonly folder: string;
  readonly onProgress: (progress: { readonly packs: number; readonly bytes: number }) => void;
  readonly signal: AbortSignal;
}

export interface ExportedGit {
  readonly commits: number;
  readonly objects: number;
  readonly bytes: number;
}

const branch = 'refs/heads/main';

/**
 * Writes the history of config and code as a bare repository that any git opens. The branch comes last: until then git sees an empty repository. What is in it is not encrypted any more, so
 * nobody but the owner of the folder may look into it; of one that did not become whole, nothing stays.
 *
 * Errors: `files.target-not-empty` {folder}, `files.target-failed` {path, reason}; `repository.damaged`; those of `pack`; the signal's reason.
 */
export async function exportGit(request: ExportGitRequest): Promise<ExportedGit> {
  const { folder } = request;
  await attempt(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  const found = await attempt(folder, () => readdir(folder));
  if (found.length > 0) throw new AppError('files.target-not-empty', { folder });
  try {
    return await write(request);
  } catch (error) {
    // Empty before, so all of it is ours.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

async function write({ history, pack, folder, onProgress, signal }: ExportGitRequest): Promise<ExportedGit> {
  const place = { fs, dir: folder, gitdir: folder };
  await attempt(folder, () => git.init({ ...place, bare: true, defaultBranch: 'main' }));
  await attempt(folder, () => mkdir(join(folder, 'objects', 'pack'), { recursive: true }));
  const reach = new Reach();
  let bytes = 0;
  for (const [index, { chunk }] of history.packs.entries()) {
    signal.throwIfAborted();
    const payload = await pack(chunk);
    for (const { oid, type, content } of readPack(chunk, payload)) reach.add(oid, type, content);
    const name = `objects/pack/pack-${packName(payload)}.pack`;
    await attempt(name, () => writeFile(join(folder, name), payload, { mode: 0o400, flag: 'wx' }));
    await attempt(name, () => git.indexPack({ ...place, filepath: name }));
    bytes += payload.length;
    onProgress({ packs: index + 1, bytes });
  }
  const commits = reach.commitsFrom(history.commit);
  signal.throwIfAborted();
  await attempt(branch, () => git.writeRef({ ...place, ref: branch, value: history.commit }));
  return { commits, objects: reach.objects, bytes };
}

/** What a commit needs of all that is there. */
class Reach {
  readonly #blobs = new Set<string>();
  readonly #contents = new Map<string, Buffer>();

  get objects(): number {
    return this.#blobs.size + this.#contents.size;
  }

  add(oid: string, type: string, content: Buffer): void {
    if (type === 'blob') this.#blobs.add(oid);
    else this.#contents.set(oid, Buffer.from(content));
  }

  /** How many there are from the first one on. Error: `repository.damaged`, where anything is missing. */
  commitsFrom(last: string): number {
    const seen = new Set<string>();
    let commits = 0;
    for (let next: string | null = last; next !== null && !seen.has(next);) {
      seen.add(next);
      const commit = commitOf(this.#contents.get(next) ?? Buffer.alloc(0));
      if (commit === null) throw missing(next);
      this.#walk(commit.tree, seen);
      commits += 1;
      next = commit.parent;
    }
    return commits;
  }

  #walk(root: string, seen: Set<string>): void {
    const waiting = [root];
    for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
      if (seen.has(tree)) continue;
      seen.add(tree);
      const content = this.#contents.get(tree);
      const entries = content === undefined ? null : entriesOfTree(content);
      if (entries === null) throw missing(tree);
      for (const { mode, oid } of entries) {
        if (mode === '40000') waiting.push(oid);
        else if (!this.#blobs.has(oid)) throw missing(oid);
      }
    }
  }
}

function missing(object: string): AppError {
  return new AppError('repository.damaged', { object: `git ${object}`, reason: 'content' });
}

async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
    throw new AppError('files.target-failed', { path, reason }, { cause });
  }
}
