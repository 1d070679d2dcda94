import { Readable } from 'node:stream';
import type { QueryOptions as DriverQuery, ResultSetHeader } from 'mysql2';
import type { Flavour } from '../../../../../shared/model/database.ts';
import { newId } from '../../../platform/random.ts';
import { connectMysql } from '../connect.ts';
import { type MysqlConnection, streamOf, type TextRow } from '../connection.ts';
import { mapQueryError, serverErrno } from '../map-error.ts';
import type { MysqlTarget } from '../types.ts';

/**
 * A connection that writes a restored database. Its session takes values exactly as they were stored: no strict mode (zero and
 * impossible dates exist in old shops), no foreign key, unique or CHECK tests while rows arrive, times in UTC.
 *
 * mysql2 hazards handled here (facts/mysql-techniques.md §3.2): a source that fails would be taken for its end and committed,
 * so the connection is destroyed instead; the server may name any file it likes, so only a one-shot token is answered, from memory.
 *
 * Errors: those of connect.ts and connection.ts; an abort destroys the connection and rejects with the signal's reason.
 */
export interface LoadSessionOptions {
  /** Ask for `sql_log_bin=0`. Granted only to some accounts: see `binlogOff`. Replicas of the target then miss the restore. */
  readonly withoutBinlog?: boolean;
  readonly signal: AbortSignal;
}

export interface Ok {
  readonly affectedRows: number;
  readonly warnings: number;
}

export interface LoadOk extends Ok {
  /** `Records: 3  Deleted: 0  Skipped: 0  Warnings: 0` */
  readonly info: string;
}

/** 64 KiB–1 MiB works; never 16 MiB − 1 or nothing, which mysql2 sends as the end of the file. */
const sliceBytes = 256 * 1024;

/** latin1_swedish_ci, which the driver writes octet by octet. */
const latin1 = 8;

const required = [
  // Without STRICT: what the source held must be storable. ALLOW_INVALID_DATES: 2024-02-31 can be stored in a table.
  "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
  // Unique checks stay on: without both checks MariaDB sorts a first load through temporary files, which takes twice the time
  // (measured on 10.11), and keys are built afterwards anyway.
  'SET SESSION foreign_key_checks=0, unique_checks=1',
];

/** Each may be unknown to a flavour or forbidden to an account; none changes what is stored where it fails. */
const optional = [
  // More warnings to look at. MySQL 9 asks for a right that a shop's own account does not have.
  'SET SESSION max_error_count=65535',
  // The words of a warning are understood in English: which column it names.
  "SET SESSION lc_messages='en_US'",
  // SHOW CREATE TABLE spells the defaults of TIMESTAMP columns out; nothing is to be added to them.
  'SET SESSION explicit_defaults_for_timestamp=ON',
  // InnoDB: an old table may be of a row format or a width that a strict server only warns about on the source.
  'SET SESSION innodb_strict_mode=OFF',
  // MariaDB: rows may be older than the CHECK that they break.
  'SET SESSION check_constraint_checks=0',
  // MySQL 8: a restored table must not gain a key that it did not have, and old foreign keys stay valid.
  'SET SESSION sql_generate_invisible_primary_key=OFF',
  'SET SESSION sql_require_primary_key=OFF',
  'SET SESSION restrict_fk_on_non_standard_key=OFF',
];
const unavailable = new Set([1193, 1227, 1228, 1229, 1231, 1232, 1238]);

