import type { SiteFinding } from '../../../../shared/model/site-files.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';

export interface OpenFindings {
  /** Oldest first. */
  readonly findings: (SiteFinding & { readonly snapshot: { readonly id: string; readonly at: string } })[];
  /** The newest snapshot that was looked into; null: there is none since somebody said that they had looked. */
  readonly newestAt: string | null;
}

/** What changed among a site's files and nobody has looked at, in all snapshots that the catalog knows. They stay, whatever later nights find. */
export function openFindings(
  { catalog }: EngineContext,
  { name, filesSeenAt }: Pick<SavedSource, 'name' | 'filesSeenAt'>,
): OpenFindings {
  const open = catalog
    .snapshots(name)
    .filter(({ manifest: { at } }) => filesSeenAt === undefined || at > filesSeenAt)
    .sort((a, b) => (a.manifest.at < b.manifest.at ? -1 : 1));
  const findings = open.flatMap(({ manifest: { id: snapshot, at, site } }) =>
    (site?.findings ?? []).map((finding) => ({ ...finding, snapshot: { id: snapshot, at } })),
  );
  return { findings, newestAt: open.at(-1)?.manifest.at ?? null };
}
