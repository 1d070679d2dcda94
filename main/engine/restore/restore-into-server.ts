import pRetry from 'p-retry';
import { AppError, isAppErrorOf, toAppError } from '../../../shared/errors/app-error.ts';
import { accountText, type Account } from '../../../shared/model/accounts.ts';
import type { LedgerResult, SchemaObject } from '../../../shared/model/database.ts';
import { brokenViews } from '../../../shared/model/lost-tables.ts';
import {
  addForeignKeys,
  buildKeys,
  createBrokenViews,
  createDatabase,
  createObjects,
  createSequences,
  createTable,
  differingDdl,
  keepsHistory,
  loadText,
  openLoadSession,
  type BrokenView,
  type LoadSession,
  type ObjectNote,
  type PendingTable,
  type Renames,
} from '../source/mysql/load/index.ts';
import { AccountMaker, dropStatement } from '../source/mysql/accounts/index.ts';
import { differingColumns, tryTables } from '../source/mysql/load/foreign/index.ts';
import { quoteName, type MysqlTarget } from '../source/mysql/index.ts';
import { bufferOf } from '../platform/buffer-of.ts';
import { free } from '../platform/free-memory.ts';
import { settleAll } from '../platform/settle-all.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { CopyReader } from './copy-reader.ts';
import { fitPlan } from './fit-plan.ts';
import { disown, own } from './own-databases.ts';
import { proveTables, type Proof } from './prove-tables.ts';
import type { RestorePlan } from './plan-restore.ts';
import { ReadBack } from './read-back.ts';
import { loadAsOctets, noteInvalid, octetNotes, type FilledTable } from './load-as-octets.ts';
import { TableQueue, tasksOf, type ChunkTask, type TableLoad } from './table-queue.ts';

export interface ServerRestore {
  readonly plan: RestorePlan;
  readonly reader: CopyReader;
  readonly pool: ChunkPool;
  readonly target: MysqlTarget;
  /** Loading connections. */
  readonly sessions: number;
  /** Database names of the snapshot → names on the target, where they differ. */
  readonly renames: Renames;
  readonly enableEvents: boolean;
  /** As of `createObjects`. */
  readonly holdEvents?: boolean;
  /** Keep the load out of the target's binary log where the account may. For throw-away servers only. */
  readonly withoutBinlog: boolean;
  /** Its id: every database says whose it is until `disown`. Absent: a server of ours, that goes with it. */
  readonly restore?: string;
  /** Belongs to the restore: when it fails, everything is taken back. It may use `session` while it runs. */
  readonly continueWith?: (restored: RestoreResult, session: LoadSession, signal: AbortSignal) => Promise<void>;
  readonly onProgress: (phase: RestorePhase, detail: string, doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}
/** `fail` is told of the first failure: the other connections stop at once. */
type RunningRestore = ServerRestore & { readonly fail: (error: unknown) => void };

const dropLimitMs = 60_000;
const mostDropTries = 4;
const noSuchThread = new Set([1094]);

export type RestorePhase = 'create' | 'load' | 'keys' | 'prove';

export interface RestoreResult extends Proof {
  readonly databases: readonly string[];
  readonly tables: number;
  readonly rows: number;
  readonly ledgers: readonly LedgerResult[];
  readonly notes: readonly string[];
  /** Names of accounts; null when none were asked for. */
  readonly accounts: { readonly created: string[]; readonly existing: string[] } | null;
}

/** What this run made on the target, and may take away again. */
interface Created {
  readonly databases: string[];
  /** Were there, and empty: they stay, and say no more whose they are. */
  readonly filled: string[];
  accounts: readonly Account[];
}

/**
 * Builds databases that did not exist before and fills them: tables, rows in parallel, then keys, foreign keys and objects, then the
 * proof by the target's own digests. Nothing that was there is touched; what a failed or cancelled run created is dropped again.
 *
 * Errors: `restore.target-exists`, `restore.not-portable`, `restore.load-failed`, `mysql.*`, those of the copies.
 */
export async function restoreIntoServer(request: ServerRestore): Promise<RestoreResult> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const sessions: LoadSession[] = [];
  const created: Created = { databases: [], filled: [], accounts: [] };
  try {
    for (let n = 0; n < request.sessions; n++) {
      sessions.push(await openLoadSession(request.target, { signal, withoutBinlog: request.withoutBinlog }));
    }
    const fail = (error: unknown) => stop.abort(error);
    return await restore({ ...request, signal, fail }, sessions as [LoadSession, ...LoadSession[]], created);
  } catch (error) {
    stop.abort(error);
    for (const session of sessions) session.destroy();
    const left = await dropCreated(request.target, created, sessions);
    throw left.length === 0 ? error : withLeftBehind(error, left);
  } finally {
    for (const session of sessions) session.close();
  }
}

