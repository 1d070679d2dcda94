import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { RowLayout } from './layout.ts';
import { LedgerAccumulator, type LedgerPartial } from './ledger.ts';
import { DigestAccumulator, rowFields, type RowFields } from './row-digest.ts';
import { backslash, newline, nullMark, tab, unescapedOctet } from './row-text.ts';

/**
 * Walks over text row by row. Tabs and newlines inside values are always written as letters after a backslash, so every
 * tab or newline octet is a separator and rows can be found without looking at escapes.
 *
 * Errors: `repository.damaged` when a row has another number of fields, or the last row has no newline.
 */
export class TextCursor {
  readonly text: Buffer;
  /** Field i of the current row is `text[starts[i] .. ends[i])`, still escaped. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #columnCount: number;
  #at = 0;

  constructor(text: Buffer, columnCount: number) {
    this.text = text;
    this.#columnCount = columnCount;
    // A line of no columns still has one (empty) field between its newlines.
    this.starts = new Int32Array(Math.max(columnCount, 1));
    this.ends = new Int32Array(Math.max(columnCount, 1));
  }

  /** Moves to the next row; false at the end of the text. */
  next(): boolean {
    const { text, starts, ends } = this;
    if (this.#at >= text.length) return false;
    const last = starts.length - 1;
    let at = this.#at;
    for (let column = 0; column <= last; column++) {
      starts[column] = at;
      const end = column === last ? newline : tab;
      let octet = 0;
      while (at < text.length && (octet = text[at] as number) !== tab && octet !== newline) at++;
      if (at >= text.length || octet !== end) throw this.#damaged();
      ends[column] = at++;
    }
    if (this.#columnCount === 0 && at !== this.#at + 1) throw this.#damaged();
    this.#at = at;
    return true;
  }

  isNull(column: number): boolean {
    const start = this.starts[column] as number;
    return (
      (this.ends[column] as number) - start === 2 && this.text[start] === backslash && this.text[start + 1] === nullMark
    );
  }

  #damaged(): AppError {
    return new AppError('repository.damaged', { what: 'row text', columns: this.#columnCount, atByte: this.#at });
  }
}

/** Writes the value of an escaped field (not NULL) to `target`, which must have room for as many octets; returns the end. */
export function unescapeField(text: Buffer, start: number, end: number, target: Buffer, to: number): number {
  let at = to;
  for (let i = start; i < end; i++) {
    const octet = text[i] as number;
    if (octet !== backslash) target[at++] = octet;
    else if (++i < end) target[at++] = unescapedOctet[text[i] as number] as number;
  }
  return at;
}

/** Digests and ledgers of rows in text form: must equal what `encodeRows` gave when the text was made. */
export interface TextDigest {
  readonly rows: number;
  readonly openDigest: string;
  readonly openSum: string | null;
  /** Null without secret columns, and when the sealed text was not given. */
  readonly sealedDigest: string | null;
  readonly sealedSum: string | null;
  /** Ledgers over a secret column are left out when the sealed text was not given. */
  readonly ledgers: readonly LedgerPartial[];
}

/**
 * Recomputes what was recorded at capture from the text itself.
 *
 * @param sealedText the secret columns of the same rows, or null when the vault is closed
 * @throws AppError `repository.damaged` when the texts are not whole rows or do not have the same number of them
 */
export function digestText(layout: RowLayout, openText: Buffer, sealedText: Buffer | null): TextDigest {
  const open = new TextCursor(openText, layout.open.length);
  const sealed =
    layout.secret.length > 0 && sealedText !== null ? new TextCursor(sealedText, layout.secret.length) : null;
  const fields = rowFields(layout.columnCount);
  // A value is never longer than its text, so both texts fit.
  fields.bytes = Buffer.allocUnsafeSlow(openText.length + (sealedText?.length ?? 0));
  const openDigest = new DigestAccumulator(layout.open, layout.long, layout.withSum);
  const sealedDigest = sealed === null ? null : new DigestAccumulator(layout.sealedDigest, layout.long, layout.withSum);
  const known = (column: number) => sealed !== null || !layout.secret.includes(column);
  const ledgers = layout.ledgers
    .filter(
      ({ amount, where, paid }) =>
        known(amount) && (paid === null ? where : [...where, paid]).every(({ column }) => known(column)),
    )
    .map((ledger) => new LedgerAccumulator(ledger));

  let rows = 0;
  let at = 0;
  while (open.next()) {
    rows++;
    at = takeRow(open, layout.open, fields, at);
    openDigest.add(fields);
    if (sealed !== null && sealedDigest !== null) {
      if (!sealed.next()) throw unequalRows();
      at = takeRow(sealed, layout.secret, fields, at);
      sealedDigest.add(fields);
    }
    for (const ledger of ledgers) ledger.add(fields);
  }
  if (sealed?.next() === true) throw unequalRows();
  return {
    rows,
    openDigest: openDigest.digest(),
    openSum: openDigest.sum(),
    sealedDigest: sealedDigest === null ? null : sealedDigest.digest(),
    sealedSum: sealedDigest === null ? null : sealedDigest.sum(),
    ledgers: ledgers.map((ledger) => ledger.partial()),
  };
}

export function unequalRows(): AppError {
  return new AppError('repository.damaged', { what: 'open and sealed rows differ in number' });
}

function takeRow(cursor: TextCursor, columns: readonly number[], fields: RowFields, to: number): number {
  let at = to;
  for (let n = 0; n < columns.length; n++) {
    const column = columns[n] as number;
    if (cursor.isNull(n)) {
      fields.lengths[column] = -1;
      continue;
    }
    fields.starts[column] = at;
    const end = unescapeField(cursor.text, cursor.starts[n] as number, cursor.ends[n] as number, fields.bytes, at);
    fields.lengths[column] = end - at;
    at = end;
  }
  return at;
}
