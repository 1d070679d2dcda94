import { toAppError, type AppError } from '../../../shared/errors/app-error.ts';
import type { JobCopy } from '../../../shared/model/job.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { ByteBudget } from '../backend/limit/byte-budget.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import {
  Feed,
  findingOf,
  manifestName,
  parseManifestName,
  type FeedFinding,
  type FeedSource,
  type FillReport,
  type Repository,
} from '../repository/index.ts';
import { bringReaders } from './bring-readers.ts';
import { bringDeeds } from './deeds/bring-deeds.ts';
import { readDeeds } from './deeds/read-deeds.ts';
import { careInPassing } from './cold/disk-marker.ts';
import { isTravelling } from './cold/find-disk.ts';
import { planForDisk } from './cold/plan-for-disk.ts';
import { noRoomForAll } from './cold/room.ts';
import type { EngineContext, Run } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { withDamageSeen } from './damage-seen.ts';
import { keepReserve } from './disk-reserve.ts';
import { KnownDamage } from './known-damage.ts';
import { bringOwedHeader } from './keys/publish-header.ts';
import { nearness } from './nearness.ts';
import { ProofNotes } from './proof-notes.ts';
import { goneMeanwhile, prunedMeanwhile, withoutPruned } from './pruned-meanwhile.ts';
import { recordFindings, type BrokenCopy } from './record-damage.ts';
import { withWriterLease } from './repository-lease.ts';
import { openRepository, openStore, withRepository } from './stores.ts';
import { lockFailure } from './verbs/keep-locked.ts';
import { readTimeline } from './verbs/refresh-catalog.ts';
import { watchOf } from './watch-copy.ts';

export interface FeedCopiesRequest {
  readonly from: SavedDestination;
  readonly to: readonly SavedDestination[];
  /** Copies that may help out with what `from` has damaged; opened only then. */
  readonly spares: readonly SavedDestination[];
  /** Whether what is found damaged is put right at once. */
  readonly heals: boolean;
  /** Which snapshots, in the order in which they are to be there. */
  readonly choose: (from: Repository) => Promise<readonly string[]>;
  /** What a disk that travels is given of them goes by its room, and by its own rule where all were asked for. Default: no. */
  readonly asksForAll?: boolean;
  /** That was looked at already. Default: no. */
  readonly isPlanned?: boolean;
  /** For all copies together; null: no limit besides each destination's own. */
  readonly maxBytesPerSecond: number | null;
}

/** One copy of those that were to be filled. */
export interface FedCopy {
  readonly destination: SavedDestination;
  /** Null: it ended with `error` before everything was there. */
  readonly report: FillReport | null;
  /** Snapshots that its own rule has no use for; a disk that travels only. */
  readonly leftOut: number;
  readonly error: AppError | null;
}

export interface FedCopies {
  readonly copies: readonly FedCopy[];
  readonly findings: readonly FeedFinding[];
  /** Copies that were read from and are still not sound. */
  readonly broken: readonly BrokenCopy[];
}

/**
 * Fills any number of destinations from one, all at the same time and each at its own speed: see `Feed`. A destination that fails is
 * named and does not hold back the others. A disk that travels gets what it has room for, and of all no more than its own rule keeps (decision
 * 0026). Errors: those of `from`, and an abort.
 */
export async function feedCopies(context: EngineContext, request: FeedCopiesRequest, run: Run): Promise<FedCopies> {
  const { keys } = context.unlocked();
  const { from } = request;
  return withRepository(
    keys,
    from,
    run.signal,
    async (repository) => {
      const manifests = await request.choose(repository);
      await readDeeds(context, from, repository, run.signal);
      return new CopyFeeding(context, request, repository, manifests, run).run();
    },
    { watch: watchOf(context, from) },
  );
}

interface Planned {
  readonly manifests: readonly string[];
  readonly leftOut: number;
  readonly noRoom: AppError | null;
}

interface Filled {
  readonly report: FillReport;
  readonly leftOut: number;
  readonly incomplete: AppError | null;
}

/** Less than a closing engine waits for its jobs. */
const lateMs = 3_000;

class CopyFeeding {
  readonly #context: EngineContext;
  readonly #request: FeedCopiesRequest;
  readonly #from: Repository;
  readonly #manifests: readonly string[];
  readonly #run: Run;
  readonly #pool: ChunkPool;
  readonly #proofs: ProofNotes;
  readonly #feed: Feed;
  readonly #budget: ByteBudget | null;
  /** Closed when all have ended: a copy that is full already may still be read by the others. */
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #progress = new Map<string, JobCopy>();

