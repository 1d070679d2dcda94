import type { LedgerDefinition, LedgerResult, RowCondition, TableSchema } from '../../../shared/model/database.ts';
import {
  eventTypes,
  expandEvent,
  isRowsEvent,
  parseRowsHead,
  parseTableMap,
  readRows,
  TransactionTracker,
  type BinlogEvent,
  type BinlogValue,
  type LoggedTransaction,
  type RowImage,
  type TableMap,
} from '../source/mysql/binlog/index.ts';
import type { LedgerSum } from '../source/mysql/load/index.ts';
import {
  addDecimal,
  conditionsOf,
  formatDecimal,
  parseDecimal,
  sameDecimalText,
  type Decimal,
} from '../source/mysql/rows/index.ts';

/** A ledger of a snapshot, and the table it is kept in as it was then. */
export interface TalliedLedger {
  readonly definition: LedgerDefinition;
  readonly captured: LedgerResult;
  readonly schema: TableSchema;
}

interface Change {
  rows: number;
  sum: Decimal;
}

const zero: Decimal = { unscaled: 0n, scale: 0 };
/** What a foreign key does to its children is in no log: the engine does it again by itself. */
const cascades = /ON\s+(?:DELETE|UPDATE)\s+(?:CASCADE|SET\s+(?:NULL|DEFAULT))/i;
const exactAmounts = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal']);
const readableStates = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'char', 'varchar', 'decimal']);

/**
 * Carries the rows and sums of ledgers from a snapshot's on through a log, by the rows' own values and by nothing that the target's server does: what
 * it must have in the end, to the cent. A ledger that cannot be followed that way (changed by a statement without its rows, a
 * cascade, another shape of its table, amounts that are no exact numbers) is given up and said to be so.
 */
export class LedgerTally {
  readonly #ledgers: readonly Tallied[];
  #tracker = new TransactionTracker();
  readonly #maps = new Map<number, TableMap>();

  constructor(ledgers: readonly TalliedLedger[]) {
    this.#ledgers = ledgers.map((ledger) => new Tallied(ledger));
  }

  take(event: BinlogEvent): void {
    // Nothing is followed: events are read for nobody.
    if (this.#ledgers.length === 0) return;
    try {
      for (const { type, bytes } of expandEvent(event.bytes, event.hasChecksum)) {
        if (type === eventTypes.tableMap) this.#map(parseTableMap(bytes, bytes.length));
        else if (isRowsEvent(type)) this.#rows(type, bytes);
      }
      const done = this.#tracker.take(event);
      if (done !== null) for (const ledger of this.#ledgers) ledger.end(done);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      for (const ledger of this.#ledgers) ledger.giveUp();
      this.#tracker = new TransactionTracker();
    }
  }

  /** Compares what the target's server counts with what the log says. By the ledger's name. */
  result(name: string, found: LedgerSum): LedgerResult | null {
    return this.#ledgers.find(({ ledger }) => ledger.definition.name === name)?.result(found) ?? null;
  }

  #map(map: TableMap): void {
    this.#maps.set(map.tableId, map);
  }

  #rows(type: number, bytes: Buffer): void {
    const { tableId, isLastOfStatement } = parseRowsHead(bytes, type, bytes.length);
    const map = this.#maps.get(tableId);
    if (map !== undefined)
      for (const ledger of this.#ledgers) if (ledger.isOf(map.database, map.table)) ledger.rows(type, bytes, map);
    if (isLastOfStatement) this.#maps.clear();
  }
}

class Tallied {
  readonly ledger: TalliedLedger;
  readonly #amount: number;
  readonly #where: readonly { readonly index: number; readonly condition: RowCondition }[];
  #total: Change;
  /** Of the transaction that is not over. */
  #pending: Change = { rows: 0, sum: zero };
  #isGivenUp: boolean;

