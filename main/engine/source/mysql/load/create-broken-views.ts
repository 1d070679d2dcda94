import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { quoteName, quoteTable } from '../quote.ts';
import { createObjects, type ObjectNote, type ObjectOptions } from './create-objects.ts';
import type { LoadSession } from './load-session.ts';
import { renameDatabases } from './rewrite-ddl.ts';
import { nameIn, tokenize } from './sql-tokens.ts';

export interface BrokenView {
  /** Its database on the target. */
  readonly database: string;
  readonly view: SchemaObject;
}

/**
 * Brings views back that the source itself could no longer use. A server takes a view only where every table and column that it names
 * is there, and asks no more afterwards: so stand-ins of those names are made, and dropped again when the view is.
 *
 * For databases that are new and still empty, before their tables: nothing else can have these names then. `views` are in an order
 * that can be created; they are made from its end, because a view that is there already could not stand in for a table.
 * Gives the views that were made, with their notes; the others are left to `createObjects`, which names them.
 */
export async function createBrokenViews(
  session: LoadSession,
  views: readonly BrokenView[],
  options: ObjectOptions,
): Promise<{ readonly created: ReadonlySet<SchemaObject>; readonly notes: ObjectNote[] }> {
  const created = new Set<SchemaObject>();
  const notes: ObjectNote[] = [];
  const databases = new Set(views.map(({ database }) => database));
  for (const { database, view } of [...views].reverse()) {
    const ddl = renameDatabases(view.ddl, options.renames, view.sqlMode);
    const { tables, columns } = standIns(ddl, databases, { database, name: view.name });
    const list = columns.map((column) => `${quoteName(column)} varchar(1)`).join(', ');
    for (const table of tables) await session.execute(`CREATE TABLE ${table} (${list})`, options.signal);
    const made = await createObjects(session, [{ database, objects: [view] }], options);
    for (const table of tables) await session.execute(`DROP TABLE ${table}`, options.signal);
    if (made.some(({ note }) => note === 'not-created')) continue;
    created.add(view);
    notes.push(...made);
  }
  return { created, notes };
}

/**
 * What a view names, out of the server's own text, which writes tables as `database`.`table` and columns behind a table or an alias. Every
 * stand-in gets every column: one too many does no harm.
 */
function standIns(
  ddl: string,
  databases: ReadonlySet<string>,
  self: { readonly database: string; readonly name: string },
): { readonly tables: readonly string[]; readonly columns: readonly string[] } {
  const tokens = (tokenize(ddl) ?? []).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const tables = new Set<string>();
  const columns = new Map<string, string>();
  for (let at = 0; at < tokens.length; at += 1) {
    const path: string[] = [];
    while (tokens[at]?.kind === 'name') {
      path.push(nameIn(tokens[at] as (typeof tokens)[number]));
      if (tokens[at + 1]?.text !== '.') break;
      at += 2;
    }
    const [first, second, third] = path;
    if (first === undefined || second === undefined) continue;
    const column = databases.has(first) ? third : second;
    if (databases.has(first)) tables.add(quoteTable(first, second));
    if (column !== undefined) columns.set(column.toLowerCase(), column);
  }
  tables.delete(quoteTable(self.database, self.name));
  const names = [...columns.values()];
  return { tables: [...tables], columns: names.length === 0 ? ['stand_in'] : names };
}
