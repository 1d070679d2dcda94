import { resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { exportGit } from '../../restore/site/export-git.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findHolding } from '../verbs/lookup.ts';
import { pointOf } from './changes-between.ts';
import { withFilesReader } from './open-files.ts';

/** A pack has some megabytes; a single large object makes a larger one. */
const mostPackBytes = 128 * 1024 * 1024;

/** The history of config and code up to a snapshot, as a bare git repository in a new folder. Errors: `files.no-history` {snapshot}; those of `exportGit`. */
export async function filesExportGit(
  context: EngineContext,
  input: VerbInput<'files.export-git'>,
  run: Run,
): Promise<VerbOutput<'files.export-git'>> {
  const startedMs = context.clock.monotonicMs();
  const found = await findHolding(
    context,
    input.snapshot,
    input.source,
    ({ site }) => site?.history !== undefined,
    run.signal,
  );
  const { site } = found.manifest;
  if (site?.history === undefined) throw new AppError('files.no-history', { snapshot: found.manifest.id });
  const { history } = site;
  const snapshot = { ...found, site };
  const folder = resolve(input.path);
  const totalBytes = history.packs.reduce((sum, { bytes }) => sum + bytes, 0);
  const exported = await withFilesReader(context, snapshot, input.from, run, (_, copies) =>
    exportGit({
      history,
      pack: async (id) => {
        const options = { expectedKind: 'git-pack', maxPlaintextBytes: mostPackBytes, signal: run.signal } as const;
        return (await copies.getObject(id, options)).payload;
      },
      folder,
      onProgress: ({ packs, bytes }) =>
        run.report({
          phase: 'history-export',
          detail: folder,
          doneBytes: bytes,
          totalBytes,
          doneItems: packs,
          totalItems: history.packs.length,
        }),
      signal: run.signal,
    }),
  );
  await context.home.audit.append('files.export-git', {
    source: input.source,
    snapshot: snapshot.manifest.id,
    commits: exported.commits,
    to: folder,
  });
  return {
    snapshot: pointOf(snapshot),
    place: folder,
    commit: history.commit,
    isBehind: history.behind === true,
    files: history.files,
    outside: history.outside,
    ...exported,
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}
