import type { ResaleRules } from '../presets/resale-rules.ts';
import type { Findings } from './finding.ts';
import type { CommittedChanges, LogPlace, RowChange, RowValues } from './row-change.ts';

export type Witness = 'log' | 'live';

/** A card that was delivered after the moment of the restore. */
export interface CardSale {
  readonly key: string;
  /** Id in `orders`, or key, of the order that it went to; null: nobody says. */
  order: string | null;
  product: string | null;
  /** See the rules; undefined: not told. */
  identity: string | null | undefined;
  soldAtMs: number | null;
  place: LogPlace | null;
  readonly witnesses: Set<Witness>;
}

/** An order that was paid or delivered after it. */
export interface OrderSale {
  readonly key: string;
  /** What is known of its row, the newest last. */
  readonly values: Map<string, string | null>;
  readonly what: 'paid' | 'delivered';
  soldAtMs: number | null;
  place: LogPlace | null;
  readonly witnesses: Set<Witness>;
}

/** More cards than this that become sold in one transaction without an order are no day's work of a person. */
export const mostByHand = 20;

/**
 * Gathers what was sold from changes of rows, in the order in which they were committed, and from whoever else has seen it. The same card seen by two is
 * one card. Nothing is forgotten again: a card that was taken back has been seen by a buyer.
 */
export class Sales {
  readonly cards = new Map<string, CardSale>();
  /** By key; an order that got the key of another, after the table was emptied, by key and number. */
  readonly orders = new Map<string, OrderSale>();
  /** Cards that changed in a way that is no sale: what only says that they are sold now is no witness. */
  readonly doubtful = new Set<string>();
  readonly #rules: ResaleRules;
  readonly #findings: Findings;
  /** Orders that were made and are not paid yet, with what is known of them, by the same ids as `orders`. */
  readonly #open = new Map<string, Map<string, string | null>>();
  /** The id of the order that has a key now. */
  readonly #ids = new Map<string, string>();

  constructor(rules: ResaleRules, findings: Findings) {
    this.#rules = rules;
    this.#findings = findings;
  }

  /** Whether a change can be part of a sale. Of orders everything is, for what the list says of them. */
  isWanted(change: RowChange): boolean {
    return change.role === 'orders' ? change.after !== null : this.#isSale(change);
  }

  /** One committed transaction, from a log. */
  take(done: CommittedChanges): void {
    const settled = new Set<string>();
    const cards: RowChange[] = [];
    for (const change of done.changes) {
      if (change.role === 'cards') {
        cards.push(change);
        continue;
      }
      const id = this.#order(change, done);
      if (id !== null) settled.add(id);
    }
    if (cards.length > 0) this.#cards(cards, [...settled], done);
  }

  /** A card that another witness saw sold. */
  seeCard(key: string, seen: Pick<CardSale, 'order' | 'product' | 'identity'>, witness: Witness): void {
    const known = this.cards.get(key);
    if (known === undefined) {
      this.cards.set(key, { key, ...seen, soldAtMs: null, place: null, witnesses: new Set([witness]) });
      return;
    }
    known.witnesses.add(witness);
    known.order ??= seen.order;
    known.product ??= seen.product;
    known.identity ??= seen.identity;
  }

  /** An order that another witness saw paid or delivered. */
  seeOrder(key: string, what: OrderSale['what'], values: RowValues, witness: Witness): void {
    const id = this.#idOf(key, values.get(this.#rules.orders.number.toLowerCase()));
    const known = this.orders.get(id);
    if (known === undefined) {
      const sale = { key, values: new Map(values), what, soldAtMs: null, place: null };
      this.orders.set(id, { ...sale, witnesses: new Set([witness]) });
      return;
    }
    known.witnesses.add(witness);
    for (const [column, value] of values) known.values.set(column, value);
  }

  /** Under which id an order goes that has this key and, as far as it is told, this number. */
  #idOf(key: string, number: string | null | undefined): string {
    const id = this.#ids.get(key) ?? key;
    const known = (this.orders.get(id)?.values ?? this.#open.get(id))?.get(this.#rules.orders.number.toLowerCase());
    if (known == null || number == null || known === number) return id;
    const own = `${key}\0${number}`;
    this.#ids.set(key, own);
    return own;
  }

