/** Names of tables and columns of one database, as a preset is matched against them. */
export interface DatabaseShape {
  readonly database: string;
  readonly tables: ReadonlyMap<string, readonly string[]>;
}

/** The tables of one database by what a preset calls them. Case is the server's business and decides nothing here. */
export class TableNames {
  readonly #tables = new Map<string, { readonly name: string; readonly columns: ReadonlySet<string> }>();

  constructor({ tables }: DatabaseShape) {
    for (const [name, columns] of tables)
      this.#tables.set(name.toLowerCase(), { name, columns: new Set(columns.map((column) => column.toLowerCase())) });
  }

  /** As the server writes it, or null. */
  find(prefix: string, table: string): string | null {
    return this.#tables.get(`${prefix}${table}`.toLowerCase())?.name ?? null;
  }

  has(prefix: string, table: string, column?: string): boolean {
    const found = this.#tables.get(`${prefix}${table}`.toLowerCase());
    return found !== undefined && (column === undefined || found.columns.has(column.toLowerCase()));
  }

  /** What stands before `table` in the names that end with it, as the server writes it. */
  prefixesBefore(table: string): string[] {
    const end = table.toLowerCase();
    return [...this.#tables].flatMap(([lower, { name }]) =>
      lower.endsWith(end) ? [name.slice(0, name.length - table.length)] : [],
    );
  }
}
