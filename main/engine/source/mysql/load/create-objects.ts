import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { serverErrno } from '../map-error.ts';
import { quoteName, quoteText } from '../quote.ts';
import { enterCharset, executeIn } from './author-charset.ts';
import type { LoadSession } from './load-session.ts';
import { ObjectPlace } from './object-place.ts';
import { asDisabledEvent, asHeldEvent } from './event-status.ts';
import { renameDatabases, type Renames, withoutDefiner } from './rewrite-ddl.ts';
import { quotingOf } from './sql-tokens.ts';

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
   * exist here (1449) · character-set: stored under utf8mb4 instead of its author's set, or under the database's collation of today
   * · sql-mode: the target does not know one of its modes · time-zone: the target does not know the event's zone, its times are UTC
   * · event-off: created disabled · event-over: its only date has passed, the server drops it · names-changed: a body named the old
   * database · not-created: see `errno`; a view that was already broken on the source ends here too, and
   * a function that a server with binlog takes only from a mightier account (1418, 1419).
   */
  readonly note:
    | 'definer-replaced'
    | 'character-set'
    | 'sql-mode'
    | 'time-zone'
    | 'event-off'
    | 'event-over'
    | 'names-changed'
    | 'not-created';
  /** Number of the server's error, 0 when there was none. */
  readonly errno: number;
}

export interface ObjectOptions {
  readonly renames: Renames;
  /** False beside the live database and in a sandbox: two copies of a nightly job would both run. */
  readonly enableEvents: boolean;
  /** Those that are not enabled are `DISABLE ON SLAVE` if they were on: a log that is done again may switch them off, and then one sees that. */
  readonly holdEvents?: boolean;
  readonly signal: AbortSignal;
}

const definerRefused = new Set([1227, 1449]);
const definerUnknown = 1449;
const eventIsOver = 1588;

/** The objects of one database under its name on the target. */
export interface ObjectsOf {
  readonly database: string;
  readonly objects: readonly SchemaObject[];
}

/** All databases in one go: a view may need views and functions of a database that comes later. */
export async function createObjects(
  session: LoadSession,
  databases: readonly ObjectsOf[],
  options: ObjectOptions,
): Promise<ObjectNote[]> {
  const notes: ObjectNote[] = [];
  const { signal } = options;
  const place = new ObjectPlace(session, signal);
  try {
    let waiting = databases.flatMap(({ database, objects }) =>
      objects.filter((object) => object.kind !== 'sequence').map((object) => ({ database, object })),
    );
    // Views over views come in no order that holds across databases: go round until a round brings nothing new.
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      const next: typeof waiting = [];
      for (const each of waiting) {
        const errno = await createOne(session, place, each.database, each.object, options, notes);
        if (errno !== 0) next.push(each);
      }
      waiting = next;
    }
    for (const { database, object } of waiting) {
      const errno = await createOne(session, place, database, object, options, []);
      notes.push({ kind: object.kind, name: object.name, note: 'not-created', errno });
    }
    return notes;
  } finally {
    if (session.connection.isOpen) {
      await restoreSession(session, signal);
      await place.leave();
    }
  }
}

/** 0 when created, else the number of the server's error: a later try may help. */
async function createOne(
  session: LoadSession,
  place: ObjectPlace,
  database: string,
  object: SchemaObject,
  options: ObjectOptions,
  notes: ObjectNote[],
): Promise<number> {
  const { kind, name, sqlMode } = object;
  const { signal } = options;
  const note = (what: ObjectNote['note'], errno = 0) => notes.push({ kind, name, note: what, errno });
  let ddl = renameDatabases(object.ddl, options.renames, sqlMode);
  const wasRenamed = ddl !== object.ddl && kind !== 'view';
  const isOff = kind === 'event' && !options.enableEvents && asDisabledEvent(object.ddl, sqlMode) !== object.ddl;
  if (isOff)
    ddl = (options.holdEvents === true ? asHeldEvent(ddl, quotingOf(sqlMode)) : null) ?? asDisabledEvent(ddl, sqlMode);
  const keepsDefaults = await place.enter(database, object.databaseCollation ?? null);
  const charset = await enterCharset(session, object, ddl, signal);
  const keepsZone = object.timeZone === null || (await setTimeZone(session, object.timeZone, signal));
  const keepsMode = await setSqlMode(session, sqlMode ?? '', signal);
  const freed = withoutDefiner(ddl, sqlMode);
  let codes: number[];
  try {
    let created = await tryCreate(session, charset, ddl, freed === ddl ? new Set() : definerRefused, signal);
    if (created.refusal !== 0) {
      const { refusal } = created;
      created = { refusal, warnings: await executeIn(session, charset, freed, signal) };
      note('definer-replaced', refusal);
    }
    codes = await warningCodes(session, created.warnings, signal);
    if (codes.includes(definerUnknown) && freed !== ddl) {
      // A mighty account may create for a definer that does not exist; every use of the object would then fail.
      await executeIn(session, charset, `DROP ${kind.toUpperCase()} ${quoteName(name)}`, signal);
      codes = await warningCodes(session, await executeIn(session, charset, freed, signal), signal);
      note('definer-replaced', definerUnknown);
    }
  } catch (error) {
    const errno = serverErrno(error);
    // An answer of the server concerns this object alone; anything else ends the restore.
    if (errno === 0 || !session.connection.isOpen) throw error;
    return errno;
  }
  if (codes.includes(eventIsOver)) note('event-over', eventIsOver);
  if ((charset === null && object.characterSetClient !== null) || !keepsDefaults) note('character-set');
  if (!keepsMode) note('sql-mode');
  if (!keepsZone) note('time-zone');
  if (isOff) note('event-off');
  if (wasRenamed) note('names-changed');
  return 0;
}

interface Created {
  /** 0, or which of `refusals` the server answered. */
  readonly refusal: number;
  readonly warnings: number;
}

async function tryCreate(
  session: LoadSession,
  charset: string | null,
  ddl: string,
  refusals: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<Created> {
  try {
    return { refusal: 0, warnings: await executeIn(session, charset, ddl, signal) };
  } catch (error) {
    if (refusals.has(serverErrno(error))) return { refusal: serverErrno(error), warnings: 0 };
    throw error;
  }
}

/** What the last statement warned of. One without warnings leaves those of an earlier one standing: they are not its own. */
async function warningCodes(session: LoadSession, warnings: number, signal: AbortSignal): Promise<number[]> {
  if (warnings === 0) return [];
  return (await session.rows('SHOW WARNINGS', signal)).map((row) => Number(row.get('code') ?? 0));
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

/** False when a zone by name is not in the target's time zone tables: the event's dates would be read as those of another zone. */
async function setTimeZone(session: LoadSession, timeZone: string, signal: AbortSignal): Promise<boolean> {
  const unknownZone = new Set([1298]);
  if (await session.tryTo(`SET SESSION time_zone=${quoteText(timeZone)}`, unknownZone, signal)) return true;
  await session.execute("SET SESSION time_zone='+00:00'", signal);
  return false;
}

async function restoreSession(session: LoadSession, signal: AbortSignal): Promise<void> {
  await session.execute('SET NAMES utf8mb4', signal);
  await session.execute("SET SESSION time_zone='+00:00', sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'", signal);
}
