import type { Manifest } from '../../../shared/model/snapshot.ts';

/** What a manifest names. `records` (of tables, and pages of a site's files) name further chunks; `leaves` name nothing. An id may be there twice. */
export interface ManifestReferences {
  readonly leaves: readonly string[];
  readonly records: readonly RecordReference[];
}

export interface RecordReference {
  readonly id: string;
  readonly kind: 'table' | 'file-tree';
}

/**
 * The one place that knows which chunks a manifest names: copying, publishing and pruning follow it. A reference that is missing here is
 * a chunk that prune takes away, so a new field of the manifest that names chunks has to be added here first.
 */
export function referencesOf(manifest: Manifest): ManifestReferences {
  return {
    leaves: [
      ...(manifest.accounts === undefined ? [] : [manifest.accounts.chunk]),
      ...(manifest.settings ?? []).map(({ chunk }) => chunk),
      ...(manifest.site?.history?.packs ?? []).map(({ chunk }) => chunk),
      ...manifest.databases.map(({ schemaChunk }) => schemaChunk),
    ],
    records: [
      ...manifest.tables.map(({ tableChunk }) => ({ id: tableChunk, kind: 'table' }) as const),
      ...(manifest.site?.roots ?? []).flatMap(({ pages }) => pages.map((id) => ({ id, kind: 'file-tree' }) as const)),
    ],
  };
}
