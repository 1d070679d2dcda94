import { AppError } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection } from './connection.ts';

interface Waiter {
  give(connection: MysqlConnection): void;
  fail(error: Error): void;
}

/**
 * Lends the connections of one snapshot, one borrower at a time each. A connection that was cut does not come back: its
 * transaction is gone and cannot be opened again at the same point. When the last one is gone, waiting borrowers reject with
 * `mysql.connection-lost`.
 */
export class ReaderPool {
  readonly #all: readonly MysqlConnection[];
  readonly #idle: MysqlConnection[];
  readonly #waiting: Waiter[] = [];

  constructor(connections: readonly MysqlConnection[]) {
    this.#all = connections;
    this.#idle = [...connections];
  }

  /** `suits`: of several idle connections the one with the highest number is lent. */
  async use<T>(
    signal: AbortSignal,
    work: (connection: MysqlConnection) => Promise<T>,
    suits: (connection: MysqlConnection) => number = () => 0,
  ): Promise<T> {
    const connection = await this.#borrow(signal, suits);
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Lends to `work` each connection that nobody has borrowed at this moment and that `isWanted`. Never rejects. */
  async useIdle(
    isWanted: (connection: MysqlConnection) => boolean,
    work: (connection: MysqlConnection) => Promise<void>,
  ): Promise<void> {
    const lent = this.#idle.filter((each) => isWanted(each));
    for (const connection of lent) this.#idle.splice(this.#idle.indexOf(connection), 1);
    await Promise.allSettled(
      lent.map((connection) =>
        work(connection).finally(() => {
          this.#giveBack(connection);
        }),
      ),
    );
  }

  /** Connections that nobody has borrowed. */
  get idle(): readonly MysqlConnection[] {
    return this.#idle;
  }

  get open(): readonly MysqlConnection[] {
    return this.#all.filter((each) => each.isOpen);
  }

  #borrow(signal: AbortSignal, suits: (connection: MysqlConnection) => number): Promise<MysqlConnection> {
    if (signal.aborted) return Promise.reject(reasonOf(signal));
    this.#idle.splice(0, this.#idle.length, ...this.#idle.filter((each) => each.isOpen));
    const [best] = this.#idle.toSorted((a, b) => suits(b) - suits(a));
    if (best !== undefined) {
      this.#idle.splice(this.#idle.indexOf(best), 1);
      return Promise.resolve(best);
    }
    if (this.open.length === 0) return Promise.reject(noReaderLeft());
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(reasonOf(signal));
      };
      const waiter: Waiter = {
        give: (connection) => {
          signal.removeEventListener('abort', onAbort);
          resolve(connection);
        },
        fail: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #giveBack(connection: MysqlConnection): void {
    if (connection.isOpen) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(connection);
      else next.give(connection);
      return;
    }
    if (this.open.length > 0) return;
    for (const waiter of this.#waiting.splice(0)) waiter.fail(noReaderLeft());
  }
}

function noReaderLeft(): AppError {
  return new AppError('mysql.connection-lost', { reason: 'no-reader-left' });
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
