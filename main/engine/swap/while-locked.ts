import { AppError } from '../../../shared/errors/app-error.ts';
import type { SchemaObject } from '../../../shared/model/database.ts';
import type { Clock } from '../platform/clock.ts';
import { pollUntil } from '../platform/poll.ts';
import { quoteTable, quoteText, serverErrno } from '../source/mysql/index.ts';
import { createObjects, type LoadSession } from '../source/mysql/load/index.ts';
import { limitIdleness } from '../source/mysql/session.ts';
import type { Exchange, Places } from './exchange.ts';
import type { WhileHeld } from './while-held.ts';
import { gateName, gateNames, openedName, presentTables } from './picture.ts';
import { triggersOn } from './plan-exchange.ts';
import { renameStatement, type Move } from './plan-moves.ts';

/**
 * RENAME of tables that nobody may meet as they come: with triggers, because a new table must not be written to without them; or with cards, because one that was
 * sold a moment ago must not be for sale in it (`WhileHeld`).
 *
 * MySQL takes RENAME under LOCK TABLES (since 8.0.13): one session locks, marks, drops, renames and creates, and the shop sees all of it or nothing.
 *
 * MariaDB does not. There the RENAME ends with a table that another session holds: the gate, whose name comes last in the order in which a server takes locks.
 * When the RENAME has everything but the gate, those that come next are lined up behind it, each in a session: LOCK TABLES for a table of cards and the one
 * that leaves, and CREATE TRIGGER; a server lets both in before any statement of the shop. Then the gate is opened: the RENAME happens, the
 * cards are marked, the triggers are made, the shop goes on. Because it is marked behind the RENAME, nothing can be sold any more in the table that left.
 *
 * Where triggers stand on the tables that leave, a session locks those tables before all that and drops them; what was waiting for them when it
 * lets go may still be written into the old ones, without a trigger; into the new ones nothing is. Seen on MariaDB 10.11 and 11.8.
 */

export interface WhileLockedDeps {
  readonly session: LoadSession;
  readonly open: () => Promise<LoadSession>;
  readonly clock: Clock;
  readonly whileHeld: WhileHeld | null;
  readonly signal: AbortSignal;
}

interface Place {
  readonly database: string;
  readonly table: string;
}

/** A table that is marked, with its live database, where its successor comes from and where it goes. */
export interface HeldPlace extends Places {
  readonly table: string;
}

export interface LockedMove {
  readonly moves: readonly Move[];
  readonly leaving: readonly Place[];
  readonly dropped: readonly { readonly database: string; readonly name: string; readonly table: string }[];
  readonly held: readonly HeldPlace[];
  readonly waitS: number;
}

/** Of those that wait only for us. Whoever holds the tables lets go of them within moments. */
const ownWaitS = 30;
/** The RENAME also waits for us to line up behind it. */
const leastMoverS = 10;
/** A server lets go of what a session of ours holds that says nothing for so long, because its program or its line has died. */
const idleS = 30;
/** So many triggers are lined up; more are not seen in a shop, and come a moment later. */
const mostMakers = 32;
const lockTimeout = 1205;
const unknownThread = new Set([1094]);

export function renamesUnderLock({ flavour, version }: LoadSession): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[^0-9]+/, 3).map(Number);
  return flavour === 'mysql' && (major > 8 || (major === 8 && (minor > 0 || patch >= 13)));
}

export async function waitAtMost(session: LoadSession, seconds: number, signal: AbortSignal): Promise<void> {
  await session.execute(`SET SESSION lock_wait_timeout=${seconds}`, signal);
}

/** As `behindGate`: gives since when the shop's statements may have stood. */
export async function underLock(
  { open, clock, whileHeld, signal }: WhileLockedDeps,
  exchange: Exchange,
  { moves, leaving, dropped, held, waitS }: LockedMove,
): Promise<number> {
  const session = await open();
  try {
    await waitAtMost(session, waitS, signal);
    await limitIdleness(session.connection, idleS);
    const sinceMs = clock.monotonicMs();
    await session.execute(lockStatement(moves.map(({ from }) => from)), signal);
    // While everything can still stay as it is.
    for (const { live, from } of held) await whileHeld?.mark(session, live, { coming: from, leaving: live }, signal);
    await dropAll(session, dropped, signal);
    await session.execute(renameStatement(moves), signal);
    for (const place of leaving)
      await createTriggers(
        session,
        place.database,
        await triggersHere(session, exchange.wanted, place, signal),
        signal,
      );
    await session.execute('UNLOCK TABLES', signal);
    return sinceMs;
  } finally {
    session.destroy();
  }
}

