import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection } from './connection.ts';

/**
 * Statements that run on the server now, this question among them. A statement whose rows wait for a slow client counts; a connection
 * between two statements does not. Every account may ask, and the server only adds up counters for it.
 *
 * Null when this server does not say (a proxy that refuses the question). Asked without a signal: an abort would cut the control
 * connection, which is needed to end the statements of the others. Errors: `mysql.connection-lost`.
 */
export async function runningThreads(connection: MysqlConnection): Promise<number | null> {
  try {
    const [row] = await connection.query("SHOW GLOBAL STATUS LIKE 'Threads_running'");
    const running = Number(row?.get('value') ?? Number.NaN);
    return Number.isInteger(running) ? running : null;
  } catch (error) {
    if (isAppErrorOf(error, 'mysql.no-privilege', 'mysql.query-failed')) return null;
    throw error;
  }
}
