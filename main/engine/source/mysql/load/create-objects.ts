import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { serverErrno } from '../map-error.ts';
import { quoteName, quoteText } from '../quote.ts';
import type { LoadSession } from './load-session.ts';
import { asDisabledEvent, renameDatabases, type Renames, withoutDefiner } from './rewrite-ddl.ts';

/**
 * Views, routines, triggers and events, after the rows: a trigger must not fire while they come in. Each is created inside the
 * sql_mode, character set and time zone it was written under, because these are part of it.
 *
 * Not everything can be had exactly on every target; what was changed or left out is told as a note, never silently.
 */
export interface ObjectNote {
  readonly kind: SchemaObject['kind'];
  readonly name: string;
  /**
   * definer-replaced: belongs to the restoring account, because that may not act for others (1227) or the definer does not
   * exist here (1449) · character-set: stored under utf8mb4 instead of its author's set · sql-mode: the target does not know one
   * of its modes · event-off: created disabled · event-over: its only date has passed, the server drops it · names-changed: a
   * body named the old database · not-created: see `errno`; a view that was already broken on the source ends here too, and
   * a function that a server with binlog takes only from a mightier account (1418, 1419).
   */
  readonly note:
    'definer-replaced' | 'character-set' | 'sql-mode' | 'event-off' | 'event-over' | 'names-changed' | 'not-created';
  /** Number of the server's error, 0 when there was none. */
  readonly errno: number;
}

export interface ObjectOptions {
  readonly renames: Renames;
  /** False beside the live database and in a sandbox: two copies of a nightly job would both run. */
  readonly enableEvents: boolean;
  readonly signal: AbortSignal;
}

const definerRefused = new Set([1227, 1449]);
const definerUnknown = 1449;
const eventIsOver = 1588;

export async function createObjects(
  session: LoadSession,
  database: string,
  objects: readonly SchemaObject[],
  options: ObjectOptions,
): Promise<ObjectNote[]> {
  const notes: ObjectNote[] = [];
  const { signal } = options;
  await session.execute(`USE ${quoteName(database)}`, signal);
  try {
    let waiting = objects.filter((object) => object.kind !== 'sequence');
    // Views over views of other databases come in no useful order: go round until a round brings nothing new.
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      const next: SchemaObject[] = [];
      for (const object of waiting) {
        const errno = await createOne(session, object, options, notes);
        if (errno !== 0) next.push(object);
      }
      waiting = next;
    }
    for (const object of waiting) {
      notes.push({
        kind: object.kind,
        name: object.name,
        note: 'not-created',
        errno: await createOne(session, object, options, []),
      });
    }
    return notes;
  } finally {
    if (session.connection.isOpen) await restoreSession(session, signal);
  }
}

/** 0 when created, else the number of the server's error: a later try may help. */
async function createOne(
  session: LoadSession,
  object: SchemaObject,
  options: ObjectOptions,
  notes: ObjectNote[],
): Promise<number> {
  const { kind, name, sqlMode } = object;
  const { signal } = options;
  const note = (what: ObjectNote['note'], errno = 0) => notes.push({ kind, name, note: what, errno });
  let ddl = renameDatabases(object.ddl, options.renames, sqlMode);
  const wasRenamed = ddl !== object.ddl && kind !== 'view';
  if (kind === 'event' && !options.enableEvents) ddl = asDisabledEvent(ddl, sqlMode);
  const isOff = kind === 'event' && !options.enableEvents && asDisabledEvent(object.ddl, sqlMode) !== object.ddl;
  const keepsCharset = await enterSession(session, object, signal);
  const keepsMode = await setSqlMode(session, sqlMode ?? '', signal);
  const freed = withoutDefiner(ddl, sqlMode);
  let codes: number[];
  try {
    const refusal = await tryCreate(session, ddl, freed === ddl ? new Set() : definerRefused, signal);
    if (refusal !== 0) {
      await session.execute(freed, signal);
      note('definer-replaced', refusal);
    }
    codes = await warningCodes(session, signal);
    if (codes.includes(definerUnknown) && freed !== ddl) {
      // A mighty account may create for a definer that does not exist; every use of the object would then fail.
      await session.execute(`DROP ${kind.toUpperCase()} ${quoteName(name)}`, signal);
      await session.execute(freed, signal);
      note('definer-replaced', definerUnknown);
      codes = await warningCodes(session, signal);
    }
  } catch (error) {
    const errno = serverErrno(error);
    // An answer of the server concerns this object alone; anything else ends the restore.
    if (errno === 0 || !session.connection.isOpen) throw error;
    return errno;
  }
  if (codes.includes(eventIsOver)) note('event-over', eventIsOver);
  if (!keepsCharset) note('character-set');
  if (!keepsMode) note('sql-mode');
  if (isOff) note('event-off');
  if (wasRenamed) note('names-changed');
  return 0;
}

/** 0, or which of `refusals` the server answered. */
async function tryCreate(
  session: LoadSession,
  ddl: string,
  refusals: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number> {
  try {
    await session.execute(ddl, signal);
    return 0;
  } catch (error) {
    if (refusals.has(serverErrno(error))) return serverErrno(error);
    throw error;
  }
}

async function warningCodes(session: LoadSession, signal: AbortSignal): Promise<number[]> {
  return (await session.rows('SHOW WARNINGS', signal)).map((row) => Number(row.get('code') ?? 0));
}

/** False when the author's character set could not be used: our statement is UTF-8, and only ASCII reads the same in others. */
async function enterSession(session: LoadSession, object: SchemaObject, signal: AbortSignal): Promise<boolean> {
  const { characterSetClient: charset, collationConnection: collation, timeZone } = object;
  const known = charset !== null && collation !== null && /^\w+$/.test(charset) && /^\w+$/.test(collation);
  // utf16 and its like are no character sets of a client.
  const keeps = known && (/^utf8(mb[34])?$/.test(charset) || isAscii(object.ddl));
  if (keeps) await session.execute(`SET character_set_client=${charset}, collation_connection=${collation}`, signal);
  else await session.execute('SET NAMES utf8mb4', signal);
  if (timeZone !== null) await setTimeZone(session, timeZone, signal);
  return keeps || charset === null;
}

/** False when the target does not know every mode (NO_AUTO_CREATE_USER is gone in MySQL 8): it gets those that it knows. */
async function setSqlMode(session: LoadSession, sqlMode: string, signal: AbortSignal): Promise<boolean> {
  const unknownMode = new Set([1231]);
  const set = (modes: string) => session.tryTo(`SET SESSION sql_mode=${quoteText(modes)}`, unknownMode, signal);
  if (await set(sqlMode)) return true;
  const known: string[] = [];
  for (const mode of sqlMode.split(',')) if (await set(mode)) known.push(mode);
  await set(known.join(','));
  return false;
}

/** A zone by name needs the server's time zone tables; without them the event keeps UTC, which SHOW CREATE will show. */
async function setTimeZone(session: LoadSession, timeZone: string, signal: AbortSignal): Promise<void> {
  const unknownZone = new Set([1298]);
  await session.tryTo(`SET SESSION time_zone=${quoteText(timeZone)}`, unknownZone, signal);
}

async function restoreSession(session: LoadSession, signal: AbortSignal): Promise<void> {
  await session.execute('SET NAMES utf8mb4', signal);
  await session.execute("SET SESSION time_zone='+00:00', sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'", signal);
}

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const ascii = /^[\x00-\x7f]*$/;

function isAscii(text: string): boolean {
  return ascii.test(text);
}