export async function behindGate(
  deps: WhileLockedDeps,
  exchange: Exchange,
  { moves, leaving, dropped, held, waitS }: LockedMove,
): Promise<number> {
  const { signal, clock, whileHeld } = deps;
  const sessions: LoadSession[] = [];
  const open = async (seconds: number) => {
    const session = await deps.open();
    sessions.push(session);
    await waitAtMost(session, seconds, signal);
    return session;
  };
  const gate = gateOf(moves);
  const opened: Place = { ...gate, table: openedName };
  const pending: { readonly session: LoadSession; readonly work: Pending }[] = [];
  try {
    await removeGate(deps.session, gate, opened, signal);
    await deps.session.execute(`CREATE TABLE ${quoteTable(gate.database, gate.table)} (x INT) ENGINE=InnoDB`, signal);
    const hasTriggers = dropped.length > 0;
    const [keeperOfGate, mover, probe] = [
      await open(ownWaitS),
      // Where nobody has locked the tables before, it is the one that waits for the shop.
      await open(hasTriggers ? Math.max(waitS, leastMoverS) : waitS),
      await open(0),
    ];
    const markers: { readonly place: HeldPlace; readonly session: LoadSession }[] = [];
    for (const place of held) markers.push({ place, session: await open(ownWaitS) });
    const makers: { readonly database: string; readonly trigger: SchemaObject; readonly session: LoadSession }[] = [];
    for (const place of leaving)
      for (const trigger of await triggersHere(deps.session, exchange.wanted, place, signal))
        if (makers.length < mostMakers)
          makers.push({ database: place.database, trigger, session: await open(ownWaitS) });
    const holder = hasTriggers ? await open(waitS) : null;
    for (const { connection } of [...markers.map(({ session }) => session), keeperOfGate, ...(holder ? [holder] : [])])
      await limitIdleness(connection, idleS);
    await keeperOfGate.execute(lockStatement([gate]), signal);
    const sinceMs = clock.monotonicMs();
    await holder?.execute(lockStatement(leaving), signal);
    if (holder !== null) await dropAll(holder, dropped, signal);
    const renaming = outcomeOf(mover.execute(renameStatement([...moves, { from: gate, to: opened }]), signal));
    pending.push({ session: mover, work: renaming });
    await untilQueued(keeperOfGate, mover, renaming, signal);
    await holder?.execute('UNLOCK TABLES', signal);
    await untilTaken(probe, lastOf(leaving), renaming, signal);
    const marking: { readonly place: HeldPlace; readonly session: LoadSession; readonly locking: Pending }[] = [];
    for (const { place, session } of markers) {
      const both = [place.live, place.away].map((database) => ({ database, table: place.table }));
      const locking = outcomeOf(session.execute(lockStatement(both), signal));
      pending.push({ session, work: locking });
      await untilQueued(keeperOfGate, session, locking, signal);
      marking.push({ place, session, locking });
    }
    for (const { database, trigger, session } of makers) {
      const making = outcomeOf(createTriggers(session, database, [trigger], signal));
      pending.push({ session, work: making });
      await untilQueued(keeperOfGate, session, making, signal);
    }
    await keeperOfGate.execute('UNLOCK TABLES', signal);
    const renamed = await renaming.settled;
    if (renamed.ok)
      await Promise.all(
        marking.map(async ({ place: { live, away }, session, locking }) => {
          try {
            const locked = await locking.settled;
            if (!locked.ok) throw locked.error;
            await whileHeld?.mark(session, live, { coming: live, leaving: away }, signal);
            await session.execute('UNLOCK TABLES', signal);
          } catch (error) {
            whileHeld?.missed(error);
            // Lets go of what it holds.
            session.destroy();
          }
        }),
      );
    // One that could not be made here is made a moment later, with everything else.
    await Promise.all(pending.map(({ work }) => work.settled));
    if (!renamed.ok) throw renamed.error;
    return sinceMs;
  } finally {
    // What is still in the queue for a table of the shop has the shop wait behind it, also without its program.
    for (const { session, work } of pending)
      if (!work.hasEnded && deps.session.connection.isOpen)
        await deps.session.tryTo(`KILL ${session.connection.threadId}`, unknownThread, signal);
    for (const session of sessions) session.destroy();
    await Promise.all(pending.map(({ work }) => work.settled));
    if (deps.session.connection.isOpen) await removeGate(deps.session, gate, opened, signal);
  }
}

/** A program that was stopped may have left its gate. */
export async function removeGates(
  session: LoadSession,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const isThere = await presentTables(session.connection, databases);
  for (const database of databases)
    for (const table of gateNames)
      if (isThere(database, table))
        await session.execute(`DROP TABLE IF EXISTS ${quoteTable(database, table)}`, signal);
}

