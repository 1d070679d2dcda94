import type { SeenSource, SeenStream } from '../../checklist/judge-checklist.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';

const troubles: ReadonlySet<string> = new Set(['paused', 'off', 'failed']);

/**
 * Until when each copy holds a shop's log: as this process sees it, else as it was last written down by whichever process followed it. Nothing where
 * it was never followed and nobody knows why.
 */
export function seenStream(
  { streams, catalog }: EngineContext,
  source: SavedSource,
  destinations: readonly SavedDestination[],
): Pick<SeenSource, 'stream'> {
  const { state } = streams.of(source.id, source.name).status();
  const written = catalog.streams.read(source.id)?.stored ?? {};
  const seen = streams.of(source.id, source.name).storedTimes();
  const copies = destinations.flatMap((destination) => {
    const storedAt = [written[destination.id], seen[destination.id]]
      .filter((at) => at !== undefined)
      .sort()
      .at(-1);
    return storedAt === undefined
      ? []
      : [{ destination: destination.name, isOnServer: isOnServer(source, destination), storedAt }];
  });
  const isPaused = source.streamPaused === true;
  const trouble = isPaused ? 'paused' : troubles.has(state) ? (state as SeenStream['trouble']) : null;
  return copies.length === 0 && trouble === null ? {} : { stream: { trouble, copies } };
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** Asked without a tunnel at this computer's own address, the shop runs here: so do this computer's disks. */
function isOnServer({ ssh, mysql }: SavedSource, { kind }: SavedDestination): boolean {
  return kind === 'disk' && ssh === null && loopback.test(mysql.host);
}
