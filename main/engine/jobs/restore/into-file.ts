import type { RestorePlan } from '../../restore/plan-restore.ts';
import { requireNew } from '../../platform/new-file.ts';
import { writeSqlFile, type SqlFile } from '../../restore/write-sql-file.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { fileProgress } from './file-progress.ts';
import type { Restored } from './into-server.ts';
import { withPicturedMoment } from './moment-on-scratch.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';
import { withUnfinishedFiles } from './unfinished-files.ts';
import { leftOutNotes } from './restore-notes.ts';

export async function intoFile(
  context: EngineContext,
  path: string,
  as: string | null,
  { plan, reader }: OpenRestore,
  run: Run,
): Promise<Restored> {
  const { tables, rows, notes } = await writeFile(context, path, as, { plan, reader }, run);
  const ranges = plan.databases
    .flatMap((database) => database.tables)
    .reduce((sum, table) => sum + table.ranges.length, 0);
  return {
    databases: namesInFile(plan, as),
    tables,
    rows,
    // No server looked at the rows: every chunk was proven against its keyed name, digests were not computed again.
    digest: { ranges, compared: 0, equal: true, different: [] },
    ledgers: [],
    notes: [...leftOutNotes(plan), ...notes],
    accounts: null,
    replayed: null,
    resale: null,
  };
}

/** A log cannot be done again in a file: a server of our own does it, and the file is written of what that holds then. */
export async function momentIntoFile(
  context: EngineContext,
  path: string,
  as: string | null,
  open: OpenRestore,
  moment: Moment,
  run: Run,
): Promise<Restored> {
  await requireNew(path);
  const file = { path, bytes: fileBytesFor(path, open.plan.totalBytes) };
  return withPicturedMoment(context, open, moment, file, run, async ({ plan, reader, restored, replayed, notes }) => {
    const written = await writeFile(context, path, as, { plan, reader }, run);
    return {
      databases: namesInFile(plan, as),
      tables: written.tables,
      rows: written.rows,
      digest: restored.digest,
      ledgers: replayed.ledgers,
      notes: [...new Set([...notes, ...restored.notes, ...leftOutNotes(plan), ...written.notes])],
      accounts: null,
      replayed,
      resale: null,
    };
  });
}

/** Rows as statements are a little longer than as text, and pack well. */
function fileBytesFor(path: string, textBytes: number): number {
  return path.endsWith('.zst') ? Math.ceil(textBytes / 4) : Math.ceil(textBytes * 1.1);
}

function writeFile(
  context: EngineContext,
  path: string,
  as: string | null,
  { plan, reader }: Pick<OpenRestore, 'plan' | 'reader'>,
  run: Run,
): Promise<SqlFile> {
  return withUnfinishedFiles(context, (onBegin) =>
    writeSqlFile({ plan, reader, path, as, onBegin, signal: run.signal, onProgress: fileProgress(run) }),
  );
}

function namesInFile({ databases }: RestorePlan, as: string | null): string[] {
  return databases.map(({ record }) => (as !== null && databases.length === 1 ? as : record.name));
}
