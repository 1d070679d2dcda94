import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../backend/testing/model-disk/seeded-random.ts';
import { cutColumns, endOfStatement } from './cut-columns.ts';
import { headerBytes, parseEventHeader } from './event-header.ts';
import { eventTypes } from './event-types.ts';
import { parseRowsHead, readRows } from './read-rows.ts';
import { columnTypes, type MappedColumn, type TableMap } from './table-map.ts';

const seed = 20261123;
const needle = Buffer.from('NEEDLE-OF-A-CARD');
const noMeta = { tiny: 1, short: 2, int24: 3, long: 4, longlong: 8, date: 3, year: 1, float: 4, double: 8 };
/** A column of every type that a log knows, with what it takes to write a value of it. */
const makers: readonly (() => { column: MappedColumn; octets: number | 'text' })[] = [
  ...Object.entries(noMeta).map(([name, octets]) => () => ({
    column: shaped(columnTypes[name as keyof typeof noMeta], 0),
    octets,
  })),
  ...[0, 3, 6].flatMap((decimals) => [
    () => ({ column: shaped(columnTypes.time2, decimals), octets: 3 + Math.ceil(decimals / 2) }),
    () => ({ column: shaped(columnTypes.datetime2, decimals), octets: 5 + Math.ceil(decimals / 2) }),
    () => ({ column: shaped(columnTypes.timestamp2, decimals), octets: 4 + Math.ceil(decimals / 2) }),
  ]),
  () => ({ column: shaped(columnTypes.bit, (1 << 8) | 3), octets: 2 }),
  () => ({ column: shaped(columnTypes.newDecimal, (12 << 8) | 4), octets: 6 }),
  () => ({ column: shaped(columnTypes.enum, 2), octets: 2 }),
  () => ({ column: shaped(columnTypes.set, 8), octets: 8 }),
  ...[40, 255, 256, 4000].flatMap((longest) =>
    [columnTypes.varchar, columnTypes.string, columnTypes.varcharCompressed, columnTypes.varString].map(
      (type) => () => ({
        column: shaped(type, longest),
        octets: 'text' as const,
      }),
    ),
  ),
  ...[1, 2, 3, 4].flatMap((octets) =>
    [columnTypes.blob, columnTypes.json, columnTypes.geometry, columnTypes.blobCompressed, columnTypes.vector].map(
      (type) => () => ({ column: shaped(type, octets), octets: 'text' as const }),
    ),
  ),
];

function shaped(type: number, meta: number): MappedColumn {
  return { type, meta, isUnsigned: true, isNullable: true };
}

const kinds = [
  { type: eventTypes.writeRowsV1, version: 1, images: 1 },
  { type: eventTypes.updateRowsV1, version: 1, images: 2 },
  { type: eventTypes.deleteRowsV1, version: 1, images: 1 },
  { type: eventTypes.writeRows, version: 2, images: 1 },
  { type: eventTypes.updateRows, version: 2, images: 2 },
  { type: eventTypes.deleteRows, version: 2, images: 1 },
] as const;
type Random = ReturnType<typeof seededRandom>;

/** A table of random columns, and which of them are secret: these hold the needle wherever they can. */
function aTable(random: Random) {
  const columns = Array.from({ length: 1 + random.below(40) }, () => random.pick(makers)());
  columns.push(
    { column: shaped(columnTypes.varchar, 300), octets: 'text' },
    { column: shaped(columnTypes.long, 0), octets: 4 },
  );
  const secret = new Set(columns.flatMap((_, index) => (random.below(3) === 0 ? [index] : [])));
  secret.add(columns.length - 2);
  secret.delete(columns.length - 1);
  const map: TableMap = { tableId: 77, database: 'shop', table: 'cards', columns: columns.map(({ column }) => column) };
  return { columns, secret, map };
}

