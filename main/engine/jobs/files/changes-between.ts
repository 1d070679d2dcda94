import { AppError } from '../../../../shared/errors/app-error.ts';
import { isoUtc } from '../../platform/clock.ts';
import type { TreeItem } from '../../repository/index.ts';
import { compareTrees, type TreeDifference } from '../../restore/site/compare-trees.ts';
import type { FilesReader } from '../../restore/site/restore-files.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import {
  filesBefore,
  rootsFor,
  snapshotWithFiles,
  treeOf,
  withFilesReader,
  type SnapshotWithFiles,
} from './open-files.ts';

export interface ChangesRequest {
  readonly source: string;
  /** Null: the snapshot with files before `to`. */
  readonly from: string | null;
  readonly to: string;
  readonly path: string | null;
}

export interface SiteChange extends TreeDifference {
  readonly folder: string;
}

export interface Comparison {
  readonly from: SnapshotWithFiles;
  readonly to: SnapshotWithFiles;
  readonly before: FilesReader;
  readonly after: FilesReader;
  /** In the order of folders and paths. */
  readonly changes: AsyncGenerator<SiteChange, void, undefined>;
}

/** What differs between two snapshots, each read from its copies. Errors: `snapshot.unknown`, `files.none`; those of the copies. */
export async function withChanges<T>(
  context: EngineContext,
  request: ChangesRequest,
  run: Run,
  use: (comparison: Comparison) => Promise<T>,
): Promise<T> {
  const { source, path } = request;
  const to = await snapshotWithFiles(context, source, request.to, run.signal);
  const from =
    request.from === null
      ? filesBefore(context, to)
      : await snapshotWithFiles(context, source, request.from, run.signal);
  if (from === null) throw new AppError('files.none', { snapshot: to.manifest.id });
  return withFilesReader(context, from, null, run, (before) =>
    withFilesReader(context, to, null, run, (after) =>
      use({ from, to, before, after, changes: changesIn({ from, to, before, after }, path, run.signal) }),
    ),
  );
}

async function* changesIn(
  { from, to, before, after }: Omit<Comparison, 'changes'>,
  path: string | null,
  signal: AbortSignal,
): AsyncGenerator<SiteChange, void, undefined> {
  const [old, now] = [rootsFor(from.site, path), rootsFor(to.site, path)];
  for (const folder of new Set([...old, ...now].map(({ root }) => root.folder))) {
    const [left, right] = [old, now].map((roots) => roots.find(({ root }) => root.folder === folder));
    const differences = compareTrees(
      left === undefined ? nothing() : treeOf(left, before),
      right === undefined ? nothing() : treeOf(right, after),
    );
    for await (const difference of differences) {
      signal.throwIfAborted();
      yield { folder, ...difference };
    }
  }
}

async function* nothing(): AsyncGenerator<TreeItem, void, undefined> {
  // A folder that only the other snapshot has.
}

/** One thing as it may be shown. */
export function stateOf({ entry }: Pick<TreeItem, 'entry'>) {
  const { type } = entry;
  return {
    type,
    size: type === 'file' ? entry.size : 0,
    mode: type === 'unread' ? 0 : entry.mode,
    modifiedAt: type === 'unread' ? null : isoUtc(entry.mtime * 1000),
  };
}

export function pointOf({ manifest: { id, at } }: SnapshotWithFiles) {
  return { id, at };
}
