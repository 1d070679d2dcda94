import type { ChangedTable } from '../../../shared/model/stream.ts';

/** Each table once, in the order in which they first came. */
export function sumTables(tables: readonly ChangedTable[]): ChangedTable[] {
  const sums = new Map<string, ChangedTable>();
  for (const each of tables) {
    const key = JSON.stringify([each.database, each.table]);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...each });
    else {
      sum.inserted += each.inserted;
      sum.updated += each.updated;
      sum.deleted += each.deleted;
    }
  }
  return [...sums.values()];
}
