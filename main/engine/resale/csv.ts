/**
 * A table as text that Excel, WPS and every other reader of RFC 4180 opens: UTF-8 with a byte order mark (without it Excel in Chinese reads GBK), lines
 * end with CR LF, every cell is quoted.
 *
 * Cells come from a shop's buyers. What a spreadsheet would run (https://owasp.org/www-community/attacks/CSV_Injection), and long numbers, which it would
 * round, get an apostrophe in front: then they are text.
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

const number = /^-?\d{1,11}(?:\.\d{1,6})?$/;
const runs = /^[\s\u200B\uFEFF]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]/;
const rounded = /^\d{12,}$|^\d+(?:\.\d+)?e[+-]?\d+$/i;

function cell(text: string): string {
  const plain = text.replace(/[^\P{Cc}\t\r\n]/gu, '').trim();
  const isUnsafe = !number.test(plain) && (runs.test(plain) || rounded.test(plain));
  return `"${(isUnsafe ? `'${plain}` : plain).replaceAll('"', '""')}"`;
}
