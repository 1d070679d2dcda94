import { describe, expect, it } from 'vitest';
import { fc } from '../../../platform/testing/seeded.ts';
import type { Column } from '../../../../../shared/model/database.ts';
import { digestText, TextCursor, unescapeField } from './decode-text.ts';
import { encodeRows } from './encode-rows.ts';
import { joinGroups, joinWithoutVault } from './join-groups.ts';
import { layoutOf } from './layout.ts';
import { insertStatements } from './sql-text.ts';
import { aColumn, aTable, rawRows, type RowValues } from './testing/raw-rows.ts';

const special = Buffer.from('\0\b\t\n\r\x1a\\N\'"');
const value = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fc.nat(special.length - 1), { maxLength: 120 }).map((picks) => Buffer.from(picks.map((n) => special[n]!))),
  fc.constantFrom('', 'N', '\\N', '\\\\N', 'NULL').map((text) => Buffer.from(text)),
);
const rowsOf = (columns: number) =>
  fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 8 });

function encode(schema: ReturnType<typeof aTable>, rows: readonly RowValues[]) {
  const bytes = rawRows(rows);
  return encodeRows(layoutOf(schema), bytes, bytes.length, rows.length);
}

function decode(text: Buffer, columnCount: number): (Buffer | null)[][] {
  const cursor = new TextCursor(text, columnCount);
  const rows: (Buffer | null)[][] = [];
  while (cursor.next()) {
    rows.push(
      Array.from({ length: columnCount }, (_, column) => {
        if (cursor.isNull(column)) return null;
        const [start, end] = [cursor.starts[column]!, cursor.ends[column]!];
        const target = Buffer.alloc(end - start);
        return target.subarray(0, unescapeField(text, start, end, target, 0));
      }),
    );
  }
  return rows;
}

const vault = aTable(
  [
    aColumn('a', { secret: true }),
    aColumn('id'),
    aColumn('b', { secret: true, long: true }),
    aColumn('note', { long: true }),
  ],
  { key: ['id'] },
);

