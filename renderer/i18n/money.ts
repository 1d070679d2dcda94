/** Money stays text: no float ever touches it. */
const symbols: Readonly<Record<string, string>> = { CNY: '¥', RMB: '¥', USD: '$', EUR: '€', HKD: 'HK$', TWD: 'NT$' };

/** Decimal text in cents → decimal text in whole units, by moving the point. */
export function centsToUnits(text: string): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  const padded = whole.padStart(3, '0');
  return `${sign}${padded.slice(0, -2)}.${padded.slice(-2)}${fraction}`;
}

/**
 * `1234.5` CNY → `¥1,234.50`. At least two decimals; more only where they are not zero, because hiding a part of a cent
 * would make unequal sums look equal. Text that is no number is shown as it came.
 */
export function formatMoney(text: string, currency: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) return text;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const grouped = whole.replace(/^0+(?=\d)/, '').replace(/\B(?=(\d{3})+$)/g, ',');
  const cents = fraction.slice(0, 2).padEnd(2, '0') + fraction.slice(2).replace(/0+$/, '');
  const symbol = symbols[currency.toUpperCase()];
  const minus = sign === '-' ? '−' : '';
  return symbol === undefined
    ? `${minus}${grouped}.${cents} ${currency}`.trim()
    : `${minus}${symbol}${grouped}.${cents}`;
}
