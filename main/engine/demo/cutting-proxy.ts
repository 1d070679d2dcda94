import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * A bad line: a TCP proxy on 127.0.0.1 that can be slow, far away, silent or cut, for tests and benchmarks. The rate is that of
 * the line: all connections share it, each direction for itself.
 *
 * Units: bytes, bytes per second, milliseconds.
 */
export interface LineQuality {
  /** One way; a round trip costs twice this. */
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** Resets a connection when this many bytes (both ways together) have passed it. */
  readonly cutAfterBytes?: number;
  /** The far end dies when this many bytes of all connections have passed since this was set: open and new ones are reset. */
  readonly dieAfterBytes?: number;
}

export interface CuttingProxy {
  readonly host: string;
  readonly port: number;
  /** Bytes from the client to the target, and back. */
  readonly passed: { readonly up: number; readonly down: number };
  readonly connectionCount: number;
  /** `dieAfterBytes` have passed, and something more was to pass. */
  readonly isDead: boolean;
  /** Takes the place of the whole earlier quality, for open connections too. */
  setQuality(quality: LineQuality): void;
  /** Resets every open connection. */
  cut(): void;
  /** Swallows everything without closing anything, as a line does whose far end has vanished. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

interface Line {
  quality: LineQuality;
  isFrozen: boolean;
  isDead: boolean;
  /** Of all connections, both ways, since the quality was set. */
  passedBytes: number;
  cut: () => void;
  readonly passed: { up: number; down: number };
  readonly freeAtMs: { up: number; down: number };
  readonly lanes: Set<Lane>;
}

const chunkBytes = 16 * 1024;
const queueLimitBytes = 256 * 1024;

export async function startCuttingProxy(
  target: { readonly host: string; readonly port: number },
  quality: LineQuality = {},
): Promise<CuttingProxy> {
  const line: Line = {
    quality,
    isFrozen: false,
    isDead: false,
    passedBytes: 0,
    cut: () => undefined,
    passed: { up: 0, down: 0 },
    freeAtMs: { up: 0, down: 0 },
    lanes: new Set(),
  };
  const pairs = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true });
    const count = { bytes: 0 };
    const reset = () => {
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    for (const [from, to, direction] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      pairs.add(from);
      from.setNoDelay(true);
      const lane = new Lane(line, from, to, direction, count, reset);
      line.lanes.add(lane);
      from.on('error', reset);
      from.on('close', () => pairs.delete(from));
      to.on('close', () => line.lanes.delete(lane));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    for (const socket of pairs) socket.resetAndDestroy();
  };
  line.cut = cut;
  const wakeAll = () => line.lanes.forEach((lane) => lane.wake());
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    passed: line.passed,
    get connectionCount() {
      return pairs.size / 2;
    },
    get isDead() {
      return line.isDead;
    },
    setQuality: (next) => {
      line.quality = next;
      line.isDead = false;
      line.passedBytes = 0;
      line.freeAtMs.up = line.freeAtMs.down = 0;
      wakeAll();
    },
    cut,
    freeze: () => {
      line.isFrozen = true;
    },
    thaw: () => {
      line.isFrozen = false;
      wakeAll();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

/** One direction of one connection: a queue of pieces, each with the time at which it comes out at the other end. */
class Lane {
  readonly #line: Line;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: 'up' | 'down';
  readonly #count: { bytes: number };
  readonly #reset: () => void;
  #queue: { readonly dueMs: number; readonly bytes: Buffer }[] = [];
  #queuedBytes = 0;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    line: Line,
    from: Socket,
    to: Socket,
    direction: 'up' | 'down',
    count: { bytes: number },
    reset: () => void,
  ) {
    this.#line = line;
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    this.#count = count;
    this.#reset = reset;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.wake();
    });
    // Not when the sender is gone: what it sent is still on the line.
    to.on('close', () => clearTimeout(this.#timer));
    to.on('drain', () => this.wake());
  }

  #take(bytes: Buffer): void {
    const { bytesPerSecond, delayMs = 0 } = this.#line.quality;
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      const piece = bytes.subarray(offset, offset + chunkBytes);
      const startMs = Math.max(performance.now(), this.#line.freeAtMs[this.#direction]);
      const endMs = bytesPerSecond === undefined ? startMs : startMs + (piece.length / bytesPerSecond) * 1000;
      this.#line.freeAtMs[this.#direction] = endMs;
      this.#queue.push({ dueMs: endMs + delayMs, bytes: piece });
      this.#queuedBytes += piece.length;
    }
    if (this.#queuedBytes > this.#limit()) this.#from.pause();
    this.wake();
  }

  /** Enough for what is under way on a far line, so that the distance alone slows nothing down. */
  #limit(): number {
    const { bytesPerSecond, delayMs = 0 } = this.#line.quality;
    return bytesPerSecond === undefined && delayMs > 0
      ? 64 * queueLimitBytes
      : queueLimitBytes + ((bytesPerSecond ?? 0) * delayMs) / 1000;
  }

  wake(): void {
    clearTimeout(this.#timer);
    if (this.#line.isFrozen || this.#to.destroyed) return;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      if (this.#to.writableNeedDrain) return;
      const waitMs = head.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.wake(), waitMs);
        return;
      }
      this.#queue.shift();
      if (!this.#pass(head.bytes)) return;
    }
    if (this.#hasEnded) this.#to.end();
  }

  /** False when this piece was the last one. */
  #pass(bytes: Buffer): boolean {
    const { cutAfterBytes = Infinity, dieAfterBytes = Infinity } = this.#line.quality;
    const leftOfLine = dieAfterBytes - this.#line.passedBytes;
    const rest = Math.min(cutAfterBytes - this.#count.bytes, leftOfLine);
    const passing = bytes.subarray(0, Math.max(0, rest));
    this.#queuedBytes -= bytes.length;
    this.#count.bytes += passing.length;
    this.#line.passed[this.#direction] += passing.length;
    this.#line.passedBytes += passing.length;
    if (passing.length < bytes.length) {
      this.#line.isDead = leftOfLine < bytes.length;
      if (this.#line.isDead) this.#line.cut();
      else this.#reset();
      return false;
    }
    this.#to.write(passing);
    if (this.#queuedBytes <= this.#limit() / 2) this.#from.resume();
    return true;
  }
}
