import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { defaultRetention, type RetentionRule, type ShrunkSource } from '../../../../shared/model/retention.ts';
import { newestFirst } from '../../../../shared/model/snapshot-order.ts';
import { pruneRepository, type PrunableSnapshot, type PruneNow, type Repository } from '../../repository/index.ts';
import { planRetention, type SeenSnapshot, type Verdict } from '../../retention/plan-retention.ts';
import { isTravelling } from '../cold/find-disk.ts';
import { noteDeeds } from '../deeds/read-deeds.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { snapshotsToLookAt } from '../files/open-findings.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { withReserve } from '../disk-reserve.ts';
import { shrinkingTables } from '../shrinking-tables.ts';
import { withRepository } from '../stores.ts';
import { besideStreams } from '../stream/stream-leases.ts';
import { watchOf } from '../watch-copy.ts';
import { findDestination } from './lookup.ts';
import { copiesTakenAway } from './pruned-copies.ts';
import { ensureCatalogBuilt } from './refresh-catalog.ts';
import { confirmedShrinkAction, confirmedShrinks, knownCopies, ownTimeZone } from './retention-facts.ts';
import { SpentLogs } from './spent-logs.ts';
import { digester, findShrunk, type SnapshotDigest } from './shrunk-sources.ts';

type Output = VerbOutput<'prune.run'>;
type Found = PrunableSnapshot<SnapshotDigest>;

/** Work that reads a copy for a long time without a lease: what it reads must not be taken away under its hands. */
const readingVerbs = ['restore.run', 'export.run', 'events.export', 'copy.run', 'cold.run', 'verify.run', 'verify.due'];

/**
 * Removes at one place what its rule does not keep. Proof counts from every place: a snapshot that was restored from the second disk is
 * proven here too. Errors: `prune.looks-like-attack` {source, snapshot, at, rowsBefore, rowsAfter, evidence}, `repository.leased` while
 * somebody else works with the place, `prune.no-room-for-lease` {name} on a disk without a byte to spare, those of `pruneRepository`.
 */
export async function pruneRun(context: EngineContext, input: VerbInput<'prune.run'>, run: Run): Promise<Output> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const destination = await findDestination(context, input.destination);
  if (!input.dryRun) refuseWhileRead(context, run);
  const rule = { ...defaultRetention, ...destination.retention, ...ruleOfFlags(input.keep) };
  const judge = await Judge.create(context, destination, rule, input);
  const { keys } = context.unlocked();
  try {
    const prune = () =>
      withRepository(
        keys,
        destination,
        run.signal,
        (repository) => perform(repository, judge, run),
        // What goes is proven no more, or a chunk that is written again one day would look as if it had been read.
        { watch: watchOf(context, destination) },
      );
    const output = await withReserve(context, destination, run.signal, prune);
    const durationMs = Math.round(context.clock.monotonicMs() - startedMs);
    if (input.dryRun) return { ...output, durationMs };
    await writeDown(context, output);
    return { ...output, ruleSaved: await keepRuleOfTraveller(context, destination, rule), durationMs };
  } finally {
    if (!input.dryRun) context.onCatalogChanged();
  }
}

async function perform(repository: Repository, judge: Judge, run: Run): Promise<Output> {
  const { context, destination, input } = judge;
  const taken = copiesTakenAway(context.catalog, destination.id);
  const logs = new SpentLogs(context, destination.id);
  const shrinks = await shrinkingTables(context);
  try {
    const prune = () =>
      pruneRepository(repository, {
        digest: digester(shrinks),
        choose: async (snapshots, now, deeds) => {
          // What another computer has proven counts as what this one has.
          noteDeeds(context.catalog, destination.id, deeds);
          judge.unknownDeeds = deeds.filter(({ deed }) => deed === null).length;
          const going = await judge.choose(snapshots, now);
          // Before anything goes, and brought back for what stays: a copy that was removed on purpose must never pass for a lost one.
          if (!input.dryRun) taken.forget(snapshots.filter(({ name }) => going.has(name)).map(({ id }) => id));
          // Reading the place took its time. Whoever begins from here on does not find the copies any more that go.
          if (!input.dryRun) refuseWhileRead(context, run);
          return going;
        },
        logs,
        dryRun: input.dryRun,
        holder: `prune of ${destination.name}`,
        host: hostname(),
        clock: context.clock,
        book: context.catalog.leases,
        onProgress: ({ phase, done, total, bytesFreed }) =>
          run.report({
            phase: phase === 'read' ? 'prune-read' : 'prune-remove',
            detail: destination.name,
            doneBytes: bytesFreed,
            totalBytes: null,
            doneItems: done,
            totalItems: total,
          }),
        signal: run.signal,
      });
    const report = await besideStreams(prune, run.signal);
    context.catalog.deeds.forget(destination.id, report.deedsMerged);
    return { ...judge.outputOf(report), logs: logs.reportOf(report.removedStreams, report.snapshots) };
  } finally {
    await taken.settle(repository);
  }
}

