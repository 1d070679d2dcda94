import type { TableSchema } from '../../../shared/model/database.ts';
import { SecretColumnNames } from '../../../shared/model/secret-columns.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { ColumnQuestion } from '../../../shared/model/source.ts';
import { loadPresets } from '../presets/preset.ts';
import { looksLikeCardsHere } from '../presets/propose/name-signs.ts';
import { isUnreadableObject, type Repository } from '../repository/index.ts';
import type { SecretPredicate } from '../source/mysql/index.ts';
import type { SavedSource } from './home/settings-file.ts';

/** What a shop looked like the last time: which tables it had, and their columns. */
export interface ShapeBefore {
  readonly tables: ReadonlySet<string>;
  /** By full name in lower case. A table that is not among them has an unreadable record: nothing in it can be told to be new. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sealed: ReadonlySet<string>;
}

/**
 * Null: there is no earlier snapshot, and nothing is new. Reads the record of every table, also of those whose names say nothing: cards come to
 * goods.card_secret as well as to a table of cards. Errors: the signal's reason, those of the store.
 */
export async function shapeBefore(
  repository: Repository,
  previous: Manifest | null,
  signal: AbortSignal,
): Promise<ShapeBefore | null> {
  if (previous === null) return null;
  const tables = new Set<string>();
  const sealed = new Set<string>();
  const columns = new Map<string, ReadonlySet<string>>();
  for (const { database, name, sealed: isSealed, tableChunk } of previous.tables) {
    const full = `${database}.${name}`.toLowerCase();
    tables.add(full);
    if (isSealed) sealed.add(full);
    try {
      const { schema } = await repository.getTableRecord(tableChunk, signal);
      columns.set(full, new Set(schema.columns.map((column) => column.name.toLowerCase())));
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
    }
  }
  return { tables, columns, sealed };
}

/**
 * Decides for each column of a shop whether it is sealed, and notices those that have come since the last snapshot and look like cards. What looks so is sealed until
 * the owner has said what it is. The same column gets the same answer however often it is asked.
 */
export class NewColumns {
  readonly #before: ShapeBefore | null;
  readonly #sealed: SecretColumnNames;
  readonly #open: SecretColumnNames;
  readonly #ofPrograms: SecretColumnNames;
  readonly #isShort: boolean;
  readonly #adopted = new Set<string>();
  readonly #asked = new Map<string, ColumnQuestion['reason']>();

  private constructor(source: SavedSource, before: ShapeBefore | null, ofPrograms: readonly string[]) {
    this.#before = before;
    this.#sealed = new SecretColumnNames(source.secretColumns);
    this.#open = new SecretColumnNames(source.openColumns ?? []);
    this.#ofPrograms = new SecretColumnNames(ofPrograms);
    this.#isShort = source.databases.length === 1;
  }

  static async of(source: SavedSource, before: ShapeBefore | null): Promise<NewColumns> {
    const presets = await loadPresets();
    const ofPrograms = (source.shops ?? []).flatMap(({ preset: wanted, database, prefix }) =>
      (presets.find(({ id }) => id === wanted)?.secretColumns ?? []).map(
        ({ table, column }) => `${database}.${prefix}${table}.${column}`,
      ),
    );
    return new NewColumns(source, before, ofPrograms);
  }

  readonly isSecret: SecretPredicate = (database, table, column, about) => {
    if (this.#sealed.has(database, table, column)) return true;
    if (this.#open.has(database, table, column)) return false;
    const name = `${this.#isShort ? '' : `${database}.`}${table}.${column}`.toLowerCase();
    // The program's own: only this version of it has the column, or the owner has brought the program up to date.
    if (this.#ofPrograms.has(database, table, column)) {
      this.#adopted.add(name);
      return true;
    }
    const reason = about === undefined ? null : this.#looksNew(database, table, column, about);
    if (reason === null) return false;
    this.#asked.set(name, reason);
    return true;
  };

  #looksNew(
    database: string,
    table: string,
    column: string,
    about: { readonly dataType: string; readonly comment: string },
  ): ColumnQuestion['reason'] | null {
    if (this.#before === null) return null;
    const full = `${database}.${table}`.toLowerCase();
    const named = { table, column, ...about };
    if (!this.#before.tables.has(full)) return looksLikeCardsHere(named, false);
    const known = this.#before.columns.get(full);
    if (known === undefined || known.has(column.toLowerCase())) return null;
    return looksLikeCardsHere(named, this.#before.sealed.has(full));
  }

  /** What the source is to remember, seeing what the server has now: new seals and questions, and questions that went with their columns. */
  settle(source: SavedSource, tables: readonly TableSchema[], at: string): SavedSource {
    const isThere = (name: string) => {
      const asked = new SecretColumnNames([name]);
      return tables.some((table) => asked.of(table.database, table.name).some((column) => hasColumn(table, column)));
    };
    const pending = source.questions ?? [];
    const gone = new Set(pending.filter(({ name }) => !isThere(name)).map(({ name }) => name));
    const known = new Set(pending.map(({ name }) => name));
    const fresh = [...this.#asked].flatMap(([name, reason]): ColumnQuestion[] =>
      known.has(name) ? [] : [{ name, reason, since: at }],
    );
    if (fresh.length + gone.size + this.#adopted.size === 0) return source;
    return {
      ...source,
      secretColumns: [
        ...new Set([
          ...source.secretColumns.filter((name) => !gone.has(name)),
          ...this.#adopted,
          ...fresh.map(({ name }) => name),
        ]),
      ],
      questions: [...pending.filter(({ name }) => !gone.has(name)), ...fresh],
    };
  }
}

function hasColumn({ columns }: TableSchema, wanted: string): boolean {
  return columns.some(({ name }) => name.toLowerCase() === wanted);
}