function anEvent(random: Random, kind: (typeof kinds)[number], { columns, secret }: ReturnType<typeof aTable>): Buffer {
  const bitmap = (bits: readonly boolean[], unused: 0 | 1 = 0) => {
    const bytes = Buffer.alloc(Math.ceil(bits.length / 8), unused === 1 ? 0xff : 0);
    for (const [at, isSet] of bits.entries()) {
      const mask = 1 << (at & 7);
      bytes[at >> 3] = isSet ? bytes[at >> 3]! | mask : bytes[at >> 3]! & ~mask;
    }
    return bytes;
  };
  const value = (index: number) => {
    const { column, octets } = columns[index]!;
    if (octets !== 'text') return Buffer.from(Array.from({ length: octets }, () => random.below(256)));
    const isBlob = column.meta <= 4;
    const prefix = Buffer.alloc(isBlob ? column.meta : column.meta < 256 ? 1 : 2);
    const plain = Buffer.from('open '.repeat(random.below(6)));
    const text = secret.has(index) ? Buffer.concat([needle, plain]) : plain;
    prefix.writeUIntLE(text.length, 0, prefix.length);
    return Buffer.concat([prefix, text]);
  };
  // Of a minimal image not all columns are there; the last always is.
  const shapes = Array.from({ length: kind.images }, () =>
    columns.map((_, index) => index === columns.length - 1 || random.below(4) > 0),
  );
  const rows = Array.from({ length: 1 + random.below(5) }, () =>
    shapes.map((shape) => {
      const present = shape.flatMap((isPresent, index) => (isPresent ? [index] : []));
      const nulls = present.map(() => random.below(4) === 0);
      return Buffer.concat([bitmap(nulls, 1), ...present.flatMap((index, at) => (nulls[at]! ? [] : [value(index)]))]);
    }),
  );
  const head = Buffer.alloc(headerBytes + 8);
  head.writeUInt8(kind.type, 4);
  head.writeUIntLE(77, headerBytes, 6);
  head.writeUInt16LE(1, headerBytes + 6);
  const extra =
    kind.version === 1 ? [] : [random.pick([Buffer.from([2, 0]), Buffer.concat([Buffer.from([18, 0]), needle])])];
  const body = [...extra, Buffer.from([columns.length]), ...shapes.map((shape) => bitmap(shape)), ...rows.flat()];
  const event = Buffer.concat([head, ...body]);
  event.writeUInt32LE(event.length, 9);
  return event;
}

describe('cutColumns', () => {
  it('leaves nothing of the columns, and every other value as it is, whatever the rows are', () => {
    const random = seededRandom(seed);
    let cutValues = 0;
    for (let round = 0; round < 500; round += 1) {
      const table = aTable(random);
      const kind = random.pick(kinds);
      const event = anEvent(random, kind, table);
      const twin = cutColumns(event, kind.type, table.map, (index) => table.secret.has(index));
      expect(twin.includes(needle), `seed ${seed}, round ${round}`).toBe(false);
      expect(parseEventHeader(twin)?.sizeBytes).toBe(twin.length);
      const before = readRows(event, kind.type, event.length, table.map, () => true);
      const left = before.map((row) =>
        [row.before, row.after].map((image) => image && [...image].filter(([index]) => !table.secret.has(index))),
      );
      cutValues += event.includes(needle) ? 1 : 0;
      const after = readRows(twin, kind.type, twin.length, table.map, () => true);
      expect(
        after.map((row) => [row.before, row.after].map((image) => image && [...image])),
        `seed ${seed}, round ${round}`,
      ).toEqual(left);
    }
    expect(cutValues).toBeGreaterThan(300);
  });

  it('cuts nothing that it cannot read to its end', () => {
    const random = seededRandom(seed);
    const table = aTable(random);
    const event = anEvent(random, kinds[0], table);
    const cut = (bytes: Buffer, type: number = kinds[0].type, map = table.map) =>
      cutColumns(bytes, type, map, (index) => table.secret.has(index));
    expect(() => cut(event.subarray(0, -1))).toThrow(RangeError);
    expect(() => cut(event, eventTypes.partialUpdateRows)).toThrow(RangeError);
    expect(() => cut(event, eventTypes.query)).toThrow(RangeError);
    expect(() => cut(event, kinds[0].type, { ...table.map, columns: table.map.columns.slice(1) })).toThrow(RangeError);
    expect(() => cutColumns(event, kinds[0].type, table.map, () => true)).toThrow(RangeError);
  });

  it.each(kinds)('ends a statement without a row: type $type', (kind) => {
    const random = seededRandom(seed);
    const end = endOfStatement(anEvent(random, kind, aTable(random)));
    expect(parseRowsHead(end, kind.type, end.length)).toMatchObject({ tableId: 0xffffff, isLastOfStatement: true });
    expect(end.includes(needle)).toBe(false);
  });
});