/** What decides which snapshots go at one place. */
class Judge {
  readonly context: EngineContext;
  readonly destination: SavedDestination;
  readonly input: VerbInput<'prune.run'>;
  unknownDeeds = 0;
  readonly #rule: RetentionRule;
  readonly #timeZone = ownTimeZone();
  readonly #confirmed: ReadonlySet<string>;
  readonly #toLookAt: ReadonlySet<string>;
  #verdicts: readonly Verdict[] = [];
  #shrunk: readonly ShrunkSource[] = [];

  private constructor(
    context: EngineContext,
    destination: SavedDestination,
    rule: RetentionRule,
    input: VerbInput<'prune.run'>,
    known: { readonly confirmed: ReadonlySet<string>; readonly toLookAt: ReadonlySet<string> },
  ) {
    this.context = context;
    this.destination = destination;
    this.input = input;
    this.#rule = rule;
    this.#confirmed = known.confirmed;
    this.#toLookAt = known.toLookAt;
  }

  static async create(
    context: EngineContext,
    destination: SavedDestination,
    rule: RetentionRule,
    input: VerbInput<'prune.run'>,
  ): Promise<Judge> {
    const confirmed = await confirmedShrinks(context);
    const { sources } = await context.home.settings.read();
    return new Judge(context, destination, rule, input, { confirmed, toLookAt: snapshotsToLookAt(context, sources) });
  }

