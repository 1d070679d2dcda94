import { AppError } from '../../../shared/errors/app-error.ts';
import type { StreamEvent } from '../../../shared/model/stream.ts';
import { TransactionTracker, type BinlogEvent, type LoggedTransaction } from '../source/mysql/binlog/index.ts';
import type { Stretch } from './link-records.ts';
import type { LogRange } from './read-stream.ts';
import type { StoredStreamRecord } from './stream-records.ts';
import { comparePlaces, placeIn, type StretchPlace } from './stretch-place.ts';

/** How far a log is to be done again: all that was committed at that moment or before · all before an event · all up to a GTID, with it. */
export type Until =
  | { readonly kind: 'time'; readonly atMs: number }
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'gtid'; readonly gtid: string };

/** The boundary between two transactions at which to stop. */
export interface Stop {
  readonly place: StretchPlace;
  /** The log says of nothing behind it: whether more was committed until the wanted moment is not known from the log. */
  readonly isEnd: boolean;
}

/** The events of a record, in order; of pieces that lie apart from `within` none need come. */
export type ReadEvents = (stored: StoredStreamRecord, within?: LogRange) => AsyncIterable<BinlogEvent>;

/** Names an event of the index. Unique as long as a server does not write two logs of the same name in the same second. */
export function eventId({ file, from, at }: StreamEvent): string {
  return `${file}:${from}:${Math.floor(Date.parse(at) / 1000)}`;
}

/**
 * Where in a stretch to stop; null when the event or GTID is not in it. Records whose index says enough are not read: of hours of log one
 * record is. Times are the server's; MariaDB writes whole seconds, so that a moment stands for the whole second. Errors: those of `read`.
 */
export async function findStop(stretch: Stretch, until: Until, read: ReadEvents): Promise<Stop | null> {
  switch (until.kind) {
    case 'time':
      return beforeLater(stretch, until.atMs, read);
    case 'event': {
      const event = stretch.records.flatMap(({ record }) => record.notable).find((each) => eventId(each) === until.id);
      if (event === undefined) return null;
      const place = placeIn(stretch, { file: event.file, position: event.from });
      return place === null ? null : { place, isEnd: false };
    }
    case 'gtid':
      return behindGtid(stretch, until.gtid, read);
  }
}

/** Before the first transaction that was committed later; behind everything when there is none. */
async function beforeLater(stretch: Stretch, atMs: number, read: ReadEvents): Promise<Stop> {
  const isLater = (at: string | null) => at !== null && Date.parse(at) > atMs;
  for (const [index, { record }] of stretch.records.entries()) {
    if (!isLater(record.firstCommitAt) && !isLater(record.lastCommitAt)) continue;
    const beginsApart = stretch.records[index - 1]?.record.endsWithin !== true;
    // All of it is later: nobody has to look inside, which nobody can where it is sealed.
    if (beginsApart && isLater(record.firstCommitAt)) return { place: { index, position: record.from }, isEnd: false };
    const found = await firstIn(stretch, index, ({ committedAtMs }) => committedAtMs > atMs, read);
    if (found !== null) return { place: placeOf(stretch, index, found), isEnd: false };
  }
  return { place: endOf(stretch), isEnd: true };
}

/** With the transaction. MariaDB numbers a domain's transactions in order, MySQL those of a server; the record's last one tells where to look. */
async function behindGtid(stretch: Stretch, gtid: string, read: ReadEvents): Promise<Stop | null> {
  const wanted = gtid.toLowerCase();
  for (const [index, { record }] of stretch.records.entries()) {
    if (record.transactions === 0 || record.lastGtid === null || !mayPrecede(wanted, record.lastGtid.toLowerCase()))
      continue;
    const found = await firstIn(stretch, index, (transaction) => transaction.gtid?.toLowerCase() === wanted, read);
    if (found === null) continue;
    const place = { index, position: found.to };
    return { place, isEnd: comparePlaces(place, endOf(stretch)) >= 0 };
  }
  return null;
}

/** False when a transaction cannot stand before or at `last`, because both are of one numbering. */
function mayPrecede(wanted: string, last: string): boolean {
  const [a, b] = [wanted, last].map((gtid) => /^(.*[-:])(\d+)$/.exec(gtid));
  if (a?.[1] === undefined || b?.[1] === undefined) return true;
  // MariaDB: domain-server-number, where the server may change within a domain.
  const series = (prefix: string) => (prefix.endsWith('-') ? (prefix.split('-')[0] ?? '') : prefix);
  return series(a[1]) !== series(b[1]) || BigInt(a[2] ?? 0) <= BigInt(b[2] ?? 0);
}

/** The first transaction that ends in the record at `index` and fits; it is read from where its first transaction begins. */
async function firstIn(
  { records }: Stretch,
  index: number,
  fits: (transaction: LoggedTransaction) => boolean,
  read: ReadEvents,
): Promise<LoggedTransaction | null> {
  let first = index;
  while (first > 0 && records[first - 1]?.record.endsWithin === true) first -= 1;
  const tracker = new TransactionTracker();
  for (const [at, stored] of records.slice(first, index + 1).entries()) {
    for await (const event of read(stored)) {
      const done = understood(tracker, event);
      if (done !== null && first + at === index && fits(done)) return done;
    }
  }
  return null;
}

function understood(tracker: TransactionTracker, event: BinlogEvent): LoggedTransaction | null {
  try {
    return tracker.take(event);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { file, position } = event;
    throw new AppError('replay.unsupported', { what: `event ${event.header.type}`, file, position }, { cause: error });
  }
}

function placeOf(stretch: Stretch, index: number, { file, from }: LoggedTransaction): StretchPlace {
  return placeIn(stretch, { file, position: from }) ?? { index, position: from };
}

/** Behind the last event that is stored. A transaction that is not whole there is left out when it is done again. */
export function endOf({ records }: Stretch): StretchPlace {
  const last = records.at(-1);
  if (last === undefined) throw new RangeError('a stretch without records');
  return { index: records.length - 1, position: last.record.to };
}

/** The last commit at or before a place, as far as the records' own times tell; null when there is none behind `from`. */
export function lastCommitBefore(
  stretch: Stretch,
  from: StretchPlace,
  { index, position }: StretchPlace,
): string | null {
  const { records } = stretch;
  for (let at = index; at >= from.index; at -= 1) {
    const record = records[at]?.record;
    const isWhole = record !== undefined && (at < index || (record.lastEnd !== null && record.lastEnd <= position));
    if (isWhole && record.lastCommitAt !== null) return record.lastCommitAt;
  }
  return null;
}
