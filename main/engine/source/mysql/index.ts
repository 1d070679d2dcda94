/** Public face of the MySQL and MariaDB source: connect, inspect, read one consistent picture. */
export { MeasuredRangeCosts, type RangeCosts } from './range-costs.ts';
export { beginSnapshot } from './begin-snapshot.ts';
export { keyLiteral, whereRange } from './bounds.ts';
export { bytesExpression, fetchExpression } from './columns.ts';
export { connectMysql, type ConnectOptions } from './connect.ts';
export type { MysqlConnection, QueryOptions, TextRow } from './connection.ts';
export { digestColumns, digestRange, digestSql, type DigestGroup } from './digest.ts';
export {
  inspectServer,
  type InspectedShape,
  type InspectedTable,
  type InspectionStep,
  type InspectOptions,
  type ServerInspection,
} from './inspect.ts';
export { listEverything, type ListedDatabase, type ListedServer } from './list-everything.ts';
export { addSums } from './ledger.ts';
export { measureLine } from './line-speed.ts';
export { mapQueryError, serverErrno } from './map-error.ts';
export type { OrphanedObject } from './schema/missing-definers.ts';
export { describeColumns, sampleColumns, type ListedColumn } from './sample-columns.ts';
export { readRange } from './read-range.ts';
export { readLayouts, type LayoutReading } from './schema/read-layouts.ts';
export { layoutOfDdl } from './schema/table-layout.ts';
export type { SickObject } from './sick-object.ts';
export { sicknessOf, type SickTable } from './sick-table.ts';
export { holdsOwnRows } from './storage-engines.ts';
export { quoteName, quoteTable, quoteText } from './quote.ts';
export { splitFields } from './raw-query.ts';
export { clockAheadOf } from './server-clock.ts';
export { isAtLeast, readServerFacts } from './server-facts.ts';
export {
  lockMethods,
  type KeyRange,
  type LockMethod,
  type MysqlSnapshot,
  type MysqlTarget,
  type BatchSizes,
  type RawBatch,
  type SecretPredicate,
  type SnapshotLock,
  type SnapshotOptions,
  type TableName,
} from './types.ts';
/** The write side and the row codec, each with a face of its own: workers import rows/ alone and stay free of the driver. */
export * from './load/index.ts';
export * from './rows/index.ts';
