import type { ResaleGap } from '../../../shared/model/resale.ts';

/** Collects what could not be looked at. The same is told once. */
export class Findings {
  readonly #gaps = new Map<string, ResaleGap>();

  add(reason: ResaleGap['reason'], facts: ResaleGap['facts'] = {}): void {
    this.#gaps.set(JSON.stringify([reason, facts]), { reason, facts });
  }

  get all(): readonly ResaleGap[] {
    return [...this.#gaps.values()];
  }
}
