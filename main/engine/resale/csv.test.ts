import { describe, expect, it } from 'vitest';
import { csvText } from './csv.ts';

const lines = (...rows: string[][]) => csvText(rows).slice(1).split('\r\n').slice(0, -1);

describe('csvText', () => {
  it('is UTF-8 that Excel knows as such, with RFC 4180 quoting', () => {
    expect(csvText([['订单号', 'a "b", c']])).toBe('\uFEFF"订单号","a ""b"", c"\r\n');
    expect(lines(['two\nlines', ''])).toEqual(['"two\nlines",""']);
  });

  it.each([
    '=1+1',
    '+86 138',
    '-cmd',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '\u0000=1',
    '\uFF1D1',
    '=HYPERLINK("http://x","y")',
    '|calc',
  ])('gives a spreadsheet nothing to run: %j', (text) => {
    const [line = ''] = lines([text]);
    expect(line.startsWith(`"'`)).toBe(true);
    expect(line).not.toContain('\u0000');
  });

  it('leaves numbers as they are, but for those that a spreadsheet would round', () => {
    expect(lines(['-1', '12.50', '20261123'])).toEqual(['"-1","12.50","20261123"']);
    expect(lines(['2026112312345678901', '12e5', 'SN-1'])).toEqual([`"'2026112312345678901","'12e5","SN-1"`]);
  });
});
