const longestDatabaseName = 64;

/**
 * Names on the source's own server for a restore beside the live databases: `shop__restore_20261122_140000` after the instant of the
 * snapshot; with `_2`, `_3` … for all databases alike when the server has one of the names already, so that what was restored
 * before stays. `taken`: every database of that server. Names that differ only in case count as the same.
 */
export function besideNames(
  databases: readonly string[],
  at: string,
  taken: readonly string[],
): ReadonlyMap<string, string> {
  return namesWith(databases, 'restore', at, taken);
}

/** The same for what an exchange puts aside: `shop__before_20261122_140000`, `shop__undone_…`. */
export function namesWith(
  databases: readonly string[],
  word: 'restore' | 'before' | 'undone',
  at: string,
  taken: readonly string[],
): ReadonlyMap<string, string> {
  const present = new Set(taken.map((name) => name.toLowerCase()));
  const stamp = `__${word}_${at.slice(0, 19).replace(/[-:]/g, '').replace('T', '_')}`;
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? stamp : `${stamp}_${number}`;
    const names = distinctNames(databases, suffix);
    if ([...names.values()].every((name) => !present.has(name.toLowerCase()))) return names;
  }
}

/** Two long names that begin alike would be one when cut: the later ones get a number in front of the suffix. */
function distinctNames(databases: readonly string[], suffix: string): Map<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const database of databases) {
    let tail = suffix;
    for (let number = 2; ; number += 1) {
      const name = `${database.slice(0, longestDatabaseName - tail.length)}${tail}`;
      if (!used.has(name.toLowerCase())) {
        used.add(name.toLowerCase());
        names.set(database, name);
        break;
      }
      tail = `_${number}${suffix}`;
    }
  }
  return names;
}
