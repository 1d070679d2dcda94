import pRetry from 'p-retry';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { Flavour } from '../../../shared/model/database.ts';
import type { BinlogPlace } from '../../../shared/model/stream.ts';
import { LogReplay, type BinlogEvent, type ReplayReport } from '../source/mysql/binlog/index.ts';
import { openLoadSession, type LoadSession, type Renames } from '../source/mysql/load/index.ts';
import type { MysqlTarget } from '../source/mysql/index.ts';
import { binlogPlace, placeIn, type ReadEvents, type ReplayPlan, type StartingPoint } from '../stream/index.ts';
import { TargetMark } from './replay-mark.ts';

export interface ServerReplay {
  readonly plan: Pick<ReplayPlan<StartingPoint>, 'stretch' | 'from' | 'stop'>;
  readonly read: ReadEvents;
  readonly target: MysqlTarget;
  /** Of the server that wrote the log. */
  readonly flavour: Flavour;
  /** Names of the source. */
  readonly databases: readonly string[];
  readonly renames: Renames;
  readonly isWanted?: (database: string, table: string) => boolean;
  readonly withoutBinlog: boolean;
  /** As of `LogReplay`. */
  readonly holdsEvents?: boolean;
  /** Whose progress is noted. */
  readonly restore?: string;
  /** Go on with what that restore did before its process ended. */
  readonly goesOn?: boolean;
  readonly onDefiner?: (definer: string) => Promise<void>;
  readonly onProgress: (at: BinlogPlace, doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/** So many tries in a row that bring nothing forward; the pauses between them grow, so that a server may restart meanwhile. */
const mostTries = 6;

/**
 * Does a part of a log again on what a snapshot brought back: whole transactions, in their order. A line that breaks is taken up where the
 * target itself says that it stands.
 *
 * Errors: `replay.other-flavour` {source, target}; `replay.interrupted` {file, position} when the line broke within a statement that commits itself;
 * also where it was to go on and there is no progress of that restore; `restore.log-apart` when no event begins where the snapshot stands; those of `LogReplay` and of `read`.
 */
export async function replayOntoServer(request: ServerReplay): Promise<ReplayReport> {
  const { plan, databases, renames, signal } = request;
  const names = databases.map((database) => renames.get(database) ?? database);
  const mark = new TargetMark(names[0] ?? '', request.restore ?? '');
  const start = binlogPlace(plan.stretch, plan.from);
  const sum: Sum = {
    transactions: 0,
    rowEvents: 0,
    statements: 0,
    accountsSkipped: 0,
    objectsSkipped: 0,
    leftPrepared: 0,
  };
  const once = async () => {
    const session = await openLoadSession(request.target, { signal, withoutBinlog: request.withoutBinlog });
    try {
      if (session.flavour !== request.flavour)
        throw new AppError('replay.other-flavour', { source: request.flavour, target: session.flavour });
      if (!mark.isMade && request.goesOn === true) {
        if ((await mark.takeUp(session, signal)) === null) throw new AppError('replay.interrupted', { ...start });
      } else if (!mark.isMade) await mark.create(session, start, signal);
      await doAgain(request, session, mark, await placeNoted(session, mark, signal), sum);
      await mark.drop(session, signal);
    } finally {
      session.close();
    }
  };
  let inVain = 0;
  let doneBefore = -1;
  const mayGoOn = (error: Error): boolean => {
    const done = sum.transactions + sum.statements;
    inVain = done > doneBefore ? 1 : inVain + 1;
    doneBefore = done;
    return mark.isMade && inVain < mostTries && isAppErrorOf(error, 'mysql.unreachable', 'mysql.connection-lost');
  };
  try {
    await pRetry(once, {
      retries: Infinity,
      minTimeout: 500,
      maxTimeout: 10_000,
      signal,
      shouldRetry: ({ error }) => mayGoOn(error),
    });
  } catch (error) {
    if (mark.isMade) await dropMark(request, mark);
    throw error;
  }
  return sum;
}

type Sum = { -readonly [K in keyof ReplayReport]: number };

async function placeNoted(session: LoadSession, mark: TargetMark, signal: AbortSignal): Promise<BinlogPlace> {
  const { file, position, isCertain } = await mark.read(session, signal);
  if (!isCertain) throw new AppError('replay.interrupted', { file, position });
  return { file, position };
}

async function doAgain(
  {
    plan: { stretch, stop },
    read,
    databases,
    renames,
    isWanted,
    holdsEvents,
    onDefiner,
    flavour,
    onProgress,
    signal,
  }: ServerReplay,
  session: LoadSession,
  mark: TargetMark,
  start: BinlogPlace,
  sum: Sum,
): Promise<void> {
  const from = placeIn(stretch, start);
  if (from === null) throw new AppError('restore.log-apart', {});
  const optional = {
    ...(isWanted === undefined ? {} : { isWanted }),
    ...(onDefiner === undefined ? {} : { onDefiner }),
    ...(holdsEvents === undefined ? {} : { holdsEvents }),
  };
  const log = new LogReplay({ session, flavour, databases: new Set(databases), renames, ...optional, mark, signal });
  const records = stretch.records.slice(from.index, stop.index + 1);
  const totalBytes = records.reduce((bytes, { record }) => bytes + record.to - record.from, 0);
  let doneBytes = 0;
  let file: string | null = null;
  try {
    for (const [at, stored] of records.entries()) {
      const { record } = stored;
      if (record.file !== file) await log.format(Buffer.from(record.format, 'base64'));
      file = record.file;
      const begin = at === 0 ? from.position : record.from;
      const end = at === records.length - 1 ? stop.position : record.to;
      if (begin < end)
        for await (const event of eventsWithin(read(stored, { from: begin, to: end }), begin, end))
          await log.take(event);
      doneBytes += record.to - record.from;
      onProgress({ file: record.file, position: end }, doneBytes, totalBytes);
    }
    await log.end();
  } finally {
    const { leftPrepared, ...counts } = log.report;
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum[key] += counts[key];
    sum.leftPrepared = leftPrepared;
  }
}

/** Events of one file from a boundary on, up to another. The first is where an event has to begin: otherwise it is another log. */
async function* eventsWithin(
  events: AsyncIterable<BinlogEvent>,
  begin: number,
  end: number,
): AsyncGenerator<BinlogEvent> {
  let isFirst = true;
  for await (const event of events) {
    if (event.position < begin) continue;
    if (event.position >= end) return;
    if (isFirst && event.position !== begin) throw new AppError('restore.log-apart', {});
    isFirst = false;
    yield event;
  }
  if (isFirst) throw new AppError('restore.log-apart', {});
}

/** What the restore leaves behind is dropped with it; a server that is gone keeps an empty database, which the next restore replaces. */
async function dropMark({ target }: ServerReplay, mark: TargetMark): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  try {
    const session = await openLoadSession(target, { signal });
    await mark.drop(session, signal).finally(() => session.close());
  } catch {
    // The error that brought us here is the one that matters.
  }
}
