import { describe, expect, it } from 'vitest';
import type { SchemaObject } from '../../../shared/model/database.ts';
import { exchangeSchema, reversed, type Exchange } from './exchange.ts';
import { foreignKeysOf, toParentIn } from './foreign-keys.ts';
import type { Picture } from './picture.ts';
import { planExchange, triggersOn, type ExchangeRequest } from './plan-exchange.ts';
import { planMoves, renameStatement } from './plan-moves.ts';

const places = [{ live: 'shop', from: 'shop__r', away: 'shop__b' }];

describe('planMoves', () => {
  const before = ['shop.a', 'shop.now', 'shop__r.a', 'shop__r.then'];
  const after = ['shop__b.a', 'shop__b.now', 'shop.a', 'shop.then'];

  it('moves what leaves before what comes, in one statement', () => {
    const { moves } = planMoves(anExchange(), has(before));
    expect(renameStatement(moves)).toBe(
      'RENAME TABLE `shop`.`a` TO `shop__b`.`a`, `shop`.`now` TO `shop__b`.`now`, ' +
        '`shop__r`.`a` TO `shop`.`a`, `shop__r`.`then` TO `shop`.`then`',
    );
  });

  it('finds nothing to do behind itself, and all of it the other way round', () => {
    expect(planMoves(anExchange(), has(after)).moves).toEqual([]);
    expect(planMoves(reversed(anExchange()), has(before)).moves).toEqual([]);
    expect(planMoves(reversed(anExchange()), has(after)).moves).toHaveLength(4);
  });

  it('does the rest where a server stopped in the middle, whichever way', () => {
    const half = ['shop__b.a', 'shop.now', 'shop__r.a', 'shop__r.then'];
    expect(planMoves(anExchange(), has(half)).moves.map(({ from }) => `${from.database}.${from.table}`)).toEqual([
      'shop.now',
      'shop__r.a',
      'shop__r.then',
    ]);
    expect(
      planMoves(reversed(anExchange()), has(half)).moves.map(({ from }) => `${from.database}.${from.table}`),
    ).toEqual(['shop__b.a']);
  });

  it('names what is gone and what stands in the way instead of going on', () => {
    expect(planMoves(anExchange(), has(['shop.a', 'shop.now', 'shop__r.a'])).gone).toEqual(['shop.then']);
    expect(planMoves(anExchange(), has(['shop.a', 'shop.now', 'shop__r.then'])).gone).toEqual(['shop.a']);
    expect(planMoves(anExchange(), has([...before, 'shop__b.a'])).taken).toEqual(['shop.a']);
  });
});

describe('foreignKeysOf', () => {
  const ddl =
    'CREATE TABLE `items` (\n  `id` int,\n  CONSTRAINT `a``b` FOREIGN KEY (`x`, `y`) REFERENCES `orders` (`p`, `q`) ON DELETE CASCADE,\n' +
    '  CONSTRAINT `c` FOREIGN KEY (`z`) REFERENCES `pay`.`bills` (`id`)\n) ENGINE=InnoDB';

  it('reads keys to its own and to other databases', () => {
    expect(foreignKeysOf(ddl, 'shop')).toEqual([
      {
        name: 'a`b',
        parent: { database: 'shop', table: 'orders' },
        clause: 'CONSTRAINT `a``b` FOREIGN KEY (`x`, `y`) REFERENCES `shop`.`orders` (`p`, `q`) ON DELETE CASCADE',
      },
      {
        name: 'c',
        parent: { database: 'pay', table: 'bills' },
        clause: 'CONSTRAINT `c` FOREIGN KEY (`z`) REFERENCES `pay`.`bills` (`id`)',
      },
    ]);
  });

  it('turns one to another database', () => {
    const [key] = foreignKeysOf(ddl, 'shop__r').map((each) => toParentIn(each, 'shop'));
    expect(key?.clause).toContain('REFERENCES `shop`.`orders` (');
  });
});

