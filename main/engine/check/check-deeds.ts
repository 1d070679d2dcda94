import {
  listDeeds,
  parseDeed,
  putDeed,
  readDeed,
  sayingsOf,
  type ReadDeed,
  type Repository,
} from '../repository/index.ts';

/** A deed that this computer has read on a copy. */
export interface KnownDeedText {
  readonly name: string;
  readonly text: string;
}

/**
 * What became of deeds that were on a copy and are not listed there any more. A prune merges many into one that says the same (FORMAT.md §14): `merged`
 * are said by those that are there; the others are lost.
 */
export function judgeGoneDeeds(
  known: readonly KnownDeedText[],
  there: ReadonlyMap<string, Pick<ReadDeed, 'deed'>>,
  listed: ReadonlySet<string>,
): { readonly merged: readonly string[]; readonly lost: readonly KnownDeedText[] } {
  const gone = known.filter(({ name }) => !listed.has(name));
  const said = new Set([...there.values()].flatMap(sayingsOf));
  const isSaid = ({ name, text }: KnownDeedText) => {
    const sayings = sayingsOf(parseDeed(name, text));
    return sayings.length > 0 && sayings.every((saying) => said.has(saying));
  };
  return {
    merged: gone.filter(isSaid).map(({ name }) => name),
    lost: gone.filter((deed) => !isSaid(deed)),
  };
}

/** How a verification reads one object that is named by time, and heals it. */
export type ReadNamed<T> = (
  name: string,
  ways: {
    readonly read: (from: Repository) => Promise<T>;
    readonly replace: (sound: T) => Promise<void>;
    readonly healFrom: Repository | null;
    /** What this computer knows to have been there, when the copy that heals has not got it. */
    readonly known?: T | undefined;
  },
) => Promise<T | null>;

export interface DeedsReport {
  /** All that are listed, and could be read. */
  readonly names: readonly string[];
  /** Known ones that are said by others now. */
  readonly merged: readonly string[];
  /** `<type> <subject>` of all that is said here, and of what this computer has read here before. */
  readonly sayings: ReadonlySet<string>;
  /** Of a type that only a newer version understands. */
  readonly unknown: number;
}

/**
 * Reads every deed of a copy and looks for those that were there. What this computer has read before it can put back itself, as it can the header:
 * no other copy may have the same, since prunes merge them copy by copy.
 */
export async function checkDeeds(request: {
  readonly repository: Repository;
  readonly known: readonly KnownDeedText[];
  readonly healFrom: Repository | null;
  readonly readNamed: ReadNamed<ReadDeed>;
  readonly onSound: (name: string) => void;
  /** Whether it is there again. */
  readonly bringBack: (name: string, write: () => Promise<boolean>) => Promise<boolean>;
  readonly onLost: (name: string) => void;
  readonly signal: AbortSignal;
}): Promise<DeedsReport> {
  const { repository, known, healFrom, readNamed, onSound, bringBack, onLost, signal } = request;
  const names = await listDeeds(repository, signal);
  const texts = new Map(known.map(({ name, text }) => [name, text]));
  const there = new Map<string, ReadDeed>();
  for (const name of names) {
    const text = texts.get(name);
    const deed = await readNamed(name, {
      read: (from) => readDeed(from, name, signal),
      replace: (sound) => putDeed(repository, name, sound.text, { mode: 'replace', signal }),
      healFrom,
      known: text === undefined ? undefined : parseDeed(name, text),
    });
    if (deed === null) continue;
    there.set(name, deed);
    onSound(name);
  }
  const { merged, lost } = judgeGoneDeeds(known, there, new Set(names));
  for (const { name, text } of lost) {
    const write = async () => {
      await putDeed(repository, name, text, { mode: 'create', signal });
      there.set(name, await readDeed(repository, name, signal));
      return true;
    };
    if (healFrom === null || !(await bringBack(name, write))) onLost(name);
  }
  const unknown = [...there.values()].filter(({ deed }) => deed === null).length;
  const remembered = known.flatMap(({ name, text }) => sayingsOf(parseDeed(name, text)));
  const sayings = new Set([...there.values()].flatMap(sayingsOf).concat(remembered));
  return { names: [...there.keys()], merged, sayings, unknown };
}
