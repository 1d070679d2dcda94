import type { Column } from '../../../../shared/model/database.ts';

/** One column of one index, as information_schema.STATISTICS describes it. */
export interface IndexPart {
  readonly index: string;
  readonly isUnique: boolean;
  /** Position in the index, from 1. */
  readonly position: number;
  /** Null for an expression (MySQL functional index). */
  readonly column: string | null;
  /** Only a prefix of the column is indexed. */
  readonly isPrefix: boolean;
  /** The optimizer may use it: neither invisible nor ignored. */
  readonly isUsable: boolean;
  readonly isBtree: boolean;
}

/**
 * Types whose text is exact, whose order is the server's own comparison of that text, and whose literals can be written without
 * doubt. Not enum and set (ordered by number), not float and double (no exact text), not bit.
 */
const orderable = new Set([
  'tinyint',
  'smallint',
  'mediumint',
  'int',
  'bigint',
  'decimal',
  'char',
  'varchar',
  'binary',
  'varbinary',
  'date',
  'time',
  'datetime',
  'timestamp',
  'year',
]);

/**
 * The columns that ranges follow: the primary key, else the first unique index (by name), in either case only when all its
 * columns are whole, stored, NOT NULL, open (a bound travels in clear) and of an orderable type. Null: no such key.
 */
export function chooseKey(columns: readonly Column[], parts: readonly IndexPart[]): string[] | null {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const indexes = new Map<string, IndexPart[]>();
  for (const part of parts) {
    if (!part.isUnique) continue;
    const known = indexes.get(part.index);
    if (known === undefined) indexes.set(part.index, [part]);
    else known.push(part);
  }
  const names = [...indexes.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const name of names) {
    const own = (indexes.get(name) ?? []).sort((a, b) => a.position - b.position);
    const chosen = own.map((part) => {
      const column = part.column === null ? undefined : byName.get(part.column);
      const fits = column !== undefined && isOrderable(column) && !part.isPrefix && part.isUsable && part.isBtree;
      return fits ? column.name : null;
    });
    if (chosen.every((column) => column !== null)) return chosen;
  }
  return null;
}

function isOrderable(column: Column): boolean {
  return orderable.has(column.dataType) && !column.nullable && !column.secret;
}

function rank(index: string): number {
  return index === 'PRIMARY' ? 0 : 1;
}

/**
 * The index over exactly the table's key columns in that order, found in its `SHOW CREATE TABLE`; null when there is none
 * (then the server sorts). MySQL 8 writes `DESC` behind descending parts: such an index does not match.
 */
export function keyIndexName(ddl: string, key: readonly string[]): string | null {
  const wanted = key.map((name) => `\`${name.replaceAll('`', '``')}\``).join(',');
  for (const line of ddl.split('\n')) {
    const text = line.trim();
    if (text.startsWith(`PRIMARY KEY (${wanted})`)) return 'PRIMARY';
    const unique = /^UNIQUE KEY `((?:[^`]|``)*)` \((.*)$/.exec(text);
    if (unique?.[2]?.startsWith(`${wanted})`) === true) return (unique[1] ?? '').replaceAll('``', '`');
  }
  return null;
}
