import { describe, expect, it } from 'vitest';
import { fc } from '../../../platform/testing/seeded.ts';
import { addDecimalText, compareDecimal, formatDecimal, parseDecimal, sameDecimalText } from './decimal.ts';
import { encodeRows } from './encode-rows.ts';
import { layoutOf } from './layout.ts';
import { sumPartials } from './breakdown.ts';
import { aColumn, aTable, rawRows } from './testing/raw-rows.ts';

const unit = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const number = fc.record({ unscaled: unit, scale: fc.nat(30) });

describe('decimal', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(number, (value) => {
        expect(parseDecimal(formatDecimal(value))).toEqual(value);
      }),
    );
  });

  it('adds like integers of the finer scale', () => {
    fc.assert(
      fc.property(unit, unit, fc.nat(30), (a, b, scale) => {
        const text = addDecimalText(formatDecimal({ unscaled: a, scale }), formatDecimal({ unscaled: b, scale }));
        expect(text).toBe(formatDecimal({ unscaled: a + b, scale }));
      }),
    );
  });

  it('orders numbers whatever their scale', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const scale = 30;
        const lift = (x: typeof a) => x.unscaled * 10n ** BigInt(scale - x.scale);
        expect(Math.sign(compareDecimal(a, b))).toBe(lift(a) < lift(b) ? -1 : lift(a) > lift(b) ? 1 : 0);
      }),
    );
  });

  it('reads the exponents that FLOAT and DOUBLE print, exactly', () => {
    expect(formatDecimal(parseDecimal('1.5e-7')!)).toBe('0.00000015');
    expect(formatDecimal(parseDecimal('-3.4E+2')!)).toBe('-340');
    expect(formatDecimal(parseDecimal('.5')!)).toBe('0.5');
    expect(formatDecimal(parseDecimal('-0.00')!)).toBe('0.00');
    expect(sameDecimalText('1.50', '1.5')).toBe(true);
    for (const text of ['', '.', '-', 'e5', '1 ', '1,5', 'NaN', '1e', '--1']) expect(parseDecimal(text)).toBeNull();
  });
});

describe('ledger partials', () => {
  const schema = aTable([aColumn('amount'), aColumn('status')]);
  const ledger = {
    name: 'orders',
    database: 'shop',
    table: 'cards',
    amountColumn: 'amount',
    unit: 'yuan' as const,
    currency: 'CNY',
    statusColumn: 'status',
    paidValues: ['1', 'paid'],
  };
  const sum = (rows: (readonly [string | null, string | null])[], definition = ledger) => {
    const bytes = rawRows(rows.map((row) => row.map((text) => (text === null ? null : Buffer.from(text)))));
    return encodeRows(layoutOf(schema, [definition]), bytes, bytes.length, rows.length).ledgers;
  };

  it('counts the paid rows and adds their amounts to the cent', () => {
    const rows = [
      ['10.50', '1'],
      ['0.01', 'paid'],
      ['99.00', '0'],
      [null, '1'],
      ['7', null],
      ['1.00', '11'],
    ] as const;
    expect(sum([...rows])).toMatchObject([{ name: 'orders', rows: 3, sum: '10.51', unreadable: 0 }]);
    expect(sum([...rows], { ...ledger, statusColumn: null as never, paidValues: [] })).toMatchObject([
      { rows: 6, sum: '117.51' },
    ]);
  });

  it('says when an amount is no number, and ignores ledgers of other tables', () => {
    expect(
      sum([
        ['abc', '1'],
        ['2', '1'],
      ]),
    ).toMatchObject([{ name: 'orders', rows: 2, sum: '2', unreadable: 1 }]);
    expect(sum([['1', '1']], { ...ledger, table: 'other' })).toEqual([]);
  });

  it('is exact for any amounts, in any cut', () => {
    const amount = fc.oneof(
      number.map(formatDecimal),
      fc.integer().map(String),
      fc.constantFrom('9007199254740993', '999999999999999', '0.000000000000001', '1e3'),
    );
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 60 }), fc.nat(60), (amounts, cut) => {
        const rows = amounts.map((text) => [text, '1'] as const);
        const [whole] = sum(rows);
        expect(sameDecimalText(whole!.sum, amounts.reduce(addDecimalText, '0'))).toBe(true);
        const parts = [...sum(rows.slice(0, cut)), ...sum(rows.slice(cut))].map(({ unreadable, ...part }) => {
          expect(unreadable).toBe(0);
          return part;
        });
        const merged = sumPartials('orders', parts);
        expect(merged.rows).toBe(rows.length);
        expect(sameDecimalText(merged.sum, whole!.sum)).toBe(true);
      }),
    );
  });
});
