import type { CopyInventory } from '../catalog/copy-inventory.ts';

/** So many proofs are written down together: what a kill takes away is at most this many, which are then read once more. */
const batch = 32;

/** Writes proofs down while a long piece of work goes on, in small batches, for several copies at once. */
export class ProofNotes {
  readonly #inventory: CopyInventory;
  readonly #pending = new Map<string, string[]>();

  constructor(inventory: CopyInventory) {
    this.#inventory = inventory;
  }

  /** This object was read from that copy, now, and was sound. */
  add(destinationId: string, object: string): void {
    const pending = this.#pending.get(destinationId) ?? [];
    pending.push(object);
    this.#pending.set(destinationId, pending);
    if (pending.length >= batch) this.#write(destinationId, pending);
  }

  flush(): void {
    for (const [destinationId, pending] of this.#pending) this.#write(destinationId, pending);
  }

  #write(destinationId: string, pending: readonly string[]): void {
    this.#pending.delete(destinationId);
    this.#inventory.recordProofs(destinationId, pending);
  }
}
