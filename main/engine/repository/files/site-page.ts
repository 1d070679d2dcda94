import { isUtf8 } from 'node:buffer';
import { sitePageSchema, type SiteEntry, type SitePage } from '../../../../shared/model/site-files.ts';
import { damaged } from '../format.ts';
import { parseRecord } from '../records.ts';

/**
 * Pages of a site's tree (FORMAT.md §15). Whoever has the keys may have been a bug, and a path is what a restore writes to: everything that could lead out of
 * a folder is refused here, before anybody uses it.
 */

/** Error: `repository.damaged` reason `content`. */
export function parseSitePage(id: string, payload: Uint8Array): SitePage {
  const page = parseRecord(id, sitePageSchema, payload);
  let before: Buffer | null = null;
  for (const entry of page.entries) {
    const path = pathOfEntry(entry);
    if (path === null || !isRelativePath(path)) throw damaged(id, 'content');
    if (before !== null && comparePaths(before, path) >= 0) throw damaged(id, 'content');
    if (entry.type === 'file' && !arePiecesSound(entry, page)) throw damaged(id, 'content');
    if (entry.type === 'link' && targetOfEntry(entry) === null) throw damaged(id, 'content');
    before = path;
  }
  return page;
}

export function chunksOfPage({ chunks }: SitePage): string[] {
  return chunks.map(({ id }) => id);
}

/** The path's bytes; null where it is said in no way, in two, or in another than the one that is meant for it. */
export function pathOfEntry({ path, rawPath }: Pick<SiteEntry, 'path' | 'rawPath'>): Buffer | null {
  return bytesOf(path, rawPath);
}

export function targetOfEntry({ target, rawTarget }: Extract<SiteEntry, { type: 'link' }>): Buffer | null {
  return bytesOf(target, rawTarget);
}

/** How bytes are said in a page: as text where they are UTF-8. */
export function pathFields(bytes: Uint8Array): { readonly path: string } | { readonly rawPath: string } {
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? { path: buffer.toString('utf8') } : { rawPath: buffer.toString('base64') };
}

export function targetFields(bytes: Uint8Array): { readonly target: string } | { readonly rawTarget: string } {
  const buffer = Buffer.from(bytes);
  return isUtf8(buffer) ? { target: buffer.toString('utf8') } : { rawTarget: buffer.toString('base64') };
}

/** The order of a tree: each folder before what is in it, names by their bytes. Below zero: `a` is first. */
export function comparePaths(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a[at] ?? 0, b[at] ?? 0];
    if (left !== right) return left === slash ? -1 : right === slash ? 1 : left - right;
  }
  return a.length - b.length;
}

const slash = 0x2f;

function bytesOf(text: string | undefined, raw: string | undefined): Buffer | null {
  if ((text === undefined) === (raw === undefined)) return null;
  if (text !== undefined) {
    const bytes = Buffer.from(text, 'utf8');
    // Half of a surrogate pair has no bytes of its own.
    return bytes.toString('utf8') === text ? bytes : null;
  }
  const bytes = Buffer.from(raw ?? '', 'base64');
  return isUtf8(bytes) || bytes.toString('base64') !== raw ? null : bytes;
}

/** No empty name, no `.` or `..`, no zero byte: nothing that leads anywhere but down. */
function isRelativePath(path: Buffer): boolean {
  if (path.length === 0 || path.length > 4096 || path.includes(0)) return false;
  return path
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..');
}

function arePiecesSound({ pieces, size }: Extract<SiteEntry, { type: 'file' }>, { chunks }: SitePage): boolean {
  const fits = pieces.every(([chunk, at, length]) => at + length <= (chunks[chunk]?.size ?? 0));
  return fits && pieces.reduce((sum, [, , length]) => sum + length, 0) === size;
}
