import { createHash } from 'node:crypto';
import type { Column, TableSchema } from '../../../../../../shared/model/database.ts';

/** A stored column with harmless defaults. */
export function aColumn(name: string, over: Partial<Column> = {}): Column {
  return {
    name,
    dataType: 'varbinary',
    columnType: 'varbinary(255)',
    charset: null,
    collation: null,
    nullable: true,
    form: 'plain',
    long: false,
    secret: false,
    ...over,
  };
}

export function aTable(columns: readonly Column[], over: Partial<TableSchema> = {}): TableSchema {
  return {
    database: 'shop',
    name: 'cards',
    engine: 'InnoDB',
    transactional: true,
    ddl: '',
    key: null,
    columns: [...columns],
    ...over,
  };
}

export type RowValues = readonly (Buffer | null)[];

/** The rows as the reader hands them over (`RawBatch.bytes`). */
export function rawRows(rows: readonly RowValues[]): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  for (const row of rows) {
    const body = Buffer.concat(row.flatMap((value) => (value === null ? [Buffer.of(0xfb)] : [lengthOf(value), value])));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length);
    parts.push(head, body);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOf(value: Buffer): Buffer {
  if (value.length < 251) return Buffer.of(value.length);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(value.length);
  return value.length < 65_536
    ? Buffer.concat([Buffer.of(0xfc), head.subarray(0, 2)])
    : Buffer.concat([Buffer.of(0xfd), head.subarray(0, 3)]);
}

/** The row digest written as plainly as FORMAT.md says it: the yardstick for the fast one. */
export function plainRowHash(row: RowValues, columns: readonly number[], long: readonly boolean[]): bigint {
  const hash = createHash('sha256');
  for (const index of columns) {
    const value = row[index] ?? null;
    if (value === null) hash.update('N');
    else {
      const octets = long[index] === true ? Buffer.from(createHash('sha256').update(value).digest('hex')) : value;
      hash.update(`${octets.length}:`).update(octets);
    }
  }
  return BigInt(`0x${hash.digest('hex').slice(0, 32)}`);
}

export const hex32 = (value: bigint): string => value.toString(16).padStart(32, '0');
