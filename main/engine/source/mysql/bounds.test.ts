import { describe, expect, it } from 'vitest';
import type { Column, TableSchema } from '../../../../shared/model/database.ts';
import { fromTable, keyLiteral, orderByKey, whereRange } from './bounds.ts';
import { digestColumns, digestSql } from './digest.ts';
import { formOf, isLong } from './columns.ts';

describe('a key literal', () => {
  it.each<[string, string | Buffer, string]>([
    ['int', '-42', '-42'],
    ['int', '00042', '00042'],
    ['bigint', '18446744073709551615', '18446744073709551615'],
    ['decimal', '-0.010', '-0.010'],
    ['year', '0000', '0000'],
    ['date', '0000-00-00', "'0000-00-00'"],
    ['time', '-838:59:59.000001', "'-838:59:59.000001'"],
    ['datetime', '2024-10-27 01:30:00.5', "'2024-10-27 01:30:00.5'"],
    ['varbinary', Buffer.from([0, 255]), '_binary 0x00ff'],
    ['binary', '', "_binary ''"],
    ['varchar', "a'b", '_gbk 0x612762 COLLATE gbk_chinese_ci'],
    ['char', '', "_gbk '' COLLATE gbk_chinese_ci"],
  ])('of %s keeps %j as it was fetched', (dataType, value, literal) => {
    expect(keyLiteral(aColumn('k', dataType), Buffer.from(value).toString('base64'))).toBe(literal);
  });

  it.each<[string, string]>([
    ['int', '1 OR 1=1'],
    ['int', ''],
    ['int', '1e5'],
    ['int', '0x10'],
    ['decimal', '1.'],
    ['decimal', '1;DROP TABLE t'],
    ['datetime', "2024-01-01' OR '1'='1"],
    ['datetime', ''],
    ['float', '1'],
    ['enum', 'a'],
  ])('of %s refuses %j', (dataType, value) => {
    expect(() => keyLiteral(aColumn('k', dataType), Buffer.from(value).toString('base64'))).toThrow('unexpected');
  });

  it('refuses a character set that is no plain name', () => {
    const column = { ...aColumn('k', 'varchar'), charset: "utf8mb4'; DROP" };

    expect(() => keyLiteral(column, '')).toThrow('unexpected');
  });
});

describe('a range', () => {
  it('is half open, with open ends', () => {
    const table = aTable(['a'], [aColumn('a', 'int')]);

    expect(whereRange(table, { lower: null, upper: null })).toBe('');
    expect(whereRange(table, { lower: [text('5')], upper: null })).toBe(' WHERE `a` >= 5');
    expect(whereRange(table, { lower: null, upper: [text('9')] })).toBe(' WHERE `a` < 9');
    expect(whereRange(table, { lower: [text('5')], upper: [text('9')] })).toBe(' WHERE `a` >= 5 AND `a` < 9');
  });

  it('spells composite keys out', () => {
    const table = aTable(['a', 'b'], [aColumn('b', 'int'), aColumn('a', 'int')]);

    expect(whereRange(table, { lower: [text('1'), text('2')], upper: [text('3'), text('4')] })).toBe(
      ' WHERE `a` >= 1 AND ((`a` > 1) OR (`a` = 1 AND `b` >= 2)) AND `a` <= 3 AND ((`a` < 3) OR (`a` = 3 AND `b` < 4))',
    );
    expect(whereRange(table, { lower: [text('1')], upper: null })).toBe(' WHERE `a` >= 1');
    expect(orderByKey(table)).toBe(' ORDER BY `a`, `b`');
  });

  it('refuses bounds with more values than the key, or none', () => {
    const table = aTable(['a'], [aColumn('a', 'int')]);

    expect(() => whereRange(table, { lower: [text('1'), text('2')], upper: null })).toThrow();
    expect(() => whereRange(table, { lower: [], upper: null })).toThrow();
  });

  it('follows the index of the key', () => {
    const table = aTable(['a`b'], [aColumn('a`b', 'int')], 'CREATE TABLE `t` (\n  UNIQUE KEY `k``1` (`a``b`),\n)');

    expect(fromTable(table)).toBe('`d``b`.`t` FORCE INDEX (`k``1`)');
    expect(fromTable(aTable(null, []))).toBe('`d``b`.`t`');
  });
});

describe('the digest statement', () => {
  const columns = [
    aColumn('id', 'int'),
    { ...aColumn('body', 'longtext'), long: true, secret: true },
    { ...aColumn('f', 'float'), form: 'float' as const },
    { ...aColumn('b', 'bit'), form: 'bit' as const },
  ];

  it('puts columns into groups: open without secrets, sealed with the key first', () => {
    const keyed = aTable(['id'], columns);
    const keyless = aTable(null, columns);
    const names = (table: TableSchema, group: 'open' | 'sealed') => digestColumns(table, group).map(({ name }) => name);

    expect(names(keyed, 'open')).toEqual(['id', 'f', 'b']);
    expect(names(keyed, 'sealed')).toEqual(['id', 'body']);
    expect(names(keyless, 'sealed')).toEqual(['id', 'body', 'f', 'b']);
  });

  it('encodes each column with its length, long ones by their hash', () => {
    const sql = digestSql('mysql', aTable(['id'], columns), { lower: null, upper: [text('7')] }, 'sealed');

    expect(sql).toContain(
      "CONCAT(_binary '', IFNULL(CONCAT(OCTET_LENGTH(`id`), ':', `id`), 'N'), IFNULL(CONCAT('64:', SHA2(`body`, 256)), 'N'))",
    );
    expect(sql).toContain('WHERE `id` < 7 LIMIT 18446744073709551615) AS hashes');
    expect(sql).not.toContain('SUM(');
  });

  it('adds sums where rows may repeat, and can look at a copy under another name', () => {
    const sql = digestSql('mysql', aTable(null, columns), { lower: null, upper: null }, 'open', 'copy');

    expect(sql).toContain('AS sum_high');
    expect(sql).toContain('FROM `copy`.`t` LIMIT');
  });
});

it('knows which types are long and how each is fetched', () => {
  expect(['json', 'longtext', 'mediumblob', 'point', 'geomcollection'].every(isLong)).toBe(true);
  expect(['text', 'blob', 'varchar', 'vector', 'tinytext'].some(isLong)).toBe(false);
  expect([
    formOf('json', 'mysql'),
    formOf('json', 'mariadb'),
    formOf('bit', 'mysql'),
    formOf('double', 'mysql'),
    formOf('double', 'mysql', 'double(12,4)'),
    formOf('double', 'mariadb', 'double unsigned zerofill'),
  ]).toEqual(['json', 'plain', 'bit', 'plain', 'float', 'float']);
});

function aColumn(name: string, dataType: string): Column {
  const isText = dataType === 'varchar' || dataType === 'char';
  return {
    name,
    dataType,
    columnType: dataType,
    charset: isText ? 'gbk' : null,
    collation: isText ? 'gbk_chinese_ci' : null,
    nullable: false,
    form: 'plain',
    long: false,
    secret: false,
  };
}

function aTable(key: string[] | null, columns: Column[], ddl = 'CREATE TABLE'): TableSchema {
  return { database: 'd`b', name: 't', engine: 'InnoDB', transactional: true, ddl, key, columns };
}

function text(value: string): string {
  return Buffer.from(value).toString('base64');
}
