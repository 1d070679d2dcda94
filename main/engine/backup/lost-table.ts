import { isAppErrorOf, type AppError } from '../../../shared/errors/app-error.ts';
import { sicknessOf, type TableName } from '../source/mysql/index.ts';

/** A table that is not in this snapshot although the server has it. */
export interface LostTable extends TableName {
  /**
   * denied: the account may not read it · damaged: the server cannot · moved: DDL changed it, or stood before it and waited, while it was
   * to be read.
   */
  readonly reason: 'denied' | 'damaged' | 'moved';
  readonly error: AppError;
}

/**
 * What an error of one table means for the run: a table that is lost alone, while everything else can be kept; null when the run
 * cannot go on. Rows that do not agree with their count or digest are of the second kind: then the reading itself is in doubt.
 */
export function lossOf(error: unknown, { database, name }: TableName): LostTable | null {
  const sick = sicknessOf(error, { database, name });
  if (sick !== null) return sick;
  // A reading waits for nothing but DDL, and for a lock that somebody has asked for on the whole table.
  const isMoved = isAppErrorOf(error, 'mysql.schema-moved', 'mysql.lock-timeout');
  return isMoved ? { database, name, reason: 'moved', error } : null;
}
