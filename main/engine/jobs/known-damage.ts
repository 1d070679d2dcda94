import type { Manifest } from '../../../shared/model/snapshot.ts';
import { isObjectId, isUnreadableObject, verifyObject, type Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { needsBroken } from './record-damage.ts';

export interface Mending {
  /** Objects that were damaged and are sound now. */
  readonly healed: number;
  /** Objects that are damaged still. */
  readonly damaged: number;
  /** Whether a snapshot that was written needs one of these. */
  readonly isNeeded: boolean;
}

/**
 * What checks found damaged on a copy, for whoever writes to it: it does not count as there, and what is written again takes the place of the
 * damage. The shop still has the rows: no other copy is needed for that.
 */
export class KnownDamage {
  readonly #context: EngineContext;
  readonly #destination: SavedDestination;
  readonly #repository: Repository;
  readonly #suspects: readonly string[];

  constructor(context: EngineContext, destination: SavedDestination, repository: Repository) {
    this.#context = context;
    this.#destination = destination;
    this.#repository = repository;
    this.#suspects = [...context.catalog.damage(destination.id)].filter(isObjectId);
    repository.distrust(this.#suspects);
  }

  /**
   * After writing: reads back what took the place of damage. A snapshot that was `written` and needs what is damaged still is written down as not
   * intact. Errors: those of the store.
   */
  async settle(
    written: readonly { readonly manifest: Manifest; readonly manifestName: string }[],
    signal: AbortSignal,
  ): Promise<Mending> {
    const { catalog, home } = this.#context;
    const { id, name } = this.#destination;
    const healed: string[] = [];
    for (const object of this.#suspects) if (await this.#isHealed(object, signal)) healed.push(object);
    if (healed.length > 0) {
      catalog.recordProofs(id, healed);
      await home.audit.append('copy.healed', { destination: name, objects: healed.length });
    }
    const damage = catalog.damage(id);
    let isNeeded = false;
    for (const { manifest, manifestName } of damage.size === 0 ? [] : written) {
      if (!(await needsBroken(this.#repository, { manifest, manifestName }, damage, signal))) continue;
      isNeeded = true;
      catalog.recordCopy(manifest.id, id, 'written', false);
    }
    return { healed: healed.length, damaged: damage.size, isNeeded };
  }

  async #isHealed(object: string, signal: AbortSignal): Promise<boolean> {
    const repository = this.#repository;
    if (repository.isDistrusted(object)) return false;
    try {
      verifyObject(repository.keys, object, await repository.getRaw(object, signal));
      return true;
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      return false;
    }
  }
}
