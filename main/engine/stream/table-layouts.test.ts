import { beforeEach, describe, expect, it } from 'vitest';
import type { TableLayout } from '../../../shared/model/stream.ts';
import { columnTypes, type TableMap } from '../source/mysql/binlog/index.ts';
import { TableLayouts } from './table-layouts.ts';

const types = { int: columnTypes.long, varchar: columnTypes.varchar } as const;
const aLayout = (...columns: readonly string[]): TableLayout => ({
  database: 'shop',
  table: 'cards',
  tableId: null,
  columns: columns.map((name) => ({ name, type: name === 'id' ? 'int' : 'varchar' })),
  key: ['id'],
  apart: ['id'],
});
const aMap = (tableId: number, ...columns: readonly (keyof typeof types)[]): TableMap => ({
  tableId,
  database: 'shop',
  table: 'cards',
  columns: columns.map((type) => ({ type: types[type], meta: 0, isUnsigned: null, isNullable: true, name: null })),
});
const at = (position: number, file = 'log.000001') => ({ file, position });
const usual = aLayout('id', 'code', 'note');
const moved = aLayout('id', 'note', 'code');
const map = aMap(5, 'int', 'varchar', 'varchar');
const mapAgain = aMap(6, 'int', 'varchar', 'varchar');
const cards = { what: 'tables', tables: [{ database: 'SHOP', table: 'Cards' }] } as const;

let layouts: TableLayouts;
let secrets: string[];
const begin = (...known: readonly TableLayout[]) => new TableLayouts(() => secrets, at(4), known);
/** The places of the secret columns of rows that are mapped there; null: not known. */
const hidden = (place: { file: string; position: number }, mapped = map) => {
  const found = layouts.hiddenOf(place, mapped);
  return found && [...found.indices];
};
const rowsAt = (position: number, mapped = map) => {
  layouts.map(at(position), mapped);
  return () => hidden(at(position), mapped);
};

