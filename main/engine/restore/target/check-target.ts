import prettyBytes from 'pretty-bytes';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { accountText } from '../../../../shared/model/accounts.ts';
import type { RestoreCheck } from '../../../../shared/model/restore-check.ts';
import { definersIn } from '../../source/mysql/accounts/index.ts';
import { quoteText, readServerFacts, serverErrno } from '../../source/mysql/index.ts';
import { isTaken, type LoadSession, type Renames } from '../../source/mysql/load/index.ts';
import { isGranted, readGrants } from '../../source/mysql/privileges.ts';
import { checkWritable } from '../../swap/index.ts';
import { fitPlan } from '../fit-plan.ts';
import type { RestorePlan } from '../plan-restore.ts';
import { found, listed } from './check.ts';
import { checkLetterCase } from './letter-case.ts';
import { namesLikeWords } from './young-words.ts';

/** Free space where the target's data lies; null: nobody can tell from here. `path`: what a person has to look at. */
export interface TargetRoom {
  readonly freeBytes: number | null;
  readonly path: string;
  /** The server writes all of it a second time, into a log that lies there as well. */
  readonly holdsLog: boolean;
}

const notForUs = new Set([1142, 1227, 1044]);
const needed = ['SELECT', 'INSERT', 'CREATE', 'DROP', 'ALTER', 'INDEX', 'REFERENCES'];

/**
 * What can be known of a server before anything is written to it. Reads only, and touches none of its tables.
 * Errors: those of the connection.
 */
export async function checkTarget(
  session: LoadSession,
  plan: RestorePlan,
  renames: Renames,
  room: TargetRoom,
  signal: AbortSignal,
): Promise<RestoreCheck[]> {
  const target = await readServerFacts(session.connection);
  const source = plan.manifest.server;
  const databases = plan.databases.map(({ record }) => renames.get(record.name) ?? record.name);
  const variable = (name: string) => [source.variables[name] ?? '', target.variables[name] ?? ''] as const;
  return [
    checkRoom(plan, room),
    await checkChanges(session, signal),
    await checkRights(session, plan, databases),
    await checkNames(session, databases, signal),
    checkLetterCase(...variable('lower_case_table_names'), namesOf(plan)),
    await checkPortable(session, plan, signal),
    checkPacket(plan, ...variable('max_allowed_packet')),
    checkMode(...variable('sql_mode')),
    await checkDefiners(session, plan, signal),
    await checkWords(session, plan, signal),
  ];
}

/** Of these the ones that would only show when it is too late. */
export async function checkMusts(
  session: LoadSession,
  plan: RestorePlan,
  room: TargetRoom,
  signal: AbortSignal,
): Promise<RestoreCheck[]> {
  const { variables } = await readServerFacts(session.connection);
  const source = plan.manifest.server.variables['lower_case_table_names'] ?? '';
  return [
    checkRoom(plan, room),
    await checkChanges(session, signal),
    checkLetterCase(source, variables['lower_case_table_names'] ?? '', namesOf(plan)),
  ];
}

/** `database.table`, of tables and views. */
function namesOf({ databases }: RestorePlan): string[] {
  return databases.flatMap(({ record, tables }) => [
    ...tables.map(({ schema }) => `${record.name}.${schema.name}`),
    ...record.objects.filter(({ kind }) => kind === 'view').map(({ name }) => `${record.name}.${name}`),
  ]);
}

/**
 * What a restore of so much text takes on a server: rows, keys, and the server's own log of it. `easyBytes` leaves the shop some room beside it.
 * Below `neededBytes` nothing may begin: a MariaDB whose disk gets full while it takes rows back ends itself (`Out of disk space in rollback`, seen on 10.11), and
 * the shop with it.
 */
export function bytesFor(
  textBytes: number,
  logs: boolean,
): { readonly neededBytes: number; readonly easyBytes: number } {
  const neededBytes = textBytes * (logs ? 3 : 2);
  return { neededBytes, easyBytes: neededBytes * 1.5 };
}

