import { AppError } from '../../../shared/errors/app-error.ts';
import type { SwapAttempt } from '../../../shared/model/swap.ts';
import type { Clock } from '../platform/clock.ts';
import { quoteName } from '../source/mysql/index.ts';
import { createObjects, type LoadSession, type ObjectNote } from '../source/mysql/load/index.ts';
import {
  convergeDatabases,
  convergeDefaults,
  convergeKeys,
  convergeObjects,
  dropObjects,
  dropTriggersIn,
  parkObjects,
} from './converge.ts';
import type { Exchange } from './exchange.ts';
import { endOrphans } from './blockers.ts';
import { moveTables, patience, type Try } from './move-tables.ts';
import { presentTables } from './picture.ts';
import type { WhileHeld } from './while-held.ts';
import { removeGates } from './while-locked.ts';
import { readObjects } from '../source/mysql/schema/read-objects.ts';
import { listTables } from '../source/mysql/schema/read-tables.ts';

export type ExchangePhase = 'prepare' | 'move' | 'objects' | 'tidy';

export interface ExchangeDeps {
  readonly open: () => Promise<LoadSession>;
  readonly tries?: readonly Try[];
  /** Absent: nothing but the move. */
  readonly whileHeld?: WhileHeld | null;
  readonly clock: Clock;
  readonly onPhase: (phase: ExchangePhase) => void;
  readonly onAttempt: (attempt: SwapAttempt) => void;
  /** It has failed, and the server is as it was before: nothing needs to be gone on with. */
  readonly onUntouched: () => Promise<void>;
  /** Stops it while nothing has moved. What has begun to move is brought to its end, which takes moments. */
  readonly signal: AbortSignal;
}

export interface ExchangeResult {
  readonly heldMs: number;
  readonly notes: readonly string[];
}

const lockName = "'shouhu.swap'";

/**
 * Performs what is left of an exchange, which has been written down before. Every step looks at the server first and does only what is missing, so a stop at
 * any statement is followed by the same call, or by one with `reversed` of it.
 *
 * With `swap.busy`, as with every failure before the move, nothing has moved and the shop is as it was. Errors besides: `swap.already-running`, `swap.tables-gone`, `swap.name-taken`, `mysql.*`.
 */
export async function runExchange(deps: ExchangeDeps, exchange: Exchange): Promise<ExchangeResult> {
  const { onPhase } = deps;
  const signal = new AbortController().signal;
  const session = await deps.open();
  try {
    await takeTurn(session, signal);
    await endOrphans(session, exchange, signal);
    onPhase('prepare');
    await removeGates(
      session,
      exchange.databases.flatMap(({ live, from, away }) => [live, from, away]),
      signal,
    );
    await makeDatabases(session, exchange, signal);
    for (const { from } of exchange.databases) await dropTriggersIn(session, from, signal);
    onPhase('move');
    const moving = {
      ...deps,
      session,
      tries: deps.tries ?? patience,
      whileHeld: deps.whileHeld ?? null,
      signal,
      wish: deps.signal,
    };
    const heldMs = await moveTables(moving, exchange).catch(async (error: unknown) => {
      if (!exchange.isWayBack && session.connection.isOpen && (await isUntouched(session, exchange))) {
        await asBefore(session, exchange, signal);
        await deps.onUntouched();
      }
      throw error;
    });
    onPhase('objects');
    await convergeDatabases(session, exchange, signal);
    await convergeDefaults(session, exchange, signal);
    const keyNotes = await convergeKeys(session, exchange, signal);
    const made = await convergeObjects(session, exchange.wanted, signal);
    onPhase('tidy');
    const parked = await parkObjects(session, exchange, signal);
    for (const { from } of exchange.databases) await removeEmpty(session, from, signal);
    return {
      heldMs,
      notes: [
        ...keyNotes,
        ...made.map(noteText),
        ...parked.map((note) => noteText({ ...note, name: `${note.name} (${awayText(exchange)})` })),
      ],
    };
  } finally {
    session.close();
  }
}

function noteText({ kind, name, note }: ObjectNote): string {
  return `${note}: ${kind} ${name}`;
}

function awayText({ databases }: Exchange): string {
  return databases.map(({ away }) => away).join(', ');
}

/** The server keeps the order: of two programs, on whatever computers, one works. The lock goes with the connection. */
async function takeTurn(session: LoadSession, signal: AbortSignal): Promise<void> {
  const [row] = await session.rows(`SELECT GET_LOCK(${lockName}, 5) AS got`, signal);
  if (row?.get('got') !== '1') throw new AppError('swap.already-running', {});
}

async function makeDatabases(session: LoadSession, exchange: Exchange, signal: AbortSignal): Promise<void> {
  const names = new Set((await session.rows('SHOW DATABASES', signal)).map((row) => row.get('database')));
  for (const { live, away } of exchange.databases) {
    const content = [...exchange.leaving, ...exchange.wanted].filter(({ database }) => database === live);
    const options = content.find(
      ({ characterSet, collation }) => /^\w+$/.test(characterSet) && /^\w+$/.test(collation),
    );
    const like = options === undefined ? '' : ` CHARACTER SET ${options.characterSet} COLLATE ${options.collation}`;
    const isLeft = exchange.tables.some(({ database, leaves }) => leaves && database === live);
    for (const name of isLeft ? [live, away] : [live])
      if (!names.has(name)) await session.execute(`CREATE DATABASE IF NOT EXISTS ${quoteName(name)}${like}`, signal);
  }
}

async function isUntouched(session: LoadSession, { databases, tables }: Exchange): Promise<boolean> {
  const places = new Map(databases.map((each) => [each.live, each]));
  const isThere = await presentTables(
    session.connection,
    databases.flatMap(({ live, from, away }) => [live, from, away]),
  );
  return tables.every(({ database, name, leaves, comes }) => {
    const { from = '', away = '' } = places.get(database) ?? {};
    return !(leaves && isThere(away, name)) && !(comes && !isThere(from, name));
  });
}

/** Nothing has moved: what was made for it goes again, and what waits beside gets its triggers back. */
async function asBefore(session: LoadSession, exchange: Exchange, signal: AbortSignal): Promise<void> {
  for (const { away } of exchange.databases) await removeEmpty(session, away, signal);
  const renames = new Map(exchange.databases.map(({ live, from }) => [live, from]));
  const names = new Set((await session.rows('SHOW DATABASES', signal)).map((row) => row.get('database')));
  const triggers = exchange.wanted
    .filter(() => exchange.whole)
    .map(({ database, objects }) => ({
      database: renames.get(database) ?? database,
      objects: objects.filter(({ kind }) => kind === 'trigger'),
    }))
    .filter(({ database }) => names.has(database));
  await createObjects(session, triggers, { renames, enableEvents: false, signal });
}

/** A database that an exchange has emptied, or that was made for one, goes; one with a table or a sequence in it stays as it is. */
async function removeEmpty(session: LoadSession, database: string, signal: AbortSignal): Promise<void> {
  const names = await session.rows('SHOW DATABASES', signal);
  if (!names.some((row) => row.get('database') === database)) return;
  const listed = await listTables(session.connection, database);
  if (listed.some(({ type }) => type !== 'VIEW')) return;
  const { objects } = await readObjects(session.connection, database, listed);
  await dropObjects(session, database, objects, signal);
  const left = await listTables(session.connection, database);
  const rest = await readObjects(session.connection, database, left);
  if (left.length + rest.objects.length + rest.unreadable.length > 0) return;
  await session.execute(`DROP DATABASE IF EXISTS ${quoteName(database)}`, signal);
}
