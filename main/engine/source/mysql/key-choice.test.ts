import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../shared/model/database.ts';
import { chooseKey, keyIndexName, type IndexPart } from './key-choice.ts';

const columns = [aColumn('id', 'int'), aColumn('name', 'varchar'), aColumn('kind', 'enum'), aColumn('ratio', 'double')];

describe('the key of a table', () => {
  it('is the primary key, whole and in its order', () => {
    expect(
      chooseKey(columns, [part('a', 'id'), part('PRIMARY', 'name', { position: 2 }), part('PRIMARY', 'id')]),
    ).toEqual(['id', 'name']);
  });

  it('is else the first unique index by name', () => {
    expect(chooseKey(columns, [part('z', 'id'), part('b', 'name')])).toEqual(['name']);
  });

  it.each<[string, Column[], IndexPart[]]>([
    ['nullable', [{ ...aColumn('id', 'int'), nullable: true }], [part('u', 'id')]],
    ['secret', [{ ...aColumn('id', 'int'), secret: true }], [part('PRIMARY', 'id')]],
    ['a prefix', columns, [part('u', 'name', { isPrefix: true })]],
    ['an enum', columns, [part('PRIMARY', 'kind')]],
    ['a double', columns, [part('PRIMARY', 'ratio')]],
    ['an expression', columns, [part('u', null)]],
    ['generated, so not listed', columns, [part('PRIMARY', 'elsewhere')]],
    ['invisible', columns, [part('u', 'id', { isUsable: false })]],
    ['a hash', columns, [part('u', 'id', { isBtree: false })]],
    ['not unique', columns, [part('u', 'id', { isUnique: false })]],
    ['unfit in its second column', columns, [part('PRIMARY', 'id'), part('PRIMARY', 'kind', { position: 2 })]],
  ])('is none when the only index is %s', (_, own, parts) => {
    expect(chooseKey(own, parts)).toBeNull();
  });
});

describe('the index of a key', () => {
  const ddl =
    'CREATE TABLE `t` (\n  `a` int,\n  PRIMARY KEY (`a`,`b`) USING BTREE,\n  UNIQUE KEY `u``1` (`c`),\n  UNIQUE KEY `d` (`d` DESC),\n  UNIQUE KEY `p` (`e`(5))\n)';

  it.each<[string[], string | null]>([
    [['a', 'b'], 'PRIMARY'],
    [['c'], 'u`1'],
    [['a'], null],
    [['d'], null],
    [['e'], null],
  ])('of %j is %s', (key, index) => {
    expect(keyIndexName(ddl, key)).toBe(index);
  });
});

function aColumn(name: string, dataType: string): Column {
  return {
    name,
    dataType,
    columnType: dataType,
    charset: null,
    collation: null,
    nullable: false,
    form: 'plain',
    long: false,
    secret: false,
  };
}

function part(index: string, column: string | null, change: Partial<IndexPart> = {}): IndexPart {
  return { index, column, position: 1, isUnique: true, isPrefix: false, isUsable: true, isBtree: true, ...change };
}
