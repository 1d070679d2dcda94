import type { LoadSession } from '../../load/load-session.ts';
import { quoteTable, quoteText } from '../../quote.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { eventTypes } from '../event-types.ts';
import type { PlainEvent } from '../expand-event.ts';
import { parseRowsHead, readRows } from '../read-rows.ts';
import { columnTypes, type TableMap } from '../table-map.ts';

/** next_not_cached_value, minimum, maximum, start, increment, cache, cycle_option, cycle_count. MariaDB `sql/sql_sequence.cc`. */
const shape = [...Array.from({ length: 6 }, () => columnTypes.longlong), columnTypes.tiny, columnTypes.longlong];
const inserts: ReadonlySet<number> = new Set([eventTypes.writeRows, eventTypes.writeRowsV1]);

/**
 * What a MariaDB sequence was set to, as a statement. With a `binlog_row_image` other than FULL its event holds two of its eight columns, which a
 * replica's own thread understands and a BINLOG statement does not (ER_SEQUENCE_INVALID_DATA). Null for every other event.
 */
export async function sequenceStatement(
  { type, bytes }: PlainEvent,
  map: TableMap,
  session: LoadSession,
  signal: AbortSignal,
): Promise<string | null> {
  if (!inserts.has(type) || !hasShape(map) || isWhole({ type, bytes })) return null;
  const { database, table } = map;
  const [kind] = await session.rows(
    `SELECT TABLE_TYPE AS kind FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(table)}`,
    signal,
  );
  if (kind?.get('kind') !== 'SEQUENCE') return null;
  const image = readRows(bytes, type, bytes.length, map, () => false).at(-1)?.after;
  const next = image?.get(0);
  const cycle = image?.get(7) ?? 0n;
  if (typeof next !== 'bigint' || typeof cycle !== 'bigint') throw new RangeError('a sequence without its number');
  return `DO SETVAL(${quoteTable(database, table)}, ${next}, 0, ${cycle})`;
}

function hasShape({ columns }: TableMap): boolean {
  return columns.length === shape.length && columns.every(({ type }, index) => type === shape[index]);
}

/** All eight columns are there. */
function isWhole({ type, bytes }: PlainEvent): boolean {
  const body = new ByteCursor(bytes, parseRowsHead(bytes, type, bytes.length).at);
  body.skip(1);
  return body.u8() === 0xff;
}
