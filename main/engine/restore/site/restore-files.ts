import { createHash } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { SiteFile, SitePage, SiteSummary } from '../../../../shared/model/site-files.ts';
import { mapInOrder } from '../../platform/map-in-order.ts';
import { ChunkCache, contentOf, readTree, targetOfEntry, type TreeItem } from '../../repository/index.ts';
import { shownName } from '../../source/files/index.ts';
import type { FileAttributes, FilesTarget } from './files-target.ts';

/** Where pages and chunks come from, each proven against its name. */
export interface FilesReader {
  page(id: string): Promise<SitePage>;
  chunk(id: string): Promise<Uint8Array>;
}

export interface RestoreFilesRequest {
  readonly root: SiteSummary['roots'][number];
  readonly reader: FilesReader;
  readonly target: FilesTarget;
  /** Below the folder, as it is shown or in its bytes; null: everything. */
  readonly path: string | null;
  readonly onProgress: (progress: { readonly path: string; readonly files: number; readonly bytes: number }) => void;
  readonly signal: AbortSignal;
}

export interface RestoredFiles {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  /** What the snapshot says it could not read then. */
  readonly unread: readonly string[];
  /** Kept while they changed: perhaps a mixture of two states. */
  readonly changedWhileRead: readonly string[];
}

const filesAtOnce = 6;
const cacheBytes = 96 * 1024 * 1024;
const mostNames = 100;

/**
 * Writes one folder of a site as it was, and reads back what was written: a file counts when its hash is that of the backup. Folders first, files, links last,
 * permissions and times of folders in the very end.
 *
 * Errors: `files.mismatch` {path}; those of reader and target; the signal's reason.
 */
export async function restoreFiles(request: RestoreFilesRequest): Promise<RestoredFiles> {
  const { root, reader, target, signal, onProgress } = request;
  const cache = new ChunkCache((id) => reader.chunk(id), cacheBytes);
  const folders: { readonly path: Buffer; readonly attributes: FileAttributes }[] = [];
  const links: { readonly path: Buffer; readonly target: Buffer }[] = [];
  const unread: string[] = [];
  const changedWhileRead: string[] = [];
  const done = { files: 0, bytes: 0 };
  const wanted = chosen(
    readTree(root.pages, (id) => reader.page(id)),
    request.path,
  );

  /** Makes folders on the way, so that a file's folder is there when its turn comes. */
  async function* files(): AsyncGenerator<TreeItem & { readonly entry: SiteFile }> {
    for await (const { path, entry, chunks } of wanted) {
      signal.throwIfAborted();
      if (entry.type === 'file') {
        yield { path, entry, chunks };
      } else if (entry.type === 'folder') {
        await target.makeFolder(path);
        folders.push({ path, attributes: entry });
      } else if (entry.type === 'link') {
        links.push({ path, target: targetOfEntry(entry) ?? Buffer.alloc(0) });
      } else if (unread.length < mostNames) {
        unread.push(shownName(path));
      }
    }
  }

  const writing = mapInOrder(files(), filesAtOnce, async ({ path, entry, chunks }) => {
    signal.throwIfAborted();
    await target.writeFile(path, contentOf(entry, chunks, cache), entry);
    const hash = createHash('sha256');
    for await (const bytes of target.readBack(path)) hash.update(bytes);
    if (hash.digest('base64') !== entry.sha256) throw new AppError('files.mismatch', { path: shownName(path) });
    return { path, entry };
  });
  for await (const { path, entry } of writing) {
    done.files += 1;
    done.bytes += entry.size;
    if (entry.changed === true && changedWhileRead.length < mostNames) changedWhileRead.push(shownName(path));
    onProgress({ path: shownName(path), ...done });
  }
  for (const link of links) {
    signal.throwIfAborted();
    await target.makeLink(link.path, link.target);
  }
  for (const { path, attributes } of folders.reverse()) {
    signal.throwIfAborted();
    await target.finishFolder(path, attributes);
  }
  return { ...done, folders: folders.length, links: links.length, unread, changedWhileRead };
}

/** What lies at or below `path`, and the folders that lead to it. */
export async function* chosen(
  tree: AsyncIterable<TreeItem>,
  path: string | null,
): AsyncGenerator<TreeItem, void, undefined> {
  const goal = path?.replace(/^\/+|\/+$/g, '') ?? '';
  if (goal === '') {
    yield* tree;
    return;
  }
  const waiting: TreeItem[] = [];
  for await (const item of tree) {
    const names = [item.path.toString('utf8'), shownName(item.path)];
    const isIn = names.some((name) => name === goal || name.startsWith(`${goal}/`));
    const leadsThere = item.entry.type === 'folder' && names.some((name) => goal.startsWith(`${name}/`));
    if (isIn) {
      for (const folder of waiting.splice(0)) yield folder;
      yield item;
    } else if (leadsThere) {
      waiting.push(item);
    }
  }
}
