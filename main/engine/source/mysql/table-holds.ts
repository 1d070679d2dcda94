import { AppError } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection } from './connection.ts';
import { serverErrno } from './map-error.ts';

const savepoint = 'shouhu_read';
/** ER_SP_DOES_NOT_EXIST: the savepoint went with its transaction. */
const noSuchSavepoint = 1305;

/**
 * Which reader holds the metadata lock of which table, so that DDL of the shop never waits for a whole backup: an ALTER TABLE would
 * wait for the lock, and every query on that table behind the ALTER.
 *
 * A transaction takes the lock of each table that it reads and keeps it to its end. Going back to a savepoint from its beginning gives
 * the locks back and keeps the picture. A reader holds one table: it lets go when it turns to another. Several readers may hold
 * the same one, and whoever reads its last piece still does.
 *
 * Kept to the end of the snapshot nevertheless: by MariaDB with its binlog on, for an account that may not leave it (see
 * `leaveBinlog`); and where `isSafe` is false.
 */
export class TableHolds {
  readonly #held = new Map<MysqlConnection, string>();
  readonly #isSafe: boolean;

  /** `isSafe`: all engines keep what a transaction sees when it goes back to a savepoint. InnoDB does. */
  constructor({ isSafe }: { readonly isSafe: boolean }) {
    this.#isSafe = isSafe;
  }

  /** Marks where a reader goes back to. After the transaction has begun with its engines, or they would forget its picture. */
  static async prepare(reader: MysqlConnection): Promise<void> {
    await reader.query(`SAVEPOINT ${savepoint}`);
  }

  holds(reader: MysqlConnection, table?: string): boolean {
    const held = this.#held.get(reader);
    return held !== undefined && (table === undefined || held === table);
  }

  /** How well a reader suits a table: the higher, the less is there to let go. */
  suits(reader: MysqlConnection, table: string): number {
    if (this.holds(reader, table)) return 2;
    return this.holds(reader) ? 0 : 1;
  }

  /** Before a reader turns to a table. Errors: those of `letGo`. */
  async turnTo(reader: MysqlConnection, table: string): Promise<void> {
    if (this.holds(reader) && !this.holds(reader, table)) await this.letGo(reader);
    this.#held.set(reader, table);
  }

  /** Errors: those of `query`; `mysql.connection-lost` when the transaction has ended meanwhile. Either way the reader is closed. */
  async letGo(reader: MysqlConnection): Promise<void> {
    if (!this.#held.delete(reader) || !this.#isSafe || !reader.isOpen) return;
    try {
      await reader.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    } catch (error) {
      reader.destroy();
      if (serverErrno(error) !== noSuchSavepoint) throw error;
      throw new AppError('mysql.connection-lost', { reason: 'transaction-ended' }, { cause: error });
    }
  }
}
