import type { BinlogPlace } from '../../../shared/model/stream.ts';
import { quoteName, quoteTable, quoteText, serverErrno } from '../source/mysql/index.ts';
import type { ReplayMark } from '../source/mysql/binlog/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';

export const markTable = 'progress';
const longestName = 64;
/** The database of a mark is called so, behind the name of the one that it speaks of. */
export const markSuffix = '__replay';
/** No such database, no such table, a table of an older version. */
const isNotThere = new Set([1049, 1054, 1146]);

/**
 * How far the log was done again, kept on the target in a database of its own and written in the same transaction as what it speaks of: whatever
 * breaks, what is there and what is noted agree.
 */
export class TargetMark implements ReplayMark {
  readonly #database: string;
  readonly #restore: string;
  #isMade = false;

  /**
   * @param beside a database of the restore; the mark is called after it, where an account that may create it may create this one too
   * @param restore whose mark it is
   */
  constructor(beside: string, restore: string) {
    this.#database = `${beside.slice(0, longestName - markSuffix.length)}${markSuffix}`;
    this.#restore = restore;
  }

  /** It is on the target. */
  get isMade(): boolean {
    return this.#isMade;
  }

  /** Makes it anew. One that is left of a restore that was killed says nothing about this one. */
  async create(session: LoadSession, { file, position }: BinlogPlace, signal: AbortSignal): Promise<void> {
    await this.drop(session, signal);
    await session.execute(`CREATE DATABASE ${quoteName(this.#database)}`, signal);
    await session.execute(
      `CREATE TABLE ${this.#table} (id INT PRIMARY KEY, file VARBINARY(600) NOT NULL, position BIGINT UNSIGNED NOT NULL, begun TINYINT NOT NULL, restore_id VARCHAR(36) CHARACTER SET ascii NOT NULL) ENGINE=InnoDB`,
      signal,
    );
    await session.execute(
      `INSERT INTO ${this.#table} VALUES (1, ${hex(file)}, ${position}, 0, ${quoteText(this.#restore)})`,
      signal,
    );
    this.#isMade = true;
  }

  /** Takes up what a process that is gone has left. What is noted, or null when there is no mark of this restore. */
  async takeUp(
    session: LoadSession,
    signal: AbortSignal,
  ): Promise<(BinlogPlace & { readonly isCertain: boolean }) | null> {
    try {
      const [row] = await session.rows(`SELECT restore_id FROM ${this.#table}`, signal);
      if (row?.get('restore_id') !== this.#restore) return null;
    } catch (error) {
      if (isNotThere.has(serverErrno(error))) return null;
      throw error;
    }
    this.#isMade = true;
    return this.read(session, signal);
  }

  async drop(session: LoadSession, signal: AbortSignal): Promise<void> {
    await session.execute(`DROP DATABASE IF EXISTS ${quoteName(this.#database)}`, signal);
  }

  /**
   * What is noted. `isCertain` is false when a statement had begun of which nobody knows whether it was done. A COMMIT may still be on its way from a line that
   * broke or a process that was killed: whoever sent it holds the row, and is waited for.
   */
  async read(session: LoadSession, signal: AbortSignal): Promise<BinlogPlace & { readonly isCertain: boolean }> {
    const [row] = await session.rows(
      `SELECT HEX(file) AS file, position, begun FROM ${this.#table} FOR UPDATE`,
      signal,
    );
    return {
      file: Buffer.from(row?.get('file') ?? '', 'hex').toString('utf8'),
      position: Number(row?.get('position') ?? 0),
      isCertain: row?.get('begun') === '0',
    };
  }

  done(file: string, position: number): string {
    return `UPDATE ${this.#table} SET file=${hex(file)}, position=${position}, begun=0 WHERE id=1`;
  }

  begun(file: string, position: number): string {
    return `UPDATE ${this.#table} SET file=${hex(file)}, position=${position}, begun=1 WHERE id=1`;
  }

  get #table(): string {
    return quoteTable(this.#database, markTable);
  }
}

/** Says the same under every character set and every sql_mode that a statement of the log may have left behind. */
function hex(text: string): string {
  return `0x${Buffer.from(text, 'utf8').toString('hex')}`;
}
