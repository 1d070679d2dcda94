import { ByteCursor } from './byte-cursor.ts';
import { headerBytes } from './event-header.ts';
import { eventTypes } from './event-types.ts';
import { columnTypes, isBitSet, type MappedColumn, type TableMap } from './table-map.ts';
import { readValue, skipValue, type BinlogValue } from './row-values.ts';

export type RowChange = 'insert' | 'update' | 'delete';

/** Only the columns that the event holds; with `binlog_row_image=MINIMAL` not all. By the column's index in the table. */
export type RowImage = ReadonlyMap<number, BinlogValue>;

export interface ChangedRow {
  readonly before: RowImage | null;
  readonly after: RowImage | null;
}

/** A rows event whose header was read; `rows` still have to be walked. */
export interface RowsEvent {
  readonly tableId: number;
  readonly change: RowChange;
  readonly isLastOfStatement: boolean;
}

const kinds: ReadonlyMap<number, { readonly change: RowChange; readonly version: 1 | 2 }> = new Map([
  [eventTypes.writeRowsV1, { change: 'insert', version: 1 }],
  [eventTypes.updateRowsV1, { change: 'update', version: 1 }],
  [eventTypes.deleteRowsV1, { change: 'delete', version: 1 }],
  [eventTypes.writeRows, { change: 'insert', version: 2 }],
  [eventTypes.updateRows, { change: 'update', version: 2 }],
  [eventTypes.deleteRows, { change: 'delete', version: 2 }],
  [eventTypes.partialUpdateRows, { change: 'update', version: 2 }],
]);
const endOfStatement = 0x0001;
/** Stands for no table: it only ends a statement. */
export const noTable = 0xffffff;

export function isRowsEvent(type: number): boolean {
  return kinds.has(type);
}

/** Octets between the head of a rows event and its column count, and what they say. `RangeError` when it is none. */
export function parseRowsHead(event: Buffer, type: number, end: number): RowsEvent & { readonly at: number } {
  const kind = changeOf(type);
  const body = new ByteCursor(event, headerBytes, end);
  const tableId = body.u48();
  const flags = body.u16();
  if (kind.version === 2) body.skip(Math.max(0, body.u16() - 2));
  return { tableId, change: kind.change, isLastOfStatement: (flags & endOfStatement) !== 0, at: body.at };
}

/** How many rows the event changes, exactly; no value is read. `RangeError` when the rows do not end where the event does. */
export function countRows(event: Buffer, type: number, end: number, table: TableMap): number {
  let images = 0;
  walk(event, type, end, table, (body, present, nulls) => {
    for (const [position, { column }] of present.entries()) if (!isBitSet(nulls, position)) skipValue(body, column);
    images += 1;
  });
  return changeOf(type).change === 'update' ? images / 2 : images;
}

/**
 * The rows of an event with their values. `isUnsigned` by column index is asked where the table map does not say.
 * `RangeError` as above, and for a type that is not known here.
 */
export function readRows(
  event: Buffer,
  type: number,
  end: number,
  table: TableMap,
  isUnsigned: (index: number) => boolean,
): ChangedRow[] {
  const images: RowImage[] = [];
  walk(event, type, end, table, (body, present, nulls) => {
    const image = new Map<number, BinlogValue>();
    for (const [position, { index, column, isPartial }] of present.entries()) {
      const isNull = isBitSet(nulls, position);
      if (!isPartial) image.set(index, isNull ? null : readValue(body, column, column.isUnsigned ?? isUnsigned(index)));
      // What changed within a document is not the document.
      else if (!isNull) skipValue(body, column);
    }
    images.push(image);
  });
  const { change } = changeOf(type);
  if (change === 'insert') return images.map((after) => ({ before: null, after }));
  if (change === 'delete') return images.map((before) => ({ before, after: null }));
  return Array.from({ length: images.length / 2 }, (_, row) => ({
    before: images[2 * row] ?? null,
    after: images[2 * row + 1] ?? null,
  }));
}

interface Present {
  readonly index: number;
  readonly column: MappedColumn;
  /** A JSON value of which the event only says what changed in it. */
  readonly isPartial: boolean;
}

/** Of an update's second half where `binlog_row_value_options` is PARTIAL_JSON. */
const hasPartialValues = 1;

/** Calls `image` for each row image, with the cursor before its first value: it must read all that are not null. */
function walk(
  event: Buffer,
  type: number,
  end: number,
  table: TableMap,
  image: (body: ByteCursor, present: readonly Present[], nulls: Buffer) => void,
): void {
  const { at, change } = parseRowsHead(event, type, end);
  const body = new ByteCursor(event, at, end);
  const count = body.lengthEncoded();
  if (count !== table.columns.length) throw new RangeError('rows of another table');
  const before = presentIn(body.bytes(Math.ceil(count / 8)), table.columns);
  const after = change === 'update' ? presentIn(body.bytes(Math.ceil(count / 8)), table.columns) : before;
  const isPartial = type === eventTypes.partialUpdateRows;
  let images = 0;
  while (body.left > 0) {
    const isSecond = images % 2 === 1;
    const present = isSecond && isPartial ? partialIn(body, table.columns, after) : isSecond ? after : before;
    // Each image takes an octet at least, or this would never end.
    if (present.length === 0) throw new RangeError('rows without a column');
    image(body, present, body.bytes(Math.ceil(present.length / 8)));
    images += 1;
  }
  if (change === 'update' && images % 2 === 1) throw new RangeError('an update without its second half');
}

function presentIn(bitmap: Buffer, columns: readonly MappedColumn[]): Present[] {
  return columns
    .map((column, index) => ({ index, column, isPartial: false }))
    .filter(({ index }) => isBitSet(bitmap, index));
}

/** Before such an image stand options and, where they say so, a bit for each JSON column of the table. MySQL `sql/rpl_record.cc`. */
function partialIn(body: ByteCursor, columns: readonly MappedColumn[], present: readonly Present[]): Present[] {
  if ((body.lengthEncoded() & hasPartialValues) === 0) return [...present];
  const json = columns.flatMap(({ type }, index) => (type === columnTypes.json ? [index] : []));
  const bits = body.bytes(Math.ceil(json.length / 8));
  const partial = new Set(json.filter((_, position) => isBitSet(bits, position)));
  return present.map((each) => ({ ...each, isPartial: partial.has(each.index) }));
}

function changeOf(type: number): { readonly change: RowChange; readonly version: 1 | 2 } {
  const kind = kinds.get(type);
  if (kind === undefined) throw new RangeError(`event type ${type} holds no rows`);
  return kind;
}