async function restore(
  request: RunningRestore,
  sessions: readonly [LoadSession, ...LoadSession[]],
  created: Created,
): Promise<RestoreResult> {
  const { renames, signal, onProgress } = request;
  const [first] = sessions;
  const nameOf = (database: string) => renames.get(database) ?? database;
  onProgress('create', '', 0, request.plan.totalBytes);
  const fitted = await fitPlan(first, request.plan, signal);
  const { plan } = fitted;
  // All names are tried before anything is filled: a target that exists is found while nothing has happened yet.
  for (const { record } of plan.databases) {
    const name = nameOf(record.name);
    const isNew = await createDatabase(first, record, name, signal);
    (isNew ? created.databases : created.filled).push(name);
    if (request.restore !== undefined) await own(first, name, request.restore, isNew ? 'made' : 'filled', signal);
  }
  const maker = new AccountMaker(first, plan.accounts ?? [], plan.manifest.server.flavour, signal);
  created.accounts = maker.made;
  // Before views and routines: these act for accounts.
  await maker.create();
  const broken = await restoreBrokenViews({ ...request, plan }, first, created.databases);
  const pending: FilledTable[] = [];
  // A default may take its value from a sequence of another database.
  for (const { record } of plan.databases) await createSequences(first, nameOf(record.name), record.objects, signal);
  if (fitted.isForeign) {
    const wanted = plan.databases.flatMap(({ record, tables }) =>
      tables.map(({ schema }) => ({ database: nameOf(record.name), schema })),
    );
    await tryTables(first, wanted, renames, fitted.refuse, signal);
  }
  for (const { record, tables } of plan.databases) {
    const database = nameOf(record.name);
    for (const table of tables) {
      pending.push({
        load: { record: table, database, sealedDigests: new Map() },
        table: await createTable(first, database, table.schema, renames, signal),
        invalid: new Set(),
        captured: table,
      });
    }
  }
  await loadRows(request, sessions, pending);
  onProgress('keys', '', plan.totalBytes, plan.totalBytes);
  const withoutKeys: string[] = [];
  for (const { table } of pending)
    for (const key of await addForeignKeys(first, table, signal))
      withoutKeys.push(`foreign-key-left-out: ${table.database}.${table.schema.name} ${key}`);
  const objectNotes = await finishObjects({ ...request, plan }, first, broken.created);
  // All databases have new names, or none has: the live ones keep theirs.
  const isBeside = plan.databases.some(({ record }) => nameOf(record.name) !== record.name);
  await maker.grant(isBeside ? null : new Set(created.databases));
  const notes = [
    ...fitted.notes,
    ...broken.notes,
    ...withoutKeys,
    ...objectNotes,
    ...maker.notes,
    ...(await compareDdl(first, pending, fitted.isForeign, signal)),
  ];
  for (const entry of pending) notes.push(...(await octetNotes(first, entry, signal)));
  onProgress('prove', '', plan.totalBytes, plan.totalBytes);
  const tables = pending.map(({ load }) => load);
  const readBack = new ReadBack(request.target, request.pool, plan.totalBytes, signal);
  const proof = await proveTables({
    plan,
    tables,
    sessions,
    nameOf,
    isVaultOpen: request.reader.isVaultOpen,
    readBack,
    fail: request.fail,
    signal,
  }).finally(() => readBack.close());
  const restored: RestoreResult = {
    ...proof,
    databases: plan.databases.map(({ record }) => nameOf(record.name)),
    tables: tables.length,
    rows: tables.reduce((sum, { record }) => sum + record.rows, 0),
    notes,
    accounts:
      plan.accounts === undefined
        ? null
        : {
            created: maker.made.map(({ name }) => accountText(name)),
            existing: maker.existing.map(accountText),
          },
  };
  await request.continueWith?.(restored, first, signal);
  return restored;
}

/**
 * Removes what this run itself created, so that half a shop never looks like a whole one, and gives the names of what it could not
 * remove. A database that was there before stays.
 */
async function dropCreated(
  target: MysqlTarget,
  { databases, filled, accounts }: Created,
  cut: readonly LoadSession[],
): Promise<readonly string[]> {
  if (databases.length + filled.length + accounts.length === 0) return [];
  const left = new Set([...databases, ...accounts.map(({ name }) => accountText(name))]);
  const signal = AbortSignal.timeout(dropLimitMs);
  const drop = async () => {
    const session = await openLoadSession(target, { signal });
    try {
      // A server goes on building keys for a client that has gone, and a drop would wait for it.
      for (const { connection } of cut) await session.tryTo(`KILL ${connection.threadId}`, noSuchThread, signal);
      await disown(session, filled, signal);
      for (const name of databases) {
        await session.execute(`DROP DATABASE IF EXISTS ${quoteName(name)}`, signal);
        left.delete(name);
      }
      for (const account of accounts) {
        if (!left.has(accountText(account.name))) continue;
        await session.execute(dropStatement(account), signal);
        left.delete(accountText(account.name));
      }
    } finally {
      session.close();
    }
  };
  try {
    // On a thin line the login stands behind rows that are still on their way, and the server hangs up after ten seconds.
    await pRetry(drop, {
      retries: mostDropTries - 1,
      minTimeout: 1000,
      signal,
      shouldRetry: ({ error }) => isAppErrorOf(error, 'mysql.unreachable', 'mysql.connection-lost'),
    });
  } catch {
    // The server is gone or slow; the first error is the one that matters, and what is left is named beside it.
  }
  return [...left];
}

