import type { BrokenLog } from '../../../shared/model/stream.ts';
import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import { findingOf, parseStreamName } from '../repository/index.ts';
import {
  chunksOf,
  lostRecords,
  withoutContent,
  type StayingSnapshot,
  type StoredStreamRecord,
} from '../stream/index.ts';
import type { KnownSnapshot } from './gone-snapshots.ts';

interface Stretch {
  readonly stored: StoredStreamRecord;
  readonly chunks: readonly string[];
}

/** The logs of shops on one copy: which chunks their records need, and what of them is not there any more. */
export class StoredLogs {
  readonly #listed: string[];
  /** Found to be lost. */
  readonly #missed = new Set<string>();
  readonly #wasLost = new Set<string>();
  readonly #stretches = new Map<string, Stretch>();
  /** Records that contradict each other: nobody can say what they stand for. */
  readonly #claimed = new Map<string, string>();

  /** @param listed names of all stream records of the copy */
  constructor(listed: readonly string[]) {
    this.#listed = [...listed];
  }

  /** Takes a record that was read; gives the ids of the chunks it needs. */
  add(stored: StoredStreamRecord): readonly string[] {
    const chunks = [...chunksOf(stored.record)];
    this.#stretches.set(stored.name, { stored: withoutContent(stored), chunks });
    return chunks;
  }

  /** A record that was not here and can be brought back counts as listed from here on. */
  addLost(stored: StoredStreamRecord): readonly string[] {
    this.#listed.push(stored.name);
    this.#wasLost.add(stored.name);
    return this.add(stored);
  }

  /** Those that were listed and are not any more were merged or tidied up meanwhile: nothing is missed of them. False when there are such. */
  keepOnly(listed: readonly string[]): boolean {
    const isThere = new Set(listed);
    const gone = this.#listed.filter((name) => !isThere.has(name) && !this.#wasLost.has(name));
    for (const name of gone) this.#stretches.delete(name);
    return gone.length === 0;
  }

  /** Ids of all chunks that the records need; an id may come twice. */
  *chunks(): Generator<string> {
    for (const { chunks } of this.#stretches.values()) yield* chunks;
  }

  /** Reason by name of the record: found while records were linked. */
  get contradictions(): ReadonlyMap<string, string> {
    return this.#claimed;
  }

  /**
   * Names of records that were lost.
   *
   * @param known names of stream records that this computer has seen on the copy
   * @param snapshots all that are known, wherever they are
   */
  lost(known: readonly string[], snapshots: readonly KnownSnapshot['manifest'][]): string[] {
    const sourceOf = (name: string) => parseStreamName(name)?.sourceId;
    const listed = Map.groupBy(this.#listed, sourceOf);
    const seen = Map.groupBy(known, sourceOf);
    const records = Map.groupBy(
      [...this.#stretches.values()].map(({ stored }) => stored),
      ({ name }) => sourceOf(name),
    );
    const sources = new Set([...listed.keys(), ...seen.keys()].filter((id) => id !== undefined));
    return [...sources].flatMap((id) => {
      const standing = snapshots.filter(({ source }) => source.id === id).map(standingOf);
      const witnesses = { known: seen.get(id) ?? [], snapshots: standing };
      try {
        const lost = lostRecords(records.get(id) ?? [], listed.get(id) ?? [], witnesses);
        for (const name of lost) this.#missed.add(name);
        return lost;
      } catch (error) {
        if (!isAppErrorOf(error, 'repository.damaged')) throw error;
        this.#claimed.set(String(error.facts['object']), findingOf(error) ?? 'content');
        return [];
      }
    });
  }

  /**
   * Which stretches of log cannot be done again from this copy. Neighbours are told as one.
   *
   * @param isBroken of a chunk or a record
   */
  broken(isBroken: (object: string) => boolean): BrokenLog[] {
    const names = [...new Set([...this.#listed, ...this.#missed])].sort();
    const isOpen = (name: string) => this.#stretches.get(name)?.chunks.every((chunk) => !isBroken(chunk)) === true;
    const found: BrokenLog[] = [];
    let last = -2;
    for (const [index, name] of names.entries()) {
      if (!isBroken(name) && (isOpen(name) || !this.#stretches.has(name))) continue;
      const own = this.#place(names, index);
      const before = found.at(-1);
      if (before?.source === own.source && last === index - 1) found[found.length - 1] = joined(before, own);
      else found.push(own);
      last = index;
    }
    return found;
  }

  /** Of a record that cannot be read only its neighbours say about when it was. */
  #place(names: readonly string[], index: number): BrokenLog {
    const recordAt = (at: number) => this.#stretches.get(names[at] ?? '')?.stored.record;
    const source = parseStreamName(names[index] ?? '')?.sourceId ?? '';
    const own = recordAt(index);
    if (own !== undefined) {
      const { file, from, to, firstCommitAt, lastCommitAt, closedAt } = own;
      return { source, file, from, to, fromAt: firstCommitAt ?? closedAt, untilAt: lastCommitAt ?? closedAt };
    }
    const isOfSource = (at: number) => parseStreamName(names[at] ?? '')?.sourceId === source;
    const before = isOfSource(index - 1) ? recordAt(index - 1) : undefined;
    const after = isOfSource(index + 1) ? recordAt(index + 1) : undefined;
    return {
      source,
      file: null,
      from: null,
      to: null,
      fromAt: before?.lastCommitAt ?? before?.closedAt ?? null,
      untilAt: after?.firstCommitAt ?? after?.closedAt ?? null,
    };
  }
}

function joined(before: BrokenLog, own: BrokenLog): BrokenLog {
  const isOneFile = before.file !== null && before.file === own.file;
  return {
    source: before.source,
    ...(isOneFile ? { file: own.file, from: before.from, to: own.to } : { file: null, from: null, to: null }),
    fromAt: before.fromAt,
    untilAt: own.untilAt,
  };
}

function standingOf({ coordinate, lock }: KnownSnapshot['manifest']): StayingSnapshot {
  return { coordinate, isExact: lock.coordinateExact === true };
}
