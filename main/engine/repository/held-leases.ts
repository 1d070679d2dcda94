import type { Clock } from '../platform/clock.ts';
import type { LeaseHandle } from './leases.ts';

interface Held {
  readonly lease: LeaseHandle;
  readonly clock: Clock;
}

/** The leases that an open repository works under, and whether one of them ended while nobody looked: then others may have pruned. */
export class HeldLeases {
  readonly #held = new Map<string, Held>();
  #hasLapsed = false;

  add(lease: LeaseHandle, clock: Clock): void {
    this.#held.set(lease.id, { lease, clock });
  }

  drop(id: string): void {
    this.#held.delete(id);
  }

  /** One ended and was taken up again. */
  noteLapse(): void {
    this.#hasLapsed = true;
  }

  /** Takes up again what is over. Error: `repository.lease-lost` when somebody prunes, or when an exclusive one is over. */
  async renew(signal: AbortSignal): Promise<void> {
    for (const held of this.#held.values()) if (isOver(held)) await held.lease.heartbeat(signal);
  }

  /** Whether one is over, or was since this was last settled: what was listed before says nothing any more. */
  hasLapsed(): boolean {
    return this.#hasLapsed || Array.from(this.#held.values(), isOver).some(Boolean);
  }

  /** To be called after `renew`, by who lists anew. */
  settle(): void {
    this.#hasLapsed = false;
  }
}

function isOver({ lease, clock }: Held): boolean {
  return lease.lost.aborted || clock.nowMs() >= lease.expiresAtMs();
}
