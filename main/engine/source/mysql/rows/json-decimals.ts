import type { TableSchema } from '../../../../../shared/model/database.ts';
import { TextCursor, unescapeField } from './decode-text.ts';

/**
 * Numbers inside JSON that its text cannot give back. MySQL keeps exact decimals in a document that SQL made (`JSON_OBJECT('price', price)`)
 * and prints them as such, but takes every number with a point for a double when it reads text: 9.90 would come back as 9.9. Such
 * numbers are set again, as decimals.
 */

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*|[a-z]+|\s+/gy;
const mayMatter = /\d\.\d|\d{18}/;

/** Where a document has such numbers, with their digits. Paths are MySQL's own, as in `$."items"[2]."price"`. */
export function exactDecimals(json: string): { readonly path: string; readonly digits: string }[] {
  const found: { path: string; digits: string }[] = [];
  if (!mayMatter.test(json)) return found;
  const legs: { key: string | null; index: number }[] = [];
  let awaitsKey = false;
  const pathHere = () => `$${legs.map(({ key, index }) => (key === null ? `[${index}]` : `.${key}`)).join('')}`;
  for (const [text] of json.matchAll(token)) {
    const inside = legs.at(-1);
    if (text === '{') legs.push({ key: '', index: 0 });
    else if (text === '[') legs.push({ key: null, index: 0 });
    else if (text === '}' || text === ']') legs.pop();
    else if (text === ',' && inside?.key === null) inside.index += 1;
    else if (text.startsWith('"') && awaitsKey && inside !== undefined) inside.key = text;
    else if (/^[-\d]/.test(text) && isLostAsDouble(text)) found.push({ path: pathHere(), digits: text });
    if (text === '{' || text === ',') awaitsKey = legs.at(-1)?.key !== null;
    else if (text.trim() !== '') awaitsKey = false;
  }
  return found;
}

/** Rows of text (`joinGroups`) of MySQL apart by whether a document in them has such numbers; in the order that they had. */
export function setExactRowsApart(
  { columns }: Pick<TableSchema, 'columns'>,
  text: Buffer,
): { readonly plain: Buffer; readonly exact: Buffer } {
  const documents = columns.flatMap(({ form }, index) => (form === 'json' ? [index] : []));
  const none = Buffer.alloc(0);
  if (documents.length === 0) return { plain: text, exact: none };
  const cursor = new TextCursor(text, columns.length);
  const value = Buffer.allocUnsafe(text.length);
  const plain: Buffer[] = [];
  const exact: Buffer[] = [];
  while (cursor.next()) {
    const isExact = documents.some((index) => {
      const length = unescapeField(text, cursor.starts[index] ?? 0, cursor.ends[index] ?? 0, value, 0);
      return !cursor.isNull(index) && exactDecimals(value.toString('utf8', 0, length)).length > 0;
    });
    const row = text.subarray(cursor.starts[0], (cursor.ends.at(-1) ?? 0) + 1);
    (isExact ? exact : plain).push(row);
  }
  return exact.length === 0
    ? { plain: text, exact: none }
    : { plain: Buffer.concat(plain), exact: Buffer.concat(exact) };
}

/** True when the server would print another text for the number than this one, had it read it from text. */
function isLostAsDouble(digits: string): boolean {
  const [, whole = '', fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(digits) ?? [];
  if (whole === '' || whole.length + fraction.length > 65 || fraction.length > 30) return false;
  if (fraction === '') return whole.length > 18 && !isInteger64(BigInt(digits));
  if (fraction.length > 1 && fraction.endsWith('0')) return true;
  // Doubles of this size are printed with an exponent.
  if (whole.length > 17 || /^-?0\.00000/.test(digits)) return true;
  const significant = (text: string) =>
    text
      .replace(/^-?[0.]*/, '')
      .replace('.', '')
      .replace(/0+$/, '');
  return significant(String(Number(digits))) !== significant(digits);
}

function isInteger64(value: bigint): boolean {
  return value === BigInt.asIntN(64, value) || value === BigInt.asUintN(64, value);
}
