import { randomInt } from 'node:crypto';
import { setTimeout as sleepMs } from 'node:timers/promises';
import pRetry from 'p-retry';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import type { BlobStat, BlobStore, PutOptions } from '../blob-store.ts';
import { ListedNames } from './listed-names.ts';
import { TryWindow } from './try-window.ts';

export interface RetryOptions {
  /** Tries in all, the first included. Default 6. */
  readonly tries?: number;
  /** The wait before the second try; it doubles from there. Default 500 ms. */
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  /** 0 to 1; spreads clients that failed together. */
  readonly jitter?: () => number;
  readonly sleep?: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly clock?: Clock;
}

/** Names kept while a listing runs, so that a second try yields none twice; above this a broken listing just fails. */
const maxListedNames = 1_000_000;

/**
 * Tries again what failed with a `transient` error, and nothing else; other errors and aborts pass at once.
 *
 * A `put` that failed may have landed all the same, so after a retry of a `create`, `written: false` can also mean
 * "written by the try before". A listing that breaks off begins anew and leaves out what it already gave.
 *
 * No try of a `remove`, or of a `put` that is not `harmlessLate`, begins minutes after the call (`TryWindow`): the lease under which it was
 * asked for may have ended meanwhile, and the caller has to look again.
 */
export class RetryingBlobStore implements BlobStore {
  readonly kind: BlobStore['kind'];
  readonly #inner: BlobStore;
  readonly #options: Required<RetryOptions>;

  constructor(inner: BlobStore, options: RetryOptions = {}) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#options = {
      tries: options.tries ?? 6,
      firstDelayMs: options.firstDelayMs ?? 500,
      maxDelayMs: options.maxDelayMs ?? 30_000,
      jitter: options.jitter ?? (() => randomInt(1000) / 1000),
      sleep: options.sleep ?? ((delayMs, signal) => sleepMs(delayMs, undefined, { signal })),
      clock: options.clock ?? systemClock,
    };
  }

  put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    const put = () => this.#inner.put(name, bytes, options);
    return options.harmlessLate === true ? this.#retry(options.signal, put) : this.#retrySoon(options.signal, put);
  }

  flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    const all = [...names];
    return this.#retry(signal, () => this.#inner.flush(all, signal));
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    return this.#retry(options.signal, () => this.#inner.get(name, options));
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#retry(signal, () => this.#inner.stat(name, signal));
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    const listed = new ListedNames(maxListedNames);
    for (let tried = 1; ; tried++) {
      const given = tried === 1 ? null : listed.toSet();
      try {
        for await (const blob of this.#inner.list(prefix, signal)) {
          if (given?.has(blob.name) === true) continue;
          listed.add(blob.name);
          yield blob;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isTransient(error) || tried >= this.#options.tries || listed.isFull) throw error;
        await this.#wait(tried, signal);
      }
    }
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return this.#retrySoon(signal, () => this.#inner.remove(name, signal));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #retrySoon<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    const window = new TryWindow(this.#options.clock);
    return this.#retry(signal, action, () => window.isOpen());
  }

  #retry<T>(signal: AbortSignal, action: () => Promise<T>, isInTime = () => true): Promise<T> {
    return pRetry(action, {
      signal,
      retries: this.#options.tries - 1,
      // Our own wait, below, so that tests can stand in for it.
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        if (!isTransient(error) || !isInTime()) return false;
        await this.#wait(attemptNumber, signal);
        return isInTime();
      },
    });
  }

  /** Doubles with each try up to the maximum; the jitter takes away up to half of it. */
  async #wait(tried: number, signal: AbortSignal): Promise<void> {
    const { firstDelayMs, maxDelayMs, jitter, sleep } = this.#options;
    const fullMs = Math.min(firstDelayMs * 2 ** (tried - 1), maxDelayMs);
    try {
      await sleep(Math.round(fullMs * (1 - jitter() / 2)), signal);
    } finally {
      signal.throwIfAborted();
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof AppError && error.remedy === 'transient';
}
