import type { MysqlConnection } from './connection.ts';
import { quoteName, quoteTable, quoteText } from './quote.ts';

/**
 * Foreign keys in SHOW CREATE TABLE. MariaDB 11 prints the name of a foreign key, its columns and those it refers to between backticks
 * without doubling the backticks inside: `` CONSTRAINT `a`b` FOREIGN KEY … ``, which no server understands. The one place that knows how
 * such a line looks.
 */

const name = '`(?:[^`]|``)*`';
const list = `(${name}(?:, ${name})*)`;
const foreignLine = /^ {2}CONSTRAINT `[^]*` FOREIGN KEY \(/;
const wholeLine = new RegExp(
  `^( {2}CONSTRAINT ${name} FOREIGN KEY \\(${list}\\) REFERENCES )((?:${name}\\.)?${name})( \\(${list}\\)[A-Z ]*,?)$`,
);

/** True when the line is a foreign key as a server reads it: its names are closed, and its two lists are of one length. */
function isWhole(line: string): boolean {
  const [, , own = '', , , referenced = ''] = wholeLine.exec(line) ?? [];
  const count = (names: string) => names.match(new RegExp(name, 'g'))?.length ?? 0;
  return own !== '' && count(own) === count(referenced);
}

function foreignLines(ddl: string): string[] {
  return ddl.split('\n').filter((line) => foreignLine.test(line) && !line.includes(' CHECK ('));
}

/** The statement with the names of foreign keys escaped. Asks the server only where a name may have a backtick. */
export async function withForeignKeysEscaped(
  connection: MysqlConnection,
  database: string,
  table: string,
  ddl: string,
): Promise<string> {
  const lines = foreignLines(ddl);
  if (lines.length === 0 || (!ddl.includes('``') && lines.every(isWhole))) return ddl;
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, ' +
      'REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL AND ' +
      `TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(table)} ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION`,
  );
  const keys = new Map<string, ForeignKey>();
  for (const row of rows) {
    const value = (column: string) => row.get(column) ?? '';
    if (value('table_schema') !== database || value('table_name') !== table) continue;
    const constraint = value('constraint_name');
    const parent = { database: value('referenced_table_schema'), table: value('referenced_table_name') };
    const known = keys.get(constraint) ?? { constraint, parent, columns: [], referenced: [] };
    known.columns.push(value('column_name'));
    known.referenced.push(value('referenced_column_name'));
    keys.set(constraint, known);
  }
  return escapeForeignKeys(ddl, [...keys.values()]);
}

export interface ForeignKey {
  readonly constraint: string;
  readonly parent: { readonly database: string; readonly table: string };
  readonly columns: string[];
  readonly referenced: string[];
}

/** Exported for its test. */
export function escapeForeignKeys(ddl: string, keys: readonly ForeignKey[]): string {
  let escaped = ddl;
  for (const { constraint, parent, columns, referenced } of keys) {
    const parents = [quoteName(parent.table), quoteTable(parent.database, parent.table)];
    for (const to of parents) {
      const say = (quote: (each: string) => string) =>
        `\n  CONSTRAINT ${quote(constraint)} FOREIGN KEY (${columns.map(quote).join(', ')}) REFERENCES ${to} (${referenced.map(quote).join(', ')})`;
      escaped = escaped.replace(
        say((each) => `\`${each}\``),
        () => say(quoteName),
      );
    }
  }
  return escaped;
}

/** The statement as a server prints it that doubles no backticks in foreign keys: to compare with what such a server says. */
export function withForeignKeysUnescaped(ddl: string): string {
  const plain = (text: string) =>
    text.replaceAll(new RegExp(name, 'g'), (quoted) => `\`${quoted.slice(1, -1).replaceAll('``', '`')}\``);
  const lines = ddl.split('\n').map((line) => {
    const [whole, head = '', , parent = '', tail = ''] = wholeLine.exec(line) ?? [];
    return whole === undefined ? line : plain(head) + parent + plain(tail);
  });
  return lines.join('\n');
}

/**
 * The statement without the foreign keys that no server could read, and what they were called as far as that can be told: a table must
 * not be lost for them. For a statement that was refused: a name with a line break in it looks broken here and may be right.
 */
export function withoutUnreadableForeignKeys(ddl: string): { readonly ddl: string; readonly leftOut: string[] } {
  const broken = new Set(foreignLines(ddl).filter((line) => !isWhole(line)));
  if (broken.size === 0) return { ddl, leftOut: [] };
  const kept = ddl.split('\n').filter((line) => !broken.has(line));
  // The line that is the last one now must not end in a comma.
  const text = kept.join('\n').replace(/,\n\)(?= ENGINE=|$)/, '\n)');
  return {
    ddl: text,
    leftOut: [...broken].map((line) => line.slice(line.indexOf('`') + 1, line.indexOf('` FOREIGN KEY ('))),
  };
}
