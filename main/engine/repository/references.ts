import type { Manifest } from '../../../shared/model/snapshot.ts';

/** What a manifest names. `tables` name further chunks (`chunksOfTable`); `leaves` name nothing. An id may be there twice. */
export interface ManifestReferences {
  readonly leaves: readonly string[];
  readonly tables: readonly string[];
}

/**
 * The one place that knows which chunks a manifest names: copying, publishing and pruning follow it. A reference that is missing here is
 * a chunk that prune takes away, so a new field of the manifest that names chunks has to be added here first.
 */
export function referencesOf(manifest: Manifest): ManifestReferences {
  return {
    leaves: [
      ...(manifest.accounts === undefined ? [] : [manifest.accounts.chunk]),
      ...manifest.databases.map(({ schemaChunk }) => schemaChunk),
    ],
    tables: manifest.tables.map(({ tableChunk }) => tableChunk),
  };
}
