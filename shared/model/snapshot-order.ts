import { clocksOf } from './clock-check.ts';
import type { Manifest } from './snapshot.ts';

/** What tells how old a snapshot is. */
export interface DatedSnapshot {
  readonly id: string;
  readonly sourceId: string;
  /** The snapshot of this source that was there when this one was made: older, whatever the clocks say. */
  readonly previous: string | null;
  /** What clocks said at capture, earliest first; one at least. Milliseconds since the Unix epoch. */
  readonly clocksMs: readonly number[];
}

export interface PlacedSnapshot<T> {
  readonly snapshot: T;
  /** It was taken no later than this, as far as anybody can tell. Never two of one chain with the same instant. */
  readonly notAfterMs: number;
}

export function dateOf(manifest: DatedManifest): DatedSnapshot {
  const { id, source, previous } = manifest;
  return { id, sourceId: source.id, previous, clocksMs: clocksOf(manifest) };
}

type DatedManifest = Pick<Manifest, 'id' | 'previous' | 'at' | 'checks'> & { readonly source: { readonly id: string } };

interface Node<T> {
  readonly snapshot: T;
  readonly dated: DatedSnapshot;
  notAfterMs: number;
  parent: Node<T> | undefined;
  /** Snapshots that name this one as their previous and are not placed yet. */
  waiting: number;
}

/**
 * Snapshots in the order in which they were taken, newest first. A clock may have been wrong by weeks for a night; but a snapshot that another of
 * its source names as `previous` is older than that one, and so are all before it. So no snapshot counts as later than what came after it. Where
 * no chain tells (two workstations side by side, a link that prune has removed) the instants decide.
 *
 * Of two clocks that disagreed the earlier one counts, rather too old than falsely recent, but for one that the chain refutes: it says that the
 * snapshot was taken before its previous. So neither clock alone can make a chain look old.
 *
 * A link to another source's snapshot, to one that is not here, or to itself says nothing; nor do links that go round in a circle, which only
 * somebody with the keys can forge. Every snapshot is there once, whatever the links.
 */
export function newestFirst<T>(snapshots: readonly T[], date: (snapshot: T) => DatedSnapshot): PlacedSnapshot<T>[] {
  const nodes = snapshots.map((snapshot): Node<T> => {
    const dated = date(snapshot);
    return { snapshot, dated, notAfterMs: dated.clocksMs[0] ?? 0, parent: undefined, waiting: 0 };
  });
  const byId = new Map(nodes.map((node) => [keyOf(node.dated.sourceId, node.dated.id), node]));
  for (const node of nodes) {
    const { sourceId, previous } = node.dated;
    const parent = previous === null ? undefined : byId.get(keyOf(sourceId, previous));
    if (parent === undefined) continue;
    node.parent = parent;
    parent.waiting += 1;
  }
  // From the ends of all chains backwards; who stands in a circle always waits for another and is never reached.
  const backwards = nodes.filter(({ waiting }) => waiting === 0);
  for (const { parent } of backwards) {
    if (parent === undefined) continue;
    parent.waiting -= 1;
    if (parent.waiting === 0) backwards.push(parent);
  }
  for (const node of backwards.toReversed()) {
    const previousMs = node.parent?.notAfterMs;
    const believed = node.dated.clocksMs.find((ms) => previousMs === undefined || ms > previousMs);
    node.notAfterMs = believed ?? node.notAfterMs;
  }
  for (const { parent, notAfterMs } of backwards)
    if (parent !== undefined) parent.notAfterMs = Math.min(parent.notAfterMs, notAfterMs - 1);
  return nodes
    .toSorted((a, b) => b.notAfterMs - a.notAfterMs || compare(b.dated.id, a.dated.id))
    .map(({ snapshot, notAfterMs }) => ({ snapshot, notAfterMs }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(sourceId: string, id: string): string {
  return `${sourceId} ${id}`;
}
