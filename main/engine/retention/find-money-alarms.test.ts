import { describe, expect, it } from 'vitest';
import type { Dimension, Group } from '../../../shared/model/breakdown.ts';
import { findMoneyAlarms, type MoneyPoint } from './find-money-alarms.ts';

/** A shop of made-up days: 0 the first. Everything that a snapshot would tell of it is counted from its rows. */
interface Order {
  readonly day: number;
  status: 'unpaid' | 'paid' | 'done' | 'refunded' | 'gone';
  cents: number;
}
interface Card {
  readonly product: string;
  state: 'unsold' | 'sold';
}

/** Numbers that look random and are the same every time. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

class Shop {
  orders: Order[] = [];
  cards: Card[] = [];
  day = 0;
  made = 0;
  readonly #roll: (below: number) => number;
  readonly #scale: number;

  constructor(seed: number, scale: number) {
    this.#roll = dice(seed);
    this.#scale = scale;
    this.restock(scale * 10);
  }

  restock(count: number): void {
    this.made += count;
    for (let n = 0; n < count; n++) this.cards.push({ product: `p${n % 5}`, state: 'unsold' });
  }

  /** Sales with a good and a bad day now and then, refunds, late payments, restocking, and unpaid orders that are cleared away. */
  live(): void {
    this.day += 1;
    const roll = this.#roll;
    const busy = roll(7) === 0 ? 4 : roll(5) === 0 ? 0 : 1;
    for (let n = roll(this.#scale) * busy + roll(3); n > 0; n--) {
      const isPaid = roll(10) < 7;
      this.orders.push({ day: this.day, status: isPaid ? 'paid' : 'unpaid', cents: 100 + roll(9_900) });
      const unsold = this.cards.filter(({ state }) => state === 'unsold');
      if (!isPaid) continue;
      for (let cards = 1 + roll(3); cards > 0; cards--) {
        const card = unsold[roll(unsold.length)];
        if (card !== undefined) card.state = 'sold';
      }
    }
    for (const order of this.orders) {
      if (order.status === 'paid' && roll(10) < 9) order.status = 'done';
      else if (order.status === 'done' && order.day > this.day - 8 && roll(300) === 0) order.status = 'refunded';
      else if (order.status === 'unpaid' && order.day >= this.day - 1 && roll(60) === 0) order.status = 'paid';
    }
    this.orders = this.orders.filter(({ status, day }) => status !== 'unpaid' || day > this.day - 7);
    if (this.cards.filter(({ state }) => state === 'unsold').length < this.#scale * 3) this.restock(this.#scale * 12);
    // Once a month sold cards of old are cleared away.
    if (this.day % 30 === 0)
      this.cards = this.cards.filter(({ state }, index) => state === 'unsold' || index > this.#scale * 2);
  }

  picture(): MoneyPoint {
    const there = this.orders.filter(({ status }) => status !== 'gone');
    const paid = there.filter(({ status }) => status === 'paid' || status === 'done');
    const unsold = this.cards.filter(({ state }) => state === 'unsold');
    const days = dimension(paid, ({ day }) => new Date(Date.UTC(2026, 7, day)).toISOString().slice(0, 10));
    const kept = [...days.of].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? 1 : -1));
    const gone = kept.slice(62);
    return {
      id: `day ${this.day}`,
      // In the night behind it, at three by the shop's clock.
      at: new Date(Date.UTC(2026, 7, this.day, 19)).toISOString(),
      isComplete: true,
      money: {
        ledgers: [
          {
            name: 'orders',
            rows: paid.length,
            paidValues: ['paid', 'done'],
            utcOffsetMinutes: 480,
            by: {
              status: dimension(there, ({ status }) => status),
              day: {
                of: kept.slice(0, 62),
                ...(gone.length === 0 ? {} : { rest: { rows: gone.length, sum: '0', values: gone.length } }),
              },
            },
          },
        ],
        stocks: [
          {
            name: 'unsold-cards',
            unsold: unsold.length,
            tableRows: this.cards.length,
            nextNumber: BigInt(this.made + 1),
            byProduct: {
              of: [...Map.groupBy(unsold, ({ product }) => product)].map(([value, { length }]): Group => [
                value,
                length,
                '0',
              ]),
            },
          },
        ],
      },
    };
  }
}

function dimension(orders: readonly Order[], valueOf: (order: Order) => string): Dimension {
  return {
    of: [...Map.groupBy(orders, valueOf)].map(([value, all]): Group => {
      const cents = all.reduce((sum, order) => sum + order.cents, 0);
      return [value, all.length, (cents / 100).toFixed(2)];
    }),
  };
}

