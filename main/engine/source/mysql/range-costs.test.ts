import { describe, expect, it } from 'vitest';
import type { Range } from '../../../../shared/model/database.ts';
import { MeasuredRangeCosts } from './range-costs.ts';

const megabyte = 1024 * 1024;
const large = 500 * megabyte;

describe('asking or fetching', () => {
  it('asks about everything in a small shop, whatever the line', () => {
    const costs = new MeasuredRangeCosts(10 * megabyte);
    for (let n = 0; n < 10; n += 1) costs.fetched(megabyte, 1);
    costs.asked(10_000, 1, 5000);

    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
  });

  it('fetches only small ranges while the line is unknown', () => {
    const costs = new MeasuredRangeCosts(large);

    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
    expect(costs.isAskingCheaper(aRange(megabyte / 4, 1000), 1)).toBe(false);
  });

  it('asks on a thin line and fetches on a fast one', () => {
    const thin = new MeasuredRangeCosts(large);
    const fast = new MeasuredRangeCosts(large);
    for (const costs of [thin, fast]) costs.asked(10_000, 1, 100);
    // 10 Mbit/s and a gigabit.
    thin.fetched(megabyte / 4, 200);
    for (let n = 0; n < 10; n += 1) fast.fetched(megabyte, 10);

    expect(thin.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
    expect(fast.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(false);
  });

  it('believes a line that was measured before, until enough was fetched to know better', () => {
    const slow = new MeasuredRangeCosts(large, { lineBytesPerSecond: 1_250_000 });
    expect(slow.isAskingCheaper(aRange(megabyte / 4, 1000), 1)).toBe(true);

    const fast = new MeasuredRangeCosts(large, { lineBytesPerSecond: 200_000_000 });
    expect(fast.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(false);
    fast.asked(10_000, 1, 100);
    fast.fetched(megabyte / 4, 200);
    expect(fast.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(false);
    fast.fetched(megabyte / 4, 200);
    expect(fast.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
  });

  it('counts both questions about a table with secrets', () => {
    const costs = new MeasuredRangeCosts(large);
    costs.asked(10_000, 1, 100);
    for (let n = 0; n < 10; n += 1) costs.fetched(megabyte, 75);

    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 2)).toBe(false);
  });

  it('does not believe one slow piece, and follows a line that changes', () => {
    const costs = new MeasuredRangeCosts(large);
    costs.asked(10_000, 1, 100);
    costs.fetched(megabyte / 4, 20);

    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(false);
    for (let n = 0; n < 8; n += 1) costs.fetched(2 * megabyte, 400);
    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
    costs.fetched(2 * megabyte, 10);
    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(false);
  });

  it('goes on asking when answers stand behind ranges on a thin line', () => {
    const costs = new MeasuredRangeCosts(large);
    costs.asked(10_000, 1, 100);
    for (let n = 0; n < 4; n += 1) costs.fetched(2 * megabyte, 6400);
    for (let n = 0; n < 7; n += 1) costs.asked(10_000, 1, 8000);

    expect(costs.isAskingCheaper(aRange(2 * megabyte, 10_000), 1)).toBe(true);
  });
});

function aRange(textBytes: number, rows: number): Range {
  return {
    lower: null,
    rows,
    digest: '',
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks: [{ id: '', sealedId: null, rows, textBytes }],
    ledgers: [],
  };
}
