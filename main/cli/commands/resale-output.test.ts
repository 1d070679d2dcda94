import { describe, expect, it } from 'vitest';
import { resaleGapReasons } from '../../../shared/model/resale.ts';
import { wordsIn } from '../language.ts';
import { resaleLines } from './resale-output.ts';

const nothing = { cards: 0, orders: 0, csv: null };

describe.each(['zh', 'en'] as const)('what is said of the resale guard in %s', (language) => {
  const say = (resale: Parameters<typeof resaleLines>[0]) => resaleLines(resale, wordsIn(language)).join('\n');

  it('counts what was marked and says where the list is', () => {
    const text = say({ cards: 300, orders: 299, csv: '/home/a.csv', shared: 2, complete: true, unread: [] });
    for (const part of ['300', '299', '/home/a.csv', '2']) expect(text).toContain(part);
    expect(text).not.toContain(wordsIn(language).say('resale.incomplete'));
  });

  it.each(resaleGapReasons)('has a sentence for %s, and none passes for "nothing is missing"', (reason) => {
    const facts = {
      ...{ file: 'log.000001', position: 4, table: 'shop.carmis', cards: 30, rows: 5, records: 2, what: 'XA' },
      ...{ at: '2026-11-23T10:00:00.000Z', from: '', until: '2026-11-23T11:00:00.000Z', code: 'x', copies: 'usb' },
    };
    const lines = say({ ...nothing, complete: false, unread: [{ reason, facts }] }).split('\n');
    expect(lines).toContainEqual(expect.stringContaining(wordsIn(language).say('resale.incomplete')));
    expect(lines.at(-1)).toMatch(/\S{6}/);
    expect(lines.at(-1)).not.toMatch(/\{\{|…|Invalid/);
  });

  it('says when nothing was guarded, but not in a place that is thrown away', () => {
    expect(say({ ...nothing, skipped: 'off' })).toContain('--resale-guard off');
    for (const skipped of ['no-rules', 'file'] as const) expect(say({ ...nothing, skipped })).not.toBe('');
    expect(say({ ...nothing, skipped: 'sandbox' })).toBe('');
  });
});
