import { z } from 'zod';

const name = z.string().min(1);
const values = z.array(z.string()).min(1);

/**
 * What a shop program does to its tables when it sells: by this the resale guard recognises a delivered card and a paid order, in the log and in
 * a live database. Names without a prefix, as in the rest of a preset. No column of these may be a secret one: what they hold stands in a
 * list for the owner. Values of columns are compared as text.
 */
export const resaleRulesSchema = z.strictObject({
  cards: z
    .strictObject({
      table: name,
      /** One column; grows with time. */
      key: name,
      /** What selling does to a card's row: this column goes from one of `unsold` to one of `sold`. Null: selling deletes the row. */
      status: z.strictObject({ column: name, unsold: values, sold: values }).nullable(),
      /** Cards that are sold again and again (循环卡密): never marked. */
      shared: z.strictObject({ column: name, values }).nullable(),
      /**
       * How a card is known to belong to an order: `transaction`: both change in one · a column of the card holds the order's key. Null: the shop does not
       * say; then a card that changed is taken for sold however many changed at once.
       */
      link: z.union([z.literal('transaction'), z.strictObject({ column: name })]).nullable(),
      product: name.nullable(),
      /** Never changes in the life of a card: tells it from another that got its key after the table was emptied. */
      identity: name.nullable(),
    })
    // Or whoever empties the table would have sold all of it.
    .refine(({ status, link }) => status !== null || link !== null, 'a shop that deletes on sale needs a link'),
  orders: z.strictObject({
    table: name,
    /** One column; grows with time. */
    key: name,
    /** The number that buyers know, unique for ever. */
    number: name,
    status: z.strictObject({ column: name, paid: values, delivered: values }),
    amount: name,
    contact: name.nullable(),
    /** What was bought, in words. */
    title: name.nullable(),
    quantity: name.nullable(),
    createdAt: name.nullable(),
    /** Null: the shop does not keep it; the log has it. */
    paidAt: name.nullable(),
  }),
});
export type ResaleRules = z.infer<typeof resaleRulesSchema>;

/** Every column that the guard looks at, by table, in lower case. */
export function watchedColumns({
  cards,
  orders,
}: ResaleRules): Readonly<Record<'cards' | 'orders', readonly string[]>> {
  const { link } = cards;
  const of = (columns: readonly (string | null | undefined)[]) => [
    ...new Set(columns.filter((column) => column != null).map((column) => column.toLowerCase())),
  ];
  return {
    cards: of([
      cards.key,
      cards.status?.column,
      cards.shared?.column,
      link === null || link === 'transaction' ? null : link.column,
      cards.product,
      cards.identity,
    ]),
    orders: of([
      orders.key,
      orders.number,
      orders.status.column,
      orders.amount,
      orders.contact,
      orders.title,
      orders.quantity,
      orders.createdAt,
      orders.paidAt,
    ]),
  };
}
