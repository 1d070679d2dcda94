import type { BinlogPlace, TableLayout } from '../../../shared/model/stream.ts';
import {
  cutColumns,
  eventTypes,
  expandEvent,
  isRowsEvent,
  openPayload,
  parseRowsHead,
  parseTableMap,
  type BinlogEvent,
  type PlainEvent,
  endOfStatement,
  type TableMap,
} from '../source/mysql/binlog/index.ts';
import type { LayoutReading } from '../source/mysql/index.ts';
import { judgeStatement, type HasSecrets } from './secret-events.ts';
import { TableLayouts, type SecretColumns } from './table-layouts.ts';
import { touchedBy, type Touched } from './touched-tables.ts';
import { frameOf } from './twin-frames.ts';

/** They hold names, numbers and places of the log itself, and stand in a twin as they are. */
const ofTheLog: ReadonlySet<number> = new Set([
  eventTypes.stop,
  eventTypes.rotate,
  eventTypes.xid,
  eventTypes.xaPrepare,
  eventTypes.gtid,
  eventTypes.anonymousGtid,
  eventTypes.taggedGtid,
  eventTypes.previousGtids,
  eventTypes.mariaGtid,
  eventTypes.mariaGtidList,
  eventTypes.binlogCheckpoint,
  eventTypes.startEncryption,
]);

/** Nobody who does the log again needs them, and they may hold anything: texts, digests of keys (`transactionContext`). */
const leftOut: ReadonlySet<number> = new Set([
  eventTypes.annotateRows,
  eventTypes.rowsQuery,
  eventTypes.transactionContext,
  eventTypes.viewChange,
  eventTypes.ignorable,
]);

interface Mapped {
  readonly map: TableMap;
  readonly place: BinlogPlace;
  /** `hidden`: rows of secrets that no restore of this shop asks for, as of a copy that lies beside it. */
  readonly rows: 'open' | 'secret' | 'hidden';
}

/** Whose tables have secrets, which columns these are, and which databases are the shop's own. */
export interface TwinRules {
  readonly hasSecrets: HasSecrets;
  readonly secretsOf: SecretColumns;
  readonly isOfShop: (database: string) => boolean;
  /** A statement ends at `behind` that may have changed tables: told before the rows behind it are judged. */
  readonly onTouched?: (behind: BinlogPlace, touched: Touched) => void;
}

interface HeardEvent {
  readonly event: BinlogEvent;
  /** Null: it cannot be read. */
  readonly plains: readonly PlainEvent[] | null;
}

/** Of one event: its twin; null when it has none; `undefined`: it cannot be told from a secret. */
type Twin = Buffer | null | undefined;

/**
 * Makes the open twins of stretches: their events without the secrets (FORMAT.md §9). What is not known to be harmless makes the whole stretch go without
 * one: a statement's text, an event of a kind that is not listed here, rows of a table whose columns are not known at that place.
 */
export class TwinEvents {
  readonly #rules: TwinRules;
  readonly #layouts: TableLayouts;
  #start: BinlogPlace;
  /** Where the last stretch ended. */
  #end: BinlogPlace;
  /** What the statement under way has mapped, as far as stretches are over. */
  readonly #maps = new Map<number, Mapped>();
  #stretch: HeardEvent[] = [];
  #isBegun = false;

  /** @param known as the tables stand at `start`, where the first stretch begins */
  constructor(rules: TwinRules, start: BinlogPlace, known: readonly TableLayout[]) {
    this.#rules = rules;
    this.#start = start;
    this.#end = start;
    this.#layouts = new TableLayouts(rules.secretsOf, start, known);
  }

  /** Which tables the server should be asked for now. */
  get wanted(): TableLayouts['wanted'] {
    return this.#layouts.wanted;
  }

  /** What the server said lies ahead: a stretch that ends before it may have no twin. */
  get isAwaiting(): boolean {
    return this.#layouts.isAwaiting;
  }

  learn(reading: LayoutReading, asked?: TableLayouts['wanted']): void {
    this.#layouts.learn(reading, asked);
  }