export async function openLoadSession(target: MysqlTarget, options: LoadSessionOptions): Promise<LoadSession> {
  const { signal } = options;
  const connection = await connectMysql(target, { signal, localFiles: true });
  const session = new LoadSession(connection, target);
  try {
    for (const sql of required) await session.execute(sql, signal);
    for (const sql of optional) await session.tryTo(sql, unavailable, signal);
    if (options.withoutBinlog === true) {
      session.binlogOff = await session.tryTo('SET SESSION sql_log_bin=0', unavailable, signal);
    }
    const [facts] = await session.rows('SELECT VERSION() AS version, @@max_allowed_packet AS packet', signal);
    session.version = facts?.get('version') ?? '';
    session.flavour = /mariadb/i.test(session.version) ? 'mariadb' : 'mysql';
    session.maxPacketBytes = Number(facts?.get('packet') ?? 0);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** For as long as `use` takes. Errors: those of `openLoadSession` and of `use`. */
export async function withLoadSession<T>(
  target: MysqlTarget,
  options: LoadSessionOptions,
  use: (session: LoadSession) => Promise<T>,
): Promise<T> {
  const session = await openLoadSession(target, options);
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

export class LoadSession {
  /** For what only reads: digests, counts. */
  readonly connection: MysqlConnection;
  flavour: Flavour = 'mysql';
  version = '';
  maxPacketBytes = 0;
  /** True when the session's changes stay out of the server's binary log. */
  binlogOff = false;
  /** Set once the server has refused LOCAL INFILE; from then on rows go in by INSERT. */
  localInfileRefused = false;
  readonly #target: MysqlTarget;

  /** Use `openLoadSession`. */
  constructor(connection: MysqlConnection, target: MysqlTarget) {
    this.connection = connection;
    this.#target = target;
  }

  /** Runs a statement that gives no rows. */
  async execute(sql: string, signal: AbortSignal): Promise<Ok> {
    return this.connection.run(sql, () => undefined, { signal });
  }

  /** Runs a statement that is text of another character set, octet by octet. */
  async executeBytes(statement: Buffer, signal: AbortSignal): Promise<Ok> {
    return this.#asOctets(() => this.execute(statement.toString('latin1'), signal));
  }

  /** `send` for a statement that is text of another character set. */
  async sendBytes(statementFor: (fileName: string) => Buffer, source: Readable, signal: AbortSignal): Promise<LoadOk> {
    return this.#asOctets(() => this.send((fileName) => statementFor(fileName).toString('latin1'), source, signal));
  }

  /** The driver encodes statements for what it believes to be the session's set. As latin1 a string's units are its octets. */
  async #asOctets<T>(send: () => Promise<T>): Promise<T> {
    const { config } = this.connection.driver as unknown as { readonly config: { charsetNumber: number } };
    const { charsetNumber } = config;
    config.charsetNumber = latin1;
    try {
      return await send();
    } finally {
      config.charsetNumber = charsetNumber;
    }
  }

  /** Runs a small query; names in lower case, every value as text. */
  rows(sql: string, signal: AbortSignal): Promise<TextRow[]> {
    return this.connection.query(sql, { signal });
  }

  /** True when the server took the statement, false when it answered with one of `refusals`. */
  async tryTo(sql: string, refusals: ReadonlySet<number>, signal: AbortSignal): Promise<boolean> {
    try {
      await this.execute(sql, signal);
      return true;
    } catch (error) {
      if (refusals.has(serverErrno(error))) return false;
      throw error;
    }
  }

  /** Runs LOAD DATA LOCAL INFILE with `source` as the file. `sqlFor` gets the name to put into the statement. */
  async send(sqlFor: (fileName: string) => string, source: Readable, signal: AbortSignal): Promise<LoadOk> {
    signal.throwIfAborted();
    // An ended connection answers nothing to a driver's query: ask it first.
    if (!this.connection.isOpen) await this.execute('DO 0', signal);
    const { driver } = this.connection;
    const { host, port, user } = this.#target;
    const socket = streamOf(driver);
    let token: string | null = `shouhu-${newId()}`;
    return new Promise<LoadOk>((resolve, reject) => {
      const settle = (settleNow: () => void) => {
        signal.removeEventListener('abort', onAbort);
        socket.off('close', onClose);
        driver.off('error', onLost);
        source.destroy();
        settleNow();
      };
      const fail = (error: unknown) =>
        settle(() => reject(mapQueryError(error, { host, port, user, statement: 'LOAD DATA' })));
      const cut = (reason: Error) => {
        settle(() => reject(reason));
        this.destroy();
      };
      const onAbort = () =>
        cut(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
      const onLost = (error: Error) => fail(error);
      const onClose = () => fail(new Error('connection closed'));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('close', onClose);
      driver.on('error', onLost);
      // Registered before mysql2's own listener, which would send the end of the file: a cut connection sends nothing.
      source.once('error', cut);
      const infileStreamFactory = (name: string) => {
        if (name === token) {
          token = null;
          return source;
        }
        // A server that asks for another file is hostile: it gets nothing, and no further word.
        cut(new Error('the server asked for a file that was not offered'));
        return Readable.from([]);
      };
      const statement = { sql: sqlFor(token ?? ''), infileStreamFactory } as DriverQuery;
      driver.query(statement, (error: Error | null, result: unknown) => {
        if (error !== null) {
          fail(error);
          return;
        }
        const { affectedRows, warningStatus: warnings, info } = result as ResultSetHeader;
        settle(() => resolve({ affectedRows, warnings, info }));
      });
    });
  }

  /** Ends the session politely. Never throws. */
  close(): void {
    this.connection.close();
  }

  /** Cuts the connection: the server rolls back whatever was open. */
  destroy(): void {
    // Its socket too, with what is queued in it: a half-sent file must never look like a whole one.
    this.connection.destroy();
  }
}

/** Text in memory as a file for `send`. */
export function textSource(text: Buffer): Readable {
  let at = 0;
  return new Readable({
    highWaterMark: sliceBytes,
    read() {
      const next = text.subarray(at, at + sliceBytes);
      at += next.length;
      this.push(next.length === 0 ? null : next);
    },
  });
}
