import { ByteCursor } from '../byte-cursor.ts';
import { headerBytes } from '../event-header.ts';
import { readValue } from '../row-values.ts';
import { columnTypes } from '../table-map.ts';
import { quoteName } from '../../quote.ts';

/**
 * Events that stand before a statement and say what it cannot say itself, as statements that say it.
 * Source: https://dev.mysql.com/doc/dev/mysql-server/latest/namespacemysql_1_1binlog_1_1event.html, MariaDB `sql/log_event.h`.
 */

/** INTVAR: LAST_INSERT_ID() or the number that AUTO_INCREMENT gives. */
export function intvarStatement(event: Buffer): string {
  const body = new ByteCursor(event, headerBytes);
  const variable = body.u8() === 1 ? 'LAST_INSERT_ID' : 'INSERT_ID';
  return `SET ${variable}=${body.u64()}`;
}

/** RAND. */
export function randStatement(event: Buffer): string {
  const body = new ByteCursor(event, headerBytes);
  return `SET @@RAND_SEED1=${body.u64()}, @@RAND_SEED2=${body.u64()}`;
}

/** Name and character set of a collation by its number; null: the target does not know it. */
export type CollationOf = (id: number) => { readonly charset: string; readonly collation: string } | null;

/** `Item_result`: what kind of value it is. */
const kinds = { text: 0, real: 1, integer: 2, decimal: 4 } as const;
const unsigned = 1;

/** USER_VAR: `@x` exactly as the session had it. Null when its collation is not known on the target; `RangeError` for what is none. */
export function userVariableStatement(event: Buffer, collationOf: CollationOf): string | null {
  const body = new ByteCursor(event, headerBytes);
  const name = quoteName(body.bytes(body.u32()).toString('utf8'));
  if (body.u8() !== 0) return `SET @${name}=NULL`;
  const kind = body.u8();
  const collationId = body.u32();
  const value = body.bytes(body.u32());
  if (kind !== kinds.text) return `SET @${name}=${numberText(kind, value, body.left > 0 ? body.u8() : 0)}`;
  const known = collationOf(collationId);
  if (known === null) return null;
  return `SET @${name}=_${known.charset} X'${value.toString('hex')}' COLLATE ${quoteName(known.collation)}`;
}

function numberText(kind: number, value: Buffer, flags: number): string {
  switch (kind) {
    case kinds.real: {
      // The shortest text that is this very number; the exponent makes it a DOUBLE and no DECIMAL.
      const text = String(value.readDoubleLE(0));
      return text.includes('e') ? text : `${text}e0`;
    }
    case kinds.integer:
      return String((flags & unsigned) === 0 ? value.readBigInt64LE(0) : value.readBigUInt64LE(0));
    case kinds.decimal: {
      const body = new ByteCursor(value);
      const meta = (body.u8() << 8) | body.u8();
      return String(
        readValue(body, { type: columnTypes.newDecimal, meta, isUnsigned: false, isNullable: false }, false),
      );
    }
    default:
      throw new RangeError(`a user variable of kind ${kind}`);
  }
}
