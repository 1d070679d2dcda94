import type { CopyState } from '../../../../shared/model/snapshot.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { Repository } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { bringDeeds } from '../deeds/bring-deeds.ts';
import { withRepository } from '../stores.ts';
import { watchOf } from '../watch-copy.ts';
import { letPass } from '../let-pass.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Restored } from './into-server.ts';

/** A whole snapshot that was loaded and compared is the strongest thing that can be said of the copy it came from. */
export async function recordProof(
  context: EngineContext,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  restored: Restored,
  signal: AbortSignal,
): Promise<void> {
  // With the vault closed the secret columns were stand-ins: that says nothing about their objects.
  const proven = open.reader.soleCopy;
  const isProven =
    proven !== null &&
    open.vault !== 'closed' &&
    restored.digest.equal &&
    restored.digest.compared > 0 &&
    open.plan.isWhole &&
    restored.databases.length === manifest.databases.length;
  const totalsMatch =
    restored.ledgers.length > 0 && restored.ledgers.every(({ equal, unreadable }) => equal && unreadable === undefined);
  await context.home.audit.append('restore', {
    source: manifest.source.name,
    snapshot: manifest.id,
    rows: restored.rows,
    equal: restored.digest.equal,
    ledgersEqual: totalsMatch,
    vault: open.vault,
    ...(restored.accounts === null ? {} : { accounts: restored.accounts.created.length }),
  });
  if (!isProven) return;
  const state: CopyState = totalsMatch ? 'totals-matched' : 'restored';
  const { destinations } = await context.home.settings.read();
  for (const destination of destinations.filter(({ name }) => name === proven)) {
    context.catalog.recordCopy(manifest.id, destination.id, state, true);
    await context.home.audit.append('copy.proven', { destination: destination.name, snapshot: manifest.id, state });
    await tellProof(context, destination, signal);
  }
  context.onCatalogChanged();
}

/**
 * Writes the proof down in the copy itself, for other computers and for this one after a loss. A copy that cannot be written to now gets it with the
 * next backup or copying; what was restored is restored.
 */
async function tellProof(context: EngineContext, destination: SavedDestination, signal: AbortSignal): Promise<void> {
  const { keys } = context.unlocked();
  const ways = { watch: watchOf(context, destination) };
  const tell = (repository: Repository) => bringDeeds(context, destination, repository, signal);
  await withRepository(keys, destination, signal, tell, ways).catch((error: unknown) => {
    letPass(error, signal);
  });
}