function withLeftBehind(error: unknown, left: readonly string[]): AppError {
  const { code, facts } = toAppError(error);
  return new AppError(code, { ...facts, leftBehind: left.join(', ') }, { cause: error });
}

/**
 * Every connection loads chunks until none is left; whoever ends a table builds its keys. A table whose text no server takes is left
 * alone until all are off it, and made again with octets in the place of that text.
 */
async function loadRows(
  request: RunningRestore,
  sessions: readonly LoadSession[],
  pending: readonly FilledTable[],
): Promise<void> {
  const { reader, plan, renames, signal, onProgress } = request;
  const queue = new TableQueue(pending.map(({ load }) => load));
  const entryOf = new Map(pending.map((entry) => [entry.load, entry]));
  const refusals = new Map<FilledTable, unknown>();
  let doneBytes = 0;
  const lane = async (session: LoadSession) => {
    for (let task = queue.next(); task !== undefined; task = queue.next()) {
      const entry = entryOf.get(task.table);
      // Every table of the queue is one of `pending`.
      if (entry === undefined) throw new Error('a chunk of no table');
      if (!refusals.has(entry)) {
        try {
          await loadChunk(session, reader, task, signal);
        } catch (error) {
          if (!noteInvalid(entry, error)) throw error;
          refusals.set(entry, error);
        }
      }
      doneBytes += task.chunk.textBytes;
      onProgress('load', task.table.record.schema.name, doneBytes, plan.totalBytes);
      if (!queue.done(task)) continue;
      const refusal = refusals.get(entry);
      if (refusal !== undefined) {
        const fill = async (load: TableLoad) => {
          for (const again of tasksOf(load)) await loadChunk(session, reader, again, signal);
        };
        await loadAsOctets(session, entry, renames, fill, refusal, signal);
      }
      await buildKeys(session, entry.table, signal);
    }
  };
  await settleAll(sessions.map(lane), request.fail);
  const [first] = sessions;
  for (const { load, table } of pending)
    if (load.record.ranges.length === 0 && first !== undefined) await buildKeys(first, table, signal);
}

async function loadChunk(
  session: LoadSession,
  reader: CopyReader,
  { table, chunk, rowsBefore }: ChunkTask,
  signal: AbortSignal,
): Promise<void> {
  const { schema } = table.record;
  const { text, sealedDigest } = await reader.rows(chunk, schema, rowsBefore, signal);
  if (chunk.sealedId !== null && sealedDigest !== null) table.sealedDigests.set(chunk.sealedId, sealedDigest);
  await loadText(session, table.database, schema, bufferOf(text), chunk.rows, signal);
  free(text);
}

async function finishObjects(
  { plan, renames, enableEvents, holdEvents = false, signal }: ServerRestore,
  session: LoadSession,
  done: ReadonlySet<SchemaObject>,
): Promise<string[]> {
  if (!plan.isWhole) return plan.databases.some(({ record }) => record.objects.length > 0) ? ['objects-left-out'] : [];
  const databases = plan.databases.map(({ record }) => ({
    database: renames.get(record.name) ?? record.name,
    objects: record.objects.filter((object) => !done.has(object)),
  }));
  return noteTexts(await createObjects(session, databases, { renames, enableEvents, holdEvents, signal }));
}

/** While the databases of this run are empty: see `createBrokenViews`. */
async function restoreBrokenViews(
  { plan, renames, enableEvents, signal }: ServerRestore,
  session: LoadSession,
  created: readonly string[],
): Promise<{ readonly created: ReadonlySet<SchemaObject>; readonly notes: readonly string[] }> {
  const names = plan.isWhole ? brokenViews(plan.manifest) : new Set<string>();
  const views = plan.databases.flatMap(({ record }): BrokenView[] => {
    const database = renames.get(record.name) ?? record.name;
    if (!created.includes(database)) return [];
    const isBroken = ({ kind, name }: SchemaObject) => kind === 'view' && names.has(`${record.name}.${name}`);
    return record.objects.filter(isBroken).map((view) => ({ database, view }));
  });
  const made = await createBrokenViews(session, views, { renames, enableEvents, signal });
  return { created: made.created, notes: noteTexts(made.notes) };
}

function noteTexts(notes: readonly ObjectNote[]): string[] {
  return notes.map(({ kind, name, note }) => `${note}: ${kind} ${name}`);
}

async function compareDdl(
  session: LoadSession,
  pending: readonly { readonly table: PendingTable }[],
  isForeign: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { table } of pending) {
    if (keepsHistory(table.schema.ddl)) notes.push(`history-left-out: ${table.database}.${table.schema.name}`);
    const isDifferent = isForeign
      ? (await differingColumns(session, table.database, table.schema, signal)).length > 0
      : (await differingDdl(session, table, signal)) !== null;
    if (isDifferent) notes.push(`ddl-differs: ${table.database}.${table.schema.name}`);
  }
  return notes;
}