/** Servers take the locks of a RENAME in the order of the names' octets (`MDL_key::cmp`). U+FFFD is behind whatever a name may hold. */
function gateOf(moves: readonly Move[]): Place {
  const databases = moves.flatMap(({ from, to }) => [from.database, to.database]).sort(byOctets);
  return { database: databases.at(-1) ?? '', table: gateName };
}

function lastOf(places: readonly Place[]): Place {
  const inOrder = [...places].sort((a, b) => byOctets(a.database, b.database) || byOctets(a.table, b.table));
  const last = inOrder.at(-1);
  if (last === undefined) throw new Error('no table leaves');
  return last;
}

function byOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function removeGate(session: LoadSession, gate: Place, opened: Place, signal: AbortSignal): Promise<void> {
  const names = [gate, opened].map(({ database, table }) => quoteTable(database, table)).join(', ');
  await session.execute(`DROP TABLE IF EXISTS ${names}`, signal);
}

function lockStatement(places: readonly Place[]): string {
  return `LOCK TABLES ${places.map(({ database, table }) => `${quoteTable(database, table)} WRITE`).join(', ')}`;
}

async function dropAll(session: LoadSession, triggers: LockedMove['dropped'], signal: AbortSignal): Promise<void> {
  for (const { database, name } of triggers)
    await session.execute(`DROP TRIGGER IF EXISTS ${quoteTable(database, name)}`, signal);
}

interface Pending {
  readonly settled: Promise<{ readonly ok: true } | { readonly ok: false; readonly error: unknown }>;
  hasEnded: boolean;
}

function outcomeOf(work: Promise<unknown>): Pending {
  const pending: Pending = {
    hasEnded: false,
    settled: work
      .then(
        () => ({ ok: true }) as const,
        (error: unknown) => ({ ok: false, error }) as const,
      )
      .finally(() => (pending.hasEnded = true)),
  };
  return pending;
}

/** Until the server says that the statement waits for a lock, or it has ended. */
async function untilQueued(
  asking: LoadSession,
  waiting: LoadSession,
  statement: Pending | undefined,
  signal: AbortSignal,
): Promise<void> {
  const id = String(waiting.connection.threadId);
  const look = async () => {
    if (statement?.hasEnded === true) return true;
    const own = (await asking.rows('SHOW PROCESSLIST', signal)).find((row) => row.get('id') === id);
    return /lock/i.test(own?.get('state') ?? '') ? true : undefined;
  };
  if ((await pollUntil(look, { timeoutMs: ownWaitS * 1000, everyMs: 10, signal })) === undefined)
    throw new AppError('mysql.lock-timeout', { waitedMs: ownWaitS * 1000 });
}

/** Until nobody can so much as look at the table, because the RENAME has it or is the next to have it; the ones before it in the order are its own then. */
async function untilTaken(
  probe: LoadSession,
  { database, table }: Place,
  renaming: Pending,
  signal: AbortSignal,
): Promise<void> {
  const look = async () => {
    if (renaming.hasEnded) return true;
    try {
      await probe.rows(`SELECT 1 FROM ${quoteTable(database, table)} LIMIT 0`, signal);
      return undefined;
    } catch (error) {
      if (serverErrno(error) === lockTimeout) return true;
      throw error;
    }
  };
  if ((await pollUntil(look, { timeoutMs: ownWaitS * 1000, everyMs: 5, signal })) === undefined)
    throw new AppError('mysql.lock-timeout', { waitedMs: ownWaitS * 1000 });
}

/** Those that can be made while the tables are held: one that was written under another default of the database comes with everything else. */
async function triggersHere(
  session: LoadSession,
  side: Exchange['wanted'],
  { database, table }: Place,
  signal: AbortSignal,
): Promise<SchemaObject[]> {
  const content = side.find((each) => each.database === database);
  const triggers = content === undefined ? [] : triggersOn(content, (name) => name === table);
  if (triggers.length === 0) return [];
  const [row] = await session.rows(
    `SELECT DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(database)}`,
    signal,
  );
  const own = row?.get('collation') ?? '';
  return triggers.filter(({ databaseCollation }) => (databaseCollation ?? own) === own);
}

async function createTriggers(
  session: LoadSession,
  database: string,
  objects: readonly SchemaObject[],
  signal: AbortSignal,
): Promise<void> {
  if (objects.length === 0) return;
  await createObjects(session, [{ database, objects }], { renames: new Map(), enableEvents: true, signal });
}
