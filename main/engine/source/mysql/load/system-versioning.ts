import { tokenize } from './sql-tokens.ts';

/**
 * True for a MariaDB table that keeps the history of its rows. A snapshot holds the rows that are current: history belongs to the
 * server that wrote it (its instants are those of that server's transactions) and begins anew with a restore.
 */
export function keepsHistory(ddl: string): boolean {
  const tokens = (tokenize(ddl) ?? []).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  return tokens.some(
    ({ kind, text }, at) =>
      kind === 'word' && text === 'WITH' && tokens[at + 1]?.text === 'SYSTEM' && tokens[at + 2]?.text === 'VERSIONING',
  );
}
