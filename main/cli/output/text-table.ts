import { shownLine } from '../../../shared/model/shown-text.ts';

/**
 * How many columns a terminal gives to a text: Chinese characters and full-width signs take two, combining marks none.
 * Exact for what this program prints; not a Unicode library.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

const wideRanges = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
] as const;

function isWide(codePoint: number): boolean {
  return wideRanges.some(([from, to]) => codePoint >= from && codePoint <= to);
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

export interface TableColumn {
  readonly title: string;
  /** Numbers line up at their last digit. */
  readonly align?: 'left' | 'right';
}

/** Lines of a table whose columns line up also when cells are Chinese. */
export function textTable(columns: readonly TableColumn[], cells: readonly (readonly string[])[]): string[] {
  // Before they are measured: what is shown is what has a width.
  const rows = cells.map((row) => row.map(shownLine));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, at) => Math.max(...[titles, ...rows].map((row) => displayWidth(row[at] ?? ''))));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, at) => (align === 'right' ? padStart : padEnd)(row[at] ?? '', widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(titles), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}
