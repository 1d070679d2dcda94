import { travellingDeeds } from '../../../../shared/model/deed.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import {
  addDeed,
  parseDeed,
  putDeed,
  readDeed,
  sayingsOf,
  type ReadDeed,
  type Repository,
} from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { withWriterLease } from '../repository-lease.ts';
import { knownDeeds, readDeeds } from './read-deeds.ts';
import { letPass } from '../let-pass.ts';

/**
 * Tells an open copy what this home knows to have been done with snapshots: deeds of other copies that say what is not said here yet, as they are, and
 * what only this home's log knows. Like other care in passing it does not fail the work that opened the copy; what could not be written is
 * tried again the next time.
 */
export async function bringDeeds(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  try {
    const listed = new Set(await readDeeds(context, destination, repository, signal));
    const lacking = lackingAt(context.catalog, destination.id, listed);
    if (lacking.deeds.length + lacking.proven.length === 0) return;
    await withWriterLease(repository, `notes for ${destination.name}`, context, signal, async (leased) => {
      for (const { name, text } of lacking.deeds) {
        await putDeed(repository, name, text, { mode: 'create', signal: leased });
        await note(context, destination, repository, name, leased);
      }
      if (lacking.proven.length === 0) return;
      const deed = { type: 'proven', entries: lacking.proven } as const;
      const name = await addDeed(repository, { ...deed, entries: [...deed.entries] }, context.clock.nowMs(), leased);
      await note(context, destination, repository, name, leased);
    });
  } catch (error) {
    letPass(error, signal);
  }
}

function lackingAt(catalog: Catalog, destinationId: string, listed: ReadonlySet<string>) {
  const here = knownDeeds(catalog, destinationId).filter(({ name }) => listed.has(name));
  const said = new Set(here.flatMap(sayingsOf));
  const deeds: { readonly name: string; readonly text: string }[] = [];
  for (const { name, text } of catalog.deeds.all()) {
    const deed: ReadDeed = parseDeed(name, text);
    if (!travellingDeeds.has(deed.type) || listed.has(name)) continue;
    const sayings = sayingsOf(deed);
    if (sayings.every((saying) => said.has(saying))) continue;
    for (const saying of sayings) said.add(saying);
    deeds.push({ name, text });
  }
  const proven = catalog.provenSnapshots().filter(({ snapshot }) => !said.has(`proven ${snapshot}`));
  return { deeds, proven };
}

async function note(
  { catalog }: EngineContext,
  { id }: SavedDestination,
  repository: Repository,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const deed = await readDeed(repository, name, signal);
  catalog.deeds.record(id, { name, text: deed.text }, sayingsOf(deed));
}
