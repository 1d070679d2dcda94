import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbInput, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { systemTimers, type Timers } from '../platform/timers.ts';
import { DailyRound, type RoundPlace } from '../schedule/daily-round.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { isProbeDue } from './verbs/probe-cloud.ts';

/**
 * The round that the open app makes by itself. `read` runs the verb `verify.due` as any other job: seen in the list, and cancelled like one. Who has
 * switched the share off still has the clouds tested once a week (`only`): that reads nothing of what is stored.
 */
export function dailyShareRound(
  context: EngineContext,
  read: (names: readonly string[], only: 'probe' | undefined) => Promise<unknown>,
  timers: Timers = systemTimers,
): DailyRound {
  return new DailyRound({
    clock: context.clock,
    timers,
    places: () => placesOf(context),
    read: async (names) => {
      const { dailyShare } = await context.home.settings.read();
      await read(names, dailyShare === false ? 'probe' : undefined);
    },
  });
}

/** None while the home is locked; with the share switched off, the clouds whose test is due. */
async function placesOf(context: EngineContext): Promise<RoundPlace[]> {
  if (!context.isUnlocked()) return [];
  const { destinations, dailyShare } = await context.home.settings.read();
  if (dailyShare === false) {
    return destinations
      .filter(({ id, kind }) => kind === 's3' && isProbeDue(context, id))
      .map(({ id, name }) => ({ id, name, doneAt: context.catalog.inventory.probe(id)?.at ?? null, isPresent: null }));
  }
  return Promise.all(
    destinations.map(async (destination) => ({
      id: destination.id,
      name: destination.name,
      doneAt: context.catalog.inventory.shareDoneAt(destination.id),
      isPresent: await isPresent(destination),
    })),
  );
}

/** Looks whether a disk is plugged in right now; a cloud is not asked. */
async function isPresent(destination: SavedDestination): Promise<boolean | null> {
  if (destination.kind !== 'disk') return null;
  return (await stat(join(destination.path, 'shouhu.json')).catch(() => null)) !== null;
}

export async function shareStatus(context: EngineContext): Promise<VerbOutput<'share.status'>> {
  return { enabled: (await context.home.settings.read()).dailyShare !== false };
}

export async function shareSet(
  context: EngineContext,
  { enabled }: VerbInput<'share.set'>,
): Promise<VerbOutput<'share.set'>> {
  await context.home.settings.update((settings) => ({ ...settings, dailyShare: enabled }));
  await context.home.audit.append('share.set', { enabled });
  return { enabled };
}
