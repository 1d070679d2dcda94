/** What a binlog holds and how it is read. */
export { cutColumns, endOfStatement } from './cut-columns.ts';
export {
  describeStatement,
  transactionKinds,
  type DescribedStatement,
  type StatementKind,
} from './describe-statement.ts';
export { checksumBytes, headerBytes, parseEventHeader, type EventHeader } from './event-header.ts';
export { eventTypes } from './event-types.ts';
export { expandEvent, openPayload, type PlainEvent } from './expand-event.ts';
export { parseFormatDescription, type FormatDescription } from './format-description.ts';
export { describeQuery, quotingOfSession, textOfQuery } from './query-text.ts';
export { parseQuery, type QueryEvent, type QuerySettings } from './query-event.ts';
export {
  binlogMagic,
  firstPosition,
  positionLimit,
  readBinlog,
  type BinlogEvent,
  type BinlogItem,
  type BinlogPosition,
} from './read-binlog.ts';
export { withCascadingParents, type TableDdl } from './replay/cascading-parents.ts';
export { mayBeLoggedAs } from './logged-types.ts';
export { needsOwnName } from './replay/needs-own-name.ts';
export { LogReplay, type ReplayMark, type ReplayOptions, type ReplayReport } from './replay/replay-log.ts';
export { scopeOf, type StatementScope } from './replay/statement-scope.ts';
export { isRowsEvent, parseRowsHead, readRows, type ChangedRow, type RowChange, type RowImage } from './read-rows.ts';
export type { BinlogValue } from './row-values.ts';
export { columnTypes, parseTableMap, type MappedColumn, type TableMap } from './table-map.ts';
export {
  TransactionTracker,
  type ChangedTable,
  type LoggedStatement,
  type LoggedTransaction,
} from './track-transactions.ts';
