import { createHash } from 'node:crypto';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { SiteFinding } from '../../../../shared/model/site-files.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';

/** Tidying up waits this long for somebody to look, counted from the snapshot. */
const longestWaitMs = 90 * 24 * 3_600_000;

/** What changed among a site's files and nobody has looked at, in all snapshots that the catalog knows, oldest first. They stay, whatever later nights find. */
export function openFindings(
  { catalog }: Pick<EngineContext, 'catalog'>,
  { name, filesSeenAt, seenFindings = [] }: Pick<SavedSource, 'name' | 'filesSeenAt' | 'seenFindings'>,
): VerbOutput<'files.findings'>['findings'] {
  const seen = new Set(seenFindings);
  return catalog
    .snapshots(name)
    .filter(({ manifest: { at } }) => filesSeenAt === undefined || at > filesSeenAt)
    .sort((a, b) => (a.manifest.at < b.manifest.at ? -1 : 1))
    .flatMap(({ manifest: { id: snapshot, at, site } }) =>
      (site?.findings ?? []).map((finding) => ({
        ...finding,
        id: idOf(snapshot, finding),
        snapshot: { id: snapshot, at },
      })),
    )
    .filter(({ id }) => !seen.has(id));
}

/** Snapshots of all shops with changes that nobody has looked at yet: they are what one would compare with. Not those older than the longest wait. */
export function snapshotsToLookAt(
  { catalog, clock }: Pick<EngineContext, 'catalog' | 'clock'>,
  sources: readonly Pick<SavedSource, 'name' | 'filesSeenAt' | 'seenFindings'>[],
): ReadonlySet<string> {
  const since = clock.nowMs() - longestWaitMs;
  const open = sources.flatMap((source) => openFindings({ catalog }, source));
  return new Set(open.filter(({ snapshot }) => Date.parse(snapshot.at) >= since).map(({ snapshot }) => snapshot.id));
}

/** The same on every computer, and for as long as the snapshot is there. */
function idOf(snapshot: string, { kind, change, path }: SiteFinding): string {
  return createHash('sha256').update([snapshot, kind, change, path].join('\n')).digest('hex').slice(0, 12);
}
