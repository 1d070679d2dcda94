import { isAppErrorOf, type AppError } from '../../../../shared/errors/app-error.ts';
import { serverErrno } from './map-error.ts';

/** A table whose rows cannot be had while all others can. */
export interface SickTable {
  readonly database: string;
  readonly name: string;
  /** denied: the account may not read it, or not all of it · damaged: the server cannot. */
  readonly reason: 'denied' | 'damaged';
  readonly error: AppError;
}

/**
 * The server's words for a table that is damaged or whose engine cannot open it: files that are short, gone or of a foreign format
 * (some reach the client as bare numbers of the engine), crashed and half repaired tables, lost tablespaces, engines that are not
 * loaded, remote tables whose far end is away, and (1341 to 1344) a file of triggers that MariaDB cannot read: without them it opens no table. An interrupted statement or a full disk is not among them: that is no table's fault.
 */
const damage = new Set([
  126, 127, 130, 134, 135, 144, 145, 1016, 1017, 1030, 1033, 1034, 1035, 1194, 1195, 1286, 1296, 1341, 1342, 1343, 1344,
  1429, 1430, 1431, 1459, 1707, 1712, 1812, 1813, 1814, 1932,
]);

/** What an error says about this one table; null when it says something about the server, the line or the run. */
export function sicknessOf(error: unknown, { database, name }: Pick<SickTable, 'database' | 'name'>): SickTable | null {
  if (isAppErrorOf(error, 'mysql.no-privilege')) return { database, name, reason: 'denied', error };
  const isDamaged = isAppErrorOf(error, 'mysql.query-failed', 'mysql.schema-moved') && damage.has(serverErrno(error));
  return isDamaged ? { database, name, reason: 'damaged', error } : null;
}
