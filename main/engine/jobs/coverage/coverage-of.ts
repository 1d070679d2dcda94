import { coverageFigures, type CoverageFigures, type CoveredThing } from '../../../../shared/model/coverage.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import { SiteJudge } from '../../backup/site/site-rules.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { rulesOf } from '../site-files.ts';
import { coverThings } from './cover-things.ts';

/** How many snapshots back one is looked for that has what the newest lacks: files may be left out of a night. */
const mostSnapshotsBack = 20;

export interface CoverageOfSource {
  /** Null: nobody has looked yet. */
  readonly lookedAt: string | null;
  /** The look after that, which saw nothing. */
  readonly failed: { readonly at: string; readonly code: string } | null;
  readonly things: readonly CoveredThing[];
  readonly figures: CoverageFigures;
}

/** What the last look saw, held against what the newest snapshots have and the owner has said. Asks no server. */
export async function coverageOf(context: EngineContext, source: SavedSource): Promise<CoverageOfSource> {
  const note = context.catalog.looks.read(source.id);
  const { look = null, failed = null } = note ?? {};
  if (look === null) return { lookedAt: null, failed, things: [], figures: coverageFigures([]) };
  const judge = new SiteJudge(await rulesOf(source));
  const snapshots = newestFirst(context.catalog.snapshots(source.name), ({ manifest }) => dateOf(manifest))
    .map(({ snapshot }) => snapshot.manifest)
    .filter(({ source: { id } }) => id === source.id)
    .slice(0, mostSnapshotsBack);
  const things = coverThings({
    look,
    accepted: source.accepted ?? [],
    snapshots,
    keeping: {
      databases: source.databases,
      folders: source.files,
      items: source.items ?? [],
      accounts: source.accounts === true,
      redis: source.redis?.items.map(({ id }) => id) ?? [],
      hasSsh: source.ssh !== null,
      isLeftOut: (folder, path) => {
        const below = path.slice(folder.replace(/(?<=.)\/+$/, '').length).replace(/^\/+/, '');
        return below !== '' && judge.leaveOut.judge(Buffer.from(below)) !== 'keep';
      },
    },
  });
  return { lookedAt: look.at, failed, things, figures: coverageFigures(things) };
}
