import type { CommandOutput } from '../../../shared/ipc/contract.ts';

/** What an unknown shop may look like: a table of cards, their copies in orders, and the orders' money. */
export const sampleProposal: CommandOutput<'source.propose'> = {
  columns: [
    {
      name: 'fk_kami.content',
      kind: 'card',
      isSealed: false,
      why: [
        { id: 'comment-card', facts: {} },
        { id: 'table-cards', facts: { table: 'fk_kami' } },
        { id: 'sold-beside', facts: { column: 'status' } },
        { id: 'values-keys', facts: { percent: 98, from: 16, to: 24 } },
      ],
    },
    {
      name: 'fk_order.info',
      kind: 'card',
      isSealed: false,
      why: [
        { id: 'table-orders', facts: { table: 'fk_order' } },
        { id: 'values-keys', facts: { percent: 93, from: 16, to: 140 } },
        { id: 'values-lines', facts: {} },
      ],
    },
    {
      name: 'fk_admin.password',
      kind: 'credential',
      isSealed: false,
      why: [{ id: 'name-credential', facts: { column: 'password' } }],
    },
  ],
  ledgers: [
    {
      definition: {
        name: 'fk_order',
        database: 'shop',
        table: 'fk_order',
        amountColumn: 'pay_money',
        unit: 'yuan',
        currency: 'CNY',
        statusColumn: 'status',
        paidValues: ['1', '2'],
        day: { column: 'pay_time', form: 'unix-seconds', utcOffsetMinutes: 480 },
      },
      isKnown: false,
      statusValues: [],
      why: [
        { id: 'amount-decimal', facts: { column: 'pay_money', type: 'decimal(10,2)' } },
        { id: 'status-words', facts: { column: 'status', values: '1, 2' } },
        { id: 'time', facts: { column: 'pay_time' } },
      ],
    },
    {
      definition: {
        name: 'fk_recharge',
        database: 'shop',
        table: 'fk_recharge',
        amountColumn: 'amount',
        unit: 'cent',
        currency: 'CNY',
        statusColumn: 'state',
        paidValues: [],
      },
      isKnown: false,
      statusValues: ['A', 'B', 'C'],
      why: [
        { id: 'amount-cents', facts: { column: 'amount' } },
        { id: 'status-unknown', facts: { column: 'state' } },
      ],
    },
  ],
  looked: { tables: 14, columns: 112, rows: 1320 },
  unread: [],
};
