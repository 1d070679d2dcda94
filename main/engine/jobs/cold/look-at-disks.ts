import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { ColdDisk } from '../../../../shared/model/cold-disk.ts';
import { defaultColdSchedule } from '../../../../shared/model/cold-schedule.ts';
import { historyOf, type DiskHistory } from '../../cold/disk-history.ts';
import { dueDays, stateOf } from '../../cold/rotation.ts';
import { isoUtc } from '../../platform/clock.ts';
import type { EngineContext } from '../engine-context.ts';
import { isTravelling, searchDisk, type DiskDestination, type DiskSearch } from './find-disk.ts';

/** One look at one disk. */
export interface LookedAt {
  readonly destination: DiskDestination;
  readonly presence: ColdDisk['presence'];
  readonly search: DiskSearch | null;
  readonly history: DiskHistory;
  readonly notes: ColdDisk['notes'];
}

/**
 * Looks for every disk that travels and writes down, in the audit log, which came and went since the last look: this is the evidence that a
 * disk really leaves. Disks that did not answer, and all of them while the home is locked, are `unknown` and nothing is written.
 */
export async function lookAtDisks(context: EngineContext): Promise<LookedAt[]> {
  const { destinations } = await context.home.settings.read();
  const travelling = destinations.filter(isTravelling);
  if (travelling.length === 0) return [];
  const { entries } = await context.home.audit.read();
  const looked = await Promise.all(
    travelling.map(async (destination) => ({
      destination,
      ...(await lookAt(context, destination)),
      history: historyOf(destination.id, entries),
    })),
  );
  const told: LookedAt[] = [];
  for (const one of looked) told.push({ ...one, history: await writeDown(context, one) });
  return told;
}

async function lookAt(
  context: EngineContext,
  destination: DiskDestination,
): Promise<Pick<LookedAt, 'presence' | 'search' | 'notes'>> {
  if (!context.isUnlocked()) return { presence: 'unknown', search: null, notes: [] };
  try {
    const { keys } = context.unlocked();
    const search = await searchDisk(keys, destination, { volumes: context.volumes, everywhere: true });
    const { found, isUncertain, refusal } = search;
    const seenVolume = found?.volume?.volumeId ?? null;
    const marked = found?.marker?.volume ?? null;
    const differs = seenVolume !== null && marked !== null && seenVolume !== marked;
    const presence = found !== null ? 'here' : isUncertain ? 'unknown' : 'away';
    const notes = [
      ...(differs ? (['volume-differs'] as const) : []),
      ...(refusal === null ? [] : (['marker-refused'] as const)),
    ];
    return { presence, search, notes };
  } catch (error) {
    if (isAppErrorOf(error, 'disk.twins')) return { presence: 'here', search: null, notes: ['twins'] };
    throw error;
  }
}

async function writeDown(context: EngineContext, { destination, presence, history }: LookedAt): Promise<DiskHistory> {
  if (presence === 'unknown') return history;
  const state = presence === 'here' ? 'arrived' : 'gone';
  // A disk that was there when it was added has not arrived; one that was never seen has not gone.
  const isNews = history.lastSighting === null ? state === 'gone' : history.lastSighting !== state;
  if (!isNews) return history;
  const { name, id, place } = destination;
  const at = isoUtc(context.clock.nowMs());
  await context.home.audit.append(`disk.${state}`, { destination: name, disk: id });
  context.onDisk({ destination: name, place, state, at });
  return {
    ...history,
    lastSighting: state,
    ...(state === 'arrived' ? { lastArrivedAt: at } : { lastGoneAt: at }),
  };
}

/** The rotation as a person sees it, the disk that is due first on top. */
export function rotationOf(looked: readonly LookedAt[], nowMs: number, running: ReadonlySet<string>): ColdDisk[] {
  const due = dueDays(
    looked.map(({ destination, history }) => ({
      id: destination.id,
      schedule: destination.cold ?? defaultColdSchedule,
      addedAtMs: Date.parse(destination.addedAt),
      lastCompletedAtMs: timeOf(history.lastCompletedAt),
    })),
  );
  return looked
    .map((one) => toColdDisk(one, due.get(one.destination.id) ?? '', nowMs, running.has(one.destination.name)))
    .sort((a, b) => (a.dueOn === b.dueOn ? a.name.localeCompare(b.name) : a.dueOn < b.dueOn ? -1 : 1));
}

function toColdDisk(
  { destination, presence, search, history, notes }: LookedAt,
  dueOn: string,
  nowMs: number,
  isRunning: boolean,
): ColdDisk {
  const { name, id, role, place, addedAt, cold = defaultColdSchedule } = destination;
  const since = history.lastSighting === 'arrived' ? history.lastArrivedAt : addedAt;
  const pluggedSince = presence === 'here' ? since : null;
  const lastCompletedAtMs = timeOf(history.lastCompletedAt);
  const seen = { nowMs, presence, isRunning, dueOn, lastCompletedAtMs, pluggedSinceMs: timeOf(pluggedSince) };
  return {
    name,
    id,
    role,
    place,
    schedule: cold,
    presence,
    ...stateOf(seen),
    dueOn,
    lastCompletedAt: history.lastCompletedAt,
    lastSeenAt: presence === 'here' ? isoUtc(nowMs) : (history.lastGoneAt ?? history.lastCompletedAt),
    pluggedSince,
    hasLeft: presence === 'away' || history.lastGoneAt !== null,
    sizeBytes: search?.found?.volume?.sizeBytes ?? null,
    freeBytes: search?.found?.volume?.freeBytes ?? null,
    notes: [...notes],
  };
}

function timeOf(at: string | null): number | null {
  return at === null ? null : Date.parse(at);
}
