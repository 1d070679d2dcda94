/** The write side of the MySQL source: what a restore needs to build and fill a database. */
export { createBrokenViews, type BrokenView } from './create-broken-views.ts';
export { createObjects, type ObjectNote, type ObjectOptions, type ObjectsOf } from './create-objects.ts';
export {
  addForeignKeys,
  buildKeys,
  createDatabase,
  isTaken,
  createSequences,
  createTable,
  databaseComment,
  differingDdl,
  goOnStatement,
  type PendingTable,
} from './create-tables.ts';
export { createsObject, isSafeForClient } from './creates-object.ts';
export { countInvalid, InvalidText } from './invalid-text.ts';
export { isHeldEvent } from './event-status.ts';
export { loadText } from './load-chunk.ts';
export { type LoadSession, type LoadSessionOptions, openLoadSession, withLoadSession } from './load-session.ts';
export { invalidValues } from './well-formed.ts';
export { withOctetColumns, type OctetTable } from './octet-columns.ts';
export { assertLedger, assertRange, countTarget, targetLedger, type LedgerSum } from './target-digest.ts';
export { renameDatabases, type Renames } from './rewrite-ddl.ts';
export { triggeredTable } from './triggered-table.ts';
export { keepsHistory } from './system-versioning.ts';
