import { nameIn, quotingOf, tokenize } from './sql-tokens.ts';

/** The name of the table that a trigger stands on, without its database, which is the trigger's own; null when the text is not understood. */
export function triggeredTable(ddl: string, sqlMode: string | null): string | null {
  const tokens = tokenize(ddl, quotingOf(sqlMode))?.filter(({ kind }) => kind !== 'space' && kind !== 'comment') ?? [];
  const on = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'ON');
  const [first, dot, second] = tokens.slice(on + 1, on + 4);
  const name = dot?.text === '.' ? second : first;
  return on < 0 || name === undefined || !['name', 'word'].includes(name.kind) ? null : nameIn(name);
}
