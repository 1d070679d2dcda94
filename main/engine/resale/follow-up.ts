import type { ResaleRules } from '../presets/resale-rules.ts';
import type { CardFate } from './mark-sold.ts';
import type { LogPlace, RowValues } from './row-change.ts';
import { becomes, type CardSale, type OrderSale, type Sales, type Witness } from './sales.ts';

/**
 * What the copy knows of an order that was paid or delivered after the moment. `absent`: nothing · `unpaid` · `undelivered`: it was paid before, and
 * would be delivered once more · `unknown`: the table was not restored.
 */
export type OrderState = 'absent' | 'unpaid' | 'undelivered' | 'unknown';

/** One order, or one card, or an order and one of its cards, for a person to see to. */
export interface FollowUp {
  readonly order: { readonly sale: OrderSale; readonly state: OrderState } | null;
  readonly card: { readonly sale: CardSale; readonly fate: CardFate } | null;
  readonly at: number | null;
  readonly place: LogPlace | null;
  readonly witnesses: readonly Witness[];
}

/**
 * What is left to a person: orders that the copy does not have as they ended, with their cards, and cards of which nobody knows the order. What the
 * copy has already is left out. `known`: rows of the copy's orders by key; null: they were not restored.
 */
export function followUps(
  sales: Sales,
  known: ReadonlyMap<string, RowValues> | null,
  fates: ReadonlyMap<string, CardFate>,
  rules: ResaleRules,
): FollowUp[] {
  const cardsOf = new Map<string, CardSale[]>();
  for (const card of sales.cards.values())
    if (card.order !== null) cardsOf.set(card.order, [...(cardsOf.get(card.order) ?? []), card]);
  const listed = new Set<CardSale>();
  const found: FollowUp[] = [];
  for (const [id, sale] of sales.orders) {
    const state = stateOf(sale, known, rules);
    if (state === null) continue;
    const order = { sale, state };
    const cards = cardsOf.get(id) ?? [];
    const { soldAtMs: at, place } = sale;
    if (cards.length === 0) found.push({ order, card: null, at, place, witnesses: [...sale.witnesses] });
    for (const card of cards) {
      listed.add(card);
      const witnesses = [...new Set([...sale.witnesses, ...card.witnesses])];
      found.push({ order, card: { sale: card, fate: fates.get(card.key) ?? 'absent' }, at, place, witnesses });
    }
  }
  for (const sale of sales.cards.values()) {
    const fate = fates.get(sale.key) ?? 'absent';
    if (listed.has(sale) || (fate !== 'marked' && fate !== 'shared')) continue;
    found.push({
      order: null,
      card: { sale, fate },
      at: sale.soldAtMs,
      place: sale.place,
      witnesses: [...sale.witnesses],
    });
  }
  return found;
}

/** Null: the copy has it as it ended. */
function stateOf(
  { key, values, what }: OrderSale,
  known: ReadonlyMap<string, RowValues> | null,
  { orders: { number, status } }: ResaleRules,
): OrderState | null {
  if (known === null) return 'unknown';
  const row = known.get(key);
  const told = values.get(number.toLowerCase());
  // Another order has its key in the copy.
  if (row === undefined || (told != null && row.get(number.toLowerCase()) !== told)) return 'absent';
  // What the log left out of a change stands in the row that was changed.
  for (const [column, value] of row) if (!values.has(column)) values.set(column, value);
  const was = row.get(status.column.toLowerCase());
  const now = values.get(status.column.toLowerCase());
  const missed = becomes(status, was, now);
  if (missed !== null) return missed === 'paid' ? 'unpaid' : 'undelivered';
  // It has gone on since, to a state that says neither: what it went through counts.
  if (was == null || !status.paid.includes(was)) return 'unpaid';
  return what === 'delivered' && !status.delivered.includes(was) ? 'undelivered' : null;
}
