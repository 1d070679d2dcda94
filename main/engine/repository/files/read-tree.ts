import type { SiteEntry, SitePage } from '../../../../shared/model/site-files.ts';
import { damaged } from '../format.ts';
import { comparePaths, pathOfEntry } from './site-page.ts';

export interface TreeItem {
  readonly path: Buffer;
  readonly entry: SiteEntry;
  /** What the entry's pieces count in. */
  readonly chunks: SitePage['chunks'];
}

/**
 * The tree of one folder in order, page by page. What the pages must be together is seen to here: one order from the first page to the last, and everything
 * in a folder that came before it, never in a file or behind a link. Error: `repository.damaged` reason `content`; those of `getPage`.
 */
export async function* readTree(
  pages: readonly string[],
  getPage: (id: string) => Promise<SitePage>,
): AsyncGenerator<TreeItem, void, undefined> {
  let before: Buffer | null = null;
  /** The folders that what comes next may lie in, outermost first, each with its slash. */
  const folders: Buffer[] = [Buffer.alloc(0)];
  for (const id of pages) {
    const { entries, chunks } = await getPage(id);
    for (const entry of entries) {
      const path = pathOfEntry(entry);
      if (path === null || (before !== null && comparePaths(before, path) >= 0)) throw damaged(id, 'content');
      const parent = path.subarray(0, path.lastIndexOf(0x2f) + 1);
      while (folders.length > 1 && folders.at(-1)?.equals(parent) !== true) folders.pop();
      if (folders.at(-1)?.equals(parent) !== true) throw damaged(id, 'content');
      if (entry.type === 'folder') folders.push(Buffer.concat([path, Buffer.from('/')]));
      before = path;
      yield { path, entry, chunks };
    }
  }
}