/** A server's data. */
export function checkRoom(plan: Pick<RestorePlan, 'totalBytes' | 'databases'>, room: TargetRoom): RestoreCheck {
  const { neededBytes, easyBytes } = bytesFor(plan.totalBytes, room.holdsLog);
  const { freeBytes, path } = room;
  if (freeBytes === null) return found('room', 'unknown', { path, needed: prettyBytes(neededBytes) });
  // Tables that are packed take less than their text.
  const isPacked = plan.databases.some(({ tables }) =>
    tables.some(({ schema }) =>
      /ROW_FORMAT=COMPRESSED|PAGE_COMPRESSED|COMPRESSION=|ENGINE=(?!InnoDB|MyISAM|Aria)/i.test(schema.ddl),
    ),
  );
  const facts = roomFacts(path, neededBytes, freeBytes);
  if (freeBytes < neededBytes && !isPacked) return found('room', 'fail', facts, 'restore.no-room');
  return found('room', freeBytes < easyBytes ? 'warn' : 'ok', facts);
}

/** A file of statements is as large as the text, and nothing else suffers from a full disk but the file. */
export function checkRoomForFile(
  { totalBytes }: Pick<RestorePlan, 'totalBytes'>,
  room: Omit<TargetRoom, 'holdsLog'>,
): RestoreCheck {
  const { freeBytes, path } = room;
  if (freeBytes === null) return found('room', 'unknown', { path, needed: prettyBytes(totalBytes) });
  const facts = roomFacts(path, totalBytes, freeBytes);
  if (freeBytes < totalBytes) return found('room', 'fail', facts, 'restore.no-room');
  return found('room', freeBytes < totalBytes * 2 ? 'warn' : 'ok', facts);
}

function roomFacts(path: string, neededBytes: number, freeBytes: number) {
  return { path, needed: prettyBytes(neededBytes), free: prettyBytes(freeBytes), neededBytes, freeBytes };
}

async function checkChanges(session: LoadSession, signal: AbortSignal): Promise<RestoreCheck> {
  const rows = await session.rows(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('super_read_only', 'innodb_read_only')",
    signal,
  );
  // Nobody is above these two.
  const closed = rows.find((row) => /^(ON|1)$/i.test(row.get('value') ?? ''))?.get('variable_name');
  if (closed != null) return found('writable', 'fail', { variable: closed }, 'restore.read-only');
  const { ok } = await checkWritable(session, signal);
  return ok ? found('writable', 'ok') : found('writable', 'fail', { variable: 'read_only' }, 'restore.read-only');
}

/** Told, and no reason to stop: a grant may stand where it cannot be seen, and the server itself says no soon enough. */
async function checkRights(
  session: LoadSession,
  plan: RestorePlan,
  databases: readonly string[],
): Promise<RestoreCheck> {
  const grants = await readGrants(session.connection, await readServerFacts(session.connection));
  const kinds = new Set(
    plan.isWhole ? plan.databases.flatMap(({ record }) => record.objects.map(({ kind }) => kind)) : [],
  );
  const wanted = [
    ...needed,
    ...(kinds.has('trigger') ? ['TRIGGER'] : []),
    ...(kinds.has('view') ? ['CREATE VIEW'] : []),
    ...(kinds.has('procedure') || kinds.has('function') ? ['CREATE ROUTINE', 'ALTER ROUTINE'] : []),
    ...(kinds.has('event') ? ['EVENT'] : []),
  ];
  for (const database of databases) {
    const missing = wanted.filter((privilege) => !isGranted(grants, database, [privilege]));
    if (missing.length > 0) return found('privileges', 'warn', { database, privileges: missing.join(', ') });
  }
  return found('privileges', 'ok');
}

