/** What a restore or a swap writes behind a shop's name: `shop__before_20261122_140000`. */
const ending = /__(?:restore|before|undone)_\d{8}_\d{6}(?:_\d+)?$/;

/**
 * What a restore has put beside a shop, and what a swap or an undo has put aside, by the names that these give. Parts of no shop, and copies of what is
 * backed up already; whoever wants one in a picture names it.
 */
export function isAsideDatabase(name: string): boolean {
  return ending.test(name);
}

/** The shop's database of which one put aside is a copy; its own name for every other. */
export function databaseBeside(name: string): string {
  return name.replace(ending, '');
}
