import type { Clock } from '../../platform/clock.ts';
import { leaseName } from '../format.ts';
import { leaseLost, type LeaseBook, type LeaseHandle } from '../leases.ts';
import type { Repository } from '../repository.ts';

const ttlMs = 10 * 60_000;

export interface PruneLeaseRequest {
  readonly holder: string;
  readonly host: string;
  readonly clock: Clock;
  readonly book?: LeaseBook;
  readonly signal: AbortSignal;
}

/**
 * The exclusive lease of one prune. It is renewed by the work itself (`beat` before each step) and not by a timer: what is stuck or
 * asleep must not seem to be alive, and whoever wakes up after its end must not remove one object more: also not by trying again a removal
 * that was under way, which the retries see to (`backend/retry/try-window.ts`; after `beat`, more than six minutes are left).
 */
export class PruneLease {
  /** When the lease was taken, by the clock of the store where it has one, else by this computer's. */
  readonly storeNowMs: number;
  readonly #lease: LeaseHandle;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #beating: Promise<void> | undefined;

  private constructor(lease: LeaseHandle, storeNowMs: number, { clock, signal }: PruneLeaseRequest) {
    this.#lease = lease;
    this.storeNowMs = storeNowMs;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Error: `repository.leased` while anybody else writes or prunes. */
  static async take(repository: Repository, request: PruneLeaseRequest): Promise<PruneLease> {
    const lease = await repository.acquireLease({ kind: 'exclusive', ttlMs, ...request });
    try {
      const own = await repository.store.stat(leaseName(lease.id), request.signal);
      const isDated = own !== undefined && own.modifiedAtMs > 0;
      return new PruneLease(lease, isDated ? own.modifiedAtMs : request.clock.nowMs(), request);
    } catch (error) {
      await release(lease);
      throw error;
    }
  }

  /** Resolves while the lease holds, renewed when a third of it is over. Error: `repository.lease-lost` once it is lost. */
  beat = async (): Promise<void> => {
    this.#signal.throwIfAborted();
    if (this.#lease.lost.aborted) throw this.#lease.lost.reason;
    const leftMs = this.#lease.expiresAtMs() - this.#clock.nowMs();
    // More than it ever had: the clock was put back, and nobody knows for how long this still holds for others.
    if (leftMs > ttlMs) throw leaseLost();
    if (leftMs > (ttlMs * 2) / 3) return;
    this.#beating ??= this.#lease.heartbeat(this.#signal).finally(() => {
      this.#beating = undefined;
    });
    await this.#beating;
  };

  release(): Promise<void> {
    return release(this.#lease);
  }
}

/** Without the caller's signal: after a cancel the lease has to go as well. It ends by itself when this fails. */
function release(lease: LeaseHandle): Promise<void> {
  return lease.release(AbortSignal.timeout(10_000)).catch(() => undefined);
}