  constructor(ledger: TalliedLedger) {
    this.ledger = ledger;
    const { definition, captured, schema } = ledger;
    const indexOf = (name: string) =>
      schema.columns.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
    this.#amount = indexOf(definition.amountColumn);
    this.#where = conditionsOf(definition).map((condition) => ({ index: indexOf(condition.column), condition }));
    const sum = parseDecimal(captured.sum);
    this.#total = { rows: captured.rows, sum: sum ?? zero };
    const isExact = exactAmounts.has(schema.columns[this.#amount]?.dataType ?? '');
    // Whether there is a value can be told of any type.
    const isReadable = this.#where.every(
      ({ index, condition }) =>
        readableStates.has(schema.columns[index]?.dataType ?? '') ||
        (index >= 0 && condition.values.every((value) => value === null)),
    );
    this.#isGivenUp =
      sum === null || captured.unreadable !== undefined || !isExact || !isReadable || cascades.test(schema.ddl);
  }

  isOf(database: string, table: string): boolean {
    const { definition } = this.ledger;
    return definition.database === database && definition.table === table;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  rows(type: number, bytes: Buffer, map: TableMap): void {
    if (this.#isGivenUp) return;
    const { columns } = this.ledger.schema;
    if (map.columns.length !== columns.length) {
      this.giveUp();
      return;
    }
    const isUnsigned = (index: number) => columns[index]?.columnType.includes('unsigned') === true;
    for (const { before, after } of readRows(bytes, type, bytes.length, map, isUnsigned)) {
      if (before !== null) this.#count(before, -1);
      if (after !== null) this.#count(after, 1);
    }
  }

  end({ end, statements, hasStatementChanges }: LoggedTransaction): void {
    if (end === 'prepared' || hasStatementChanges) this.giveUp();
    // A statement that commits itself made the table another one.
    if (statements.some(({ tables, database }) => this.#isMeant(tables, database))) this.giveUp();
    if (end === 'commit') {
      const { rows, sum } = this.#pending;
      this.#total = { rows: this.#total.rows + rows, sum: addDecimal(this.#total.sum, sum) };
    }
    this.#pending = { rows: 0, sum: zero };
  }

  result(found: LedgerSum): LedgerResult {
    const { name, currency } = this.ledger.definition;
    const readable = found.unreadable === 0 ? {} : { unreadable: found.unreadable };
    if (this.#isGivenUp)
      return {
        name,
        currency,
        rows: found.rows,
        sum: found.sum,
        serverSum: found.sum,
        equal: true,
        unproven: true,
        ...readable,
      };
    const { rows, sum } = this.#total;
    const text = formatDecimal(sum);
    const equal = found.unreadable === 0 && rows === found.rows && sameDecimalText(text, found.sum);
    return { name, currency, rows: found.rows, sum: text, serverSum: found.sum, equal, ...readable };
  }

  #isMeant(tables: readonly { readonly database: string; readonly table: string }[], database: string | null): boolean {
    const { definition } = this.ledger;
    if (database !== null) return database === definition.database;
    return tables.some((each) => this.isOf(each.database, each.table));
  }

  /** With `binlog_row_image=MINIMAL` an image may leave out what is asked for. */
  #count(image: RowImage, sign: 1 | -1): void {
    if (!image.has(this.#amount) || !this.#where.every(({ index }) => image.has(index))) {
      this.giveUp();
      return;
    }
    if (!this.#where.every(({ index, condition }) => isMet(condition, textOf(image.get(index) ?? null)))) return;
    this.#pending.rows += sign;
    const amount = image.get(this.#amount) ?? null;
    // As in SQL: a row that counts, and adds nothing.
    if (amount === null) return;
    const value = parseDecimal(textOf(amount) ?? '');
    if (value === null) {
      this.giveUp();
      return;
    }
    const { unscaled, scale } = value;
    this.#pending.sum = addDecimal(this.#pending.sum, { unscaled: sign < 0 ? -unscaled : unscaled, scale });
  }
}

function isMet({ values, not }: RowCondition, value: string | null): boolean {
  if (value === null) return not !== true && values.includes(null);
  return values.includes(value) !== (not === true);
}

function textOf(value: BinlogValue): string | null {
  if (value === null) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
