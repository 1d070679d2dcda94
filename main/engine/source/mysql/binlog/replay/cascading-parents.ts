import { significant } from '../../load/ddl-split.ts';
import { nameIn, tokenize, type Token } from '../../load/sql-tokens.ts';
import type { StatementTable } from '../describe-statement.ts';

export interface TableDdl extends StatementTable {
  /** SHOW CREATE TABLE. */
  readonly ddl: string;
}

/**
 * The tables whose changes a replay needs so that those of `wanted` come out right. A server does not log what a foreign key does by itself: when a parent
 * row is deleted or its key changes, the children follow without a word. So with a child that cascades (ON DELETE or ON UPDATE, CASCADE or SET NULL)
 * its parent has to come along, and that parent's. Children of what is wanted need not: nothing of them acts on a parent.
 *
 * @param tables all tables of the snapshot
 * @returns `wanted` first, then what has to come along; parents that are not among `tables` are left out
 */
export function withCascadingParents(tables: readonly TableDdl[], wanted: readonly StatementTable[]): StatementTable[] {
  const byName = new Map(tables.map((table) => [nameOf(table), table]));
  const found = new Map(wanted.map(({ database, table }) => [nameOf({ database, table }), { database, table }]));
  // A map gives what is added while it is walked, too.
  for (const [name] of found) {
    const table = byName.get(name);
    if (table === undefined) continue;
    for (const parent of cascadingParents(table)) if (byName.has(nameOf(parent))) found.set(nameOf(parent), parent);
  }
  return [...found.values()];
}

const acts = /\bON (?:DELETE|UPDATE) (?:CASCADE|SET NULL|SET DEFAULT)\b/i;

function cascadingParents({ ddl, database }: TableDdl): StatementTable[] {
  const tokens = significant(tokenize(ddl) ?? []);
  const parents: StatementTable[] = [];
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind !== 'word' || text.toUpperCase() !== 'REFERENCES') continue;
    const [first, dot, second] = tokens.slice(at + 1, at + 4);
    if (first === undefined || !acts.test(rulesFrom(tokens, at))) continue;
    const isFull = dot?.text === '.' && second !== undefined;
    parents.push(isFull ? { database: nameIn(first), table: nameIn(second) } : { database, table: nameIn(first) });
  }
  return parents;
}

/** What stands behind the columns that are referred to, up to the end of the key. */
function rulesFrom(tokens: readonly Token[], references: number): string {
  const from = tokens.findIndex(({ text }, at) => at > references && text === ')') + 1;
  const end = tokens.findIndex(({ text }, at) => at >= from && (text === ',' || text === ')'));
  return tokens
    .slice(from, end)
    .map(({ text }) => text)
    .join(' ');
}

function nameOf({ database, table }: StatementTable): string {
  return `${database}\0${table}`;
}
