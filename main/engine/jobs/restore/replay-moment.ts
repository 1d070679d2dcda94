import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Flavour, LedgerResult } from '../../../../shared/model/database.ts';
import type { BinlogPlace } from '../../../../shared/model/stream.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { ownerTable } from '../../restore/own-databases.ts';
import { replayOntoServer } from '../../restore/replay-onto-server.ts';
import { LedgerTally, type TalliedLedger } from '../../restore/tally-ledgers.ts';
import { definersNamed, makeDefiners } from '../../source/mysql/accounts/index.ts';
import type { ReplayReport } from '../../source/mysql/binlog/index.ts';
import {
  countTarget,
  isHeldEvent,
  targetLedger,
  type LoadSession,
  type Renames,
} from '../../source/mysql/load/index.ts';
import { conditionsOf, connectMysql, quoteText, readServerFacts, type MysqlTarget } from '../../source/mysql/index.ts';
import { binlogPlace, comparePlaces, placeIn, type ReadEvents } from '../../stream/index.ts';
import type { Run } from '../engine-context.ts';
import type { Moment } from './point-in-time.ts';
import { textsLeftOut } from './texts-left-out.ts';

/** What was done again, and what the restored databases hold since. */
export interface Replayed extends ReplayReport {
  readonly to: BinlogPlace;
  readonly lastCommitAt: string | null;
  readonly tables: number;
  readonly rows: number;
  readonly ledgers: readonly LedgerResult[];
  readonly notes: readonly string[];
  /** Events that ran in the shop at that moment: `database.event`, names of the source. Here they are off. */
  readonly enabledEvents: readonly string[];
}

export interface ReplayRequest {
  readonly moment: Moment;
  readonly plan: RestorePlan;
  readonly target: MysqlTarget;
  readonly renames: Renames;
  /** A server of ours that goes with the restore: nothing is written into its log, and accounts are made on it as they are needed. */
  readonly isThrowAway: boolean;
  /** Whose progress is noted on the target. */
  readonly restore?: string;
  /** How far that restore came before its process ended: everything up to there is on the target. */
  readonly goOnFrom?: BinlogPlace;
  /** For what is counted afterwards. */
  readonly session: LoadSession;
  readonly signal: AbortSignal;
  readonly run: Run;
}

/** Before anything is filled. Error: `replay.other-flavour` {source, target}. */
export async function requireFlavour(target: MysqlTarget, source: Flavour, signal: AbortSignal): Promise<void> {
  const connection = await connectMysql(target, { signal });
  try {
    const { flavour } = await readServerFacts(connection);
    if (flavour !== source) throw new AppError('replay.other-flavour', { source, target: flavour });
  } finally {
    connection.close();
  }
}

/** What of the log is done again: not tables that the snapshot could not hold still, and only what is restored. Absent: everything of these databases. */
export function wantedOf(plan: RestorePlan): {
  readonly isWanted?: (database: string, table: string) => boolean;
} {
  const still = stillOf(plan);
  const chosen = plan.isWhole
    ? null
    : new Set(plan.databases.flatMap(({ tables }) => tables.map(({ schema }) => `${schema.database}.${schema.name}`)));
  if (chosen === null && still.size === 0) return {};
  return {
    isWanted: (database, table) =>
      !still.has(`${database}.${table}`) && (chosen === null || chosen.has(`${database}.${table}`)),
  };
}

function stillOf({ manifest }: RestorePlan): ReadonlySet<string> {
  return new Set(manifest.lock.unisolated?.map(({ database, name }) => `${database}.${name}`));
}

/**
 * Does the log again on what a snapshot brought back, and counts what is there: the ledgers are compared with what the log itself says
 * that they must be. Errors: those of `replayOntoServer`.
 */
export async function replayMoment(request: ReplayRequest): Promise<Replayed> {
  const { moment, plan, target, renames, isThrowAway, restore, goOnFrom, session, signal, run } = request;
  const { replay, read, lastCommitAt } = moment;
  const { manifest, databases } = plan;
  const wanted = wantedOf(plan);
  const tally = new LedgerTally(talliedOf(plan, wanted.isWanted ?? (() => true)));
  const to = binlogPlace(replay.stretch, replay.stop);
  const listening = heard(moment, read, tally);
  if (goOnFrom !== undefined && plan.ledgers.length > 0) await hearUpTo(goOnFrom, replay, listening, run, signal);
  const report = await replayOntoServer({
    plan: replay,
    read: listening,
    ...(restore === undefined ? {} : { restore }),
    goesOn: goOnFrom !== undefined,
    target,
    flavour: manifest.server.flavour,
    databases: databases.map(({ record }) => record.name),
    renames,
    ...wanted,
    withoutBinlog: isThrowAway,
    holdsEvents: !isThrowAway,
    ...(isThrowAway ? { onDefiner: (text) => makeDefiners(target, definersNamed([text]), signal) } : {}),
    onProgress: ({ file, position }, doneBytes, totalBytes) =>
      run.report({
        phase: 'replay',
        detail: `${file}:${position}`,
        doneBytes,
        totalBytes,
        doneItems: 0,
        totalItems: null,
      }),
    signal,
  });
  const nameOf = (database: string) => renames.get(database) ?? database;
  const held = await countAll(
    session,
    databases.map(({ record }) => nameOf(record.name)),
    signal,
  );
  const notes = [...stillOf(plan)].filter((table) =>
    databases.some(({ record }) => table.startsWith(`${record.name}.`)),
  );
  const leftOut = moment.isClosed && plan.isWhole ? await textsLeftOut(plan, renames, session, signal) : [];
  const ledgers = await ledgersOf(plan, tally, session, nameOf, signal);
  return {
    ...report,
    to,
    lastCommitAt,
    ...held,
    ledgers,
    enabledEvents: await enabledEventsOf(session, renames, databases, signal),
    notes: [
      ...notes.map((table) => `not-replayed: ${table}`),
      ...leftOut.map((column) => `text-left-out: ${column}`),
      ...(report.objectsSkipped > 0 ? ['objects-left-out'] : []),
      ...(report.leftPrepared > 0 ? [`left-prepared: ${report.leftPrepared}`] : []),
      ...ledgers.flatMap(({ name, unproven }) => (unproven === true ? [`ledger-unproven: ${name}`] : [])),
    ],
  };
}

