import { isAppErrorOf, type AppError } from '../../../../shared/errors/app-error.ts';
import type { LostObject } from '../../../../shared/model/lost-objects.ts';
import { serverErrno } from './map-error.ts';

/** A view, routine, trigger, event or sequence whose definition cannot be had while everything else can. */
export interface SickObject extends LostObject {
  readonly error: AppError;
}

/**
 * Errors of the server as a whole, whatever it was asked for: a full disk (1021), no memory (1037, 1038, 1041), no thread (1135), a
 * statement that was ended from outside or took too long (1317, 1969, 3024).
 */
const serversOwn = new Set([1021, 1037, 1038, 1041, 1135, 1317, 1969, 3024]);

/**
 * What an error of a question about this one object says about it; null when it says something about the server, the line or the run.
 * The server reads the object's text to show it, so a broken text may end in any error of its parser: what is not the server's own
 * trouble is the object's.
 */
export function sicknessOfObject(
  error: unknown,
  { database, kind, name }: Pick<LostObject, 'database' | 'kind' | 'name'>,
): SickObject | null {
  if (isAppErrorOf(error, 'mysql.no-privilege')) return { database, kind, name, reason: 'denied', error };
  if (!isAppErrorOf(error, 'mysql.query-failed', 'mysql.schema-moved')) return null;
  return serversOwn.has(serverErrno(error)) ? null : { database, kind, name, reason: 'damaged', error };
}
