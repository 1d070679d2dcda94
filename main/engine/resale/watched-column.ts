/** A column of one of the shop's two tables, as a server describes it. */
export interface WatchedColumn {
  /** In lower case. */
  readonly name: string;
  /** information_schema DATA_TYPE, in lower case. */
  readonly dataType: string;
  readonly isUnsigned: boolean;
  readonly charset: string | null;
}
