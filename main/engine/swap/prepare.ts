import { AppError } from '../../../shared/errors/app-error.ts';
import { readServerFacts } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import type { Exchange } from './exchange.ts';
import { keysInto, pictureOf, type Picture } from './picture.ts';
import { planExchange, type ExchangeRequest } from './plan-exchange.ts';

export type ExchangeWish = Omit<ExchangeRequest, 'pictures' | 'keysIntoLive'>;

export interface Prepared {
  readonly exchange: Exchange;
  readonly pictures: readonly Picture[];
}

/**
 * Looks at the server and says what an exchange will do. Changes nothing.
 * Errors: `swap.nothing-beside` {databases}, `swap.tables-gone` {tables}, `swap.name-taken` {tables}, those of `query`.
 */
export async function prepareExchange(session: LoadSession, wish: ExchangeWish): Promise<Prepared> {
  const server = await readServerFacts(session.connection);
  const pictures: Picture[] = [];
  for (const { live, from } of wish.databases)
    for (const name of [live, from]) pictures.push(await pictureOf(session.connection, server, name));
  const waiting = pictures.filter(({ database }) => wish.databases.some(({ from }) => from === database));
  const last = wish.last?.tables.filter(({ leaves }) => leaves) ?? [];
  // Behind a swap into nothing there is nothing to come back: the undo only takes the restore out again.
  const isNothing = waiting.every(({ movable }) => movable.length === 0);
  if (isNothing && (wish.last === null || last.length > 0))
    throw new AppError('swap.nothing-beside', { databases: wish.databases.map(({ from }) => from).join(', ') });
  const keysIntoLive = await keysInto(
    session.connection,
    wish.databases.map(({ live }) => live),
  );
  const exchange = planExchange({ ...wish, pictures, keysIntoLive });
  const gone = last.filter(
    (table) =>
      !exchange.tables.some((each) => each.comes && each.database === table.database && each.name === table.name),
  );
  if (gone.length > 0)
    throw new AppError('swap.tables-gone', {
      tables: gone.map(({ database, name }) => `${database}.${name}`).join(', '),
    });
  const taken = exchange.tables.filter(
    ({ database, name, comes }) =>
      comes && pictures.some((each) => each.database === database && each.views.includes(name)),
  );
  if (taken.length > 0)
    throw new AppError('swap.name-taken', {
      tables: taken.map(({ database, name }) => `${database}.${name}`).join(', '),
    });
  return { exchange, pictures };
}
