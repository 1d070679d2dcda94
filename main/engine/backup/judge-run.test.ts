import { describe, expect, it } from 'vitest';
import { lostTables } from '../../../shared/model/lost-tables.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import { judgeRun, missingSecretColumns, splitFigures, type RunFindings } from './judge-run.ts';
import { aLedger, aTable } from './testing/a-capture.ts';

const dayMs = 24 * 3_600_000;
const atMs = Date.parse('2026-11-22T14:00:00.000Z');

describe('judgeRun', () => {
  it('is green for a shop like the last one', () => {
    expect(failed({ previous: aNight({ cards: 5000 }) })).toEqual([]);
  });

  it.each([
    ['a month ahead', 28 * dayMs, [{ id: 'clock-ahead', apartMs: 28 * dayMs }]],
    ['a day behind', -dayMs, [{ id: 'clock-behind', apartMs: dayMs }]],
    ['some minutes off, as two good clocks may be', 4 * 60_000, []],
    ['of which the server says nothing', null, []],
  ])('warns of a clock that is %s, and judges the run as before', (_, clockAheadMs, warned) => {
    const checks = judgeRun(findings({ clockAheadMs }));
    const clocks = checks.filter(({ id }) => id.startsWith('clock-'));
    expect(clocks).toEqual(warned.map(({ id, apartMs }) => ({ id, ok: true, facts: { apartMs, warning: true } })));
    expect(checks.filter(({ id }) => !id.startsWith('clock-'))).toEqual(judgeRun(findings()));
  });

  it('ticks nothing that was not asked for', () => {
    const ids = judgeRun(findings()).map(({ id }) => id);
    expect(ids).not.toContain('secrets-found');
    expect(ids).not.toContain('ledgers-found');
  });

  it.each<[string, Partial<RunFindings>, string[]]>([
    ['an empty shop', { tables: tables({ cards: 0 }) }, ['plausible-size']],
    ['no tables at all', { tables: [] }, ['plausible-size']],
    ['less than half', { tables: tables({ cards: 2400 }), previous: aNight({ cards: 5000 }) }, ['plausible-size']],
    ['half of a small shop', { tables: tables({ cards: 100 }), previous: aNight({ cards: 900 }) }, []],
    ['a table that is gone', { previous: aNight({ cards: 5000, orders: 3 }) }, ['tables-still-there']],
    ['an empty table that is gone', { previous: aNight({ cards: 5000, sessions: 0 }) }, []],
    [
      'a large table that is empty now',
      { tables: tables({ cards: 5000, orders: 0 }), previous: aNight({ cards: 5000, orders: 1000 }) },
      ['tables-still-there'],
    ],
    ['a ledger without its table', { missingLedgers: ['sales'] }, ['ledgers-found']],
    [
      'a secret column that is not there',
      { secretColumns: ['cards.carmi'], missingSecrets: ['cards.carmi'] },
      ['secrets-found'],
    ],
    ['a table without the right to read it', { lost: [{ table: 'shop.log', reason: 'denied' }] }, ['tables-readable']],
    ['a damaged table', { lost: [{ table: 'shop.log', reason: 'damaged' }] }, ['tables-readable']],
    ['a table that DDL took away', { lost: [{ table: 'shop.log', reason: 'moved' }] }, ['schema-still']],
    [
      'a lost table that held rows, until they are back',
      { lost: [{ table: 'shop.orders', reason: 'damaged' }], previous: aNight({ cards: 5000, orders: 3 }) },
      ['tables-readable', 'tables-still-there'],
    ],
    [
      'a view that the server does not show',
      { lostObjects: [{ database: 'shop', kind: 'view', name: 'v', reason: 'damaged' }] },
      ['objects-readable'],
    ],
    ['a view that nobody can use', { brokenViews: ['shop.totals'] }, ['views-valid']],
    ['a table that nothing kept still', { unisolated: ['shop.log'] }, ['tables-isolated']],
    [
      'one that moved meanwhile',
      { unisolated: ['shop.log'], moved: ['shop.log'] },
      ['rows-equal-count', 'digest-equal', 'tables-isolated'],
    ],
    [
      'amounts that are no numbers',
      { ledgers: [{ name: 'a', currency: 'CNY', rows: 1, sum: '1', serverSum: '12', equal: false, unreadable: 1 }] },
      ['ledgers-readable'],
    ],
    [
      'money that differs in a table that moved',
      { ledgers: [{ name: 'a', currency: 'CNY', rows: 1, sum: '1', serverSum: '2', equal: false }] },
      ['ledger-equal'],
    ],
  ])('is not green for %s', (_, fields, ids) => {
    expect(failed(fields)).toEqual(ids);
  });

  it('names every lost table, however many, for the restore to name them too', () => {
    const lost = Array.from({ length: 50 }, (_, n) => ({ table: `shop.t${n}`, reason: 'denied' as const }));

    const checks = judgeRun(findings({ lost: [...lost, { table: 'shop.m', reason: 'moved' }] }));

    expect(lostTables({ checks })).toEqual([...lost.map(({ table }) => table), 'shop.m']);
  });

  it('warns without a failure where everything was kept', () => {
    const orphan = { database: 'shop', kind: 'trigger', name: 'stamp', definer: 'gone@%' } as const;

    const checks = judgeRun(findings({ orphans: [orphan], undigested: ['shop.files'] }));

    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.filter(({ facts }) => facts['warning'] === true).map(({ id, facts }) => [id, facts])).toEqual([
      ['digest-equal', { ranges: 1, tables: 'shop.files', warning: true }],
      ['definers-exist', { objects: 'trigger shop.stamp (gone@%)', warning: true }],
    ]);
  });

  it('is as red in the second night as in the first, and takes the new size for normal after a week', () => {
    const good = aNight({ cards: 5000 }, -1);
    const first = night(good, { cards: 10 }, 0);
    const second = night(first, { cards: 10 }, 1);
    const sixth = night(second, { cards: 10 }, 6);
    const eighth = night(sixth, { cards: 10 }, 8);

    const sizes = [first, second, sixth, eighth].map(
      ({ checks }) => checks.find(({ id }) => id === 'plausible-size')!.ok,
    );
    expect(sizes).toEqual([false, false, false, true]);
  });

  it('goes on naming a table that is still gone, until it is back', () => {
    const first = night(aNight({ cards: 5000, orders: 7 }, -1), { cards: 5000 }, 0);
    const second = night(first, { cards: 5000 }, 1);
    const third = night(second, { cards: 5000, orders: 7 }, 2);

    const found = [first, second, third].map(({ checks }) => checks.find(({ id }) => id === 'tables-still-there'));
    expect(found.map((check) => [check!.ok, check!.facts['tables']])).toEqual([
      [false, 'shop.orders'],
      [false, 'shop.orders'],
      [true, undefined],
    ]);
  });
});

