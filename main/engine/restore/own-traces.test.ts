import { describe, expect, it } from 'vitest';
import { isOwnTrace } from './own-traces.ts';

describe('isOwnTrace', () => {
  it.each([
    ['shop__restore_20261123_140000', '__shouhu_under_way', true],
    ['shop__restore_20261123_140000__replay', '*', true],
    ['shop__restore_20261123_140000__replay', 'progress', true],
    ['shop__restore_20261123_140000__replay', 'orders', false],
    ['shop__restore_20261123_140000', '*', false],
    ['shop', 'progress', false],
  ])('says of %s.%s: %s', (database, table, isOurs) => {
    expect(isOwnTrace({ database, table })).toBe(isOurs);
  });
});