  constructor(
    context: EngineContext,
    request: FeedCopiesRequest,
    from: Repository,
    manifests: readonly string[],
    run: Run,
  ) {
    this.#context = context;
    this.#request = request;
    this.#from = from;
    this.#manifests = manifests;
    this.#run = run;
    this.#pool = new ChunkPool(from.keys);
    this.#proofs = new ProofNotes(context.catalog.inventory);
    this.#budget =
      request.maxBytesPerSecond === null ? null : new ByteBudget({ bytesPerSecond: request.maxBytesPerSecond });
    const idOf = new Map([request.from, ...request.to, ...request.spares].map(({ name, id }) => [name, id] as const));
    const wantsDigests = request.to.some(({ kind }) => kind === 's3');
    this.#feed = new Feed({
      from: { name: request.from.name, repository: from, nearness: -1 },
      spares: () => this.#openSpares(),
      heals: request.heals,
      targets: request.to.length,
      check: ({ source, id, bytes, isHealed }) => {
        // Opened to its last byte on this very copy before: what its tags hold together now is the same.
        const isKnown = !isHealed && context.catalog.inventory.isProven(idOf.get(source) ?? '', id);
        return this.#pool.check({ id, bytes, depth: isKnown ? 'unchanged' : 'whole', wantsDigests }, run.signal);
      },
      onRead: (source, object) => {
        const id = idOf.get(source);
        if (id !== undefined) this.#proofs.add(id, object);
      },
      onFinding: ({ source, object, reason, healed }) => {
        const id = idOf.get(source);
        // What is missing may have been pruned just now: one look at the end tells.
        if (id === undefined || healed || reason === 'missing') return;
        // A proof from earlier in this run must not be written behind it.
        this.#proofs.flush();
        context.catalog.recordDamage(id, [object]);
      },
      signal: run.signal,
    });
  }

  async run(): Promise<FedCopies> {
    const { to, from, spares } = this.#request;
    const { signal } = this.#run;
    try {
      for (const { name } of to)
        this.#progress.set(name, { destination: name, state: 'waiting', doneItems: 0, totalItems: 0, doneBytes: 0 });
      const copies = await Promise.all(to.map((destination) => this.#fill(destination)));
      signal.throwIfAborted();
      const findings = await this.#findings(signal);
      const broken = await recordFindings(this.#context, findings, [from, ...to, ...spares], this.#from, signal);
      return { copies, findings, broken };
    } catch (error) {
      throw withDamageSeen(error, await this.#recordLate());
    } finally {
      this.#proofs.flush();
      await this.#pool.close();
      for (const close of this.#closers) await close();
    }
  }

  /**
   * What was found before an abort or a failure. Damaged objects are written down already; missing ones, and which snapshots need either, are as far
   * as there is time: otherwise the next look at this copy says so.
   */
  async #recordLate(): Promise<readonly FeedFinding[]> {
    const { to, from, spares } = this.#request;
    const signal = AbortSignal.timeout(lateMs);
    const findings = await this.#findings(signal).catch(() => this.#feed.findings);
    await recordFindings(this.#context, findings, [from, ...to, ...spares], this.#from, signal).catch(() => undefined);
    return findings;
  }

  #findings(signal: AbortSignal): Promise<readonly FeedFinding[]> {
    const from = { destination: this.#request.from, repository: this.#from, wanted: this.#manifests };
    return withoutPruned(this.#context, this.#feed.findings, from, signal);
  }

  async #fill(destination: SavedDestination): Promise<FedCopy> {
    try {
      const { report, leftOut, incomplete } = await this.#fillOrFail(destination);
      const error = (await this.#errorOf(report)) ?? incomplete;
      this.#note(destination, { state: error === null ? 'done' : 'failed' });
      return { destination, report, leftOut, error };
    } catch (error) {
      this.#note(destination, { state: 'failed' });
      return { destination, report: null, leftOut: 0, error: toAppError(error) };
    }
  }

  /** A snapshot that was pruned while it was on its way is nobody's failure, unless it was all that was asked for. */
  async #errorOf({ failed, copied }: FillReport): Promise<AppError | null> {
    const missing = failed.filter(({ error }) => findingOf(error) === 'missing').map(({ manifest }) => manifest);
    const gone = missing.length === 0 ? [] : await goneMeanwhile(this.#from, missing, this.#run.signal);
    const first = failed.find(({ manifest }) => !gone.includes(manifest));
    if (first !== undefined) return toAppError(first.error);
    const [only] = gone;
    if (only === undefined || copied.length > 0) return null;
    return prunedMeanwhile(parseManifestName(only)?.id.slice(0, 8) ?? only, this.#request.from.name, failed[0]?.error);
  }

  /** `incomplete`: what fits was copied, but not all of it fits, or could be locked against deletion. */
  async #fillOrFail(destination: SavedDestination): Promise<Filled> {
    const { clock, catalog } = this.#context;
    const repository = await this.#open(destination);
    const { name } = destination;
    // Before the lease: nobody may write to a copy whose header lacks the vault key that is sealed to.
    await bringOwedHeader(this.#context, destination, repository, this.#run.signal);
    return withWriterLease(repository, `copy to ${name}`, this.#context, this.#run.signal, async (signal) => {
      await bringReaders(this.#context, destination, repository, signal);
      await keepReserve(this.#context, destination, signal);
      await bringDeeds(this.#context, destination, repository, signal);
      await careInPassing(repository, destination, clock, signal);
      const { manifests, leftOut, noRoom } = await this.#planFor(destination, repository, signal);
      const damage = new KnownDamage(this.#context, destination, repository);
      const there: { manifest: Manifest; manifestName: string }[] = [];
      const report = await this.#feed.fill(
        { name, repository, nearness: nearness[destination.role] },
        {
          manifests,
          signal,
          onSnapshot: (manifest) => {
            catalog.recordCopy(manifest.id, destination.id, 'written', true);
            there.push({ manifest, manifestName: manifestName(manifest.at, manifest.id) });
          },
          onProgress: ({ objectsCopied, objectsSkipped, objectsTotal, bytesCopied }) =>
            this.#note(destination, {
              state: 'copying',
              doneItems: objectsCopied + objectsSkipped,
              totalItems: objectsTotal,
              doneBytes: bytesCopied,
            }),
        },
      );
      await damage.settle(there, signal);
      await readTimeline(this.#context, destination, repository, signal);
      const unlocked = await lockFailure(this.#context, destination, this.#from, report.copied, {
        signal,
        onProgress: (doneItems, totalItems) => this.#note(destination, { state: 'copying', doneItems, totalItems }),
      });
      return { report, leftOut, incomplete: noRoom ?? unlocked };
    });
  }

  async #planFor(destination: SavedDestination, to: Repository, signal: AbortSignal): Promise<Planned> {
    const asked = this.#manifests;
    const { asksForAll = false, isPlanned = false } = this.#request;
    if (isPlanned || !isTravelling(destination)) return { manifests: asked, leftOut: 0, noRoom: null };
    const request = { from: this.#from, to, asked, byRule: asksForAll };
    const { leftOut, noRoom } = await planForDisk(this.#context, destination, request, signal);
    const behind = new Set([...leftOut, ...(noRoom?.manifests ?? [])]);
    // What is there already is looked at as anywhere else: it may have rotted.
    return {
      manifests: asked.filter((name) => !behind.has(name)),
      leftOut: leftOut.size,
      noRoom: noRoom === null ? null : noRoomForAll(destination.name, noRoom),
    };
  }

  /** Copies that are there at all; one that is not is no help. */
  async #openSpares(): Promise<Omit<FeedSource, 'part'>[]> {
    const opened: Omit<FeedSource, 'part'>[] = [];
    for (const spare of this.#request.spares) {
      try {
        const repository = await this.#open(spare);
        opened.push({ name: spare.name, repository, nearness: nearness[spare.role] });
      } catch {
        this.#run.signal.throwIfAborted();
      }
    }
    return opened;
  }

  async #open(destination: SavedDestination): Promise<Repository> {
    const { keys } = this.#context.unlocked();
    const ways = { watch: watchOf(this.#context, destination), budget: this.#budget };
    const store = await openStore(keys, destination, ways);
    this.#closers.push(() => store.close());
    return openRepository(store, keys, destination, this.#run.signal);
  }

  #note({ name }: SavedDestination, change: Partial<JobCopy>): void {
    const known = this.#progress.get(name);
    if (known === undefined) return;
    this.#progress.set(name, { ...known, ...change });
    const copies = [...this.#progress.values()];
    const sum = (figure: (copy: JobCopy) => number) => copies.reduce((total, copy) => total + figure(copy), 0);
    this.#run.report({
      phase: 'copy',
      detail: copies
        .filter(({ state }) => state === 'copying')
        .map(({ destination }) => destination)
        .join(', '),
      doneBytes: sum(({ doneBytes }) => doneBytes),
      totalBytes: null,
      doneItems: sum(({ doneItems }) => doneItems),
      // With several snapshots the next one's objects are not known yet.
      totalItems: this.#manifests.length === 1 ? sum(({ totalItems }) => totalItems) : null,
      copies,
    });
  }
}

/** Ids of the snapshots that are there now, oldest first, each once. */
export function snapshotsOf(copies: readonly FedCopy[]): string[] {
  const names = new Set(copies.flatMap(({ report }) => report?.copied ?? []));
  return [...names].sort().flatMap((name) => parseManifestName(name)?.id ?? []);
}
