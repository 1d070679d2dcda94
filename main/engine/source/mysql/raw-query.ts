import { Connection } from 'mysql2';
import { RowParser, type PacketSink } from './row-parser.ts';

/**
 * One statement over a mysql2 connection with its result rows as raw packet bytes: no objects, no character set guesses.
 *
 * mysql2's Query parses rows in a method named `row`; replacing that method on the instance is enough to see each packet
 * (mysql2 is pinned exactly, and the server tests guard the hook). It also gives what mysql2 hides: the warning count
 * of the end-of-result packet, without which a NULL from an over-long CONCAT looks like data.
 *
 * This file knows the driver and nothing else; errors pass through as mysql2 made them.
 */

/** A packet of mysql2. Its bytes are only valid during the call that hands it over. */
interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isEOF(): boolean;
}

interface OkPacket {
  readonly affectedRows: number;
  readonly warningStatus?: number;
  readonly info?: string;
}

interface QueryCommand {
  row: (packet: Packet, connection: unknown) => unknown;
  readField: (packet: Packet, connection: unknown) => unknown;
  on(event: 'fields', listener: (fields: readonly { readonly name: string }[] | undefined) => void): void;
  on(event: 'result', listener: (ok: OkPacket) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'end', listener: () => void): void;
}

interface DriverInternals {
  readonly config: unknown;
  addCommand(command: QueryCommand): void;
}

const driverClass = Connection as unknown as {
  createQuery(options: { readonly sql: string }, values: undefined, callback: undefined, config: unknown): QueryCommand;
};

export interface RawResult {
  readonly columns: readonly string[];
  readonly warnings: number;
  readonly affectedRows: number;
}

/** Receives one row: `buffer[from, to)` holds its length-encoded fields back to back. Copy before returning. */
export type RowSink = (buffer: Buffer, from: number, to: number) => void;

/**
 * Runs `sql` (one statement) and settles exactly once through `done`: with a result only after the server's end-of-result or OK
 * packet and no error before it. mysql2 emits `end` after errors too, so `end` alone means nothing. A connection that dies emits
 * nothing here at all: the caller listens to the connection.
 *
 * With `onPackets` most rows go there, many at a time, and only some to `onRow`; together they come in order.
 */
export function runRaw(
  driver: Connection,
  sql: string,
  onRow: RowSink,
  done: (failure: Error | null, result: RawResult) => void,
  onPackets?: PacketSink,
): void {
  const internals = driver as unknown as DriverInternals;
  const query = driverClass.createQuery({ sql }, undefined, undefined, internals.config);
  const { row: parseRow, readField: parseField } = Object.getPrototypeOf(query) as QueryCommand;
  let columns: readonly string[] = [];
  let warnings = -1;
  let affectedRows = 0;
  let failure: Error | null = null;
  let parser: RowParser | undefined;

  // An error packet never gets here: the driver handles it first. A row whose first field is 16 MiB or more begins with 0xfe as
  // the end packet does; isEOF() also looks at the length.
  function row(this: QueryCommand, packet: Packet, connection: unknown): unknown {
    if (packet.isEOF()) {
      warnings = packet.buffer.readUInt16LE(packet.offset + 1);
      return parseRow.call(this, packet, connection);
    }
    if (onPackets !== undefined) parser ??= new RowParser(driver, onPackets);
    onRow(packet.buffer, packet.offset, packet.end);
    return row;
  }

  // mysql2 decodes a column's name in the character set of its values and dies of one that it has no table for (dec8, hp8 …),
  // although servers send names as UTF-8.
  function readField(this: QueryCommand, packet: Packet, connection: unknown): unknown {
    sayNamesAreUtf8(packet);
    const next = parseField.call(this, packet, connection);
    return next === parseField ? readField : next;
  }

  query.row = row;
  query.readField = readField;
  query.on('fields', (fields) => {
    if (fields !== undefined) columns = fields.map((field) => field.name);
  });
  query.on('result', (ok) => {
    affectedRows = ok.affectedRows;
    warnings = ok.warningStatus ?? 0;
  });
  query.on('error', (error) => {
    failure ??= error;
  });
  query.on('end', () => {
    parser?.leave();
    if (failure === null && warnings < 0) failure = new Error('The result ended without an end packet');
    done(failure, { columns, warnings, affectedRows });
  });
  // addCommand, not query(): that one would look for placeholders in the text.
  internals.addCommand(query);
}

const utf8mb4 = 45;
/** catalog, schema, table, org_table, name, org_name */
const namesOfColumn = 6;

/** Overwrites the character set in a column definition that has arrived: names, an octet that counts, then the set's number. */
function sayNamesAreUtf8({ buffer, offset, end }: Packet): void {
  let at = offset;
  for (let n = 0; n < namesOfColumn; n += 1) {
    const first = buffer[at] as number;
    at += first === 0xfc ? 3 + buffer.readUInt16LE(at + 1) : 1 + first;
  }
  const fixedBytes = 0x0c;
  // Between the two MariaDB may put the name of a type; the fixed part is always the last.
  const fixed = end - fixedBytes - 1;
  if (fixed < at || buffer[fixed] !== fixedBytes) return;
  buffer.writeUInt16LE(utf8mb4, fixed + 1);
}

/** The fields of a row as views into it; null is SQL NULL. Copy what outlives the call. */
export function splitFields(buffer: Buffer, from: number, to: number): (Buffer | null)[] {
  const fields: (Buffer | null)[] = [];
  let at = from;
  while (at < to) {
    const first = buffer[at++] as number;
    if (first === 0xfb) {
      fields.push(null);
      continue;
    }
    let length = first;
    if (first === 0xfc) {
      length = buffer.readUInt16LE(at);
      at += 2;
    } else if (first === 0xfd) {
      length = buffer.readUIntLE(at, 3);
      at += 3;
    } else if (first === 0xfe) {
      length = Number(buffer.readBigUInt64LE(at));
      at += 8;
    }
    fields.push(buffer.subarray(at, at + length));
    at += length;
  }
  return fields;
}