  async choose(snapshots: readonly Found[], now: PruneNow): Promise<ReadonlySet<string>> {
    await this.#refuseAttack(snapshots);
    const placed = newestFirst(snapshots, ({ digest }) => digest.dated);
    const seen = placed.map(({ snapshot, notAfterMs }) => ({ ...this.#seen(snapshot, now), notAfterMs }));
    const pinned = new Set(this.destination.pinned);
    this.#verdicts = planRetention(seen, { rule: this.#rule, pinned, timeZone: this.#timeZone });
    const going = new Set(this.#verdicts.filter(({ stays }) => !stays).map(({ snapshot }) => snapshot));
    return new Set(snapshots.filter(({ id }) => going.has(id)).map(({ name }) => name));
  }

  outputOf(report: Awaited<ReturnType<typeof pruneRepository<SnapshotDigest>>>): Output {
    const byId = new Map(report.snapshots.map((snapshot) => [snapshot.id, snapshot]));
    const kept: Output['kept'] = [];
    const removed: Output['removed'] = [];
    for (const verdict of this.#verdicts) {
      const found = byId.get(verdict.snapshot);
      if (found === undefined) continue;
      const { at, source, isGreen } = found.digest;
      const snapshot = { snapshot: found.id, at, source, green: isGreen };
      if (verdict.stays) kept.push({ ...snapshot, reasons: [...verdict.reasons] });
      else if (report.lockedSnapshots.has(found.name))
        kept.push({ ...snapshot, reasons: [{ id: 'locked', bucket: null }] });
      else removed.push({ ...snapshot, reasons: [...verdict.reasons] });
    }
    const { objectsRemoved, bytesFreed, objectsKept, tooYoung, locked } = report;
    return {
      destination: this.destination.name,
      dryRun: this.input.dryRun,
      rule: this.#rule,
      timeZone: this.#timeZone,
      kept,
      removed,
      objectsRemoved,
      bytesFreed,
      objectsKept,
      tooYoung,
      locked,
      shrunk: [...this.#shrunk],
      ...(this.unknownDeeds === 0 ? {} : { unknownDeeds: this.unknownDeeds }),
      durationMs: 0,
    };
  }

  /** Nothing goes while a source looks robbed. A person's word for exactly this snapshot is written down before it counts. */
  async #refuseAttack(snapshots: readonly Found[]): Promise<void> {
    const { confirmShrink, dryRun, destination } = this.input;
    const { audit } = this.context.home;
    const shrunk = findShrunk(snapshots, this.#confirmed, this.context.clock.nowMs());
    const isMeant = ({ snapshot }: { readonly snapshot: string }) =>
      confirmShrink !== null && snapshot.startsWith(confirmShrink.toLowerCase());
    if (confirmShrink !== null && !snapshots.some(({ id }) => isMeant({ snapshot: id })))
      throw new AppError('snapshot.unknown', { snapshot: confirmShrink });
    this.#shrunk = shrunk.filter((source) => !isMeant(source));
    if (dryRun) return;
    const [first] = this.#shrunk;
    if (first !== undefined) {
      const facts = shrunkFacts(first);
      await audit.append('prune.refused', { destination, ...facts });
      throw new AppError('prune.looks-like-attack', facts);
    }
    for (const source of shrunk) await audit.append(confirmedShrinkAction, { destination, ...shrunkFacts(source) });
  }

  #seen({ id, sourceId, isWhole, digest, ...object }: Found, { isYoung }: PruneNow): SeenSnapshot {
    const { proof, isDamagedHere } = knownCopies(this.context, id, this.destination.id);
    return {
      id,
      sourceId,
      at: digest.at,
      isGreen: digest.isGreen,
      // What a check has found damaged here counts like what is not there.
      isWhole: isWhole && !isDamagedHere,
      isYoung: isYoung(object),
      isToLookAt: this.#toLookAt.has(id),
      proof,
    };
  }
}

function shrunkFacts({ source, snapshot, at, rowsBefore, rowsAfter, evidence }: ShrunkSource) {
  return { source, snapshot, at, rowsBefore, rowsAfter, evidence };
}

/** Flags that ask for days, weeks or months ask for tidying up, also where all is kept otherwise. */
function ruleOfFlags(keep: VerbInput<'prune.run'>['keep']): Partial<RetentionRule> {
  const flags = defined(keep);
  return Object.keys(flags).length === 0 ? {} : { keepAll: false, ...flags };
}

/** Without the fields that are there and undefined, which would overwrite. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/**
 * A disk that travels is filled from another copy that may keep more: without a rule of its own, or with a wider one, its next round would
 * bring back what was just removed. True when the rule was saved with it.
 */
async function keepRuleOfTraveller(
  { home }: EngineContext,
  destination: SavedDestination,
  rule: RetentionRule,
): Promise<boolean> {
  if (!isTravelling(destination) || isDeepStrictEqual(destination.retention, rule)) return false;
  const { id } = destination;
  await home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.map((one) => (one.id === id ? { ...one, retention: rule } : one)),
  }));
  return true;
}

function refuseWhileRead({ catalog }: EngineContext, run: Run): void {
  catalog.settleDeadJobs();
  const jobs = catalog.jobs(100);
  const begun = jobs.find(({ jobId }) => jobId === run.jobId)?.startedAt ?? '';
  const reading = jobs.find(
    ({ jobId, verb, state, startedAt }) =>
      state === 'running' &&
      jobId !== run.jobId &&
      readingVerbs.includes(verb) &&
      // A share that began after us waits until we have ended.
      !(verb === 'verify.due' && startedAt > begun),
  );
  if (reading !== undefined)
    throw new AppError('repository.leased', { holder: `${reading.verb} ${reading.subject}`, host: '', untilIso: '' });
}

async function writeDown({ home }: EngineContext, output: Output): Promise<void> {
  await home.audit.append('prune', {
    destination: output.destination,
    kept: output.kept.length,
    removed: output.removed.length,
    objects: output.objectsRemoved,
    bytes: output.bytesFreed,
  });
}