describe('splitFigures', () => {
  it.each([
    ['another table', aLedger({ table: 'gone' })],
    ['another database', aLedger({ database: 'gone' })],
    ['a missing amount', aLedger({ amountColumn: 'gone' })],
    ['a missing status', aLedger({ statusColumn: 'gone' })],
  ])('sets a ledger with %s aside', (_, ledger) => {
    expect(splitFigures([ledger], [aTable()])).toEqual({ usable: [], missing: ['sales'] });
  });

  it('finds columns as MySQL does, without case, and counts no name twice', () => {
    const ledger = aLedger({ amountColumn: 'PRICE' });
    expect(splitFigures([ledger, aLedger()], [aTable()])).toEqual({ usable: [ledger], missing: ['sales'] });
  });
});

describe('missingSecretColumns', () => {
  it.each([
    ['cards.secret', true],
    ['shop.cards.secret', true],
    ['cards.price', false],
    ['other.cards.secret', false],
    ['cards.carmi', false],
  ])('%s is found: %s', (name, isFound) => {
    expect(missingSecretColumns([name], [aTable()])).toEqual(isFound ? [] : [name]);
  });
});

function tables(rows: Readonly<Record<string, number>>): Manifest['tables'] {
  return Object.entries(rows).map(([name, count]) => ({
    database: 'shop',
    name,
    rows: count,
    textBytes: 1,
    ranges: 1,
    transactional: true,
    sealed: false,
    tableChunk: '0'.repeat(64),
  }));
}

function aNight(rows: Readonly<Record<string, number>>, day = -1): Manifest {
  return aManifest({ tables: tables(rows), at: new Date(atMs + day * dayMs).toISOString() });
}

function night(previous: Manifest, rows: Readonly<Record<string, number>>, day: number): Manifest {
  const manifest = aNight(rows, day);
  return {
    ...manifest,
    checks: judgeRun(findings({ previous, tables: manifest.tables, atMs: Date.parse(manifest.at) })),
  };
}

function findings(fields: Partial<RunFindings> = {}): RunFindings {
  return {
    tables: tables({ cards: 5000 }),
    ledgers: [],
    breakdowns: [],
    counts: [],
    missingLedgers: [],
    secretColumns: [],
    askedColumns: [],
    missingSecrets: [],
    digestsCompared: 1,
    lost: [],
    lostObjects: [],
    brokenViews: [],
    orphans: [],
    undigested: [],
    unisolated: [],
    moved: [],
    previous: null,
    atMs,
    clockAheadMs: 0,
    ...fields,
  };
}

function failed(fields: Partial<RunFindings>): string[] {
  return judgeRun(findings(fields)).flatMap(({ id, ok }) => (ok ? [] : [id]));
}
