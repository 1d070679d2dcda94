import { resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { ResaleResult } from '../../../../shared/model/resale.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { restoreIntoServer, type RestoreResult } from '../../restore/restore-into-server.ts';
import { writeSqlFile } from '../../restore/write-sql-file.ts';
import { startPrivateServer } from '../../sandbox/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { accessOfInput, accessOfSaved, withServerSession } from '../source-session.ts';
import { besideNames } from './beside-names.ts';
import { findSource } from '../verbs/lookup.ts';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';
import { replayMoment, requireFlavour, type Replayed } from './replay-moment.ts';
import type { ResaleGuard } from './resale-guard.ts';
import { fileProgress } from './file-progress.ts';
import { liveNames } from './replace-live.ts';
import { leftOutNotes } from './restore-notes.ts';

type RestoreInput = VerbInput<'restore.run'>;
const loadingSessions = 4;

/** The snapshot's own proof, and what was done again on it; null: nothing was asked for. */
export type Restored = Pick<
  RestoreResult,
  'databases' | 'tables' | 'rows' | 'digest' | 'ledgers' | 'notes' | 'accounts'
> & { readonly replayed: Replayed | null; readonly resale: ResaleResult | null };

/** What follows when the snapshot is there: how far the log is done again (null: the snapshot as it is), and what sees to cards that were sold since. */
export interface Continuation {
  readonly moment: Moment | null;
  readonly guard: ResaleGuard;
}

export async function restoreInto(
  context: EngineContext,
  input: RestoreInput,
  snapshot: CatalogSnapshot,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  const { into } = input;
  switch (into.kind) {
    case 'sandbox':
      return intoSandbox(input, snapshot, open, next, run);
    case 'same': {
      const access = accessOfSaved(context.unlocked().keys, await findSource(context, input.source));
      return withServerSession(access, run.signal, async ({ target }) =>
        intoServer(
          target,
          await namesBeside(target, input, next.moment?.lastCommitAt ?? snapshot.manifest.at, open, run.signal),
          open,
          next,
          run,
        ),
      );
    }
    case 'server': {
      const { ssh, ...mysql } = into.target;
      const at = next.moment?.lastCommitAt ?? snapshot.manifest.at;
      return withServerSession(accessOfInput({ mysql, ssh }), run.signal, async ({ target }) => {
        const isBeside = input.overwrite !== undefined;
        const names = isBeside ? await namesBeside(target, input, at, open, run.signal) : asNames(open.plan, input.as);
        return intoServer(target, names, open, next, run);
      });
    }
    case 'sql':
      // A log cannot be done again in a file.
      if (next.moment !== null) throw new AppError('feature.not-yet', { feature: 'restore-at-sql' });
      return intoFile(resolve(into.path), input.as, open, run);
  }
}

async function intoSandbox(
  input: RestoreInput,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  run.report({ phase: 'sandbox', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  const lowerCase = manifest.server.variables['lower_case_table_names'];
  const server = await startPrivateServer({
    preferred: manifest.server.flavour,
    socketOnly: true,
    durability: 'none',
    signal: run.signal,
    // Names that differ only in case, or were folded on the source, must meet the same rule here.
    extraArgs: lowerCase === '0' || lowerCase === '1' ? [`--lower-case-table-names=${lowerCase}`] : [],
  });
  try {
    const target: MysqlTarget = { host: '127.0.0.1', port: server.port ?? 0, ...server.connection };
    return await intoServer(target, asNames(open.plan, input.as), open, next, run, true);
  } finally {
    await server.stop();
  }
}

async function intoServer(
  target: MysqlTarget,
  renames: ReadonlyMap<string, string>,
  { plan, reader, pool }: OpenRestore,
  { moment, guard }: Continuation,
  run: Run,
  isSandbox = false,
): Promise<Restored> {
  if (moment !== null) await requireFlavour(target, plan.manifest.server.flavour, run.signal);
  let replayed: Replayed | null = null;
  let resale: ResaleResult | null = null;
  const restored = await restoreIntoServer({
    plan,
    reader,
    pool,
    target,
    renames,
    sessions: loadingSessions,
    enableEvents: false,
    withoutBinlog: isSandbox,
    signal: run.signal,
    continueWith: async (_, session, signal) => {
      if (moment !== null)
        replayed = await replayMoment({
          moment,
          plan,
          target,
          renames,
          withoutBinlog: isSandbox,
          session,
          signal,
          run,
        });
      resale = await guard({ target, plan, renames, signal });
    },
    onProgress: (phase, detail, doneBytes, totalBytes) =>
      run.report({ phase, detail, doneBytes, totalBytes, doneItems: 0, totalItems: null }),
  });
  return { ...restored, replayed, resale };
}

async function intoFile(path: string, as: string | null, { plan, reader }: OpenRestore, run: Run): Promise<Restored> {
  const { tables, rows, notes } = await writeSqlFile({
    plan,
    reader,
    path,
    as,
    signal: run.signal,
    onProgress: fileProgress(run),
  });
  const ranges = plan.databases
    .flatMap((database) => database.tables)
    .reduce((sum, table) => sum + table.ranges.length, 0);
  return {
    databases: plan.databases.map(({ record }) => (as !== null && plan.databases.length === 1 ? as : record.name)),
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

function asNames(plan: RestorePlan, as: string | null): ReadonlyMap<string, string> {
  const [only] = plan.databases;
  return as === null || only === undefined ? new Map() : new Map([[only.record.name, as]]);
}

/** The live database keeps its name and its place. A name that a person gave is taken as it is, or refused; with `overwrite` it is the live one's. */
async function namesBeside(
  target: MysqlTarget,
  input: RestoreInput,
  at: string,
  { plan }: OpenRestore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (input.as !== null && input.overwrite === undefined) return asNames(plan, input.as);
  const lives = liveNames(plan, input);
  const connection = await connectMysql(target, { signal });
  try {
    const taken = await connection.query('SHOW DATABASES', { signal });
    const names = besideNames(
      [...lives.values()],
      at,
      taken.map((row) => row.get('database') ?? ''),
    );
    return new Map([...lives].map(([name, live]) => [name, names.get(live) ?? live]));
  } finally {
    connection.close();
  }
}