async function checkNames(
  session: LoadSession,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<RestoreCheck> {
  const taken: string[] = [];
  for (const name of databases) if (await isTaken(session, name, signal)) taken.push(name);
  return taken.length === 0
    ? found('names', 'ok')
    : found('names', 'fail', { names: listed(taken) }, 'restore.target-exists');
}

async function checkPortable(session: LoadSession, plan: RestorePlan, signal: AbortSignal): Promise<RestoreCheck> {
  try {
    const { notes } = await fitPlan(session, plan, signal);
    return notes.length === 0
      ? found('portable', 'ok')
      : found('portable', 'warn', { count: notes.length, notes: listed(notes) });
  } catch (error) {
    if (!isAppErrorOf(error, 'restore.not-portable')) throw error;
    return found('portable', 'fail', error.facts, 'restore.not-portable');
  }
}

/** The longest row is not known, but what some piece of the snapshot has on average is no more than that. */
function checkPacket(plan: RestorePlan, source: string, target: string): RestoreCheck {
  const [sourceBytes, targetBytes] = [Number(source), Number(target)];
  const pieces = plan.databases.flatMap(({ tables }) =>
    tables.flatMap(({ ranges }) => ranges.flatMap(({ chunks }) => chunks.filter(({ rows }) => rows > 0))),
  );
  const rowBytes = pieces.reduce((most, { rows, textBytes }) => Math.max(most, textBytes / rows), 0);
  const hasLong = plan.databases.some(({ tables }) =>
    tables.some(({ schema }) => schema.columns.some(({ long }) => long)),
  );
  const isSmaller = targetBytes > 0 && targetBytes < sourceBytes && hasLong;
  if (!isSmaller && !(targetBytes > 0 && rowBytes > targetBytes)) return found('packet', 'ok');
  return found('packet', 'warn', {
    source: prettyBytes(sourceBytes, { binary: true }),
    target: prettyBytes(targetBytes, { binary: true }),
    row: prettyBytes(rowBytes, { binary: true }),
    sourceBytes,
    targetBytes,
  });
}

/** The restore itself writes in a mode of its own, which takes everything that was stored. This is about the shop. */
function checkMode(source: string, target: string): RestoreCheck {
  const modes = (text: string) => text.split(',').filter((mode) => mode !== '');
  const [was, is] = [modes(source), modes(target)];
  const added = is.filter((mode) => !was.includes(mode));
  const missing = was.filter((mode) => !is.includes(mode));
  if (added.length + missing.length === 0) return found('sql-mode', 'ok');
  return found('sql-mode', 'warn', { source, added: added.join(',') || '–', missing: missing.join(',') || '–' });
}

async function checkDefiners(session: LoadSession, plan: RestorePlan, signal: AbortSignal): Promise<RestoreCheck> {
  const comes = new Set((plan.accounts ?? []).map(({ name }) => accountText(name)));
  const wanted = definersIn(plan.isWhole ? plan.databases.flatMap(({ record }) => record.objects) : []).filter(
    (name) => !comes.has(accountText(name)),
  );
  if (wanted.length === 0) return found('definers', 'ok');
  try {
    const isThere = new Set(
      (
        await session.rows(
          `SELECT User AS user, Host AS host FROM mysql.user WHERE User IN (${wanted.map(({ user }) => quoteText(user)).join(', ')})`,
          signal,
        )
      ).map((row) => `${row.get('user') ?? ''}@${row.get('host') ?? ''}`),
    );
    const missing = wanted.filter(({ user, host }) => !isThere.has(`${user}@${host ?? ''}`));
    return missing.length === 0
      ? found('definers', 'ok')
      : found('definers', 'warn', { accounts: listed(missing.map(accountText)) });
  } catch (error) {
    if (!notForUs.has(serverErrno(error))) throw error;
    return found('definers', 'unknown', { accounts: listed(wanted.map(accountText)) });
  }
}

const syntaxError = 1064;

async function checkWords(session: LoadSession, plan: RestorePlan, signal: AbortSignal): Promise<RestoreCheck> {
  const source = plan.manifest.server;
  const objects = (plan.isWhole ? plan.databases : []).flatMap(({ record }) =>
    record.objects.map((object) => ({ name: `${record.name}.${object.name}`, words: namesLikeWords(object, source) })),
  );
  const kept = new Set<string>();
  for (const word of new Set(objects.flatMap(({ words }) => words)))
    if (await isKept(session, word, signal)) kept.add(word);
  const broken = objects
    .map(({ name, words }) => ({ name, words: words.filter((word) => kept.has(word)) }))
    .filter(({ words }) => words.length > 0);
  if (broken.length === 0) return found('words', 'ok');
  return found('words', 'warn', { objects: listed(broken.map(({ name, words }) => `${name} (${words.join(', ')})`)) });
}

/** The server is asked, not a list: it parses a statement that reads nothing. */
async function isKept(session: LoadSession, word: string, signal: AbortSignal): Promise<boolean> {
  try {
    await session.rows(`SELECT ${word} FROM (SELECT 1 AS \`${word}\`) t`, signal);
    return false;
  } catch (error) {
    if (serverErrno(error) === syntaxError) return true;
    throw error;
  }
}
