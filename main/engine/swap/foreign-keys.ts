import { quoteName, quoteTable } from '../source/mysql/index.ts';

/** A foreign key as SHOW CREATE TABLE prints it, with its parent named in full. */
export interface TableKey {
  readonly name: string;
  readonly parent: { readonly database: string; readonly table: string };
  /** From `CONSTRAINT` to the end of the line. */
  readonly clause: string;
}

const name = '`(?:[^`]|``)*`';
const line = new RegExp(
  `^ {2}CONSTRAINT (${name}) (FOREIGN KEY \\([^\\n]*?\\)) REFERENCES (?:(${name})\\.)?(${name}) (\\([^\\n]*?)[,]?$`,
  'gm',
);

/** The foreign keys of a table by its CREATE statement. A parent without a database is in the table's own. */
export function foreignKeysOf(ddl: string, database: string): TableKey[] {
  return [...ddl.matchAll(line)].map(([, key = '', columns = '', parentDatabase, parent = '', rest = '']) => ({
    name: plain(key),
    parent: { database: parentDatabase === undefined ? database : plain(parentDatabase), table: plain(parent) },
    clause: clauseOf(key, columns, parentDatabase ?? quoteName(database), parent, rest),
  }));
}

/** The same key to a table of that name in another database. */
export function toParentIn(key: TableKey, database: string): TableKey {
  const old = ` REFERENCES ${quoteTable(key.parent.database, key.parent.table)} `;
  const parent = { ...key.parent, database };
  return {
    ...key,
    parent,
    clause: key.clause.replace(old, () => ` REFERENCES ${quoteTable(database, parent.table)} `),
  };
}

function clauseOf(key: string, columns: string, database: string, parent: string, rest: string): string {
  return `CONSTRAINT ${key} ${columns} REFERENCES ${database}.${parent} ${rest}`;
}

function plain(quoted: string): string {
  return quoted.slice(1, -1).replaceAll('``', '`');
}
