import { mayHoldCards } from '../../../shared/model/secret-columns.ts';
import type { BinlogPlace, TableLayout } from '../../../shared/model/stream.ts';
import type { TableMap } from '../source/mysql/binlog/index.ts';
import { fits, isNotBefore, isTouched, type SecretColumns } from './table-layouts.ts';
import type { Touched } from './touched-tables.ts';

/** How the shop's tables were when a backup last decided which of their columns are secret. */
export interface SeenTables {
  /** Up to where in the log what happened to the tables is in this picture; null: nobody knows. */
  readonly place: BinlogPlace | null;
  /** By full name in lower case; null: a table whose description cannot be read, in which nothing can be told to be new. */
  readonly tables: ReadonlyMap<string, TableLayout | null>;
}

export interface ShopSecrets {
  /** What is sealed: by the shop's program, by the owner, or until the owner has answered. */
  readonly named: (database: string, table: string) => readonly string[];
  readonly isOfShop: (database: string) => boolean;
  /** The shop's database that a restore or a swap has put this one beside; otherwise the same name. */
  readonly shopOf: (database: string) => string;
  /** Whether a table outside of the shop, which no backup looks at, has the name of one with cards. */
  readonly isNamedAsCards: (table: string) => boolean;
  /** Null: no backup has looked yet. */
  readonly seen: SeenTables | null;
}

/**
 * What is secret in a log that is followed while the shop changes. A backup decides about each column; between two of them tables come (a copy of all
 * cards, made by hand before an update) and columns come. Until the next backup has looked at them whatever may be a card in them is secret: text columns
 * that were not there. What a DDL under way has touched is looked at anew as well, since a column may have come in the place of another one.
 */
export class LogSecrets {
  #shop: ShopSecrets;
  /** DDL behind what the backup saw. */
  #touched: { readonly behind: BinlogPlace; readonly touched: Touched }[] = [];

  constructor(shop: ShopSecrets) {
    this.#shop = shop;
  }

  /** A backup, or the owner, has decided anew. */
  decide(shop: ShopSecrets): void {
    this.#shop = shop;
    this.#touched = this.#touched.filter(({ behind }) => !this.#isSeen(behind));
  }

  /** A statement ends at `behind` that may have changed tables. */
  readonly onTouched = (behind: BinlogPlace, touched: Touched): void => {
    if (touched.what !== 'nothing' && !this.#isSeen(behind)) this.#touched.push({ behind, touched });
  };

  /** Whether rows of this table may hold a secret. Without its `map` it is judged by its name. */
  readonly has = (database: string, table: string, map?: TableMap): boolean => {
    const { named, isNamedAsCards, seen } = this.#shop;
    if (named(database, table).length > 0) return true;
    const home = this.#homeOf(database);
    if (home === null) return isNamedAsCards(table);
    if (seen === null) return false;
    const layout = seen.tables.get(keyOf(home, table));
    if (layout === undefined || this.#isTouched(database, table)) return true;
    return layout !== null && map !== undefined && !fits(layout, map);
  };

  /** The columns of a table as it stands that must not be seen, in lower case. One that is not among `columns` has another name now. */
  readonly of: SecretColumns = (database, table, columns) => {
    const { named, seen } = this.#shop;
    const secrets = named(database, table);
    const home = this.#homeOf(database);
    if (seen === null || home === null) return secrets;
    const layout = seen.tables.get(keyOf(home, table));
    if (layout === null) return secrets;
    const known = new Set(layout?.columns.map(({ name }) => name.toLowerCase()));
    const unseen = columns.filter(({ name, type }) => mayHoldCards(type) && !known.has(name.toLowerCase()));
    return [...new Set([...secrets, ...unseen.map(({ name }) => name.toLowerCase())])];
  };

  #isSeen(behind: BinlogPlace): boolean {
    const place = this.#shop.seen?.place ?? null;
    return place !== null && isNotBefore(place, behind);
  }

  #isTouched(database: string, table: string): boolean {
    return this.#touched.some(({ touched }) => isTouched({ database, table }, touched));
  }

  /** The shop's database in which this one's tables were looked at; null: it is not the shop's. */
  #homeOf(database: string): string | null {
    const home = this.#shop.shopOf(database);
    return this.#shop.isOfShop(home) ? home : null;
  }
}

function keyOf(database: string, table: string): string {
  return `${database}.${table}`.toLowerCase();
}
