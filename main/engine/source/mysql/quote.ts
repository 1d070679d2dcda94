/** How names and texts enter a statement. Session sql_mode is '' on every connection of ours, so backslash escapes hold. */

/** `` `na``me` `` */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `` `database`.`table` `` */
export function quoteTable(database: string, table: string): string {
  return `${quoteName(database)}.${quoteName(table)}`;
}

/** A text literal for names, in the connection's character set (utf8mb4). Values of rows use literals.ts. */
export function quoteText(text: string): string {
  const escaped = text.replace(/[\\'\0]/g, (char) => (char === '\0' ? '\\0' : `\\${char}`));
  return `'${escaped}'`;
}
