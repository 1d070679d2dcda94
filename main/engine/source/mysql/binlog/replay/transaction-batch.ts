import { binlogStatement, requireRoom } from './row-statement.ts';

/** Sent in one BINLOG statement as far as it goes; base64 makes four of three. Bytes. */
const batchBytes = 4 * 1024 * 1024;
/** What waits is lost when the line breaks, and is done again. */
const mostTransactions = 500;

/**
 * Puts small transactions that hold nothing but row events together into one of the target's: each costs a commit and several round trips, and a
 * shop's are all small. What is committed there is always a whole number of them, in their order. One that holds text, is large or is rolled
 * back has a transaction of its own.
 */
export class TransactionBatch {
  readonly #run: (statement: string) => Promise<void>;
  readonly #maxPacketBytes: number;
  /** Of transactions that are over. */
  #done: Buffer[] = [];
  #doneBytes = 0;
  #doneTransactions = 0;
  #mark: string | null = null;
  /** Of the one under way. */
  #current: Buffer[] = [];
  #currentBytes = 0;
  /** The one under way is under way on the target, too, by itself. */
  #isOpen = false;
  /** Nothing but rows may be in it. */
  #isForRows = false;

  /** @param run sends a statement to the target */
  constructor(run: (statement: string) => Promise<void>, maxPacketBytes: number) {
    this.#run = run;
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Nothing that is over waits to be sent. */
  get isSettled(): boolean {
    return this.#doneTransactions === 0;
  }

  /** The transaction under way is under way on the target, too. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Row events of the transaction under way, in order; a statement of the log may come in several parts. */
  async add(events: readonly Buffer[]): Promise<void> {
    for (const event of events) {
      this.#current.push(event);
      this.#currentBytes += event.length;
    }
    if (this.#isOpen || this.#currentBytes >= batchBytes) await this.open();
  }

  /** Everything so far is on the target, the transaction under way by itself: a statement may follow. */
  async open(): Promise<void> {
    await this.flush();
    if (!this.#isOpen) await this.#run('BEGIN');
    this.#isOpen = true;
    await this.#sendCurrent();
  }

  /** The target's own statement began one that takes nothing but the rows that follow: MySQL's CREATE TABLE … START TRANSACTION. */
  begunForRows(): void {
    this.#isOpen = true;
    this.#isForRows = true;
  }

  /** @param mark runs in the same transaction, where that may hold it */
  async commit(mark: string | null): Promise<void> {
    if (this.#isOpen) {
      await this.#sendCurrent();
      const isForRows = this.#isForRows;
      if (mark !== null && !isForRows) await this.#run(mark);
      await this.#run('COMMIT');
      this.#isOpen = this.#isForRows = false;
      if (mark !== null && isForRows) await this.#run(mark);
      return;
    }
    this.#done.push(...this.#current);
    this.#doneBytes += this.#currentBytes;
    this.#doneTransactions += 1;
    this.#mark = mark;
    this.#forgetCurrent();
    if (this.#doneBytes >= batchBytes || this.#doneTransactions >= mostTransactions) await this.flush();
  }

  /** What no transaction takes back (tables without them) happened. */
  async rollback(mark: string | null): Promise<void> {
    await this.open();
    await this.#run('ROLLBACK');
    this.#isOpen = false;
    if (mark !== null) await this.#run(mark);
  }

  /** The transaction under way will not be finished. */
  async drop(): Promise<void> {
    this.#forgetCurrent();
    if (this.#isOpen) await this.#run('ROLLBACK');
    this.#isOpen = this.#isForRows = false;
  }

  /** All transactions that are over are committed on the target. */
  async flush(): Promise<void> {
    if (this.#doneTransactions === 0) return;
    const events = this.#done;
    const mark = this.#mark;
    this.#done = [];
    this.#doneBytes = 0;
    this.#doneTransactions = 0;
    this.#mark = null;
    if (events.length > 0) await this.#run('BEGIN');
    await this.#send(events);
    if (mark !== null) await this.#run(mark);
    if (events.length > 0) await this.#run('COMMIT');
  }

  async #sendCurrent(): Promise<void> {
    const events = this.#current;
    this.#forgetCurrent();
    await this.#send(events);
  }

  #forgetCurrent(): void {
    this.#current = [];
    this.#currentBytes = 0;
  }

  async #send(events: readonly Buffer[]): Promise<void> {
    const limitBytes = Math.min(batchBytes, Math.max(1, (this.#maxPacketBytes * 3) / 4 - 4096));
    let part: Buffer[] = [];
    let bytes = 0;
    for (const event of events) {
      if (part.length > 0 && bytes + event.length > limitBytes) {
        await this.#sendPart(part);
        part = [];
        bytes = 0;
      }
      part.push(event);
      bytes += event.length;
    }
    if (part.length > 0) await this.#sendPart(part);
  }

  async #sendPart(events: readonly Buffer[]): Promise<void> {
    const statement = binlogStatement(events);
    requireRoom(statement, this.#maxPacketBytes);
    await this.#run(statement);
  }
}