describe('TableLayouts', () => {
  beforeEach(() => {
    secrets = ['code'];
    layouts = begin(usual);
  });

  it('knows what it was given until something may have changed it', () => {
    const before = rowsAt(100);
    layouts.changed(at(200), { what: 'tables', tables: [{ database: 'shop', table: 'orders' }] });
    layouts.changed(at(200), { what: 'database', database: 'other' });
    layouts.changed(at(200), { what: 'nothing' });
    const between = rowsAt(300);
    layouts.changed(at(400), cards);
    expect(layouts.wanted).toMatchObject([{ database: 'shop', table: 'cards' }]);
    const after = rowsAt(500, mapAgain);
    expect([before(), between(), after()]).toEqual([[1], [1], null]);
    expect(layouts.known).toEqual([]);
  });

  it.each([cards, { what: 'database', database: 'Shop' }, { what: 'anything' }] as const)(
    'is known again from the statement on when the server was asked behind it, and the log went there: %j',
    (touched) => {
      layouts.changed(at(400), touched);
      const after = rowsAt(500);
      layouts.learn({ place: at(600), layouts: [moved] });
      expect(layouts.isAwaiting).toBe(true);
      layouts.followedTo(at(599));
      expect(after()).toBeNull();
      layouts.followedTo(at(700));
      expect([after(), layouts.isAwaiting]).toEqual([[2], false]);
      expect(layouts.known).toEqual([{ ...moved, tableId: 5 }]);
    },
  );

  it('takes no answer of before a statement, or of behind the next, for what lies between', () => {
    layouts.changed(at(400), cards);
    const between = rowsAt(500);
    layouts.learn({ place: at(300), layouts: [usual] });
    layouts.changed(at(600), cards);
    layouts.learn({ place: at(700), layouts: [moved] });
    const after = rowsAt(800, mapAgain);
    layouts.followedTo(at(900));
    expect([between(), after()]).toEqual([null, [2]]);
  });

  it('counts files as the server does', () => {
    layouts.changed(at(400, 'log.000009'), cards);
    layouts.map(at(500, 'log.000010'), map);
    layouts.learn({ place: at(10, 'log.000011'), layouts: [moved] });
    layouts.followedTo(at(900, 'log.000010'));
    expect(hidden(at(500, 'log.000010'))).toBeNull();
    layouts.followedTo(at(10, 'log.000011'));
    expect(hidden(at(500, 'log.000010'))).toEqual([2]);
    expect(hidden(at(500, 'other.000010'))).toBeNull();
  });

  it('believes a table that has another number only when the server says that it is as it was', () => {
    const before = rowsAt(100);
    const after = rowsAt(200, mapAgain);
    expect([before(), after(), layouts.wanted.length]).toEqual([[1], null, 1]);
    layouts.learn({ place: at(9000), layouts: [usual] });
    expect([before(), after()]).toEqual([[1], [1]]);
  });

  it('gives up what lay before when it was changed without a word in the log', () => {
    rowsAt(100);
    const after = rowsAt(200, mapAgain);
    layouts.learn({ place: at(300), layouts: [moved] });
    layouts.followedTo(at(400));
    expect(after()).toBeNull();
    layouts.endStretch();
    expect(rowsAt(500, mapAgain)()).toEqual([2]);
    expect(hidden(at(200), mapAgain)).toBeNull();
  });

  it.each([
    ['another count of columns', aMap(5, 'int', 'varchar')],
    ['another type', aMap(5, 'int', 'varchar', 'int')],
    [
      'another name',
      { ...map, columns: map.columns.map((each, n) => ({ ...each, name: ['id', 'note', 'code'][n]! })) },
    ],
  ])('does not know a table map with %s', (_, other) => {
    expect(rowsAt(100)()).toEqual([1]);
    expect(rowsAt(200, other)()).toBeNull();
    // And what comes behind it is doubtful as well.
    expect(rowsAt(300)()).toBeNull();
  });

  it('knows nothing of a table of which a secret column has another name now, or of which a column became secret that it lacks', () => {
    layouts = begin(aLayout('id', 'card', 'note'));
    expect(rowsAt(100)()).toBeNull();
    layouts = begin(usual);
    secrets = ['code', 'pin'];
    expect(rowsAt(100)()).toBeNull();
    secrets = ['note', 'CODE'.toLowerCase()];
    expect(rowsAt(100)()).toEqual([1, 2]);
  });

  it('says what rows are good for without their secrets', () => {
    const said = (more: Partial<TableLayout>) => {
      layouts = begin({ ...usual, ...more });
      layouts.map(at(100), map);
      return layouts.hiddenOf(at(100), map);
    };
    expect(said({})).toMatchObject({ mayInsert: true, mayFind: true });
    expect(said({ key: [] })).toMatchObject({ mayInsert: true, mayFind: false });
    expect(said({ key: ['code'] })).toMatchObject({ mayFind: false });
    expect(said({ apart: ['id', 'code'] })).toMatchObject({ mayInsert: false, mayFind: true });
    const columns = usual.columns.map((each) => (each.name === 'note' ? { ...each, generated: true as const } : each));
    expect([...(said({ columns })?.indices ?? [])]).toEqual([1, 2]);
  });

  it('goes on wanting what came up while the server was asked for something else', () => {
    layouts = begin();
    rowsAt(100);
    const asked = layouts.wanted;
    layouts.map(at(120), { ...map, tableId: 9, table: 'later' });
    layouts.learn({ place: at(150), layouts: [usual] }, asked);
    expect(layouts.wanted).toMatchObject([{ table: 'later' }]);
  });

  it('asks once, and again only for rows that it still does not know', () => {
    layouts = begin();
    expect(layouts.wanted).toEqual([]);
    rowsAt(100);
    expect(layouts.wanted).toHaveLength(1);
    layouts.learn({ place: at(150), layouts: [] }, layouts.wanted);
    layouts.followedTo(at(160));
    expect(layouts.wanted).toEqual([]);
    const known = rowsAt(200);
    expect(layouts.wanted).toHaveLength(1);
    layouts.learn({ place: at(300), layouts: [usual] });
    rowsAt(250);
    expect(layouts.wanted).toEqual([]);
    layouts.followedTo(at(300));
    expect(known()).toEqual([1]);
  });
});
