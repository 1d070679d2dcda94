import { AppError } from '../../../../shared/errors/app-error.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { SiteSummary } from '../../../../shared/model/site-files.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { readTree, type TreeItem } from '../../repository/index.ts';
import type { CopyReader } from '../../restore/copy-reader.ts';
import { chosen, type FilesReader } from '../../restore/site/restore-files.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { chooseCopies, recordBroken, withCopies } from '../restore/open-restore.ts';
import { findHolding } from '../verbs/lookup.ts';

/** A page of a tree is read whole: some hundred kilobytes. A chunk of a file is at most this. */
const mostChunkBytes = 8 * 1024 * 1024;

export interface SnapshotWithFiles extends CatalogSnapshot {
  readonly site: SiteSummary;
}

/** A snapshot of this source that holds files; `latest`: the newest that does. Errors: `snapshot.unknown`, `files.none`. */
export async function snapshotWithFiles(
  context: EngineContext,
  source: string,
  reference: string,
  signal: AbortSignal,
): Promise<SnapshotWithFiles> {
  return needFiles(await findHolding(context, reference, source, ({ site }) => site !== undefined, signal));
}

/** The one that was taken before, with files; null: there is none. */
export function filesBefore(context: EngineContext, { manifest }: SnapshotWithFiles): SnapshotWithFiles | null {
  const ordered = newestFirst(context.catalog.snapshots(manifest.source.name), (each) => dateOf(each.manifest));
  const place = ordered.findIndex(({ snapshot }) => snapshot.manifest.id === manifest.id);
  const found = ordered.slice(place + 1).find(({ snapshot }) => snapshot.manifest.site !== undefined);
  return found === undefined ? null : needFiles(found.snapshot);
}

function needFiles(snapshot: CatalogSnapshot): SnapshotWithFiles {
  const { site } = snapshot.manifest;
  if (site === undefined) throw new AppError('files.none', { snapshot: snapshot.manifest.id });
  return { ...snapshot, site };
}

/** Reads a snapshot's files from its copies, the nearest sound one first; what turns out to be damaged is written down. */
export async function withFilesReader<T>(
  context: EngineContext,
  snapshot: SnapshotWithFiles,
  from: string | null,
  run: Run,
  use: (reader: FilesReader, copies: CopyReader) => Promise<T>,
): Promise<T> {
  const destinations = await chooseCopies(context, snapshot, from, run.signal);
  return withCopies(context, destinations, null, run, async (copies) => {
    const { signal } = run;
    const reader: FilesReader = {
      page: (id) => copies.sitePage(id, signal),
      chunk: async (id) => {
        const options = { expectedKind: 'file', maxPlaintextBytes: mostChunkBytes, signal } as const;
        return (await copies.getObject(id, options)).payload;
      },
    };
    try {
      return await use(reader, copies);
    } finally {
      await recordBroken(context, snapshot, copies);
    }
  });
}

export interface ChosenRoot {
  readonly root: SiteSummary['roots'][number];
  /** Below the folder; null: all of it. */
  readonly path: string | null;
}

/** Which folders a path speaks of: absolute on the server, or below any of them. */
export function rootsFor({ roots }: SiteSummary, path: string | null): ChosenRoot[] {
  if (path === null || path === '') return roots.map((root) => ({ root, path: null }));
  if (!path.startsWith('/')) return roots.map((root) => ({ root, path }));
  return roots.flatMap((root): ChosenRoot[] => {
    const folder = root.folder.replace(/\/+$/, '');
    if (path === folder || path === `${folder}/`) return [{ root, path: null }];
    return path.startsWith(`${folder}/`) ? [{ root, path: path.slice(folder.length + 1) }] : [];
  });
}

export function treeOf({ root, path }: ChosenRoot, reader: FilesReader): AsyncGenerator<TreeItem, void, undefined> {
  return chosen(
    readTree(root.pages, (id) => reader.page(id)),
    path,
  );
}

/** Folders in which there is something of the path. Error: `files.path-unknown` {path}. */
export async function rootsHolding(site: SiteSummary, path: string | null, reader: FilesReader): Promise<ChosenRoot[]> {
  const candidates = rootsFor(site, path);
  const holding: ChosenRoot[] = [];
  for (const each of candidates) {
    if (each.path === null) {
      holding.push(each);
      continue;
    }
    const tree = treeOf(each, reader);
    if ((await tree.next()).done !== true) holding.push(each);
    await tree.return();
  }
  if (holding.length === 0) throw new AppError('files.path-unknown', { path: path ?? '' });
  return holding;
}
