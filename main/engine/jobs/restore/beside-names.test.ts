import { describe, expect, it } from 'vitest';
import { isAsideDatabase } from '../../../../shared/model/aside-database.ts';
import { besideNames, namesWith } from './beside-names.ts';

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

  it('gives names that a backup of a whole server passes over, as it does with what a swap puts aside', () => {
    const taken = ['shop__restore_20261122_140000'];
    for (const word of ['restore', 'before', 'undone'] as const)
      for (const name of namesWith(['shop'], word, at, taken).values()) expect(name).toSatisfy(isAsideDatabase);
    for (const name of ['shop', 'shop__before', 'restore_20261122_140000', 'shop__restore_20261122_140000_old'])
      expect(name).not.toSatisfy(isAsideDatabase);
  });
});
