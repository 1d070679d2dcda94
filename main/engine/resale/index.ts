/** Nothing that was delivered after the moment of a restore is sold again. docs/decisions/0032 */
export { Findings } from './finding.ts';
export { followUpCsv } from './follow-up-csv.ts';
export { guardResale, type GuardReport, type GuardRequest, type ResalePhase } from './guard-resale.ts';
export { LastSales, type MovingShop } from './last-sales.ts';
export type { LiveWitness } from './live-sales.ts';
export type { LogWitness } from './log-sales.ts';
export type { RestorePoint } from './log-tail.ts';
export type { LogPlace, ResaleRole } from './row-change.ts';
export type { HiddenColumns } from './watched-table.ts';
