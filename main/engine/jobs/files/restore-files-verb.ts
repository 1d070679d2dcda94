import { join, resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { FilesTarget } from '../../restore/site/files-target.ts';
import { openLocalTarget } from '../../restore/site/local-target.ts';
import { restoreFiles } from '../../restore/site/restore-files.ts';
import { openServerTarget } from '../../restore/site/server-target.ts';
import { itemsFolder, joined, SftpFiles } from '../../source/files/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { copiesOf } from '../restore/restore-notes.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';
import {
  rootsHolding,
  snapshotWithFiles,
  withFilesReader,
  type ChosenRoot,
  type SnapshotWithFiles,
} from './open-files.ts';

/** How a folder of the site is given a place to come back to; each is new. */
type OpenTarget = (root: ChosenRoot['root'], isOnly: boolean) => Promise<FilesTarget>;

/**
 * Brings files back: into a folder of this computer, or onto the server beside the live ones. Nothing that is there is ever written over. Errors: `files.*`,
 * those of the copies and of the tunnel.
 */
export async function filesRestore(
  context: EngineContext,
  input: VerbInput<'files.restore'>,
  run: Run,
): Promise<VerbOutput<'files.restore'>> {
  const startedMs = context.clock.monotonicMs();
  const snapshot = await snapshotWithFiles(context, input.source, input.snapshot, run.signal);
  const output = await withTarget(context, input, snapshot, run, (open) =>
    restoreTo(context, input, snapshot, open, run),
  );
  await context.home.audit.append('files.restore', {
    source: input.source,
    snapshot: snapshot.manifest.id,
    files: output.files,
    to: output.places.join(', '),
  });
  return { ...output, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
}

function withTarget<T>(
  context: EngineContext,
  { source: name, to }: VerbInput<'files.restore'>,
  { manifest }: SnapshotWithFiles,
  run: Run,
  use: (open: OpenTarget) => Promise<T>,
): Promise<T> {
  if (to.kind === 'folder') {
    const folder = resolve(to.path);
    return use((root, isOnly) => openLocalTarget(isOnly ? folder : join(folder, distinct(root.folder))));
  }
  return onServer(context, name, run, (files) => {
    const stamp = manifest.at.slice(0, 19).replace(/[-:]/g, '');
    return use(async (root, isOnly) => {
      const { folder } = to;
      if (folder === null) return openServerTarget(files, `${await besides(root.folder, files)}__restore_${stamp}Z`);
      const named = folder.replace(/\/+$/, '');
      return openServerTarget(files, isOnly ? named : `${named}_${distinct(root.folder)}`);
    });
  });
}

/** Single files have no folder on the server to lie beside: they come into the login's own. */
async function besides(folder: string, { session }: SftpFiles): Promise<string> {
  if (folder !== itemsFolder) return folder.replace(/\/+$/, '');
  const home = await session.realPath(Buffer.from('.'));
  return joined(home, Buffer.from('server')).toString('utf8');
}

async function onServer<T>(
  context: EngineContext,
  name: string,
  run: Run,
  use: (files: SftpFiles) => Promise<T>,
): Promise<T> {
  const source = await findSource(context, name);
  return withServerSession(accessOfSaved(context.unlocked().keys, source), run.signal, async ({ openFiles }) => {
    const files = await openFiles?.(run.signal);
    if (files === undefined) throw new AppError('files.no-ssh', { source: name });
    try {
      // The shell reads well enough; nothing is written through it.
      if (!(files instanceof SftpFiles)) throw new AppError('files.no-way', { reason: 'no-sftp' });
      return await use(files);
    } finally {
      files.close();
    }
  });
}

async function restoreTo(
  context: EngineContext,
  input: VerbInput<'files.restore'>,
  snapshot: SnapshotWithFiles,
  open: OpenTarget,
  run: Run,
): Promise<Omit<VerbOutput<'files.restore'>, 'durationMs'>> {
  return withFilesReader(context, snapshot, input.from, run, async (reader, copies) => {
    const chosen = await rootsHolding(snapshot.site, input.path, reader);
    const output = {
      snapshot: { id: snapshot.manifest.id, at: snapshot.manifest.at },
      places: new Array<string>(),
      files: 0,
      folders: 0,
      links: 0,
      bytes: 0,
      unread: new Array<string>(),
      changedWhileRead: new Array<string>(),
      renamed: new Array<{ from: string; to: string }>(),
      linksNotMade: 0,
      ownersNotGiven: 0,
    };
    for (const { root, path } of chosen) {
      const target = await open(root, chosen.length === 1);
      output.places.push(target.place);
      const before = { files: output.files, bytes: output.bytes };
      const restored = await restoreFiles({
        root,
        reader,
        target,
        path,
        onProgress: (done) =>
          run.report({
            phase: 'files-back',
            detail: done.path,
            doneBytes: before.bytes + done.bytes,
            totalBytes: path === null ? snapshot.site.roots.reduce((sum, { bytes }) => sum + bytes, 0) : null,
            doneItems: before.files + done.files,
            totalItems: 0,
          }),
        signal: run.signal,
      });
      output.files += restored.files;
      output.folders += restored.folders;
      output.links += restored.links - target.compromises.links;
      output.bytes += restored.bytes;
      output.unread.push(...restored.unread);
      output.changedWhileRead.push(...restored.changedWhileRead);
      output.renamed.push(...target.compromises.renamed);
      output.linksNotMade += target.compromises.links;
      output.ownersNotGiven += target.compromises.owners;
    }
    return { ...output, copies: copiesOf(copies) };
  });
}

/** A folder's whole path as one name: two shops have a `public` each. */
function distinct(folder: string): string {
  return folder.replace(/[^\p{L}\p{N}.-]+/gu, '_').replace(/^_+/, '');
}
