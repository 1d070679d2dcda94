import { describe, expect, it } from 'vitest';
import { besideNames } from './beside-names.ts';

const at = '2026-11-22T14:00:00.123Z';

describe('besideNames', () => {
  it('says which database it was and of when it is', () => {
    expect([...besideNames(['shop', 'forum'], at, ['shop', 'forum', 'mysql'])]).toEqual([
      ['shop', 'shop__restore_20261122_140000'],
      ['forum', 'forum__restore_20261122_140000'],
    ]);
  });

  it('takes the first free number, the same for all databases of one restore', () => {
    const taken = ['shop', 'SHOP__restore_20261122_140000', 'forum__restore_20261122_140000_2'];

    expect([...besideNames(['shop', 'forum'], at, taken).values()]).toEqual([
      'shop__restore_20261122_140000_3',
      'forum__restore_20261122_140000_3',
    ]);
  });

  it('keeps within 64 characters, and two long names apart', () => {
    const [a, b] = [`${'x'.repeat(60)}-a`, `${'x'.repeat(60)}-b`];
    const first = [...besideNames([a, b], at, []).values()];
    const second = [...besideNames([a, b], at, first).values()];

    const all = [...first, ...second];
    expect(new Set(all).size).toBe(4);
    expect(Math.max(...all.map((name) => name.length))).toBe(64);
    expect(all.every((name) => /^x+(_2)?__restore_20261122_140000(_2)?$/.test(name))).toBe(true);
  });
});
