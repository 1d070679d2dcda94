import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { EngineContext } from '../engine-context.ts';
import { findSource } from '../verbs/lookup.ts';

/** How the log of each shop is being followed in this process. */
export async function streamStatus(context: EngineContext): Promise<VerbOutput<'stream.status'>> {
  const { sources } = await context.home.settings.read();
  return { streams: sources.map(({ id, name }) => context.streams.of(id, name).status()) };
}

/** Saved; whoever keeps the streams looks at it when this is over. Error: `source.unknown`. */
export async function streamSet(
  context: EngineContext,
  { source: name, paused }: VerbInput<'stream.set'>,
): Promise<VerbOutput<'stream.set'>> {
  const source = await findSource(context, name);
  if ((source.streamPaused === true) !== paused) {
    await context.home.settings.update((settings) => ({
      ...settings,
      sources: settings.sources.map((one) => (one.id === source.id ? { ...one, streamPaused: paused } : one)),
    }));
    await context.home.audit.append('stream.set', { source: source.name, paused });
  }
  return { paused };
}