function daysOf(shop: Shop, count: number): MoneyPoint[] {
  return Array.from({ length: count }, () => {
    shop.live();
    return shop.picture();
  });
}

const kinds = (timeline: readonly MoneyPoint[], ...confirmed: string[]) =>
  findMoneyAlarms(timeline, new Set(confirmed)).map(({ kind }) => kind);

describe('money', () => {
  it.each([
    [1, 8],
    [2, 30],
    [3, 120],
    [4, 400],
  ])(
    'of a shop that sells, refunds, restocks and clears up for ninety days raises no alarm (shop %i of %i orders a day)',
    (seed, scale) => {
      const timeline = daysOf(new Shop(seed, scale), 90);
      for (let night = 2; night <= timeline.length; night++)
        expect(findMoneyAlarms(timeline.slice(0, night), new Set())).toEqual([]);
      // As tidying up leaves it: every seventh, and all of the last days.
      expect(
        findMoneyAlarms(
          timeline.filter((_, index) => index % 7 === 0 || index > 80),
          new Set(),
        ),
      ).toEqual([]);
    },
  );

  const attacked = (deed: (shop: Shop) => void) => {
    const shop = new Shop(7, 60);
    const before = daysOf(shop, 40);
    deed(shop);
    shop.live();
    return { shop, timeline: [...before, shop.picture()] };
  };
  const some = <T extends { status: string }>(orders: readonly T[], count: number) =>
    orders.filter(({ status }) => status === 'done').slice(-count);

  it('that was paid and is refunded in bulk does, with the statuses, until it is put right or confirmed', () => {
    const flipped: Order[] = [];
    const { shop, timeline } = attacked((victim) => {
      flipped.push(...some(victim.orders, 500));
      for (const order of flipped) order.status = 'refunded';
    });
    expect(findMoneyAlarms(timeline, new Set())).toContainEqual(
      expect.objectContaining({
        kind: 'status-flip',
        name: 'orders',
        detail: 'done → refunded',
        since: timeline.at(-1)!.at,
      }),
    );
    // Weeks of sales do not hide it.
    const later = [...timeline, ...daysOf(shop, 20)];
    expect(kinds(later)).toContain('status-flip');
    expect(findMoneyAlarms(later, new Set(['day 45']))).toEqual([]);
    for (const order of flipped) order.status = 'done';
    expect(findMoneyAlarms([...later, ...daysOf(shop, 1)], new Set())).toEqual([]);
  });

  it('of a day that was over does, when its orders are gone or cost something else', () => {
    const gone = attacked((shop) => {
      for (const order of shop.orders) if (order.day >= 34 && order.day <= 36) order.status = 'gone';
    });
    const found = findMoneyAlarms(gone.timeline, new Set());
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ kind, detail }) => kind === 'closed-day' && /^2026-09-0[345]$/.test(detail ?? ''))).toBe(
      true,
    );
    const cheaper = attacked((shop) => {
      for (const order of shop.orders) if (order.day < 38) order.cents = Math.floor(order.cents / 2);
    });
    const days = findMoneyAlarms(cheaper.timeline, new Set());
    expect(days.length).toBeGreaterThan(0);
    expect(days[0]).toMatchObject({ kind: 'closed-day', exact: { rowsBefore: days[0]!.exact!.rowsAfter! } });
  });

  it('is in danger when sold cards are for sale again, and not when new ones came', () => {
    const { timeline } = attacked((shop) => {
      for (const card of shop.cards.filter(({ state }) => state === 'sold').slice(-200)) card.state = 'unsold';
    });
    expect(kinds(timeline)).toEqual(['unsold-jump']);
    expect(kinds(attacked((shop) => shop.restock(5_000)).timeline)).toEqual([]);
  });

  it('is in danger when the stock is gone and nobody bought it', () => {
    expect(
      kinds(
        attacked((shop) => {
          for (const card of shop.cards) card.state = 'sold';
        }).timeline.slice(0, 41),
      ),
    ).toEqual([]);
    const shop = new Shop(9, 20);
    const before = daysOf(shop, 10);
    shop.restock(900);
    const full = shop.picture();
    for (const card of shop.cards) card.state = 'sold';
    shop.day += 1;
    expect(kinds([...before, { ...full, id: 'full' }, shop.picture()])).toEqual(['unsold-emptied']);
  });

  it('that no snapshot tells apart says nothing, and neither does one that is not whole', () => {
    const timeline = daysOf(new Shop(5, 30), 10);
    expect(kinds(timeline.map((point) => ({ ...point, money: null })))).toEqual([]);
    const empty: MoneyPoint = { ...timeline[9]!, id: 'red', isComplete: false, money: { ledgers: [], stocks: [] } };
    expect(kinds([...timeline, empty])).toEqual([]);
  });
});
