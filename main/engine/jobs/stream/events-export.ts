import { basename, resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { ReadableCopy } from '../../restore/copy-reader.ts';
import { exportLog, readStream, type Stretch } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { nearestFirst } from '../nearness.ts';
import { withCopies } from '../restore/open-restore.ts';
import { withUnfinishedFiles } from '../restore/unfinished-files.ts';
import { withVault } from '../vault-session.ts';
import { findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';

type Output = VerbOutput<'events.export'>;

/**
 * Writes what is stored of a shop's log as files for `mysqlbinlog`. The index is that of the nearest copy that has one; the log itself is read from any copy.
 * Errors: `source.unknown`, `stream.none` {source}, those of the copies when none opens, those of `exportLog`.
 */
export async function eventsExport(
  context: EngineContext,
  input: VerbInput<'events.export'>,
  job: Run,
): Promise<Output> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, job.signal);
  const source = await findSource(context, input.source);
  const { destinations } = await context.home.settings.read();
  return withVault(context, input.vault, { source: source.name, for: 'export-log' }, job, (vault, run) =>
    withCopies(context, nearestFirst(destinations), vault, run, async (reader, _pool, copies) => {
      const { copy, stretches } = await nearestLog(context, copies, source, run.signal);
      const files = await withUnfinishedFiles(context, (onBegin) =>
        exportLog({
          repository: reader,
          stretches,
          vault: vault ?? undefined,
          dir: resolve(input.dir),
          onProgress: (file, doneBytes, totalBytes) =>
            run.report({ phase: 'write-log', detail: file, doneBytes, totalBytes, doneItems: 0, totalItems: null }),
          onBegin,
          signal: run.signal,
        }),
      );
      return {
        dir: resolve(input.dir),
        files: files.map(({ path, sizeBytes, events, from, isAfterGap }) => ({
          file: basename(path),
          bytes: sizeBytes,
          events,
          from,
          afterGap: isAfterGap,
        })),
        gaps: stretches.flatMap(({ gap }) => (gap === null ? [] : [gap])),
        vault: stretches.some(({ records }) => records.some(({ record }) => record.sealed)) ? 'open' : 'none',
        destination: copy,
        durationMs: Math.round(context.clock.monotonicMs() - startedMs),
      };
    }),
  );
}

async function nearestLog(
  { catalog }: EngineContext,
  copies: readonly ReadableCopy[],
  source: { readonly id: string; readonly name: string },
  signal: AbortSignal,
): Promise<{ readonly copy: string; readonly stretches: readonly Stretch[] }> {
  let failure: unknown = new AppError('stream.none', { source: source.name });
  for (const copy of copies) {
    try {
      const stretches = await readStream(await copy.open(), source.id, signal, catalog.streamRecords);
      if (stretches.length > 0) return { copy: copy.name, stretches };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}
