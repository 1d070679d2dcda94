import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

export type ShopLog = CommandOutput<'events.list'>;
export type LogEvent = ShopLog['events'][number];

/** `none`: nothing of this shop's log is stored. A log on the screen stays until its successor is complete. */
export type ShopLogState =
  | { readonly view: 'loading' }
  | { readonly view: 'none' }
  | { readonly view: 'ready'; readonly log: ShopLog }
  | { readonly view: 'failed'; readonly error: WireError };

export type EventsStore = ReturnType<typeof createEventsStore>;

/** Reading a long log takes its time: so much longer than that it is left alone. */
const restShare = 10;
const leastRestMs = 4_000;

interface Reading {
  readonly endedMs: number;
  readonly tookMs: number;
  /** What had been stored of it today when it was read. */
  readonly events: number;
}

/** What is stored of the logs of shops that a screen asked for, read again when more of them has been stored. */
export function createEventsStore(client: Client, now: () => number = () => performance.now()) {
  const store = createStore<Readonly<Record<string, ShopLogState>>>(() => ({}));
  const readings = new Map<string, Reading>();
  const stored = new Map<string, number>();
  const reading = new Set<string>();

  async function load(source: string): Promise<void> {
    if (reading.has(source)) return;
    reading.add(source);
    const events = stored.get(source) ?? 0;
    const startedMs = now();
    const isShown = store.getState()[source]?.view === 'ready';
    if (!isShown) store.setState({ [source]: { view: 'loading' } });
    const outcome = await client.call('events.list', {
      source,
      since: null,
      until: null,
      destructive: true,
      table: null,
    });
    reading.delete(source);
    readings.set(source, { endedMs: now(), tookMs: now() - startedMs, events });
    if (outcome.ok) store.setState({ [source]: { view: 'ready', log: outcome.value } });
    else if (outcome.error.code === 'stream.none') store.setState({ [source]: { view: 'none' } });
    else if (!isShown) store.setState({ [source]: { view: 'failed', error: outcome.error } });
  }

  client.listen('stream.changed', ({ source, today }) => {
    stored.set(source, today.events);
    const last = readings.get(source);
    if (last === undefined || last.events === today.events) return;
    if (now() - last.endedMs >= Math.max(leastRestMs, restShare * last.tookMs)) void load(source);
  });

  return { store, load };
}
