import { significant } from '../load/ddl-split.ts';
import { tokenize, type Quoting } from '../load/sql-tokens.ts';

const createsTable = /^\s*CREATE\s+TABLE\b/i;

/**
 * Whether it is what MySQL (8.0.21 and later) logs for CREATE TABLE … SELECT: a CREATE TABLE with the option START TRANSACTION among its options, after
 * which nothing but its rows may come. https://dev.mysql.com/doc/refman/8.4/en/create-table-select.html
 */
export function beginsTransaction(text: string, quoting: Quoting): boolean {
  if (!createsTable.test(text)) return false;
  const tokens = significant(tokenize(text, quoting) ?? []);
  const isWord = (at: number, word: string) => tokens[at]?.kind === 'word' && tokens[at].text.toUpperCase() === word;
  return tokens.some((_, at) => isWord(at, 'START') && isWord(at + 1, 'TRANSACTION'));
}
