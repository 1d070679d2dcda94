/** Restoring on another flavour or version than the one that was backed up. */
export { differingColumns } from './compare-columns.ts';
export { fitTable, knowsCollation, type FittedTable } from './fit-table.ts';
export { isForeign, readTargetServer, serverName, type TargetServer } from './target-server.ts';
export { tryTables } from './try-tables.ts';
