import type { Connection } from 'mysql2';
import { borrow, endBorrowing } from './lending-socket.ts';

/**
 * Reads the rows of a running result out of the socket's pieces without mysql2's packet machinery, which costs a microsecond a
 * row: whole rows that lie in one piece are handed over together. Everything else – column definitions, errors, the end,
 * rows of a megabyte and more, and whatever was not expected – goes through mysql2 as always, in order.
 *
 * It stands in for `connection.packetParser` while a result is read, and borrows the socket's buffer meanwhile: whatever
 * outlives a call is copied. Like `raw-query.ts` it knows the driver's inside, which is
 * pinned exactly; the server tests guard it.
 */

/** Whole rows: `buffer[from, to)` holds `rows` packets, each with its header of 4 octets (length 3, number 1). Copy before returning. */
export type PacketSink = (buffer: Buffer, from: number, to: number, rows: number) => void;

interface Parser {
  execute(piece: Buffer): unknown;
}
/** mysql2's PacketParser: `execute` is the method for the state it is in. */
interface DriverParser extends Parser {
  readonly executeStart: unknown;
  readonly executePayload: unknown;
  readonly length: number;
  readonly bufferLength: number;
  readonly largePacketParts: readonly unknown[];
}
interface DriverInside {
  packetParser: Parser;
  sequenceId: number;
  readonly stream: object;
  readonly _fatalError: unknown;
  readonly _paused_packets: { readonly length: number };
}

const headerBytes = 4;
/** A row that spans pieces is put together here up to this size; mysql2 does it beyond. */
const mostTogether = 1024 * 1024;
/** First octet of an end packet or of a very long first field, and of an error packet: for mysql2 to tell. */
const firstSpecial = 0xfe;

export class RowParser implements Parser {
  readonly #driver: DriverInside;
  readonly #original: DriverParser;
  readonly #onPackets: PacketSink;
  /** The beginning of a packet whose end has not come. */
  #begun: Buffer | undefined;

  /** Takes the place of the driver's parser until `leave`. All packets from now on must be rows, up to the end packet. */
  constructor(driver: Connection, onPackets: PacketSink) {
    this.#driver = driver as unknown as DriverInside;
    this.#original = this.#driver.packetParser as DriverParser;
    this.#onPackets = onPackets;
    this.#driver.packetParser = this;
    borrow(this.#driver.stream);
  }

  leave(): void {
    if (!this.#isIn()) return;
    this.#driver.packetParser = this.#original;
    endBorrowing(this.#driver.stream);
  }

  execute(piece: Buffer): void {
    let at = this.#finishBegun(piece);
    while (at < piece.length) {
      if (!this.#isBetweenPackets()) {
        at = this.#finishInDriver(piece, at);
        continue;
      }
      const rowsEnd = this.#takeRows(piece, at);
      if (rowsEnd > at) {
        at = rowsEnd;
        continue;
      }
      const end = packetEnd(piece, at);
      if (end === undefined) {
        this.#keep(Buffer.from(piece.subarray(at)));
        return;
      }
      this.#original.execute(Buffer.from(piece.subarray(at, end)));
      at = end;
    }
  }

  /** Completes a kept packet; gives where the next one begins. */
  #finishBegun(piece: Buffer): number {
    const begun = this.#begun;
    if (begun === undefined) return 0;
    this.#begun = undefined;
    const whole = joinedPacket(begun, piece);
    if (whole === undefined) {
      this.#keep(Buffer.concat([begun, piece]));
      return piece.length;
    }
    if (this.#takeRows(whole, 0) === 0) this.#original.execute(whole);
    return whole.length - begun.length;
  }

  #keep(bytes: Buffer): void {
    const length = bytes.length < headerBytes ? 0 : bytes.readUIntLE(0, 3);
    if (this.#isIn() && length < mostTogether) this.#begun = bytes;
    else this.#original.execute(bytes);
  }

  /** Gives the driver the rest of the packet that it has begun, and no more; gives where that ends. */
  #finishInDriver(piece: Buffer, at: number): number {
    const parser = this.#original;
    // Of its header the driver has kept three octets when it is in a payload, and fewer before.
    const missing = parser.execute === parser.executePayload ? parser.length + 1 - parser.bufferLength : 1;
    const end = Math.min(at + missing, piece.length);
    parser.execute(Buffer.from(piece.subarray(at, end)));
    return end;
  }

  /** Hands over the whole rows at `from`; gives where they end. */
  #takeRows(piece: Buffer, from: number): number {
    const driver = this.#driver;
    const isCalm = driver._paused_packets.length === 0 && (driver._fatalError ?? null) === null;
    if (!isCalm || !this.#isIn() || this.#original.largePacketParts.length > 0) return from;
    let sequence = driver.sequenceId;
    let at = from;
    let rows = 0;
    for (let end = packetEnd(piece, at); end !== undefined; end = packetEnd(piece, at)) {
      const length = end - at - headerBytes;
      if (length === 0 || length >= mostTogether || (piece[at + headerBytes] as number) >= firstSpecial) break;
      // Out of order: mysql2 says so.
      if (piece[at + 3] !== sequence) break;
      sequence = (sequence + 1) & 0xff;
      at = end;
      rows += 1;
    }
    if (rows === 0) return from;
    driver.sequenceId = sequence;
    this.#onPackets(piece, from, at, rows);
    return at;
  }

  #isIn(): boolean {
    return this.#driver.packetParser === this;
  }

  #isBetweenPackets(): boolean {
    return this.#original.execute === this.#original.executeStart;
  }
}

/** Where the packet at `at` ends, or undefined when it is not whole. */
function packetEnd(piece: Buffer, at: number): number | undefined {
  if (at + headerBytes > piece.length) return undefined;
  const end =
    at + headerBytes + ((piece[at] as number) | ((piece[at + 1] as number) << 8) | ((piece[at + 2] as number) << 16));
  return end > piece.length ? undefined : end;
}

/** The packet that `begun` begins, when `next` holds the rest of it. */
function joinedPacket(begun: Buffer, next: Buffer): Buffer | undefined {
  const missingHeader = Math.max(0, headerBytes - begun.length);
  if (next.length < missingHeader) return undefined;
  const header = missingHeader === 0 ? begun : Buffer.concat([begun, next.subarray(0, missingHeader)]);
  const total = headerBytes + header.readUIntLE(0, 3);
  const missing = total - begun.length;
  return next.length < missing ? undefined : Buffer.concat([begun, next.subarray(0, missing)], total);
}
