/** Puts restored tables in the place of the shop's, and back: compare, exchange, undo. */
export { exchangeSchema, reversed, type Exchange } from './exchange.ts';
export { keysInto, pictureOf, type Picture } from './picture.ts';
export { prepareExchange, type ExchangeWish, type Prepared } from './prepare.ts';
export { runExchange, type ExchangeDeps, type ExchangeResult } from './run-exchange.ts';
export { checkPrivileges, checkTransactions, checkWritable, failed, passed, requireAll } from './checks.ts';
export { compareShops } from './compare.ts';
export type { WhileHeld } from './while-held.ts';