describe('row text', () => {
  it('gives every value back, octet by octet', () => {
    fc.assert(
      fc.property(rowsOf(3), (rows) => {
        const schema = aTable([aColumn('a'), aColumn('b'), aColumn('c')]);
        expect(decode(encode(schema, rows).openText, 3)).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses cut or foreign text', () => {
    for (const text of ['a\tb', 'a\n', 'a\tb\tc\n', 'a\tb\nc\n', '\n']) {
      expect(() => decode(Buffer.from(text), 2)).toThrow('repository.damaged');
    }
    expect(() => decode(Buffer.from('x\n'), 0)).toThrow('repository.damaged');
    expect(decode(Buffer.from('\n\n'), 0)).toEqual([[], []]);
  });
});

describe('digestText', () => {
  it('equals what was recorded at capture', () => {
    fc.assert(
      fc.property(rowsOf(4), fc.boolean(), (rows, hasKey) => {
        const schema = hasKey ? vault : { ...vault, key: null };
        const { openText, sealedText, ...captured } = encode(schema, rows);
        expect(digestText(layoutOf(schema), openText, sealedText)).toEqual(captured);
        const closed = digestText(layoutOf(schema), openText, null);
        expect(closed).toMatchObject({ openDigest: captured.openDigest, sealedDigest: null });
      }),
    );
  });

  it('sees that a sealed row is missing', () => {
    const { openText, sealedText } = encode(vault, [
      [null, Buffer.from('1'), null, null],
      [null, Buffer.from('2'), null, null],
    ]);
    const cut = sealedText!.subarray(0, sealedText!.indexOf(10) + 1);
    expect(() => digestText(layoutOf(vault), openText, cut)).toThrow('repository.damaged');
    expect(() => digestText(layoutOf(vault), cut.subarray(0, 0), sealedText)).toThrow('repository.damaged');
    expect(() => joinGroups(layoutOf(vault), openText, cut)).toThrow('repository.damaged');
  });
});

describe('joining open and sealed text', () => {
  it('restores the column order', () => {
    fc.assert(
      fc.property(rowsOf(4), (rows) => {
        const { openText, sealedText } = encode(vault, rows);
        expect(decode(joinGroups(layoutOf(vault), openText, sealedText!), 4)).toEqual(rows);
      }),
    );
  });

  it('puts stand-ins where the vault is closed', () => {
    const secret = (name: string, over: Partial<Column>) => aColumn(name, { secret: true, nullable: false, ...over });
    const schema = aTable(
      [
        aColumn('id'),
        secret('card', { dataType: 'varchar', columnType: 'varchar(150)' }),
        secret('pin', { dataType: 'char', columnType: 'char(4)' }),
        secret('value', { dataType: 'decimal', columnType: 'decimal(10,2)' }),
        secret('maybe', { nullable: true }),
        secret('at', { dataType: 'datetime', columnType: 'datetime' }),
        secret('kind', { dataType: 'enum', columnType: "enum('it''s','b')" }),
        secret('code', { dataType: 'varchar', columnType: 'varchar(10)' }),
      ],
      { key: ['id'], ddl: 'CREATE TABLE `cards` (\n  `code` varchar(10),\n  UNIQUE KEY `u` (`code`)\n)' },
    );
    const text = joinWithoutVault(schema, layoutOf(schema), Buffer.from('1\n2\n'), 41);
    const rest = ['[sealed]', '[sea', '0', '\\N', '0000-00-00 00:00:00', "it's"].join('\t');
    expect(text.toString()).toBe(`1\t${rest}\t[sealed]41\n2\t${rest}\t[sealed]42\n`);
  });

  it('cannot stand in for a geometry', () => {
    const schema = aTable([aColumn('g', { secret: true, nullable: false, form: 'geometry', dataType: 'point' })]);
    expect(() => joinWithoutVault(schema, layoutOf(schema), Buffer.alloc(0), 1)).toThrow('mysql.unsupported');
  });
});

describe('INSERT statements', () => {
  const schema = aTable([
    aColumn('id', { dataType: 'int' }),
    aColumn('name'),
    aColumn('f', { dataType: 'double' }),
    aColumn('j', { dataType: 'json', form: 'json' }),
  ]);
  const options = { database: 'd`b', targetBytes: 1000, maxBytes: 2000 };
  const statements = (text: string, more: Partial<typeof options> = {}) =>
    [...insertStatements(schema, Buffer.from(text, 'latin1'), { ...options, ...more })].map((each) => each.toString());

  it('writes each kind of value so that the server reads the same one', () => {
    expect(statements("1\t\\0'\\\\\\n\t-0\t{}\n\\N\t\xff\x00\t1e3\t\\N\n")).toEqual([
      'INSERT INTO `d``b`.`cards` (`id`,`name`,`f`,`j`) VALUES\n' +
        "(1,_binary '\\0\\'\\\\\\n','-0',CONVERT(_binary '{}' USING utf8mb4)),\n(NULL,0xff00,'1e3',NULL)",
    ]);
  });

  it('keeps statements below the target and refuses a row above the limit', () => {
    const rows = Array.from({ length: 40 }, (_, n) => `${n}\t${'x'.repeat(50)}\t0\t1\n`).join('');
    const cut = statements(rows, { targetBytes: 300 });
    expect(cut.every((each) => Buffer.byteLength(each) <= 300)).toBe(true);
    expect(cut.join('').match(/\(\d+,/g)).toHaveLength(40);
    expect(statements(`1\t${'x'.repeat(1500)}\t0\t1\n`)).toHaveLength(1);
    expect(() => statements(`1\t${'x'.repeat(2500)}\t0\t1\n`)).toThrow('restore.load-failed');
    expect(statements('')).toEqual([]);
  });

  it('is always valid UTF-8', () => {
    fc.assert(
      fc.property(rowsOf(1), (rows) => {
        const one = aTable([aColumn('a')]);
        for (const each of insertStatements(one, encode(one, rows).openText, { ...options, maxBytes: 9999 })) {
          expect(Buffer.from(each.toString('utf8'))).toEqual(each);
        }
      }),
    );
  });
});
