import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbInput, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { systemTimers, type Timers } from '../platform/timers.ts';
import { DailyRound, type RoundPlace } from '../schedule/daily-round.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

/** The round that the open app makes by itself. `read` runs the verb `verify.due` as any other job: seen in the list, and cancelled like one. */
export function dailyShareRound(
  context: EngineContext,
  read: (names: readonly string[]) => Promise<unknown>,
  timers: Timers = systemTimers,
): DailyRound {
  return new DailyRound({
    clock: context.clock,
    timers,
    places: () => placesOf(context),
    read: async (names) => {
      await read(names);
    },
  });
}

/** None while the home is locked or the person has switched this off. */
async function placesOf(context: EngineContext): Promise<RoundPlace[]> {
  if (!context.isUnlocked()) return [];
  const { destinations, dailyShare } = await context.home.settings.read();
  if (dailyShare === false) return [];
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
