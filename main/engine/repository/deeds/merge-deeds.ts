import type { Deed } from '../../../../shared/model/deed.ts';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Repository } from '../repository.ts';
import { addDeed, sayingsOf, type ReadDeed } from './deeds.ts';

/** A deed of the copy that is looked at. */
export interface FoundDeed extends ReadDeed {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the store's clock. */
  readonly modifiedAtMs: number;
}

export interface MergeRequest {
  readonly deeds: readonly FoundDeed[];
  readonly isYoung: (deed: FoundDeed) => boolean;
  /** So many old deeds of one type become one. */
  readonly mergedFrom: number;
  readonly nowMs: number;
  /** Before each step: to keep the exclusive lease alive. */
  readonly beat: () => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Keeps the number of deeds small: many old ones of a type become one that says the same. It is written and read back before the first of the
 * others goes (FORMAT.md §14), so that a kill leaves a saying twice and never not at all; the next run finds it covered and goes on.
 * Deeds of an unknown type, with unknown fields or within the grace time are left alone; those under object lock stay until it ends.
 *
 * Gives the names that are gone. The caller holds an exclusive lease.
 */
export async function mergeDeeds(repository: Repository, request: MergeRequest): Promise<string[]> {
  const { deeds, isYoung, mergedFrom, nowMs, beat, signal } = request;
  const gone: string[] = [];
  for (const ofType of Map.groupBy(deeds, ({ type }) => type).values()) {
    const old = ofType.filter((deed) => deed.isPlain && !isYoung(deed));
    let covered = coveredAmong(old, ofType);
    if (old.length - covered.length >= mergedFrom) {
      await beat();
      await addDeed(repository, union(old), nowMs, signal);
      covered = old;
    }
    if (covered.length === 0) continue;
    const going = new Set(covered.map(({ name }) => name));
    // Whoever wrote the one that says the same may have died before its name was durable.
    const staying = ofType.filter(({ name }) => !going.has(name)).map(({ name }) => name);
    await repository.store.flush(staying, signal);
    for (const { name } of covered) {
      await beat();
      if (await remove(repository, name, signal)) gone.push(name);
    }
  }
  return gone;
}

/** Those that say nothing which one other deed does not say alone: of two that say the same, the first by name stays. */
function coveredAmong(old: readonly FoundDeed[], all: readonly FoundDeed[]): FoundDeed[] {
  const sayings = new Map(all.map((deed) => [deed, new Set(sayingsOf(deed))]));
  const of = (deed: FoundDeed) => sayings.get(deed) ?? new Set<string>();
  const isCoveredBy = (deed: FoundDeed, other: FoundDeed) =>
    other !== deed && of(deed).isSubsetOf(of(other)) && (of(deed).size < of(other).size || other.name < deed.name);
  return old.filter((deed) => all.some((other) => isCoveredBy(deed, other)));
}

function union(deeds: readonly FoundDeed[]): Deed {
  const entries = new Map<string, Deed['entries'][number]>();
  const [first] = deeds.flatMap(({ deed }) => deed ?? []);
  if (first === undefined) throw new RangeError('nothing to merge');
  for (const { deed } of deeds) for (const entry of deed?.entries ?? []) entries.set(entry.snapshot, entry);
  return { ...first, entries: [...entries.values()] } as Deed;
}

async function remove({ store }: Repository, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await store.remove(name, signal);
    return true;
  } catch (error) {
    if (!isAppErrorOf(error, 'backend.locked')) throw error;
    return false;
  }
}
