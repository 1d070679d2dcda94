/** Which of the shop's two tables a row belongs to. */
export type ResaleRole = 'cards' | 'orders';

/** Values of the columns that the rules name, as text, by name in lower case. A column that is not in it was not told. */
export type RowValues = ReadonlyMap<string, string | null>;

export interface RowChange {
  readonly role: ResaleRole;
  /** Null: the row was made. */
  readonly before: RowValues | null;
  /** Null: the row was deleted. */
  readonly after: RowValues | null;
}

/** Where in a log a transaction begins. */
export interface LogPlace {
  readonly file: string;
  readonly position: number;
}

/** What one transaction that was committed did to the two tables. Where it was read does not matter. */
export interface CommittedChanges {
  readonly place: LogPlace;
  readonly committedAtMs: number;
  /** In the order in which they were made. */
  readonly changes: readonly RowChange[];
  /** Whether rows of the table of orders were made or changed by it, watched or not. */
  readonly touchesOrders: boolean;
}
