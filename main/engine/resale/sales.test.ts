import { describe, expect, it } from 'vitest';
import type { ResaleRules } from '../presets/resale-rules.ts';
import { Findings } from './finding.ts';
import { followUps } from './follow-up.ts';
import { mostByHand, Sales } from './sales.ts';
import { change, committed, paidOrder, row, soldCard, someRules } from './testing/a-sale.ts';

function heard(transactions: readonly ReturnType<typeof committed>[], cards: Partial<ResaleRules['cards']> = {}) {
  const findings = new Findings();
  const sales = new Sales({ ...someRules, cards: { ...someRules.cards, ...cards } }, findings);
  for (const each of transactions) {
    const changes = each.changes.filter((one) => sales.isWanted(one));
    sales.take({ ...each, changes });
  }
  return { sales, findings, keys: [...sales.cards.keys()] };
}

describe('Sales', () => {
  it('gives the cards of a transaction to the one order that was settled in it', () => {
    const { sales } = heard([
      committed(change('orders', null, { id: '9', order_sn: 'SN9', status: '1', email: 'a@b.c' })),
      committed(change('orders', { id: '9', status: '1' }, { id: '9', status: '4' }), soldCard(1), soldCard(2)),
    ]);
    expect([...sales.cards.values()].map(({ key, order }) => [key, order])).toEqual([
      ['1', '9'],
      ['2', '9'],
    ]);
    // What the change left out was told when the order was made.
    expect(sales.orders.get('9')?.values.get('email')).toBe('a@b.c');
  });

  it('takes nothing else for a sale: other changes of a card, deleted cards, orders that were only made', () => {
    const { sales, findings } = heard([
      committed(change('cards', { id: '1', status: '2' }, { id: '1', status: '2', goods_id: '8' })),
      committed(change('cards', { id: '2', status: '2' }, { id: '2', status: '1' })),
      committed(change('cards', { id: '3', status: '1' }, null)),
      committed(change('orders', null, { id: '4', order_sn: 'SN4', status: '1' })),
      committed(change('orders', { id: '5', status: '1' }, { id: '5', status: '-1' })),
    ]);
    expect([sales.cards.size, sales.orders.size, findings.all]).toEqual([0, 0, []]);
  });

  it('believes a person who sells by hand, and not a change of all cards at once', () => {
    const some = Array.from({ length: mostByHand }, (_, n) => soldCard(n));
    const many = Array.from({ length: mostByHand + 1 }, (_, n) => soldCard(1000 + n));
    const { sales, findings, keys } = heard([committed(...some), committed(...many)]);
    expect(keys).toHaveLength(mostByHand);
    expect(findings.all).toMatchObject([{ reason: 'mass-change', facts: { cards: mostByHand + 1 } }]);
    expect(sales.doubtful.size).toBe(mostByHand + 1);
    // A large order is no such change, and where a shop does not say what belongs together, nothing is.
    expect(heard([committed(paidOrder(1), ...many)]).keys).toHaveLength(mostByHand + 1);
    expect(heard([committed(...many)], { link: null }).keys).toHaveLength(mostByHand + 1);
  });

  it('finds the order in a column of the card where the shop has one', () => {
    const link = { column: 'order_id' };
    const many = Array.from({ length: 50 }, (_, n) => soldCard(n, { order_id: '77' }));
    const { sales } = heard([committed(...many), committed(soldCard(99, { order_id: '0' }))], { link });
    expect(sales.cards.get('3')?.order).toBe('77');
    expect(sales.cards.get('99')?.order).toBeNull();
  });

  it('knows a deleted card for sold where the shop deletes what it sells, but not when somebody empties the table', () => {
    const deleted = (id: number) => change('cards', { id: `${id}`, goods_id: '7' }, null);
    const rules = { status: null, link: 'transaction' } as const;
    const { keys, sales } = heard([committed(paidOrder(1), deleted(1)), committed(deleted(2), deleted(3))], rules);
    expect(keys).toEqual(['1']);
    expect([...sales.doubtful]).toEqual(['2', '3']);
  });

  it('tells two orders apart that had the same key, before and after the table was emptied', () => {
    const made = (number: string) => change('orders', null, { id: '1', order_sn: number, status: '4' });
    const { sales } = heard([committed(made('OLD'), soldCard(1)), committed(made('NEW'), soldCard(2))]);
    expect([...sales.orders.values()].map(({ values }) => values.get('order_sn'))).toEqual(['OLD', 'NEW']);
    const orders = [...sales.cards.values()].map(({ order }) => sales.orders.get(order ?? '')?.values.get('order_sn'));
    expect(orders).toEqual(['OLD', 'NEW']);
  });

  it('counts what two witnesses saw once', () => {
    const { sales } = heard([committed(paidOrder(1), soldCard(1))]);
    sales.seeCard('1', { order: null, product: '7', identity: undefined }, 'live');
    sales.seeOrder('1', 'paid', row({ id: '1', order_sn: 'SN1', status: '4', email: 'x@y.z' }), 'live');
    sales.seeOrder('1', 'paid', row({ id: '1', order_sn: 'ANOTHER', status: '4' }), 'live');
    expect([...(sales.cards.get('1')?.witnesses ?? [])]).toEqual(['log', 'live']);
    expect(sales.cards.get('1')?.order).toBe('1');
    expect([...sales.orders.values()].map(({ values }) => values.get('order_sn'))).toEqual(['SN1', 'ANOTHER']);
  });
});

describe('followUps', () => {
  const of = (
    known: Record<string, Record<string, string | null>> | null,
    fates: [string, 'marked' | 'sold' | 'shared' | 'absent'][],
  ) => {
    const { sales } = heard([
      committed(paidOrder(1), soldCard(1), soldCard(2)),
      committed(change('orders', { id: '2', order_sn: 'SN2', status: '3' }, { id: '2', order_sn: 'SN2', status: '4' })),
      committed(soldCard(3)),
    ]);
    const rows = known && new Map(Object.entries(known).map(([key, values]) => [key, row(values)]));
    return followUps(sales, rows, new Map(fates), someRules).map(({ order, card }) => [
      order?.sale.key ?? null,
      order?.state ?? null,
      card?.sale.key ?? null,
      card?.fate ?? null,
    ]);
  };

  it('names each order with each of its cards, and cards without an order', () => {
    expect(
      of({}, [
        ['1', 'marked'],
        ['2', 'absent'],
        ['3', 'marked'],
      ]),
    ).toEqual([
      ['1', 'absent', '1', 'marked'],
      ['1', 'absent', '2', 'absent'],
      ['2', 'absent', null, null],
      [null, null, '3', 'marked'],
    ]);
  });

  it('says what the copy has of an order, and leaves out what it has as it ended', () => {
    const sold: [string, 'sold'][] = [
      ['1', 'sold'],
      ['2', 'sold'],
      ['3', 'sold'],
    ];
    const states = (status1: string, status2: string, number = 'SN1') =>
      of({ '1': { order_sn: number, status: status1 }, '2': { order_sn: 'SN2', status: status2 } }, sold).map(
        ([key, state]) => `${key}:${state}`,
      );
    expect(states('4', '4')).toEqual([]);
    expect(states('1', '3')).toEqual(['1:unpaid', '1:unpaid', '2:undelivered']);
    expect(states('4', '4', 'SOMEBODY-ELSE')).toEqual(['1:absent', '1:absent']);
    expect(of(null, sold).map(([, state]) => state)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});
