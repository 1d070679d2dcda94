import type { SnapshotCopy } from '../../../../shared/model/snapshot.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { parseManifestName, type Repository } from '../../repository/index.ts';

const listingTimeoutMs = 30_000;

/**
 * The catalog's side of a prune. Copies that go are forgotten before the first manifest is removed: after a kill the next look at the
 * place lists those that are still there again, and none passes for lost. What stayed after all gets back what was known of it.
 */
export function copiesTakenAway(catalog: Catalog, destinationId: string) {
  const known = new Map<string, Omit<SnapshotCopy, 'destination'> | undefined>();
  return {
    forget(snapshots: readonly string[]): void {
      for (const id of snapshots) known.set(id, catalog.forgetCopy(id, destinationId));
    },
    /** Asks the place which of them are there, however the prune ended. Without the caller's signal: a cancel must not hide copies. */
    async settle(repository: Repository): Promise<void> {
      if (known.size === 0) return;
      const names = await repository.listManifests(AbortSignal.timeout(listingTimeoutMs)).catch(() => null);
      // Nobody knows: the next look at the place tells.
      if (names === null) return;
      const there = new Set(names.map((name) => parseManifestName(name)?.id));
      for (const [id, copy] of known) {
        if (!there.has(id)) catalog.forgetSnapshotWithoutCopy(id);
        else if (copy !== undefined) catalog.recordCopy(id, destinationId, copy.state, copy.intact, copy.at);
      }
    },
  };
}
