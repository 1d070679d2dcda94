import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LedgerDefinition, RowCondition } from '../../../../../shared/model/database.ts';
import { fc } from '../../../platform/testing/seeded.ts';
import { quoteName, quoteText } from '../quote.ts';
import { addSums } from '../ledger.ts';
import { encodeRows, layoutOf, sameBreakdown, sameDecimalText } from '../rows/index.ts';
import { encodeRowsPlainly } from '../rows/encode-rows.ts';
import { aSnapshot, evenBatches, never, tableNamed, whole, type SourceServer } from './source-server.ts';
import type { RawBatch } from '../types.ts';

const words = ['1', '0', '2', 'paid', 'PAID', 'Paid ', '已付款', '', '-1'] as const;
const state = fc.option(fc.constantFrom(...words), { nil: null });
const number = fc.option(fc.integer({ min: -9_999_999, max: 9_999_999 }), { nil: null });
const amountText = fc.option(
  fc.oneof(fc.constantFrom('12元', 'free', '', '1,50', '7.50', '-0.30', '1e3'), fc.integer().map(String)),
  { nil: null },
);
const row = fc.record({
  yuan: number.map((cents) => (cents === null ? null : (cents / 100).toFixed(2))),
  cents: number,
  rate: fc.option(fc.constantFrom('0.1', '1e15', '-2.25', '0'), { nil: null }),
  words: amountText,
  status: fc.option(fc.integer({ min: -1, max: 4 }), { nil: null }),
  state,
  raw: state,
  wide: state,
  gbk: state,
  deleted: fc.option(fc.constantFrom('2026-11-01 00:00:00', '0000-00-00 00:00:00'), { nil: null }),
  at: fc.option(
    fc.oneof(
      fc
        .date({ min: new Date('1990-01-01'), max: new Date('2037-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 19).replace('T', ' ')),
      fc.constantFrom('0000-00-00 00:00:00', '2024-02-29 16:30:00', '9999-12-31 23:59:59', '0900-01-01 10:00:00'),
    ),
    { nil: null },
  ),
  unix: fc.option(fc.oneof(fc.integer({ min: -5, max: 2_000_000_000 }), fc.constantFrom(0, 86_399, 86_400)), {
    nil: null,
  }),
  shopDay: fc.option(fc.constantFrom('2026-11-23 08:00', '2026-11-23', '2026-02-31', 'today', '', '2026/1/2'), {
    nil: null,
  }),
  product: fc.option(fc.oneof(fc.integer({ min: -3, max: 400 }).map(String), fc.constantFrom('x'.repeat(140))), {
    nil: null,
  }),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

const columns = `id int PRIMARY KEY, yuan decimal(12,2), cents bigint, rate float, dbl double, words varchar(20), status tinyint,
  state varchar(20) COLLATE utf8mb4_general_ci, raw varbinary(40), wide varchar(20) CHARACTER SET utf16,
  gbk varchar(20) CHARACTER SET gbk, deleted datetime, at datetime(3), moment timestamp NULL, unix bigint,
  millis bigint unsigned, shop_day varchar(30), product varchar(200) CHARACTER SET gbk, kind enum('card','账号','')`;

const condition: fc.Arbitrary<RowCondition> = fc
  .record({
    column: fc.constantFrom('status', 'state', 'raw', 'wide', 'gbk', 'deleted'),
    values: fc.array(fc.option(fc.constantFrom(...words, '2026-11-01 00:00:00'), { nil: null }), {
      minLength: 1,
      maxLength: 4,
    }),
    not: fc.boolean(),
  })
  .map(({ not, ...rest }) => (not ? { ...rest, not: true as const } : rest));

const definition = fc.record({
  amountColumn: fc.constantFrom('yuan', 'cents', 'rate', 'dbl', 'words'),
  status: fc.option(fc.constantFrom('status', 'state', 'raw', 'gbk'), { nil: null }),
  paidValues: fc.array(fc.constantFrom(...words), { maxLength: 3 }),
  where: fc.array(condition, { maxLength: 3 }),
  day: fc.option(
    fc.record({
      at: fc.constantFrom(
        ['at', 'utc'] as const,
        ['moment', 'utc'] as const,
        ['at', 'local'] as const,
        ['shop_day', 'local'] as const,
        ['unix', 'unix-seconds'] as const,
        ['millis', 'unix-ms'] as const,
      ),
      utcOffsetMinutes: fc.constantFrom(480, 0, -840, 840, 345),
    }),
    { nil: null },
  ),
  product: fc.option(fc.constantFrom('product', 'status', 'wide', 'kind', 'nothing'), { nil: null }),
  currency: fc.option(fc.constantFrom('state', 'raw'), { nil: null }),
});

function insertOf(rows: readonly Row[]): string {
  const text = (value: string | null) => (value === null ? 'NULL' : quoteText(value));
  const tuples = rows.map((each, id) =>
    [
      id,
      each.yuan ?? 'NULL',
      each.cents ?? 'NULL',
      each.rate ?? 'NULL',
      each.rate ?? 'NULL',
      text(each.words),
      each.status ?? 'NULL',
      text(each.state),
      text(each.raw),
      text(each.wide),
      text(each.gbk),
      text(each.deleted),
      text(each.at),
      text(each.at === null || each.at < '1990' || each.at > '2037' ? null : each.at),
      each.unix ?? 'NULL',
      each.unix === null ? 'NULL' : Math.max(0, each.unix) * 1000 + 999,
      text(each.shopDay),
      text(each.product),
      text(each.state),
    ].join(', '),
  );
  return `INSERT INTO shop.orders VALUES (${tuples.join('), (')})`;
}

/** A ledger over any rows, on one kind of server. */
export function ledgerOverAnyRows(start: () => Promise<SourceServer>): void {
  let source: SourceServer;
  beforeAll(async () => {
    source = await start();
    await source.run('CREATE DATABASE shop');
  });
  afterAll(() => source.stop());

  it('is the same by the server and from the bytes it sent, in both encoders', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.array(definition, { minLength: 6, maxLength: 12 }),
        async (rows, definitions) => {
          await source.run(
            "SET sql_mode=''",
            'DROP TABLE IF EXISTS shop.orders',
            `CREATE TABLE shop.orders (${columns})`,
            insertOf(rows),
          );
          const ledgers = definitions.map((each, index): LedgerDefinition => ({
            name: `ledger ${index}`,
            database: 'shop',
            table: 'orders',
            amountColumn: each.amountColumn,
            unit: 'yuan',
            currency: 'CNY',
            statusColumn: each.status,
            paidValues: each.status === null ? [] : each.paidValues,
            ...(each.where.length === 0 ? {} : { where: each.where }),
            ...(each.day === null
              ? {}
              : {
                  day: {
                    column: each.day.at[0],
                    form: each.day.at[1],
                    utcOffsetMinutes: each.day.utcOffsetMinutes,
                  },
                }),
            ...(each.product === null ? {} : { productColumn: each.product }),
            ...(each.currency === null ? {} : { currencyColumn: each.currency }),
          }));
          await holdsForAll(source, ledgers);
        },
      ),
      { numRuns: 40 },
    );
  });
}

async function holdsForAll(source: SourceServer, ledgers: readonly LedgerDefinition[]): Promise<void> {
  const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
  try {
    const table = tableNamed(snapshot, 'orders');
    const batches: RawBatch[] = [];
    const take = (batch: RawBatch) => Promise.resolve(void batches.push(batch));
    await snapshot.readRange(table, whole, evenBatches(1 << 20), take, never);
    const layout = layoutOf(table, ledgers);
    const { bytes, usedBytes, rows } = batches[0]!;
    const encoded = encodeRows(layout, bytes, usedBytes, rows).ledgers;
    expect(encodeRowsPlainly(layout, Buffer.from(bytes), usedBytes, rows).ledgers).toEqual(encoded);
    for (const [index, ledger] of ledgers.entries()) {
      const mine = encoded[index]!;
      const server = await snapshot.ledgerSum(ledger, never);
      const middle = [Buffer.from('7').toString('base64')];
      const inPieces = addSums([
        await snapshot.ledgerSum(ledger, never, { lower: null, upper: middle }),
        await snapshot.ledgerSum(ledger, never, { lower: middle, upper: null }),
      ]);
      const what = `${quoteName(ledger.amountColumn)} ${JSON.stringify(ledger)}`;
      expect(server.rows, what).toBe(mine.rows);
      expect(server.unreadable, what).toBe(mine.unreadable);
      expect(sameDecimalText(server.sum, mine.sum), what).toBe(true);
      expect(sameBreakdown(server.by, mine.by) ? mine.by : server.by, what).toEqual(mine.by);
      expect(sameDecimalText(inPieces.sum, mine.sum) && inPieces.rows === mine.rows, what).toBe(true);
      expect(sameBreakdown(inPieces.by, mine.by) ? mine.by : inPieces.by, what).toEqual(mine.by);
    }
  } finally {
    await snapshot.close();
  }
}
