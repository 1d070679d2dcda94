import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import { aSnapshot, never, startSource, type SourceServer } from './testing/source-server.ts';
import type { MysqlSnapshot } from './types.ts';

let source: SourceServer;
let snapshot: MysqlSnapshot;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    `CREATE TABLE shop.orders (id int PRIMARY KEY, yuan decimal(20,2), cents bigint unsigned, rate float, dbl double, words varchar(20), status tinyint, state varchar(10) COLLATE utf8mb4_general_ci)`,
    `INSERT INTO shop.orders VALUES
      (1, 0.10, 18446744073709551615, 0.1, 0.1, '0.10', 1, 'paid'),
      (2, 0.20, 18446744073709551615, 0.25, 0.2, '0.20', 1, 'PAID'),
      (3, 99999999999999999.99, 1, 1, 1e15, '3', 0, 'open'),
      (4, NULL, NULL, NULL, NULL, NULL, 1, 'paid'),
      (5, -0.30, 0, 0, 0.3, '-0.3', NULL, NULL)`,
    'CREATE TABLE shop.bad (id int PRIMARY KEY, words varchar(20))',
    "INSERT INTO shop.bad VALUES (1, 'twelve'), (2, '12元'), (3, ''), (4, NULL), (5, '7.50')",
  );
  snapshot = await aSnapshot(source.target, { databases: ['shop'] });
});
afterAll(async () => {
  await snapshot.close();
  await source.stop();
});

it.each<[string, Partial<LedgerDefinition>, number, string]>([
  ['decimals', { amountColumn: 'yuan' }, 5, '99999999999999999.99'],
  ['paid rows by number', { amountColumn: 'yuan', statusColumn: 'status', paidValues: ['1'] }, 3, '0.30'],
  ['paid rows by exact text', { amountColumn: 'yuan', statusColumn: 'state', paidValues: ['paid', '付'] }, 2, '0.10'],
  ['no paid value', { amountColumn: 'yuan', statusColumn: 'status', paidValues: [] }, 0, '0'],
  ['integers beyond 64 bits', { amountColumn: 'cents' }, 5, '36893488147419103231'],
  ['floats by their text', { amountColumn: 'rate' }, 5, '1.35000000149011612'],
  ['doubles by their text', { amountColumn: 'dbl' }, 5, '1000000000000000.6'],
  ['amounts kept as words', { amountColumn: 'words' }, 5, '3'],
  [
    'columns whatever their case',
    { amountColumn: 'YUAN', statusColumn: 'STATUS', paidValues: ['0'] },
    1,
    '99999999999999999.99',
  ],
])('sums %s exactly', async (_, change, rows, sum) => {
  expect(await snapshot.ledgerSum(aLedger(change), never)).toMatchObject({ rows, sum, unreadable: 0 });
});

it.each<[string, Partial<LedgerDefinition>, string]>([
  ['a table that is not there', { table: 'nowhere' }, 'table.unknown'],
  ['a column that is not there', { amountColumn: 'nothing' }, 'table.unknown'],
])('refuses %s', async (_, change, code) => {
  await expect(snapshot.ledgerSum(aLedger(change), never)).rejects.toMatchObject({ code });
});

it('says how many amounts are no numbers, and counts their rows', async () => {
  const found = await snapshot.ledgerSum(aLedger({ table: 'bad', amountColumn: 'words' }), never);

  expect(found).toMatchObject({ rows: 5, unreadable: 3 });
});

function aLedger(change: Partial<LedgerDefinition>): LedgerDefinition {
  return {
    name: 'orders',
    database: 'shop',
    table: 'orders',
    amountColumn: 'yuan',
    unit: 'yuan',
    currency: 'CNY',
    statusColumn: null,
    paidValues: [],
    ...change,
  };
}
