import type { Catalog, CatalogSnapshot } from '../../catalog/catalog.ts';
import type { KnownSnapshot } from '../../check/gone-snapshots.ts';

/** Snapshots that were seen on a copy and that this computer has not removed there. */
export function snapshotsKnownAt(catalog: Catalog, destinationId: string): CatalogSnapshot[] {
  const there = new Set(catalog.snapshotIdsAt(destinationId));
  return catalog.snapshots(null).filter(({ manifest }) => there.has(manifest.id));
}

/** Snapshots that this computer has seen on other copies, and not on this one. */
export function snapshotsKnownElsewhere(catalog: Catalog, destinationId: string): CatalogSnapshot[] {
  const there = new Set(catalog.snapshotIdsAt(destinationId));
  return catalog.snapshots(null).filter(({ manifest }) => !there.has(manifest.id));
}

/** What another computer has tidied up is not missed here any more, and leaves the timeline when no other place has it. */
export function forgetPruned(catalog: Catalog, destinationId: string, gone: readonly KnownSnapshot[]): void {
  for (const { manifest, manifestName } of gone) {
    catalog.forgetCopy(manifest.id, destinationId);
    catalog.forgetSnapshotWithoutCopy(manifest.id);
    catalog.recordMended(destinationId, [manifestName]);
  }
}
