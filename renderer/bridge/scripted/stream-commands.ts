import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import { aStream, sampleEvents } from './sample-stream.ts';
import type { World } from './world.ts';

/** Following a shop's log: at once live, at once paused. */
export function streamCommands(world: World, tell: (status: StreamStatus) => void) {
  const statusOf = (source: string): StreamStatus =>
    world.streams.get(source) ?? aStream(source, { state: world.snapshots.length === 0 ? 'waiting' : 'live' });
  return {
    'stream.status': (): CommandOutput<'stream.status'> => ({
      streams: world.sources.map(({ name }) => statusOf(name)),
    }),
    'stream.set': ({ source, paused }: CommandInput<'stream.set'>): CommandOutput<'stream.set'> => {
      const status = aStream(source, { ...statusOf(source), state: paused ? 'paused' : 'live', errorCode: null });
      world.streams.set(source, status);
      tell(status);
      return { paused };
    },
    'events.list': ({ source, since, destructive }: CommandInput<'events.list'>): CommandOutput<'events.list'> => {
      if (world.snapshots.length === 0) throw new AppError('stream.none', { source });
      const all = sampleEvents(Date.now());
      const wanted = ({ at, kind }: (typeof all.events)[number]) =>
        (since === null || at >= since) && (!destructive || kind !== 'ddl');
      return { ...all, events: all.events.filter(wanted) };
    },
  };
}
