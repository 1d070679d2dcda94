import { ByteCursor } from './byte-cursor.ts';
import { headerBytes } from './event-header.ts';
import { eventTypes } from './event-types.ts';
import { noTable, parseRowsHead } from './read-rows.ts';
import { skipValue } from './row-values.ts';
import { isBitSet, type MappedColumn, type TableMap } from './table-map.ts';

/** Table id and flags, which both versions of rows events begin with. */
const fixedBytes = 8;
/** Octets that say how many more there are, themselves included: none. What stands there (partitions) may come from a value that goes. */
const noExtra = Buffer.from([2, 0]);
const sizeAt = 9;
const statementEnds = 0x0001;

/** What an image holds of a row: the columns whose bit is set, in order. */
interface ImageShape {
  readonly present: readonly { readonly column: MappedColumn; readonly isKept: boolean }[];
  /** Of the columns that are kept. */
  readonly bitmap: Buffer;
  readonly kept: number;
}

/**
 * The rows event without the values of some columns, as a server writes it that logs no others (`binlog_row_image`): their bits are cleared in the
 * bitmaps of present columns, and nothing of them is left. The event has no checksum and is not compressed; the new one is of its own length.
 * `RangeError` for what cannot be read to its end, for JSON of which only the change stands there, and when an image would hold no column at all.
 */
export function cutColumns(event: Buffer, type: number, table: TableMap, isCut: (index: number) => boolean): Buffer {
  if (type === eventTypes.partialUpdateRows) throw new RangeError('changes within values cannot be cut');
  const { at, change } = parseRowsHead(event, type, event.length);
  const body = new ByteCursor(event, at);
  const count = body.lengthEncoded();
  if (count !== table.columns.length) throw new RangeError('rows of another table');
  const hasExtra = at > headerBytes + fixedBytes;
  const parts = [event.subarray(0, headerBytes + fixedBytes), ...(hasExtra ? [noExtra] : [])];
  parts.push(event.subarray(at, body.at));
  const before = shapeOf(body.bytes(Math.ceil(count / 8)), table.columns, isCut);
  const after = change === 'update' ? shapeOf(body.bytes(Math.ceil(count / 8)), table.columns, isCut) : before;
  parts.push(before.bitmap, ...(change === 'update' ? [after.bitmap] : []));
  let images = 0;
  for (; body.left > 0; images += 1) cutImage(event, body, images % 2 === 0 ? before : after, parts);
  if (change === 'update' && images % 2 === 1) throw new RangeError('an update without its second half');
  const cut = Buffer.concat(parts);
  cut.writeUInt32LE(cut.length, sizeAt);
  return cut;
}

/** A rows event that ends the statement as this one does, and holds no row of any table. Without a checksum. */
export function endOfStatement(event: Buffer): Buffer {
  const end = Buffer.concat([event.subarray(0, headerBytes + fixedBytes), noExtra]);
  // The same in both versions: of the first, two octets that nobody reads.
  end.writeUIntLE(noTable, headerBytes, 6);
  end.writeUInt16LE(statementEnds, headerBytes + 6);
  end.writeUInt32LE(end.length, sizeAt);
  return end;
}

function shapeOf(bits: Buffer, columns: readonly MappedColumn[], isCut: (index: number) => boolean): ImageShape {
  const bitmap = Buffer.from(bits);
  const present: { column: MappedColumn; isKept: boolean }[] = [];
  for (const [index, column] of columns.entries()) {
    if (isCut(index)) bitmap.writeUInt8(bitmap.readUInt8(index >> 3) & ~(1 << (index & 7)), index >> 3);
    if (isBitSet(bits, index)) present.push({ column, isKept: !isCut(index) });
  }
  const kept = present.filter(({ isKept }) => isKept).length;
  if (kept === 0) throw new RangeError('rows of which nothing is left');
  return { present, bitmap, kept };
}

/** Adds what is left of one row image: which of its values are NULL, and the others as they stand. */
function cutImage(event: Buffer, body: ByteCursor, { present, kept }: ImageShape, parts: Buffer[]): void {
  const nulls = body.bytes(Math.ceil(present.length / 8));
  // Servers leave the bits of no column set.
  const keptNulls = Buffer.alloc(Math.ceil(kept / 8), 0xff);
  parts.push(keptNulls);
  let place = 0;
  let runFrom = body.at;
  for (const [position, { column, isKept }] of present.entries()) {
    const from = body.at;
    const isNull = isBitSet(nulls, position);
    if (!isNull) skipValue(body, column);
    if (isKept) {
      if (!isNull) keptNulls.writeUInt8(keptNulls.readUInt8(place >> 3) & ~(1 << (place & 7)), place >> 3);
      place += 1;
    } else {
      if (from > runFrom) parts.push(event.subarray(runFrom, from));
      runFrom = body.at;
    }
  }
  if (body.at > runFrom) parts.push(event.subarray(runFrom, body.at));
}
