import { resolve } from 'node:path';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { writeSqlFile } from '../../restore/write-sql-file.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findSnapshot } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { withVault } from '../vault-session.ts';
import { withOpenRestore } from './open-restore.ts';
import { fileProgress } from './file-progress.ts';
import { withUnfinishedFiles } from './unfinished-files.ts';
import { copiesOf, copyNotes, notKeptNotes, accountNotes, leftOutNotes } from './restore-notes.ts';

export async function exportRun(
  context: EngineContext,
  input: VerbInput<'export.run'>,
  job: Run,
): Promise<VerbOutput<'export.run'>> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, job.signal);
  const snapshot = findSnapshot(context, input.snapshot, null);
  const selection = { databases: [], tables: input.tables, accounts: input.accounts === true };
  const what = { source: snapshot.manifest.source.name, snapshot: snapshot.manifest.id, for: 'export' };
  return withVault(context, input.vault, what, job, (key, run) =>
    withOpenRestore(
      context,
      { snapshot, selection, from: input.from, vault: key },
      run,
      async ({ plan, reader, vault }) => {
        const path = resolve(input.path);
        const { bytes, tables, rows, notes } = await withUnfinishedFiles(context, (onBegin) =>
          writeSqlFile({
            plan,
            reader,
            path,
            as: null,
            onBegin,
            signal: run.signal,
            onProgress: fileProgress(run),
          }),
        );
        await reader.leaveOutPruned(snapshot.manifestName, run.signal);
        return {
          file: path,
          bytes,
          tables,
          rows,
          vault,
          copies: copiesOf(reader),
          notes: [
            ...copyNotes(reader),
            ...notKeptNotes(plan),
            ...accountNotes(plan, selection.accounts),
            ...leftOutNotes(plan),
            ...notes,
          ],
          durationMs: Math.round(context.clock.monotonicMs() - startedMs),
        };
      },
    ),
  );
}
