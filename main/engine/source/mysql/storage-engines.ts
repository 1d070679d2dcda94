/** Engines whose tables show rows that are kept elsewhere: in other tables of this server, or on another server. */
const windows = new Set(['mrg_myisam', 'federated', 'spider']);

/**
 * False for a table that is a window to others. Its rows are not read, because they are in the picture of those tables or of no concern
 * to this server, and never loaded: they would be written through the window, perhaps into a live shop.
 */
export function holdsOwnRows({ engine }: { readonly engine: string }): boolean {
  return !windows.has(engine.toLowerCase());
}
