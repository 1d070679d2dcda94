import { describe, expect, it } from 'vitest';
import { SecretColumnNames } from '../../../shared/model/secret-columns.ts';
import { bindShop, countsOf, rulesWithPrefix, shrinksOf } from './bind-shop.ts';
import { findShops } from './find-shops.ts';
import { loadPresets, presetById } from './preset.ts';
import type { DatabaseShape } from './table-names.ts';

/** As little as a preset wants to see; `prefix` before every name. */
async function leastOf(id: string, prefix = ''): Promise<[string, string[]][]> {
  const { detect } = await presetById(id);
  return detect.tables.map((table) => [`${prefix}${table}`, detect.columns[table] ?? []]);
}

const shape = (database: string, ...tables: readonly [string, string[]][][]): DatabaseShape => ({
  database,
  tables: new Map(tables.flat()),
});

/** Two shops share a table's name where neither has a prefix: it has the columns of both. */
function merged(...tables: readonly [string, string[]][][]): [string, string[]][] {
  const all = new Map<string, string[]>();
  for (const [name, columns] of tables.flat()) all.set(name, [...(all.get(name) ?? []), ...columns]);
  return [...all];
}

describe('shops', async () => {
  const presets = await loadPresets();

  it('of sixteen programs are told apart by the least that each is known by', async () => {
    expect(presets).toHaveLength(16);
    for (const { id } of presets) {
      const found = await findShops([shape('shop', await leastOf(id))]);
      expect(found).toEqual({ shops: [{ preset: id, database: 'shop', prefix: '' }], unclear: [] });
    }
  });

  it('have the prefix that was chosen, the usual one, another or none, and several may be in one database', async () => {
    const found = await findShops([
      shape('one', await leastOf('acg-faka', 'acg_'), await leastOf('acg-faka', 'shop2'), await leastOf('zfaka', 't_')),
      shape('two', await leastOf('acg-faka'), await leastOf('woocommerce-lmfwc', 'blog7_')),
      shape('three', [['users', ['id', 'name']]]),
    ]);
    expect(found.unclear).toEqual([]);
    expect(found.shops).toEqual([
      { preset: 'acg-faka', database: 'one', prefix: 'acg_' },
      { preset: 'acg-faka', database: 'one', prefix: 'shop2' },
      { preset: 'zfaka', database: 'one', prefix: 't_' },
      { preset: 'acg-faka', database: 'two', prefix: '' },
      { preset: 'woocommerce-lmfwc', database: 'two', prefix: 'blog7_' },
    ]);
  });

  it('are not seen where a table or a column is missing, or one is there that must not be', async () => {
    const whole = new Map(await leastOf('dujiaoka-2.x'));
    const idIn = async (tables: Map<string, string[]>) => (await findShops([{ database: 'shop', tables }])).shops;
    expect(await idIn(whole)).toHaveLength(1);
    const without = new Map(whole);
    without.delete('emailtpls');
    expect(await idIn(without)).toEqual([]);
    expect(await idIn(new Map(whole).set('carmis', ['goods_id', 'status']))).toEqual([]);
    expect(await idIn(new Map(whole).set('order_items', ['id']))).toEqual([]);
    // A program that knows no prefix has none that ends in the middle of a word.
    expect(await idIn(new Map([...whole].map(([name, columns]) => [`x${name}`, columns])))).toEqual([]);
    // The tables of another program in an early version that still ran on MySQL.
    const dujiaoNext = ['card_secrets', 'orders', 'payment_channels', 'payments', 'fulfillments', 'wallet_accounts'];
    expect(
      await idIn(new Map(dujiaoNext.map((name) => [name, ['product_id', 'secret', 'status', 'order_no']]))),
    ).toEqual([]);
  });

  it('that two programs might have made are asked about, and nothing is guessed', async () => {
    const both = merged(await leastOf('acg-faka'), await leastOf('lizhi-faka'));
    const found = await findShops([shape('shop', both)]);
    expect(found.shops).toEqual([]);
    expect(found.unclear).toEqual([{ database: 'shop', prefix: '', presets: ['acg-faka', 'lizhi-faka'] }]);
    // Programs that want no table in common may well live side by side.
    const apart = await findShops([shape('shop', await leastOf('dujiaoka-2.x'), await leastOf('kamifaka'))]);
    expect(apart.shops.map(({ preset }) => preset)).toEqual(['dujiaoka-2.x', 'kamifaka']);
  });

  it('are bound in their own names, and what a version lacks is named unless it may', async () => {
    const { detect, ...rest } = await presetById('acg-faka');
    const columns = (table: string) => [
      ...(detect.columns[table] ?? []),
      ...rest.secretColumns
        .filter((each) => each.table === table && each.optional !== true)
        .map(({ column }) => column),
      ...rest.ledgers
        .filter((each) => each.table === table)
        .flatMap(({ amountColumn, statusColumn, day, productColumn, where = [] }) => [
          amountColumn,
          ...[statusColumn, day?.column, productColumn].filter((column) => column != null),
          ...where.map(({ column }) => column),
        ]),
    ];
    const tables = [...detect.tables, 'cash'].map((table): [string, string[]] => [`Acg_${table}`, columns(table)]);
    const shop = { preset: 'acg-faka', database: 'Shop', prefix: 'Acg_' };
    const alone = await bindShop(shop, shape('Shop', tables), { isOneOfMany: false, isInManyDatabases: false });
    expect(alone.missing).toEqual([]);
    expect(alone.secretColumns).toEqual(['acg_card.secret', 'acg_card.draft', 'acg_order.secret', 'acg_order.widget']);
    expect(alone.ledgers.map(({ name, database, table }) => `${name} ${database}.${table}`)).toContain(
      'online-orders Shop.Acg_order',
    );
    const withoutCash = tables.filter(([name]) => name !== 'Acg_cash');
    const old = withoutCash.map(([name, own]): [string, string[]] => [
      name,
      own.filter((column) => column !== 'draft'),
    ]);
    const one = await bindShop(shop, shape('Shop', old), { isOneOfMany: true, isInManyDatabases: true });
    expect(one.missing).toEqual(['Acg_card.draft', 'Acg_cash']);
    expect(one.secretColumns).toEqual(['shop.acg_card.secret', 'shop.acg_order.secret', 'shop.acg_order.widget']);
    expect(one.ledgers.map(({ name }) => name)).toContain('online-orders@Shop/Acg_');
    expect(one.ledgers.some(({ name }) => name.startsWith('withdrawals'))).toBe(false);

    const preset = await presetById('acg-faka');
    expect(countsOf(preset, shop).map(({ table }) => table)).toContain('Acg_card');
    expect([...shrinksOf(preset, shop).keys()]).toEqual(['shop.acg_lang', 'shop.acg_manage_session']);
    expect(rulesWithPrefix(preset.resale!, 'Acg_')).toMatchObject({
      cards: { table: 'Acg_card' },
      orders: { table: 'Acg_order' },
    });
  });
});

describe('names of secret columns', () => {
  it('are meant in every database, in one and what was put beside it, or in tables that are still to come', () => {
    const names = new SecretColumnNames([
      'carmis.carmi',
      'shop.acg_card.secret',
      'shop.mcy_*_repertory_virtual_card.card',
    ]);
    expect(names.has('any', 'Carmis', 'CARMI')).toBe(true);
    expect(names.has('shop', 'acg_card', 'secret')).toBe(true);
    expect(names.has('shop__restore_20261122_140000', 'acg_card', 'secret')).toBe(true);
    expect(names.has('Shop__before_20261122_140000_2', 'acg_card', 'secret')).toBe(true);
    expect(names.has('other', 'acg_card', 'secret')).toBe(false);
    expect(names.of('shop', 'mcy_17_repertory_virtual_card')).toEqual(['card']);
    expect(names.of('shop', 'mcy_repertory_virtual_card')).toEqual([]);
    expect(names.of('other', 'mcy_17_repertory_virtual_card')).toEqual([]);
    expect(names.of('shop', 'acg_cardx')).toEqual([]);
  });
});
