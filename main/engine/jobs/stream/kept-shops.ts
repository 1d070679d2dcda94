import { AppError } from '../../../../shared/errors/app-error.ts';
import { systemTimers, type Timers } from '../../platform/timers.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource, Settings } from '../home/settings-file.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { StreamKeeper, type Ending, type KeptShop } from './stream-keeper.ts';
import { followedCopies } from './stream-run.ts';

/**
 * What the open app follows by itself: the log of every shop that has a snapshot and a copy to keep it in, unless its owner said not to. `follow` runs
 * the verb `stream.run`.
 */
export function streamKeeper(
  context: EngineContext,
  follow: (name: string, signal: AbortSignal) => Promise<unknown>,
  timers: Timers = systemTimers,
): StreamKeeper {
  return new StreamKeeper({
    clock: context.clock,
    timers,
    shops: (signal) => keptShops(context, signal),
    follow,
    onRest: ({ id, name }, ending) => {
      const { state, error } = restOf(ending);
      context.streams.of(id, name).rest(state, error);
    },
  });
}

async function keptShops(context: EngineContext, signal: AbortSignal): Promise<KeptShop[]> {
  if (!context.isUnlocked()) return [];
  const settings = await context.home.settings.read();
  if (settings.sources.length === 0) return [];
  // Whether there is a snapshot: a shop's first one is its owner's to make.
  if (settings.destinations.length > 0) await ensureCatalogBuilt(context, signal);
  return settings.sources.map((source) => keptShop(context, source, settings));
}

function keptShop(context: EngineContext, source: SavedSource, { destinations }: Settings): KeptShop {
  const { id, name } = source;
  const copies = followedCopies(destinations);
  const [nearest] = copies;
  return {
    id,
    name,
    wish:
      source.streamPaused === true
        ? 'paused'
        : source.sealedPassword === null
          ? 'no-credentials'
          : nearest === undefined
            ? 'no-copy'
            : context.catalog.snapshots(name).length === 0
              ? 'no-snapshot'
              : 'follow',
    settings: JSON.stringify([source, copies]),
    isAway: nearest !== undefined && context.streams.of(id, name).isAway(nearest.id),
  };
}

type Rest = Parameters<ReturnType<EngineContext['streams']['of']>['rest']>;

function restOf(ending: Ending): { readonly state: Rest[0]; readonly error: Rest[1] } {
  switch (ending.kind) {
    case 'paused':
      return { state: 'paused', error: null };
    case 'no-snapshot':
      return { state: 'waiting', error: new AppError('snapshot.unknown', { snapshot: 'latest' }) };
    case 'no-copy':
      return { state: 'waiting', error: new AppError('destination.none', {}) };
    case 'no-credentials':
      return { state: 'waiting', error: new AppError('usage.secret-missing', { what: 'password' }) };
    case 'later':
      return { state: 'waiting', error: ending.error };
    case 'off':
    case 'failed':
      return { state: ending.kind, error: ending.error };
  }
}
