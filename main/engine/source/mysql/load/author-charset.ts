import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { serverErrno } from '../map-error.ts';
import type { LoadSession } from './load-session.ts';

/**
 * A view, routine, trigger or event is text in the character set of its author's client, and the server keeps that set with it. To
 * create it again its statement must travel in just that set. The target's server converts it, so that no table of ours can differ.
 */

/** No character set of the target, or none that a client may have. */
const notHere = new Set([1115, 1231, 1273]);

/**
 * Sets the session to the author's character set and collation. Gives the set, or null when the statement cannot be said in it or the
 * target does not know it: then the session is in utf8mb4.
 */
export async function enterCharset(
  session: LoadSession,
  { characterSetClient: charset, collationConnection: collation }: SchemaObject,
  ddl: string,
  signal: AbortSignal,
): Promise<string | null> {
  await session.execute('SET NAMES utf8mb4', signal);
  if (charset === null || collation === null || !/^\w+$/.test(charset) || !/^\w+$/.test(collation)) return null;
  if (!isUtf8(charset) && !isAscii(ddl) && (await bytesIn(session, charset, ddl, signal)) === null) return null;
  const enter = `SET character_set_client=${charset}, collation_connection=${collation}`;
  if (await session.tryTo(enter, notHere, signal)) return charset;
  await session.execute('SET NAMES utf8mb4', signal);
  return null;
}

/** Runs a statement in the character set that `enterCharset` gave; resolves to the number of its warnings. */
export async function executeIn(
  session: LoadSession,
  charset: string | null,
  sql: string,
  signal: AbortSignal,
): Promise<number> {
  const bytes =
    charset === null || isUtf8(charset) || isAscii(sql) ? null : await bytesIn(session, charset, sql, signal);
  const ok = bytes === null ? await session.execute(sql, signal) : await session.executeBytes(bytes, signal);
  return ok.warnings;
}

/** The text in another set by the server, or null when it is another text there. Asked in plain ASCII, whatever the session's set. */
async function bytesIn(
  session: LoadSession,
  charset: string,
  text: string,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const hex = Buffer.from(text).toString('hex').toUpperCase();
  const converted = `CONVERT(_utf8mb4 0x${hex} USING ${charset})`;
  try {
    const [row] = await session.rows(
      `SELECT HEX(${converted}) AS there, HEX(CONVERT(${converted} USING utf8mb4)) AS back`,
      signal,
    );
    return row?.get('back') === hex ? Buffer.from(row.get('there') ?? '', 'hex') : null;
  } catch (error) {
    if (notHere.has(serverErrno(error))) return null;
    throw error;
  }
}

function isUtf8(charset: string): boolean {
  return /^utf8(mb[34])?$/.test(charset);
}

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const ascii = /^[\x00-\x7f]*$/;

function isAscii(text: string): boolean {
  return ascii.test(text);
}
