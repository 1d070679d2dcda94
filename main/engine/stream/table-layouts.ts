import type { BinlogPlace, TableLayout } from '../../../shared/model/stream.ts';
import { mayBeLoggedAs, type TableMap } from '../source/mysql/binlog/index.ts';
import type { LayoutReading } from '../source/mysql/index.ts';
import type { Touched } from './touched-tables.ts';

/** Names of the secret columns of a table that stands so, in lower case; none: it has no secrets. */
export type SecretColumns = (database: string, table: string, columns: TableLayout['columns']) => readonly string[];

/** What must not be seen of a table's rows, and what the rest is good for. */
export interface HiddenColumns {
  /** By place: secret columns, and what is computed. */
  readonly indices: ReadonlySet<number>;
  /** Rows can be put in without them: no two of them would be taken for the same. */
  readonly mayInsert: boolean;
  /** A row can be found without them, by the primary key. */
  readonly mayFind: boolean;
}

/** A part of the log in which a table has the same columns. */
interface Epoch {
  readonly from: BinlogPlace;
  /** The number by which its table maps mean it; null: none came yet. */
  tableId: number | null;
  /** Null: not known. */
  layout: TableLayout | null;
  /** What it was before the server gave it another number without a word: only if it still is, it was all the time. */
  readonly before: TableLayout | null;
}

interface Followed {
  readonly database: string;
  readonly table: string;
  /** In order, never empty; the last one goes on. */
  epochs: Epoch[];
  /** The server should be asked. */
  isWanted: boolean;
}

/**
 * Which column stands where in the rows of tables with secrets, along a log. Every DDL that may be about a table ends what is known of it, and so does
 * everything else that does not fit: a new number of the table, another count of columns, another type. It is known again when the server was asked
 * (`learn`) at a place that the log has been followed to (`followedTo`). In doubt it is not known.
 *
 * DDL that its session kept out of the log (`sql_log_bin=0`) gives the table a new number: what was known counts on only if the server still says the same.
 */
export class TableLayouts {
  readonly #secretsOf: SecretColumns;
  readonly #tables = new Map<string, Followed>();
  /** Of places that the log has not been followed to. */
  #readings: LayoutReading[] = [];

  /** @param known as the tables stand at `start` */
  constructor(secretsOf: SecretColumns, start: BinlogPlace, known: readonly TableLayout[]) {
    this.#secretsOf = secretsOf;
    for (const layout of known) {
      const { database, table, tableId } = layout;
      const epochs = [{ from: start, tableId, layout, before: null }];
      this.#tables.set(keyOf(database, table), { database, table, epochs, isWanted: false });
    }
  }