  /** The log is heard again up to where the last stretch ended, and then on. False when it ended elsewhere: then all is to be begun anew. */
  resumeAt(start: BinlogPlace): boolean {
    if (this.#stretch.length > 0 || this.#end.file !== start.file || this.#end.position !== start.position)
      return false;
    this.#start = start;
    this.#isBegun = false;
    this.#maps.clear();
    return true;
  }

  /** An event before `start`: rows behind it may mean what it maps. */
  recall(event: BinlogEvent): void {
    for (const plain of plainsOf(event) ?? []) this.#follow(plain, this.#start);
  }

  /** An event of the stretch. */
  take(event: BinlogEvent): void {
    if (!this.#isBegun)
      for (const { map, rows } of this.#maps.values()) if (rows === 'secret') this.#layouts.map(this.#start, map);
    this.#isBegun = true;
    const plains = plainsOf(event);
    this.#stretch.push({ event, plains });
    const { file, position, endPosition } = event;
    const behind = { file, position: endPosition };
    try {
      if (plains === null) throw new RangeError('an event that cannot be read');
      for (const { type, bytes } of plains) {
        if (type === eventTypes.query) this.#touched(behind, touchedBy(bytes));
        if (type === eventTypes.incident) throw new RangeError('the server lost something');
        if (type !== eventTypes.tableMap) continue;
        const map = parseTableMap(bytes, bytes.length);
        if (this.#rowsOf(map) === 'secret') this.#layouts.map({ file, position }, map);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#touched(behind, { what: 'anything' });
    }
  }

  #touched(behind: BinlogPlace, touched: Touched): void {
    this.#layouts.changed(behind, touched);
    this.#rules.onTouched?.(behind, touched);
  }

  /** The stretch is over. `twin` null: it has none. `layouts`: as they are at its end. */
  close(isSealed: boolean): { readonly twin: Buffer | null; readonly layouts: TableLayout[] } {
    const stretch = this.#stretch;
    this.#stretch = [];
    const last = stretch.at(-1)?.event;
    if (last !== undefined) this.#end = { file: last.file, position: last.endPosition };
    this.#layouts.followedTo(this.#end);
    const frames: Buffer[] = [];
    let isOpen = isSealed;
    // All are walked, also those that need no twin: what they map is meant by what comes.
    for (const heard of stretch) {
      const twin = this.#twinOf(heard, isOpen);
      if (twin === undefined) isOpen = false;
      else if (isOpen) frames.push(frameOf(heard.event.bytes.length, twin));
    }
    this.#layouts.endStretch();
    // Of what is known by now to hold no secret nothing is remembered.
    const layouts = this.#layouts.known.filter(({ database, table }) => this.#rules.hasSecrets(database, table));
    return { twin: isOpen ? Buffer.concat(frames) : null, layouts };
  }

  #twinOf({ event, plains }: HeardEvent, isAsked: boolean): Twin {
    if (plains === null) return undefined;
    const { file, position, header, bytes } = event;
    const parts: Buffer[] = [];
    let isOpen = isAsked;
    for (const plain of plains) {
      const part = isOpen ? this.#partOf(plain) : null;
      if (part === undefined) isOpen = false;
      else if (part !== null) parts.push(part);
      this.#follow(plain, { file, position });
    }
    if (!isOpen) return undefined;
    // Its last octets are part of it, whether or not other events have checksums.
    if (header.type === eventTypes.formatDescription) return bytes;
    return header.type === eventTypes.transactionPayload ? openPayload(bytes, parts) : (parts[0] ?? null);
  }

  #partOf({ type, bytes }: PlainEvent): Twin {
    try {
      if (type === eventTypes.tableMap || type === eventTypes.formatDescription || ofTheLog.has(type)) return bytes;
      if (leftOut.has(type)) return null;
      if (type === eventTypes.query) return twinOfStatement(bytes);
      return isRowsEvent(type) ? this.#rows(type, bytes) : undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return undefined;
    }
  }

  #rows(type: number, bytes: Buffer): Twin {
    const { tableId, change, isLastOfStatement } = parseRowsHead(bytes, type, bytes.length);
    const mapped = this.#maps.get(tableId);
    if (mapped === undefined) return undefined;
    if (mapped.rows === 'open') return bytes;
    if (mapped.rows === 'hidden') return isLastOfStatement ? endOfStatement(bytes) : null;
    const hidden = this.#layouts.hiddenOf(mapped.place, mapped.map);
    if (hidden === null || !(change === 'insert' ? hidden.mayInsert : hidden.mayFind)) return undefined;
    return cutColumns(bytes, type, mapped.map, (index) => hidden.indices.has(index));
  }

  #rowsOf(map: TableMap): Mapped['rows'] {
    if (!this.#rules.hasSecrets(map.database, map.table, map)) return 'open';
    return this.#rules.isOfShop(map.database) ? 'secret' : 'hidden';
  }

  /** Remembers what the statement under way has mapped. */
  #follow({ type, bytes }: PlainEvent, place: BinlogPlace): void {
    try {
      if (type === eventTypes.query) this.#maps.clear();
      else if (type === eventTypes.tableMap) {
        const map = parseTableMap(bytes, bytes.length);
        this.#maps.set(map.tableId, { map, place, rows: this.#rowsOf(map) });
      } else if (isRowsEvent(type) && parseRowsHead(bytes, type, bytes.length).isLastOfStatement) this.#maps.clear();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#maps.clear();
    }
  }
}

function plainsOf(event: BinlogEvent): PlainEvent[] | null {
  try {
    return [...expandEvent(event.bytes, event.hasChecksum)];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

function twinOfStatement(bytes: Buffer): Twin {
  const meaning = judgeStatement(bytes);
  // Nothing of it is done again in any case.
  if (meaning === 'accounts') return null;
  return meaning === 'secret' ? undefined : bytes;
}
