import type { ResaleRules } from '../../presets/resale-rules.ts';
import type { CommittedChanges, RowChange, RowValues } from '../row-change.ts';

/** Rules like those of dujiaoka. */
export const someRules: ResaleRules = {
  cards: {
    table: 'carmis',
    key: 'id',
    status: { column: 'status', unsold: ['1'], sold: ['2'] },
    shared: { column: 'is_loop', values: ['1'] },
    link: 'transaction',
    product: 'goods_id',
    identity: 'created_at',
  },
  orders: {
    table: 'orders',
    key: 'id',
    number: 'order_sn',
    status: { column: 'status', paid: ['2', '3', '4'], delivered: ['4'] },
    amount: 'actual_price',
    contact: 'email',
    title: 'title',
    quantity: 'buy_amount',
    createdAt: 'created_at',
    paidAt: null,
  },
};

export const row = (values: Readonly<Record<string, string | null>>): RowValues => new Map(Object.entries(values));

type Values = Readonly<Record<string, string | null>> | null;

export function change(role: RowChange['role'], before: Values, after: Values): RowChange {
  return { role, before: before && row(before), after: after && row(after) };
}

export const soldCard = (id: number, more: Readonly<Record<string, string | null>> = {}) =>
  change(
    'cards',
    { id: `${id}`, status: '1', goods_id: '7', ...more },
    { id: `${id}`, status: '2', goods_id: '7', ...more },
  );

export const paidOrder = (id: number, more: Readonly<Record<string, string | null>> = {}) =>
  change(
    'orders',
    { id: `${id}`, order_sn: `SN${id}`, status: '1' },
    { id: `${id}`, order_sn: `SN${id}`, status: '4', ...more },
  );

let position = 0;

/** A transaction of these changes, each behind the one before. */
export function committed(...changes: readonly RowChange[]): CommittedChanges {
  position += 100;
  const touchesOrders = changes.some(({ role, after }) => role === 'orders' && after !== null);
  return { place: { file: 'log.000001', position }, committedAtMs: position * 1000, changes, touchesOrders };
}
