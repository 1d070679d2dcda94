import { bufferOf } from '../../../platform/buffer-of.ts';
import type { EncodedRows, RowDigests } from './encoded-rows.ts';
import { LedgerAccumulator } from './ledger.ts';
import type { RowLayout } from './layout.ts';
import { DigestAccumulator, rowFields, type RowFields } from './row-digest.ts';
import { newline, tab, TextWriter } from './row-text.ts';
import { digestRowsInWasm, encodeRowsInWasm } from './wasm/row-encoder.ts';

/**
 * Turns raw result rows into text, digests and ledger sums, in one pass and without an object per value.
 *
 * @param bytes a `RawBatch.bytes`: per row a u32 little-endian length and length-encoded fields, 0xfb is NULL
 * @param usedBytes how much of `bytes` is filled
 * @param rows how many rows that must be
 * @throws Error when the bytes do not hold exactly `rows` whole rows of `layout.columnCount` fields: the reader is broken
 */
export function encodeRows(layout: RowLayout, bytes: Uint8Array, usedBytes: number, rows: number): EncodedRows {
  const source = bufferOf(bytes);
  return encodeRowsInWasm(layout, source, usedBytes, rows) ?? encodeRowsPlainly(layout, source, usedBytes, rows);
}

/** The digests alone, for rows that are only compared. Parameters and errors as of `encodeRows`. */
export function digestRows(layout: RowLayout, bytes: Uint8Array, usedBytes: number, rows: number): RowDigests {
  const source = bufferOf(bytes);
  const { openDigest, openSum, sealedDigest, sealedSum } =
    digestRowsInWasm(layout, source, usedBytes, rows) ?? encodeRowsPlainly(layout, source, usedBytes, rows);
  return { openDigest, openSum, sealedDigest, sealedSum };
}

/** The definition of `encodeRows`; also for what the faster encoder leaves. */
export function encodeRowsPlainly(layout: RowLayout, source: Buffer, usedBytes: number, rows: number): EncodedRows {
  const fields = rowFields(layout.columnCount);
  fields.bytes = source;
  const sealed = layout.secret.length > 0;
  // Digits of money and times need no escapes, so text is about as long as the rows; the writer grows where it is not.
  const openText = new TextWriter(usedBytes + 1024);
  const sealedText = sealed ? new TextWriter((usedBytes >>> 1) + 1024) : null;
  const openDigest = new DigestAccumulator(layout.open, layout.long, layout.withSum);
  const sealedDigest = sealed ? new DigestAccumulator(layout.sealedDigest, layout.long, layout.withSum) : null;
  const ledgers = layout.ledgers.map((ledger) => new LedgerAccumulator(ledger));

  let at = 0;
  let seen = 0;
  while (at < usedBytes) {
    if (at + 4 > usedBytes) throw damaged('row length', at);
    const end = at + 4 + source.readUInt32LE(at);
    if (end > usedBytes) throw damaged('row', at);
    splitRow(source, at + 4, end, layout.columnCount, fields);
    at = end;
    seen++;
    writeFields(openText, fields, layout.open);
    openDigest.add(fields);
    if (sealedText !== null && sealedDigest !== null) {
      writeFields(sealedText, fields, layout.secret);
      sealedDigest.add(fields);
    }
    for (const ledger of ledgers) ledger.add(fields);
  }
  if (seen !== rows) throw new Error(`the batch holds ${seen} rows, not ${rows}`);

  return {
    rows,
    openText: openText.finish(),
    sealedText: sealedText === null ? null : sealedText.finish(),
    openDigest: openDigest.digest(),
    openSum: openDigest.sum(),
    sealedDigest: sealedDigest === null ? null : sealedDigest.digest(),
    sealedSum: sealedDigest === null ? null : sealedDigest.sum(),
    ledgers: ledgers.map((ledger) => ledger.partial()),
  };
}

/** Appends the given columns of one row as a line. A line without columns is just its newline. */
export function writeFields(writer: TextWriter, row: RowFields, columns: readonly number[]): void {
  const last = columns.length - 1;
  if (last < 0) writer.octet(newline);
  for (let n = 0; n <= last; n++) {
    const column = columns[n] as number;
    const end = n === last ? newline : tab;
    writer.field(row.bytes, row.starts[column] as number, row.lengths[column] as number, end);
  }
}

/** Finds the fields of one row packet (length-encoded strings, MySQL client/server protocol). */
function splitRow(source: Buffer, from: number, end: number, columnCount: number, row: RowFields): void {
  const { starts, lengths } = row;
  let at = from;
  for (let column = 0; column < columnCount; column++) {
    // Reading past the packet gives a wrong end, which is caught below; the length is at most u32 here.
    const first = source[at++] as number;
    let length = first;
    if (first === 0xfb) {
      lengths[column] = -1;
      continue;
    }
    if (first === 0xfc) {
      length = source.readUInt16LE(at);
      at += 2;
    } else if (first === 0xfd) {
      length = source.readUIntLE(at, 3);
      at += 3;
    } else if (first === 0xfe) {
      length = source.readUInt32LE(at) + source.readUInt32LE(at + 4) * 0x1_0000_0000;
      at += 8;
    }
    starts[column] = at;
    lengths[column] = length;
    at += length;
    if (at > end) throw damaged('field', from);
  }
  if (at !== end) throw damaged('row end', from);
}

function damaged(what: string, at: number): Error {
  return new Error(`raw row batch is not well formed: ${what} at byte ${at}`);
}
