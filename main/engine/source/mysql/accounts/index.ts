/** Users, roles and their rights: read from a server, made again on another one or written as SQL. */
export { readAccounts, type AccountsReading, type LackingAccount } from './read-accounts.ts';
export { AccountMaker, dropStatement } from './make-accounts.ts';
export { accountsSql, type AccountsSql, type WrittenObjects } from './sql-file.ts';
export { definersIn, definersNamed, makeDefiners, missingAccounts } from './definers.ts';
