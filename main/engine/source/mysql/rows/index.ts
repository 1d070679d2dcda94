/** The row codec: raw result rows ↔ LOAD DATA text, row digests, ledger sums. Pure; runs inside worker threads. */
export {
  addDecimal,
  addDecimalText,
  compareDecimal,
  formatDecimal,
  parseDecimal,
  sameDecimalText,
  type Decimal,
} from './decimal.ts';
export { digestText, TextCursor, type TextDigest, unescapeField } from './decode-text.ts';
export type { EncodedRows, RowDigests } from './encoded-rows.ts';
export { digestRows, encodeRows } from './encode-rows.ts';
export { joinGroups, joinWithoutVault, standInFor } from './join-groups.ts';
export { layoutOf, type LedgerLayout, type RowLayout } from './layout.ts';
export {
  condense,
  mergeBreakdowns,
  mergeDimensions,
  mostValues,
  sameBreakdown,
  sumPartials,
  totalOf,
} from './breakdown.ts';
export { figureName, figureOf, knownDimensions, type FigureDefinition } from './figure.ts';
export type { LedgerPartial } from './ledger.ts';
export { addDigests, combineDigests, combineSums, emptyDigest, isSameDigest } from './row-digest.ts';
export { conditionsOf } from './row-condition.ts';
export { wholeRows } from './whole-rows.ts';
export { insertStatements, type InsertOptions } from './sql-text.ts';
export { setExactRowsApart } from './json-decimals.ts';
export { compiledRowModule, useRowModule, type RowModule } from './wasm/row-encoder.ts';
