import { ownerTable } from './own-databases.ts';
import { markSuffix, markTable } from './replay-mark.ts';

/** What a restore makes beside a shop for itself, and drops when it is over. The server logs that like anything else, and nobody has to be frightened by it. `*`: the database. */
export function isOwnTrace({ database, table }: { readonly database: string; readonly table: string }): boolean {
  return table === ownerTable || (database.endsWith(markSuffix) && (table === '*' || table === markTable));
}
