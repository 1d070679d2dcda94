import { databaseBeside } from './aside-database.ts';

/** Names of secret columns as a source keeps them: `table.column` or `database.table.column`, in lower case, `*` in a table for what shops put there. */
export class SecretColumnNames {
  readonly #exact = new Map<string, string[]>();
  readonly #patterns: { readonly place: RegExp; readonly column: string }[] = [];
  readonly #known = new Map<string, readonly string[]>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      const parts = name.toLowerCase().split('.');
      const column = parts.pop() ?? '';
      const place = parts.join('.');
      if (place.includes('*')) this.#patterns.push({ place: placePattern(place), column });
      else this.#exact.set(place, [...(this.#exact.get(place) ?? []), column]);
    }
  }

  /** The secret columns of a table, in lower case, each once. */
  of(database: string, table: string): readonly string[] {
    const place = `${database}.${table}`.toLowerCase();
    const known = this.#known.get(place) ?? this.#look(database.toLowerCase(), table.toLowerCase());
    this.#known.set(place, known);
    return known;
  }

  has(database: string, table: string, column: string): boolean {
    return this.of(database, table).includes(column.toLowerCase());
  }

  #look(database: string, table: string): readonly string[] {
    // A restore puts a shop's cards beside it, and a swap puts them aside.
    const places = [table, `${database}.${table}`, `${databaseBeside(database)}.${table}`];
    const named = places.flatMap((place) => this.#exact.get(place) ?? []);
    const matched = this.#patterns.flatMap(({ place, column }) =>
      places.some((each) => place.test(each)) ? [column] : [],
    );
    return [...new Set([...named, ...matched])];
  }
}

const textTypes = /char|text|blob|json|binary/;

/** Whether a column of this DATA_TYPE may hold a card that nobody has looked at yet. */
export function mayHoldCards(dataType: string): boolean {
  return textTypes.test(dataType.toLowerCase());
}

/** Where `*` stands, a name may be anything: whether a column of that name must exist cannot be said. */
export function isSecretPattern(name: string): boolean {
  return name.includes('*');
}

function placePattern(place: string): RegExp {
  const parts = place.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^.]*')}$`, 'u');
}