  /** A table map of a table with secrets stands here. Each is told, in order, before it is asked for. */
  map(place: BinlogPlace, map: TableMap): void {
    const followed = this.#tables.get(keyOf(map.database, map.table)) ?? this.#begin(place, map);
    const epoch = lastOf(followed);
    epoch.tableId ??= map.tableId;
    const isMisfit = epoch.layout !== null && !fits(epoch.layout, map);
    if (epoch.tableId !== map.tableId || isMisfit) {
      const before = isMisfit ? null : (epoch.layout ?? epoch.before);
      followed.epochs.push({ from: place, tableId: map.tableId, layout: null, before });
    }
    if (lastOf(followed).layout === null && !this.#isAwaited(map)) followed.isWanted = true;
  }

  /** A statement ends at `place` that may have changed tables. */
  changed(place: BinlogPlace, touched: Touched): void {
    for (const followed of this.#tables.values()) {
      if (!isTouched(followed, touched)) continue;
      followed.epochs.push({ from: place, tableId: null, layout: null, before: null });
      followed.isWanted = true;
    }
  }

  /** Of which the server should be asked. */
  get wanted(): readonly { readonly database: string; readonly table: string }[] {
    return [...this.#tables.values()].filter(({ isWanted }) => isWanted);
  }

  /** What the server said when it was asked for `asked`; what was wanted meanwhile still is. It counts when the log has been followed to there. */
  learn(reading: LayoutReading, asked: TableLayouts['wanted'] = reading.layouts): void {
    this.#readings.push(reading);
    for (const { database, table } of asked) {
      const followed = this.#tables.get(keyOf(database, table));
      if (followed !== undefined) followed.isWanted = false;
    }
    for (const layout of reading.layouts)
      for (const epoch of this.#tables.get(keyOf(layout.database, layout.table))?.epochs ?? [])
        if (epoch.layout === null && epoch.before !== null && isSame(epoch.before, layout)) epoch.layout = layout;
  }

  /** What was learned lies at places that the log has not been followed to. */
  get isAwaiting(): boolean {
    return this.#readings.length > 0;
  }

  /** All events before `place` were told: what was learned of places up to there counts. */
  followedTo(place: BinlogPlace): void {
    const heard = this.#readings.filter((reading) => isNotBefore(place, reading.place));
    this.#readings = this.#readings.filter((reading) => !heard.includes(reading));
    for (const reading of heard) for (const layout of reading.layouts) this.#settle(reading.place, layout);
  }

  /** Which columns must not be seen of the rows that a table map speaks of; null: not known. */
  hiddenOf(place: BinlogPlace, map: TableMap): HiddenColumns | null {
    const epochs = this.#tables.get(keyOf(map.database, map.table))?.epochs;
    const isMeant = ({ from, tableId }: Epoch) => isNotBefore(place, from) && tableId === map.tableId;
    const layout = epochs?.findLast(isMeant)?.layout ?? null;
    if (layout === null || !fits(layout, map)) return null;
    const secrets = this.#secretsOf(map.database, map.table, layout.columns);
    const names = new Set(layout.columns.map(({ name }) => name.toLowerCase()));
    // One that has another name now still stands somewhere.
    if (secrets.some((name) => !names.has(name))) return null;
    const isHidden = ({ name, generated }: TableLayout['columns'][number]) =>
      secrets.length > 0 && (generated === true || secrets.includes(name.toLowerCase()));
    const hidden = layout.columns.filter(isHidden).map(({ name }) => name);
    return {
      indices: new Set(layout.columns.flatMap((column, index) => (isHidden(column) ? [index] : []))),
      mayInsert: !layout.apart.some((name) => hidden.includes(name)),
      mayFind: layout.key.length > 0 && !layout.key.some((name) => hidden.includes(name)),
    };
  }

  /** What is known where the log has been followed to. */
  get known(): TableLayout[] {
    return [...this.#tables.values()].flatMap((followed) => {
      const { layout, tableId } = lastOf(followed);
      return layout === null ? [] : [{ ...layout, tableId }];
    });
  }

  /** Of what was told so far nothing will be asked any more. */
  endStretch(): void {
    for (const followed of this.#tables.values()) followed.epochs = followed.epochs.slice(-1);
  }

  #begin(place: BinlogPlace, { database, table }: TableMap): Followed {
    const epochs = [{ from: place, tableId: null, layout: null, before: null }];
    const followed = { database, table, epochs, isWanted: false };
    this.#tables.set(keyOf(database, table), followed);
    return followed;
  }

  #isAwaited({ database, table }: TableMap): boolean {
    return this.#readings.some(({ layouts }) =>
      layouts.some((each) => each.database === database && each.table === table),
    );
  }

  #settle(place: BinlogPlace, layout: TableLayout): void {
    const epochs = this.#tables.get(keyOf(layout.database, layout.table))?.epochs ?? [];
    const epoch = epochs.findLast(({ from }) => isNotBefore(place, from));
    if (epoch === undefined) return;
    if (epoch.layout === null && epoch.before === null) epoch.layout = layout;
    else if (!isSame(epoch.layout ?? epoch.before, layout)) {
      // Somewhere on the way it became another without a word. From here on it is this.
      epoch.layout = null;
      if (epoch === epochs.at(-1)) epochs.push({ from: place, tableId: null, layout, before: null });
    }
  }
}

function lastOf({ epochs }: Followed): Epoch {
  return epochs.at(-1) as Epoch;
}

/** As the log writes them: a server may tell names apart by their case. */
function keyOf(database: string, table: string): string {
  return `${database}\0${table}`;
}

export function isTouched({ database, table }: Pick<Followed, 'database' | 'table'>, touched: Touched): boolean {
  const isAlike = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  switch (touched.what) {
    case 'nothing':
      return false;
    case 'anything':
      return true;
    case 'database':
      return isAlike(database, touched.database);
    case 'tables':
      return touched.tables.some((each) => isAlike(each.database, database) && isAlike(each.table, table));
  }
}

/** Whether the log's table map can be of a table that stands so. */
export function fits({ columns }: TableLayout, map: TableMap): boolean {
  return (
    columns.length === map.columns.length &&
    columns.every(({ name, type }, index) => {
      const mapped = map.columns[index];
      if (mapped === undefined || !mayBeLoggedAs(type, mapped.type)) return false;
      return mapped.name == null || mapped.name.toLowerCase() === name.toLowerCase();
    })
  );
}

/** But for the number. */
function isSame(a: TableLayout | null, b: TableLayout): boolean {
  const textOf = ({ columns, key, apart }: TableLayout) =>
    JSON.stringify([columns.map(({ name, type, generated }) => [name, type, generated === true]), key, apart]);
  return a !== null && textOf(a) === textOf(b);
}

/** False as well when the two cannot be compared. */
export function isNotBefore(a: BinlogPlace, b: BinlogPlace): boolean {
  if (a.file === b.file) return a.position >= b.position;
  const [one, other] = [a.file, b.file].map((file) => /^(.*)\.(\d+)$/.exec(file));
  if (one?.[1] === undefined || one[1] !== other?.[1]) return false;
  return BigInt(one[2] ?? 0) > BigInt(other[2] ?? 0);
}