describe('planExchange', () => {
  it('lets all of a whole shop leave, and takes objects by the names the shop uses', () => {
    const view = anObject(
      'view',
      'v',
      'CREATE VIEW `shop__r`.`v` AS select `shop__r`.`a`.`id` AS `id` from `shop__r`.`a`',
    );
    const event = anObject(
      'event',
      'e',
      'CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE DO SELECT 1',
    );
    const exchange = plan({ live: ['a', 'now'], from: ['a', 'then'], objects: [view, event] });

    expect(exchange.tables.map(({ name, leaves, comes }) => [name, leaves, comes])).toEqual([
      ['a', true, true],
      ['now', true, false],
      ['then', false, true],
    ]);
    expect(exchange.wanted[0]?.objects.map(({ ddl }) => ddl)).toEqual([
      'CREATE VIEW `shop`.`v` AS select `shop`.`a`.`id` AS `id` from `shop`.`a`',
      'CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1',
    ]);
    expect(exchangeSchema.parse(JSON.parse(JSON.stringify(exchange)))).toEqual(exchange);
  });

  it('leaves what was not restored where it is, objects too', () => {
    const exchange = plan({ live: ['a', 'now'], from: ['a'], whole: false });
    expect(exchange.tables.map(({ name }) => name)).toEqual(['a']);
    expect(exchange.wanted).toEqual(exchange.leaving);
  });

  it('lets a table that only the restore brought leave again with an undo', () => {
    const swap = plan({ live: ['now'], from: ['then'], whole: false });
    const undo = plan({ live: ['now', 'then'], from: [], whole: false, last: swap });
    expect(undo.tables).toEqual([{ database: 'shop', name: 'then', leaves: true, comes: false }]);
  });

  it('keeps foreign keys between what moves and what stays to the shop', () => {
    const stays = { database: 'shop', table: 'items', key: aKey('fk', 'shop', 'a') };
    const exchange = plan({ live: ['a', 'items'], from: ['a'], whole: false, keysIntoLive: [stays] });
    expect(exchange.keys).toEqual([
      { of: 'stays', database: 'shop', table: 'items', name: 'fk', clause: stays.key.clause },
    ]);
    expect(reversed(exchange).keys).toEqual(exchange.keys);
  });

  it('finds the triggers of a table', () => {
    const trigger = anObject('trigger', 't', 'CREATE TRIGGER t BEFORE INSERT ON `a` FOR EACH ROW SET NEW.x = 1');
    const [content] = plan({ live: ['a'], from: ['a'], objects: [trigger] }).wanted;
    if (content === undefined) throw new Error('nothing wanted');
    expect(triggersOn(content, (table) => table === 'a')).toHaveLength(1);
    expect(triggersOn(content, (table) => table === 'b')).toEqual([]);
  });
});

function has(names: readonly string[]): (database: string, table: string) => boolean {
  return (database, table) => names.includes(`${database}.${table}`);
}

function anExchange(): Exchange {
  return plan({ live: ['a', 'now'], from: ['a', 'then'] });
}

interface Shapes {
  readonly live: readonly string[];
  readonly from: readonly string[];
  readonly objects?: readonly SchemaObject[];
  readonly whole?: boolean;
  readonly last?: Exchange;
  readonly keysIntoLive?: ExchangeRequest['keysIntoLive'];
}

function plan({ live, from, objects = [], whole = true, last, keysIntoLive = [] }: Shapes): Exchange {
  return planExchange({
    direction: 'swap',
    ends: 'swapped',
    back: 'beside',
    startedAt: '2026-11-23T12:00:00.000Z',
    whole,
    databases: places,
    pictures: [aPicture('shop', live, []), aPicture('shop__r', from, objects)],
    keysIntoLive,
    enabledEvents: ['shop.e'],
    last: last ?? null,
  });
}

function aPicture(database: string, movable: readonly string[], objects: readonly SchemaObject[]): Picture {
  const shared = {
    isThere: true,
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_general_ci',
    views: [],
    tables: [],
    unreadable: [],
  };
  return { ...shared, database, movable, objects };
}

function aKey(name: string, database: string, table: string) {
  const clause = `CONSTRAINT \`${name}\` FOREIGN KEY (\`x\`) REFERENCES \`${database}\`.\`${table}\` (\`id\`)`;
  return { name, parent: { database, table }, clause };
}

function anObject(kind: SchemaObject['kind'], name: string, ddl: string): SchemaObject {
  const session = { sqlMode: '', characterSetClient: null, collationConnection: null, timeZone: null, nextValue: null };
  return { kind, name, ddl, ...session };
}
