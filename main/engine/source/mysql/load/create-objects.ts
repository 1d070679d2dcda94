import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { serverErrno } from '../map-error.ts';
import { quoteName, quoteText } from '../quote.ts';
import type { Renames } from './create-tables.ts';
import type { LoadSession } from './load-session.ts';
import { asDisabledEvent, renameDatabase, withoutDefiner } from './rewrite-ddl.ts';

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
   * definer-replaced: belongs to the restoring account, which may not act for others · definer-missing: its account does not exist
   * here, so calling it fails · character-set: stored under utf8mb4 instead of its author's set · event-off: created disabled ·
   * event-over: its only date has passed, the server drops it · names-changed: a body named the old database ·
   * not-created: see `errno`; a view that was already broken on the source ends here too.
   */
  readonly note:
    | 'definer-replaced'
    | 'definer-missing'
    | 'character-set'
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
  readonly signal: AbortSignal;
}

const definerRefused = new Set([1227, 1449]);
/** A view, table, column or function that is not there (yet), or a view that is not valid (yet). */
const notYet = new Set([1054, 1146, 1305, 1356, 1449]);
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

/** 0 when created, else the error for which a later try may help. Every other error is thrown. */
async function createOne(
  session: LoadSession,
  object: SchemaObject,
  options: ObjectOptions,
  notes: ObjectNote[],
): Promise<number> {
  const { kind, name, sqlMode } = object;
  const { signal } = options;
  const note = (what: ObjectNote['note'], errno = 0) => notes.push({ kind, name, note: what, errno });
  let ddl = object.ddl;
  for (const [from, to] of options.renames) ddl = renameDatabase(ddl, from, to, sqlMode);
  const wasRenamed = ddl !== object.ddl && kind !== 'view';
  if (kind === 'event' && !options.enableEvents) ddl = asDisabledEvent(ddl, sqlMode);
  const isOff = kind === 'event' && !options.enableEvents && asDisabledEvent(object.ddl, sqlMode) !== object.ddl;
  const keepsCharset = await enterSession(session, object, signal);
  try {
    await session.execute(ddl, signal);
  } catch (error) {
    const errno = serverErrno(error);
    if (!definerRefused.has(errno)) {
      if (kind === 'view' && notYet.has(errno)) return errno;
      throw error;
    }
    const freed = withoutDefiner(ddl, sqlMode);
    if (freed === ddl) throw error;
    try {
      await session.execute(freed, signal);
    } catch (second) {
      if (kind === 'view' && notYet.has(serverErrno(second))) return serverErrno(second);
      throw second;
    }
    note('definer-replaced', errno);
  }
  const codes = (await session.rows('SHOW WARNINGS', signal)).map((row) => Number(row.get('code') ?? 0));
  if (codes.includes(definerUnknown)) note('definer-missing', definerUnknown);
  if (codes.includes(eventIsOver)) note('event-over', eventIsOver);
  if (!keepsCharset) note('character-set');
  if (isOff) note('event-off');
  if (wasRenamed) note('names-changed');
  return 0;
}

/** False when the author's character set could not be used: our statement is UTF-8, and only ASCII reads the same in others. */
async function enterSession(session: LoadSession, object: SchemaObject, signal: AbortSignal): Promise<boolean> {
  const { characterSetClient: charset, collationConnection: collation, timeZone } = object;
  const known = charset !== null && collation !== null && /^\w+$/.test(charset) && /^\w+$/.test(collation);
  // utf16 and its like are no character sets of a client.
  const keeps = known && (/^utf8(mb[34])?$/.test(charset) || isAscii(object.ddl));
  if (keeps) await session.execute(`SET character_set_client=${charset}, collation_connection=${collation}`, signal);
  else await session.execute('SET NAMES utf8mb4', signal);
  await session.execute(`SET SESSION sql_mode=${quoteText(object.sqlMode ?? '')}`, signal);
  if (timeZone !== null) await setTimeZone(session, timeZone, signal);
  return keeps || charset === null;
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
