import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { StreamCopyStatus, StreamStatus } from '../../shared/model/stream.ts';
import type { Client } from '../bridge/client.ts';

export interface SeenStream {
  readonly status: StreamStatus;
  /** By this page's clock: the seconds that have passed since then are added to what the engine said. */
  readonly seenMs: number;
}

export interface StreamsState {
  /** By shop. */
  readonly streams: Readonly<Record<string, SeenStream>>;
  /** Why a pause or its end could not be saved, by shop. */
  readonly failed: Readonly<Record<string, WireError>>;
}

export type StreamsStore = ReturnType<typeof createStreamsStore>;

/** How each shop's log is being followed: asked once, then told by notices. While there is no engine nobody knows. */
export function createStreamsStore(client: Client, now: () => number = () => Date.now()) {
  const store = createStore<StreamsState>(() => ({ streams: {}, failed: {} }));
  let wanted = false;

  function see(statuses: readonly StreamStatus[]): void {
    const seenMs = now();
    const seen = statuses.map((status) => [status.source, { status, seenMs }] as const);
    store.setState(({ streams }) => ({ streams: { ...streams, ...Object.fromEntries(seen) } }));
  }

  async function load(): Promise<void> {
    wanted = true;
    const outcome = await client.call('stream.status', {});
    if (outcome.ok) see(outcome.value.streams);
  }

  async function setPaused(source: string, paused: boolean): Promise<void> {
    store.setState(({ failed }) => ({ failed: without(failed, source) }));
    const outcome = await client.call('stream.set', { source, paused });
    if (!outcome.ok) store.setState(({ failed }) => ({ failed: { ...failed, [source]: outcome.error } }));
  }

  client.listen('stream.changed', (status) => see([status]));
  client.listen('engine.state', ({ state }) => {
    if (state !== 'running') store.setState({ streams: {} });
    else if (wanted) void load();
  });

  return { store, load, setPaused };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** Until when any copy holds the log; null: not known. */
export function newestStored(seen: SeenStream | undefined): string | null {
  const times = (seen?.status.copies ?? []).map(({ storedAt }) => storedAt).filter((at) => at !== null);
  return times.sort().at(-1) ?? null;
}

/** How much trade a copy would lack now; null: not known. */
export function rpoNow({ seenMs }: SeenStream, { rpoMs }: StreamCopyStatus, nowMs: number): number | null {
  return rpoMs === null ? null : rpoMs + Math.max(0, nowMs - seenMs);
}
