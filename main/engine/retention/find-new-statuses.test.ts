import { expect, it } from 'vitest';
import type { Dimension } from '../../../shared/model/breakdown.ts';
import { findNewStatuses, type StatusPoint } from './find-new-statuses.ts';

function night(day: number, status: Dimension | null): StatusPoint {
  return {
    at: new Date(Date.UTC(2026, 8, day, 19)).toISOString(),
    ledgers: status === null ? [] : [{ name: 'orders', paidValues: ['paid'], status }],
  };
}
const usual: Dimension = {
  of: [
    ['paid', 300, '3000.00'],
    ['open', 20, '200.00'],
  ],
};
const withNew = (value: string | null): Dimension => ({ of: [...usual.of, [value, 7, '70.50']] });

it.each([['done'], [null]])('a status that was never there before is told with its orders: %j', (value) => {
  expect(findNewStatuses([night(1, usual), night(2, usual), night(3, withNew(value))])).toEqual([
    { ledger: 'orders', value, rows: 7, sum: '70.50', since: '2026-09-03T19:00:00.000Z' },
  ]);
});

it('it is told for thirty days, since the first night that had it', () => {
  const [first, last] = [night(2, withNew('done')), night(32, withNew('done'))];
  expect(findNewStatuses([night(1, usual), first, last])).toMatchObject([{ since: first.at }]);
  expect(findNewStatuses([night(1, usual), first, last, night(33, withNew('done'))])).toEqual([]);
});

it.each<[string, StatusPoint[]]>([
  ['one that counts as paid', [night(1, { of: [['open', 40, '0']] }), night(2, usual)]],
  ['one that came back', [night(1, withNew('done')), night(2, usual), night(3, withNew('done'))]],
  ['the first snapshot of all', [night(1, withNew('done'))]],
  ['a shop that is being set up', [night(1, { of: [['paid', 3, '3.00']] }), night(2, withNew('done'))]],
  [
    'one that may have been among too many',
    [night(1, { ...usual, rest: { rows: 1, sum: '1.00' } }), night(2, withNew('done'))],
  ],
  ['a snapshot that tells no money', [night(1, null), night(2, withNew('done'))]],
])('not told: %s', (_, timeline) => {
  expect(findNewStatuses(timeline)).toEqual([]);
});
