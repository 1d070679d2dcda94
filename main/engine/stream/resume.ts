import { AppError } from '../../../shared/errors/app-error.ts';
import type { BinlogPlace, StreamRecord } from '../../../shared/model/stream.ts';
import type { Repository } from '../repository/index.ts';
import { firstPosition, positionLimit, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import { shortName } from './link-records.ts';
import { LogTrace } from './log-trace.ts';
import { isMergedName } from './merge-records.ts';
import { readStreamRecord, type StoredStreamRecord, type StreamServer } from './stream-records.ts';

/** What is stored of a log, as far as following it further needs it. */
export interface StoredEnd {
  /** The record that the next one continues. */
  readonly last: StoredStreamRecord;
  /** Where to begin reading again: far enough before the end to know the log again, and at the beginning of the transaction that was open. */
  readonly readFrom: number;
}

/**
 * The end of what is stored of this source. `names`: of its stream records, in sequence. A record that cannot be read is passed over: then the one
 * before is the end, and its bytes are stored once more. Null when there is none.
 */
export async function findStoredEnd(
  repository: Repository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<StoredEnd | null> {
  for (const name of [...names].reverse()) {
    const last = await readable(repository, name, signal);
    if (last !== null) return endBehind(repository, names, last, signal);
  }
  return null;
}

/** The end of a log of which `last` is the last record. `names`: of all of this source. */
export async function endBehind(
  repository: Repository,
  names: readonly string[],
  last: StoredStreamRecord,
  signal: AbortSignal,
): Promise<StoredEnd> {
  return { last, readFrom: await startOfOpenTransaction(repository, names, last, signal) };
}

/** Whether this is the server whose log was followed. MariaDB has no identity but the number that its owner gave it. */
export function isSameServer(record: StreamRecord, server: StreamServer): boolean {
  const { flavour, serverId, serverUuid } = record.server;
  if (flavour !== server.flavour) return false;
  return serverUuid === null || server.serverUuid === null
    ? serverId === server.serverId
    : serverUuid === server.serverUuid;
}

async function startOfOpenTransaction(
  repository: Repository,
  names: readonly string[],
  last: StoredStreamRecord,
  signal: AbortSignal,
): Promise<number> {
  let { record } = last;
  const mustBegin = (at: number) => at < positionLimit && at <= last.record.trace.from;
  if (!record.endsWithin && mustBegin(record.trace.from)) return record.trace.from;
  // A transaction larger than a stretch, or a place that no replica can begin at: back to where one can.
  for (;;) {
    const end = record.lastEnd ?? record.from;
    if (mustBegin(end) && (record.lastEnd !== null || record.from === firstPosition)) return end;
    if (mustBegin(record.from) && !record.endsWithin) return record.from;
    const before = record.continues === null ? null : await recordNamed(repository, names, record.continues, signal);
    if (before?.record.file !== last.record.file) return record.from;
    record = before.record;
  }
}

/** It, or the merged one that stands for it. */
async function recordNamed(
  repository: Repository,
  names: readonly string[],
  name: string,
  signal: AbortSignal,
): Promise<StoredStreamRecord | null> {
  if (names.includes(name)) {
    const found = await readable(repository, name, signal);
    if (found !== null) return found;
  }
  // A merged record bears the number of the first that it was made of.
  for (const each of names
    .filter((other) => isMergedName(other) && other.slice(0, name.length - 36) <= name)
    .reverse()) {
    const merged = await readable(repository, each, signal);
    if (merged?.record.merges.includes(shortName(name)) === true) return merged;
  }
  return null;
}

async function readable(repository: Repository, name: string, signal: AbortSignal): Promise<StoredStreamRecord | null> {
  try {
    return await readStreamRecord(repository, name, signal);
  } catch (error) {
    if (error instanceof AppError && ['repository.damaged', 'repository.missing-object'].includes(error.code))
      return null;
    throw error;
  }
}

/**
 * Reads again what is stored, and says when that is over and the log is the same. Servers write other events at the same place after RESET MASTER, and
 * after a power failure with `sync_binlog` other than 1: two logs must never be joined.
 */
export class SameLog {
  readonly #record: StreamRecord;
  readonly #trace = new LogTrace();
  #isProven = false;

  constructor(record: StreamRecord) {
    this.#record = record;
  }

  /** True once the end of what is stored was reached and everything agreed: the next event is new. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Error: `binlog.rewritten` {file, position}. */
  take(event: BinlogEvent): void {
    const { file, to, trace } = this.#record;
    const end = event.endPosition;
    if (event.file !== file || end > to) throw this.#rewritten(event);
    if (event.position >= trace.from) this.#trace.take(event);
    if (end < to) return;
    if (this.#trace.digest() !== trace.digest) throw this.#rewritten(event);
    this.#isProven = true;
  }

  /** The server has nothing more, although the end was not reached: its log is shorter than what was stored. */
  rewritten(place: BinlogPlace): AppError {
    return this.#rewritten(place);
  }

  #rewritten({ file, position }: BinlogPlace): AppError {
    return new AppError('binlog.rewritten', { file, position });
  }
}
