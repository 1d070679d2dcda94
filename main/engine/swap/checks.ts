import { AppError, type ErrorFacts } from '../../../shared/errors/app-error.ts';
import type { SwapCheck } from '../../../shared/model/swap.ts';
import { readServerFacts, serverErrno } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import { isGranted, readGrants } from '../source/mysql/privileges.ts';
import { longTransactions } from './blockers.ts';
import type { Exchange } from './exchange.ts';

/** What must be right before anything is changed. Each function changes nothing. */

/** A transaction this old will probably be in the way. */
const longS = 5;
const notForUs = new Set([1109, 1142, 1146, 1227]);
const moving = ['SELECT', 'INSERT', 'CREATE', 'DROP', 'ALTER', 'REFERENCES'];

/** Switches with which a server takes no changes. An account that is above them gets through all the same, and is not told off. */
export async function checkWritable(session: LoadSession, signal: AbortSignal): Promise<SwapCheck> {
  const [row] = await session.rows("SHOW GLOBAL VARIABLES WHERE Variable_name = 'read_only'", signal);
  const isReadOnly = !['OFF', '0', 'FALSE'].includes((row?.get('value') ?? 'OFF').toUpperCase());
  if (!isReadOnly || (await mayWriteAnyway(session))) return passed('writable');
  return failed('writable', 'swap.read-only', { variable: 'read_only' });
}

async function mayWriteAnyway(session: LoadSession): Promise<boolean> {
  const grants = await readGrants(session.connection, await readServerFacts(session.connection));
  const above = ['SUPER', 'READ_ONLY ADMIN', 'READ ONLY ADMIN', 'CONNECTION_ADMIN', 'ALL PRIVILEGES'];
  return grants.some(({ database, privileges }) => database === null && above.some((each) => privileges.has(each)));
}

/** @param databases live, beside, and where what leaves will go */
export async function checkPrivileges(
  session: LoadSession,
  databases: readonly string[],
  exchange: Exchange | null,
  isGuarded = false,
): Promise<SwapCheck> {
  const grants = await readGrants(session.connection, await readServerFacts(session.connection));
  const kinds = new Set(
    [...(exchange?.wanted ?? []), ...(exchange?.leaving ?? [])].flatMap(({ objects }) =>
      objects.map(({ kind }) => kind),
    ),
  );
  const needed = [
    ...moving,
    ...(kinds.has('trigger') ? ['TRIGGER', 'LOCK TABLES'] : []),
    // What was sold in the last moments is marked under a lock.
    ...(isGuarded ? ['UPDATE', 'LOCK TABLES'] : []),
    ...(kinds.has('view') ? ['CREATE VIEW', 'SHOW VIEW'] : []),
    ...(kinds.has('procedure') || kinds.has('function') ? ['CREATE ROUTINE', 'ALTER ROUTINE'] : []),
    ...(kinds.has('event') ? ['EVENT'] : []),
  ];
  for (const database of databases) {
    const missing = [...new Set(needed)].filter((privilege) => !isGranted(grants, database, [privilege]));
    if (missing.length > 0)
      return failed('privileges', 'swap.no-privilege', { database, privileges: missing.join(', ') });
  }
  return passed('privileges');
}

/** Told, and no reason to stop: a swap waits for them, for some seconds. */
export async function checkTransactions(session: LoadSession, signal: AbortSignal): Promise<SwapCheck> {
  const long = await longTransactions(session, longS, signal).catch((error: unknown) => {
    if (notForUs.has(serverErrno(error))) return [];
    throw error;
  });
  const [oldest] = long;
  if (oldest === undefined) return passed('transactions');
  const facts = { count: long.length, thread: oldest.thread, user: oldest.user, seconds: oldest.seconds };
  return { id: 'transactions', ok: true, warning: true, facts, errorCode: null };
}

export function passed(id: SwapCheck['id'], facts: SwapCheck['facts'] = {}): SwapCheck {
  return { id, ok: true, warning: false, facts, errorCode: null };
}

export function failed(id: SwapCheck['id'], errorCode: AppError['code'], facts: ErrorFacts): SwapCheck {
  return { id, ok: false, warning: false, facts: { ...facts }, errorCode };
}

/** Throws the first that did not hold. */
export function requireAll(checks: readonly SwapCheck[]): void {
  for (const { ok, errorCode, facts } of checks)
    if (!ok && errorCode !== null) throw new AppError(errorCode as AppError['code'], facts);
}
