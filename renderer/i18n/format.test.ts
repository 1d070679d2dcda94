import { describe, expect, it } from 'vitest';
import { createI18n } from './i18n.ts';
import { createFormat } from './format.ts';
import { centsToUnits, formatMoney } from './money.ts';

describe('money', () => {
  it('keeps every digit, groups thousands and shows at least two decimals', () => {
    expect(formatMoney('1234567.5', 'CNY')).toBe('¥1,234,567.50');
    expect(formatMoney('99999999999999999999.99', 'CNY')).toBe('¥99,999,999,999,999,999,999.99');
    expect(formatMoney('0', 'USDT')).toBe('0.00 USDT');
    expect(formatMoney('-12.3', 'CNY')).toBe('−¥12.30');
  });

  it('does not hide a part of a cent', () => {
    expect(formatMoney('1.2301', 'CNY')).toBe('¥1.2301');
    expect(formatMoney('1.2300', 'CNY')).toBe('¥1.23');
  });

  it('moves the point for sums kept in cents', () => {
    expect(centsToUnits('123456')).toBe('1234.56');
    expect(centsToUnits('7')).toBe('0.07');
    expect(centsToUnits('-205')).toBe('-2.05');
  });
});

describe('times', () => {
  const english = createI18n('en');
  const format = createFormat('en', (key, facts) => english.t(key, facts ?? {}));

  it('say how long ago in whole units', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    expect(format.ago('2026-11-22T11:59:40Z', now)).toBe('just now');
    expect(format.ago('2026-11-22T09:10:00Z', now)).toBe('2 hours ago');
    expect(format.ago('2026-11-22T12:00:30Z', now)).toBe('just now');
  });

  it('use the right plural in English', () => {
    expect(format.duration(1000)).toBe('1 second');
    expect(format.duration(90_000)).toBe('2 minutes');
    expect(format.duration(3_900_000)).toBe('1 h 5 min');
  });
});
