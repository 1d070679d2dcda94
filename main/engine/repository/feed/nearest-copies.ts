import { toAppError } from '../../../../shared/errors/app-error.ts';
import { findingOf } from '../finding.ts';
import type { Repository } from '../repository.ts';

/** A copy that objects may be read from. `name` is the caller's own word for it. */
export interface FeedSource {
  readonly name: string;
  readonly repository: Repository;
  /** How near it is: the lowest is read first. */
  readonly nearness: number;
  /**
   * `first` should have everything; `target` is being filled and has what its listing knows; a `spare` was asked for by nobody, so
   * that it lacks an object is no finding.
   */
  readonly part: 'first' | 'target' | 'spare';
}

/** An object that a copy should have and has not, or only damaged. */
export interface FeedFinding {
  readonly source: string;
  readonly object: string;
  readonly reason: string;
  /** Sound bytes of another copy were put in its place, and read back. */
  readonly healed: boolean;
}

/** How something is taken from one copy, and how it is put right on another that had it damaged. */
interface Taking<T> {
  readonly take: (source: FeedSource) => Promise<T>;
  readonly heal: (damaged: FeedSource, taken: T, sound: FeedSource) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Several copies of one repository, read from nearest first. What is damaged on one is taken from the next and written down, and, if so
 * wanted, put right where it was damaged; a copy that went away is not asked again.
 */
export class NearestCopies {
  readonly findings = new Map<string, FeedFinding>();
  readonly #more: () => Promise<readonly FeedSource[]>;
  readonly #heals: boolean;
  readonly #onFinding: (finding: FeedFinding) => void;
  readonly #away = new Set<FeedSource>();
  #sources: readonly FeedSource[];
  #moreAsked: Promise<void> | undefined;

  /** `more` is asked once, when the copies at hand do not have something sound: they may have to be opened first. */
  constructor(
    sources: readonly FeedSource[],
    more: () => Promise<readonly FeedSource[]>,
    {
      heals,
      onFinding = () => undefined,
    }: { heals: boolean; onFinding?: ((finding: FeedFinding) => void) | undefined },
  ) {
    this.#heals = heals;
    this.#onFinding = onFinding;
    this.#sources = byNearness(sources);
    this.#more = more;
  }

  add(source: FeedSource): void {
    this.#sources = byNearness([...this.#sources, source]);
  }

  /** Errors: the nearest copy's, when no copy has it sound. */
  chunk<T>(id: string, taking: Taking<T>): Promise<T> {
    return this.#fromAny(id, ({ part, repository }) => part !== 'target' || repository.has(id), taking);
  }

  /** A manifest: what is being filled has it last of all. */
  manifest<T>(name: string, taking: Taking<T>): Promise<T> {
    return this.#fromAny(name, ({ part }) => part !== 'target', taking);
  }

  async #fromAny<T>(object: string, mayHave: (source: FeedSource) => boolean, taking: Taking<T>): Promise<T> {
    const tried = new Set<FeedSource>();
    const damaged: FeedSource[] = [];
    let failure: Error | undefined;
    for (;;) {
      const source = this.#sources.find((one) => !tried.has(one) && !this.#away.has(one) && mayHave(one));
      if (source === undefined) {
        if (!(await this.#askForMore())) throw failure ?? new Error(`no copy to read ${object} from`);
        continue;
      }
      tried.add(source);
      try {
        const taken = await taking.take(source);
        for (const one of damaged) await this.#heal(one, object, () => taking.heal(one, taken, source));
        return taken;
      } catch (error) {
        taking.signal.throwIfAborted();
        const reason = findingOf(error);
        if (reason === null) this.#away.add(source);
        else if (reason !== 'missing' || source.part !== 'spare') {
          this.#write({ source: source.name, object, reason, healed: false });
          damaged.push(source);
        }
        failure ??= toAppError(error);
      }
    }
  }

  async #askForMore(): Promise<boolean> {
    if (this.#moreAsked !== undefined) {
      const before = this.#sources.length;
      await this.#moreAsked;
      return this.#sources.length > before;
    }
    this.#moreAsked = this.#more().then((sources) => {
      this.#sources = byNearness([...this.#sources, ...sources]);
    });
    await this.#moreAsked;
    return true;
  }

  /** A copy that cannot be put right (read-only, gone, a disk that does not keep what it is given) keeps its finding. */
  async #heal(source: FeedSource, object: string, heal: () => Promise<void>): Promise<void> {
    const finding = this.findings.get(keyOf(source.name, object));
    if (finding === undefined || !this.#heals) return;
    const isHealed = await heal().then(
      () => true,
      () => false,
    );
    if (isHealed) this.#write({ ...finding, healed: true });
  }

  #write(finding: FeedFinding): void {
    this.findings.set(keyOf(finding.source, finding.object), finding);
    this.#onFinding(finding);
  }
}

function keyOf(source: string, object: string): string {
  return `${source}\n${object}`;
}

function byNearness(sources: readonly FeedSource[]): readonly FeedSource[] {
  return [...sources].sort((a, b) => a.nearness - b.nearness);
}
