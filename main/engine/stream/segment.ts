import type { StreamEvent, StreamRecord } from '../../../shared/model/stream.ts';
import { isoUtc } from '../platform/clock.ts';
import {
  eventTypes,
  headerBytes,
  TransactionTracker,
  type BinlogEvent,
  type LoggedTransaction,
} from '../source/mysql/binlog/index.ts';
import { LogTrace, traceBytes } from './log-trace.ts';
import { notableEvents } from './notable-events.ts';
import { SecretEvents, type HasSecrets } from './secret-events.ts';
import { sumTables } from './sum-tables.ts';
import type { TwinEvents } from './twin-events.ts';

/** What one stretch of a log is, before it is stored: the record's fields that come from its events. */
export interface Segment extends Pick<
  StreamRecord,
  | 'file'
  | 'from'
  | 'to'
  | 'sealed'
  | 'nextFile'
  | 'format'
  | 'firstCommitAt'
  | 'lastCommitAt'
  | 'lastGtid'
  | 'endsWithin'
  | 'lastEnd'
  | 'events'
  | 'transactions'
  | 'tables'
  | 'notable'
  | 'statementChanges'
  | 'trace'
  | 'layouts'
> {
  readonly bytes: Buffer;
  /** What of it is open where it is sealed (FORMAT.md §9); null: nothing. */
  readonly twin: Buffer | null;
}

/** More are not kept of one stretch: a flood of them is told by the counts. */
const mostNotable = 1000;

/**
 * Collects the events of a log into stretches and says what each holds. One stretch lies in one file; where it ends is the caller's to
 * choose, at any event. Events must come in order and without a gap.
 */
export class SegmentBuilder {
  readonly #hasSecrets: HasSecrets;
  /** Null: the shop has no secret column, and nothing is sealed. */
  readonly #secrets: SecretEvents | null;
  readonly #twins: TwinEvents | null;
  #tracker = new TransactionTracker();
  #events: BinlogEvent[] = [];
  #bytes = 0;
  #format: string | null;
  #transactions: LoggedTransaction[] = [];
  /** What could not be read: stored as it is, and pointed at. */
  #unread: BinlogEvent[] = [];
  #nextFile: string | null = null;

  /**
   * @param hasSecrets null: the shop has no secret column
   * @param format the first event of the file that the log is in, base64, unless that event comes first
   * @param twins null: what is sealed has no open side
   */
  constructor(hasSecrets: HasSecrets | null, format: string | null, twins: TwinEvents | null = null) {
    this.#hasSecrets = hasSecrets ?? (() => false);
    this.#secrets = hasSecrets === null ? null : new SecretEvents(hasSecrets);
    this.#format = format;
    this.#twins = twins;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** The file that the collected events are in; null while there are none. */
  get file(): string | null {
    return this.#events[0]?.file ?? null;
  }

  /** Hears an event that is stored already, so that what follows is understood. */
  recall(event: BinlogEvent): void {
    this.#understand(event);
    this.#twins?.recall(event);
    this.#transactions = [];
    this.#unread = [];
    this.#nextFile = null;
    this.#secrets?.endStretch();
  }

  /** The log is taken up in the middle of a file, of which this is the first event. One that stands in the file itself is better. */
  beginWith(format: Buffer): void {
    this.#format ??= format.toString('base64');
  }

  take(event: BinlogEvent): void {
    if (this.file !== null && this.file !== event.file) throw new RangeError('a stretch lies in one file');
    this.#events.push(event);
    this.#bytes += event.bytes.length;
    this.#understand(event);
    this.#twins?.take(event);
  }

  /** The stretch so far, and a new one begins; null when it holds nothing. */
  close(): Segment | null {
    const [first] = this.#events;
    const last = this.#events.at(-1);
    if (first === undefined || last === undefined) return null;
    // Never a stretch that is dropped in silence: without its format nobody could read it.
    if (this.#format === null) throw new RangeError('events of a file whose format was never told');
    const done = this.#transactions;
    // What could not be read may be anything.
    const sealed = this.#secrets !== null && (this.#secrets.endStretch() || this.#unread.length > 0);
    const open = this.#twins?.close(sealed && this.#unread.length === 0) ?? null;
    const isSecret: HasSecrets = (database, table) =>
      this.#hasSecrets(database, table) || this.#secrets?.hasFound(database, table) === true;
    const notable = done.flatMap((each) => notableEvents(each, isSecret));
    const segment: Segment = {
      file: first.file,
      from: first.position,
      to: last.endPosition,
      bytes: Buffer.concat(
        this.#events.map(({ bytes }) => bytes),
        this.#bytes,
      ),
      sealed,
      twin: open?.twin ?? null,
      layouts: open?.layouts ?? [],
      nextFile: this.#nextFile,
      format: this.#format,
      firstCommitAt: timeOf(done[0]),
      lastCommitAt: timeOf(done.at(-1)),
      lastGtid: done.findLast(({ gtid }) => gtid !== null)?.gtid ?? null,
      endsWithin: this.#tracker.isWithin,
      lastEnd: done.at(-1)?.to ?? null,
      events: this.#events.length,
      transactions: done.length,
      tables: sumTables(done.flatMap(({ end, tables }) => (end === 'rollback' ? [] : tables))),
      notable: [...notable, ...this.#unread.map(incidentOf)].slice(0, mostNotable),
      statementChanges: done.filter(({ hasStatementChanges }) => hasStatementChanges).length,
      trace: traceOf(this.#events),
    };
    this.#events = [];
    this.#bytes = 0;
    this.#transactions = [];
    this.#unread = [];
    this.#nextFile = null;
    return segment;
  }

  #understand(event: BinlogEvent): void {
    const { header, bytes, hasChecksum } = event;
    if (header.type === eventTypes.formatDescription) this.#format = bytes.toString('base64');
    if (header.type === eventTypes.rotate)
      this.#nextFile = bytes.toString('utf8', headerBytes + 8, bytes.length - (hasChecksum ? 4 : 0));
    try {
      this.#secrets?.take(event);
      const incidents = this.#tracker.incidents;
      const done = this.#tracker.take(event);
      if (done !== null) this.#transactions.push(done);
      if (this.#tracker.incidents > incidents) this.#unread.push(event);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#unread.push(event);
      this.#tracker = new TransactionTracker();
    }
  }
}

function timeOf(transaction: LoggedTransaction | undefined): string | null {
  return transaction === undefined ? null : isoUtc(transaction.committedAtMs);
}

function traceOf(events: readonly BinlogEvent[]): Segment['trace'] {
  let start = events.length;
  for (let bytes = 0; start > 0 && bytes < traceBytes; bytes += events[start]?.bytes.length ?? 0) start -= 1;
  const trace = new LogTrace();
  for (const event of events.slice(start)) trace.take(event);
  return { from: events[start]?.position ?? 0, digest: trace.digest() };
}

/** An event that says the server lost something, or one that cannot be read: what it did nobody knows. */
function incidentOf(event: BinlogEvent): StreamEvent {
  return {
    kind: 'incident',
    at: isoUtc(event.header.timestampS * 1000),
    file: event.file,
    from: event.position,
    to: event.endPosition,
    gtid: null,
    threadId: null,
    tables: [],
    statement: null,
  };
}
