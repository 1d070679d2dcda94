import { beforeEach, describe, expect, it } from 'vitest';
import type { TableLayout } from '../../../shared/model/stream.ts';
import type { TableMap } from '../source/mysql/binlog/index.ts';
import { LogSecrets, type SeenTables, type ShopSecrets } from './log-secrets.ts';

const file = 'log.000002';
const at = (position: number) => ({ file, position });
const layout = (table: string, ...columns: readonly (readonly [name: string, type: string])[]): TableLayout => ({
  database: 'shop',
  table,
  tableId: null,
  columns: columns.map(([name, type]) => ({ name, type })),
  key: ['id'],
  apart: [],
});
const goods = layout('goods', ['id', 'int'], ['title', 'varchar']);
const wider = layout('goods', ['id', 'int'], ['title', 'varchar'], ['extra', 'text'], ['weight', 'int']);
const cards = layout('cards', ['id', 'int'], ['code', 'varchar']);
/** Without names, as servers write it by default: 3 is INT, 15 VARCHAR, 252 a text. */
const mapOf = (...types: readonly number[]) =>
  ({ columns: types.map((type) => ({ type, name: null })) }) as unknown as TableMap;
const asSeen = mapOf(3, 15);

const seen: SeenTables = {
  place: at(1000),
  tables: new Map([
    ['shop.goods', goods],
    ['shop.cards', cards],
    ['shop.odd', null],
  ]),
};
const shop = (more: Partial<ShopSecrets> = {}): ShopSecrets => ({
  named: (_, table) => (table === 'cards' ? ['code'] : []),
  isOfShop: (database) => database === 'shop',
  shopOf: (database) => database.replace(/__before$/, ''),
  isNamedAsCards: (table) => table.startsWith('carmis'),
  seen,
  ...more,
});

describe('LogSecrets', () => {
  let secrets: LogSecrets;
  beforeEach(() => {
    secrets = new LogSecrets(shop());
  });

  it('takes a table for what the last backup found it to be, as long as its rows look so', () => {
    expect([secrets.has('shop', 'goods', asSeen), secrets.of('shop', 'goods', goods.columns)]).toEqual([false, []]);
    expect([secrets.has('shop', 'cards', asSeen), secrets.of('shop', 'cards', cards.columns)]).toEqual([
      true,
      ['code'],
    ]);
    expect(secrets.has('shop', 'odd', mapOf(252, 252))).toBe(false);
    expect(secrets.of('shop', 'odd', wider.columns)).toEqual([]);
  });

  it('takes texts of a table, or of a column, that no backup has seen for secret', () => {
    expect(secrets.has('shop', 'goods', mapOf(3, 15, 252, 3))).toBe(true);
    expect(secrets.of('shop', 'goods', wider.columns)).toEqual(['extra']);
    expect(secrets.has('shop', 'copy_of_cards', asSeen)).toBe(true);
    expect(secrets.of('shop', 'copy_of_cards', cards.columns)).toEqual(['code']);
    // Also where a swap put the shop aside.
    expect(secrets.has('shop__before', 'copy_of_cards', asSeen)).toBe(true);
    expect(secrets.of('shop', 'cards', [...cards.columns, { name: 'Spare', type: 'mediumtext' }])).toEqual([
      'code',
      'spare',
    ]);
  });

  it('takes a touched table for unseen until a backup behind it has looked, whatever its rows look like', () => {
    const touched = { what: 'tables', tables: [{ database: 'Shop', table: 'goods' }] } as const;
    // The following lags behind the backup, which saw it.
    secrets.onTouched(at(1000), touched);
    expect(secrets.has('shop', 'goods', asSeen)).toBe(false);
    secrets.onTouched(at(1400), touched);
    expect(secrets.has('shop', 'goods', asSeen)).toBe(true);
    secrets.decide(shop({ seen: { ...seen, place: at(1399) } }));
    expect(secrets.has('shop', 'goods', asSeen)).toBe(true);
    secrets.decide(shop({ seen: { place: { file: 'log.000003', position: 4 }, tables: seen.tables } }));
    expect(secrets.has('shop', 'goods', asSeen)).toBe(false);
    secrets.onTouched({ file: 'log.000003', position: 5 }, { what: 'anything' });
    expect(secrets.has('shop', 'goods', asSeen)).toBe(true);
  });

  it('heeds what the owner decides meanwhile', () => {
    secrets.decide(shop({ named: (_, table) => (table === 'goods' ? ['title'] : []) }));
    expect(secrets.of('shop', 'goods', goods.columns)).toEqual(['title']);
    expect(secrets.has('shop', 'goods', asSeen)).toBe(true);
  });

  it('judges what is not the shop’s by its name, and everything so before the first backup', () => {
    expect(secrets.has('blog', 'posts', asSeen)).toBe(false);
    expect(secrets.has('backup', 'carmis_old', asSeen)).toBe(true);
    secrets.decide(shop({ seen: null }));
    expect(secrets.has('shop', 'unheard_of', asSeen)).toBe(false);
    expect(secrets.has('shop', 'cards', asSeen)).toBe(true);
  });
});
