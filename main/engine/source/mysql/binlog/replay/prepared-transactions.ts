import { ByteCursor } from '../byte-cursor.ts';
import { headerBytes } from '../event-header.ts';
import type { PlainEvent } from '../expand-event.ts';
import type { BinlogEvent } from '../read-binlog.ts';

/** All XA transactions together that wait to be finished. Bytes. */
const mostBytes = 256 * 1024 * 1024;

export interface HeldEvent {
  readonly plain: PlainEvent;
  readonly event: BinlogEvent;
}

interface Prepared {
  readonly events: readonly HeldEvent[];
  readonly bytes: number;
  /** How many transactions had been done when it was prepared. */
  readonly at: number;
}

/**
 * XA transactions between XA START and XA COMMIT. What is prepared is seen by nobody and what it changed is locked, so it is done when it is
 * committed: then nothing has to be undone when it never is, and no lock of it stands in the way of another.
 */
export class PreparedTransactions {
  readonly #prepared = new Map<string, Prepared>();
  #open: HeldEvent[] | null = null;
  #openBytes = 0;
  #bytes = 0;

  /** Between its beginning and XA PREPARE. */
  get isHolding(): boolean {
    return this.#open !== null;
  }

  get count(): number {
    return this.#prepared.size;
  }

  begin(): void {
    this.#open = [];
    this.#openBytes = 0;
  }

  /** False when it is too much to hold. */
  hold(held: HeldEvent): boolean {
    this.#open?.push(held);
    this.#openBytes += held.plain.bytes.length;
    return this.#bytes + this.#openBytes <= mostBytes;
  }

  /** The XA_PREPARE event. Gives what was held when it is a commit in one step. */
  prepare(event: Buffer, at: number): readonly HeldEvent[] | null {
    const { isOnePhase, name } = parsePrepare(event);
    const events = this.#open ?? [];
    this.#open = null;
    if (isOnePhase) return events;
    this.#prepared.set(name, { events, bytes: this.#openBytes, at });
    this.#bytes += this.#openBytes;
    return null;
  }

  /** For XA COMMIT and XA ROLLBACK; null when it was prepared before the log that is replayed begins. */
  take(statement: string): Prepared | null {
    const name = nameIn(statement);
    const prepared = name === null ? undefined : this.#prepared.get(name);
    if (name === null || prepared === undefined) return null;
    this.#prepared.delete(name);
    this.#bytes -= prepared.bytes;
    return prepared;
  }
}

/** One phase or two, format, length of the global part, length of the branch, both parts. */
function parsePrepare(event: Buffer): { readonly isOnePhase: boolean; readonly name: string } {
  const body = new ByteCursor(event, headerBytes);
  const isOnePhase = body.u8() !== 0;
  const format = body.u32();
  const globalBytes = body.u32();
  const branchBytes = body.u32();
  const global = body.bytes(globalBytes).toString('hex');
  return { isOnePhase, name: `${global},${body.bytes(branchBytes).toString('hex')},${format}` };
}

/** As servers write it: `XA COMMIT X'78',X'',1`. */
function nameIn(statement: string): string | null {
  const [whole, global = '', branch = '', format = ''] =
    /^\s*XA\s+\w+\s+X'([0-9a-f]*)',X'([0-9a-f]*)',(\d+)/i.exec(statement) ?? [];
  return whole === undefined ? null : `${global},${branch},${Number(format)}`.toLowerCase();
}