/** Those that are held here, or, on a server of ours whose scheduler is off, on. */
async function enabledEventsOf(
  session: LoadSession,
  renames: Renames,
  databases: RestorePlan['databases'],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for (const { record } of databases) {
    const rows = await session.rows(
      `SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${quoteText(renames.get(record.name) ?? record.name)} AND STATUS <> 'DISABLED'`,
      signal,
    );
    // What did not run where it came from does not run here.
    const off = new Set(
      record.objects
        .filter(({ kind, ddl, sqlMode }) => kind === 'event' && isHeldEvent(ddl, sqlMode))
        .map(({ name }) => name),
    );
    found.push(
      ...rows
        .map((row) => row.get('name') ?? '')
        .filter((name) => !off.has(name))
        .map((name) => `${record.name}.${name}`),
    );
  }
  return found;
}

function talliedOf(plan: RestorePlan, isWanted: (database: string, table: string) => boolean): TalliedLedger[] {
  return plan.ledgers.flatMap((definition): TalliedLedger[] => {
    const captured = plan.manifest.ledgers.find(({ name }) => name === definition.name);
    const schema = schemaOf(plan, definition.database, definition.table);
    const isFollowed =
      captured !== undefined && schema !== undefined && isWanted(definition.database, definition.table);
    return isFollowed ? [{ definition, captured, schema }] : [];
  });
}

function schemaOf(plan: RestorePlan, database: string, table: string) {
  return plan.databases
    .flatMap(({ tables }) => tables)
    .find(({ schema }) => schema.database === database && schema.name === table)?.schema;
}

/** The events on their way to the target, each told to the tally once, however often a broken line makes them be read. */
function heard({ replay: { stretch, from, stop } }: Moment, read: ReadEvents, tally: LedgerTally): ReadEvents {
  let told = from;
  return async function* (stored, within) {
    const index = stretch.records.indexOf(stored);
    for await (const event of read(stored, within)) {
      const place = { index, position: event.position };
      if (comparePlaces(place, told) >= 0 && comparePlaces(place, stop) < 0) {
        tally.take(event);
        told = { index, position: event.endPosition };
      }
      yield event;
    }
  };
}

/** What was done by a process that is gone is not done again, but the ledgers are to know of it. Error: `restore.log-apart` when the place is not in the log. */
async function hearUpTo(
  place: BinlogPlace,
  { stretch, from }: Moment['replay'],
  read: ReadEvents,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const end = placeIn(stretch, place);
  if (end === null) throw new AppError('restore.log-apart', {});
  const before = stretch.records.slice(from.index, end.index + 1);
  for (const [at, stored] of before.entries()) {
    run.report({
      phase: 'recount',
      detail: stored.record.file,
      doneBytes: 0,
      totalBytes: null,
      doneItems: at,
      totalItems: before.length,
    });
    for await (const event of read(stored)) {
      signal.throwIfAborted();
      if (at === before.length - 1 && event.position >= end.position) break;
    }
  }
}

async function countAll(
  session: LoadSession,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly tables: number; readonly rows: number }> {
  let [tables, rows] = [0, 0];
  for (const database of databases) {
    const names = await session.rows(
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME <> ${quoteText(ownerTable)}`,
      signal,
    );
    for (const row of names) rows += await countTarget(session, database, row.get('name') ?? '', signal);
    tables += names.length;
  }
  return { tables, rows };
}

/** A ledger whose table is gone at that moment has nothing to compare: that is what the log says too. */
async function ledgersOf(
  plan: RestorePlan,
  tally: LedgerTally,
  session: LoadSession,
  nameOf: (database: string) => string,
  signal: AbortSignal,
): Promise<LedgerResult[]> {
  const results: LedgerResult[] = [];
  for (const definition of plan.ledgers) {
    const schema = schemaOf(plan, definition.database, definition.table);
    if (schema === undefined) continue;
    const database = nameOf(definition.database);
    const needed = new Set(
      [definition.amountColumn, ...conditionsOf(definition).map(({ column }) => column)].map((name) =>
        name.toLowerCase(),
      ),
    );
    const found = await session.rows(
      `SELECT 1 AS one FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(definition.table)} AND COLUMN_NAME IN (${[...needed].map(quoteText).join(', ')})`,
      signal,
    );
    if (found.length < needed.size) continue;
    const result = tally.result(definition.name, await targetLedger(session, database, schema, definition, signal));
    if (result !== null) results.push(result);
  }
  return results;
}