  #keyOf({ role, before, after }: RowChange): string {
    const key = this.#rules[role].key.toLowerCase();
    // The key is in one of the two images whatever the server leaves out.
    return after?.get(key) ?? before?.get(key) ?? '';
  }

  #isSale({ before, after }: RowChange): boolean {
    const { status } = this.#rules.cards;
    if (status === null) return after === null;
    if (after === null) return false;
    const column = status.column.toLowerCase();
    const now = after.get(column);
    const was = before?.get(column);
    return now != null && status.sold.includes(now) && (was == null || !status.sold.includes(was));
  }

  /** The id of the order that became paid or delivered by this; null: none did. */
  #order(change: RowChange, { committedAtMs, place }: CommittedChanges): string | null {
    const { before, after } = change;
    if (after === null) return null;
    const { status, number } = this.#rules.orders;
    const key = this.#keyOf(change);
    const id = this.#idOf(key, after.get(number.toLowerCase()));
    const known = this.orders.get(id);
    const values = known?.values ?? this.#open.get(id) ?? new Map<string, string | null>();
    for (const [name, value] of [...(before ?? []), ...after]) values.set(name, value);
    const column = status.column.toLowerCase();
    const what = becomes(status, before?.get(column), after.get(column));
    if (what === null) {
      if (known === undefined && before === null) this.#open.set(id, values);
      return null;
    }
    this.#open.delete(id);
    if (known === undefined) {
      const sale = { key, values, what, soldAtMs: committedAtMs, place };
      this.orders.set(id, { ...sale, witnesses: new Set<Witness>(['log']) });
    }
    return id;
  }

  #cards(changes: readonly RowChange[], settled: readonly string[], done: CommittedChanges): void {
    const { link } = this.#rules.cards;
    const orderOf = ({ before, after }: RowChange): string | null => {
      if (link === 'transaction') return settled.length === 1 ? (settled[0] ?? null) : null;
      if (link === null) return null;
      const column = link.column.toLowerCase();
      const order = after?.get(column) ?? before?.get(column) ?? null;
      return order === null || order === '0' ? null : (this.#ids.get(order) ?? order);
    };
    const isLinked = (change: RowChange) => orderOf(change) !== null || (link === 'transaction' && done.touchesOrders);
    const unlinked = link === null ? [] : changes.filter((change) => !isLinked(change));
    // Rows that were made as sold only tell what somebody else knew.
    const changed = unlinked.filter(({ before }) => before !== null);
    const isMass = changed.length > mostByHand || (this.#rules.cards.status === null && changed.length > 0);
    const left = new Set(isMass ? changed : []);
    if (isMass && changed.length > mostByHand)
      this.#findings.add('mass-change', {
        ...done.place,
        at: new Date(done.committedAtMs).toISOString(),
        cards: changed.length,
      });
    for (const change of changes) {
      const key = this.#keyOf(change);
      if (left.has(change)) {
        this.doubtful.add(key);
        continue;
      }
      this.#sold(key, change, orderOf(change), done);
    }
  }

  #sold(
    key: string,
    { before, after }: RowChange,
    order: string | null,
    { committedAtMs, place }: CommittedChanges,
  ): void {
    const { product, identity } = this.#rules.cards;
    const valueOf = (column: string | null) =>
      column === null ? undefined : (after?.get(column.toLowerCase()) ?? before?.get(column.toLowerCase()));
    this.seeCard(key, { order, product: valueOf(product) ?? null, identity: valueOf(identity) }, 'log');
    const sale = this.cards.get(key);
    if (sale === undefined) return;
    sale.soldAtMs ??= committedAtMs;
    sale.place ??= place;
    // Sold once more after it was taken back, or another card under a key that was given twice: the last one counts.
    sale.order = order ?? sale.order;
    sale.identity = valueOf(identity) ?? sale.identity;
  }
}

/** What an order becomes when its status goes from `was` (undefined: not told, or it was made) to `now`. */
export function becomes(
  { paid, delivered }: ResaleRules['orders']['status'],
  was: string | null | undefined,
  now: string | null | undefined,
): OrderSale['what'] | null {
  if (now == null) return null;
  const wasPaid = was != null && paid.includes(was);
  if (paid.includes(now) && !wasPaid) return 'paid';
  const wasDelivered = was != null && delivered.includes(was);
  return delivered.includes(now) && !wasDelivered ? 'delivered' : null;
}
