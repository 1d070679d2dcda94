import type { LoadSession } from '../../load/load-session.ts';
import type { CollationOf } from './session-events.ts';

const unknownColumn = new Set([1054]);

/** The collations of a server by number. MariaDB since 10.10 names some of them only together with their character set. */
export async function readCollations(session: LoadSession, signal: AbortSignal): Promise<CollationOf> {
  const joined =
    'SELECT ID AS id, FULL_COLLATION_NAME AS collation, CHARACTER_SET_NAME AS charset FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY';
  const plain =
    'SELECT ID AS id, COLLATION_NAME AS collation, CHARACTER_SET_NAME AS charset FROM information_schema.COLLATIONS';
  const hasJoined = session.flavour === 'mariadb' && (await session.tryTo(`${joined} LIMIT 0`, unknownColumn, signal));
  const rows = await session.rows(hasJoined ? joined : plain, signal);
  const known = new Map(
    rows.map((row) => [
      Number(row.get('id')),
      { charset: row.get('charset') ?? '', collation: row.get('collation') ?? '' },
    ]),
  );
  return (id) => known.get(id) ?? null;
}
