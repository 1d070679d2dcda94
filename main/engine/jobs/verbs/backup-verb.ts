import { AppError, isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { CheckResult, Manifest } from '../../../../shared/model/snapshot.ts';
import { keepAccounts } from '../../backup/keep-accounts.ts';
import { keepSettings, type SettingsReading } from '../../backup/keep-settings.ts';
import { draftBackup, publishDraft, type BackupDraft, type BackupResult } from '../../backup/run-backup.ts';
import type { FeedFinding, Repository } from '../../repository/index.ts';
import { readAccounts, type AccountsReading } from '../../source/mysql/accounts/index.ts';
import { beginSnapshot, type MysqlSnapshot } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { coverageOf } from '../coverage/coverage-of.ts';
import { lookAtServer } from '../coverage/look-at-server.ts';
import { bringReaders } from '../bring-readers.ts';
import { keepReserve } from '../disk-reserve.ts';
import { bringDeeds } from '../deeds/bring-deeds.ts';
import { feedCopies } from '../feed-copies.ts';
import { KnownDamage, type Mending } from '../known-damage.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { nearestFirst } from '../nearness.ts';
import { NewColumns, shapeBefore } from '../new-columns.ts';
import { withChoices } from '../source-choices.ts';
import { newestReadable } from '../manifests-newest-first.ts';
import { withWriterLease } from '../repository-lease.ts';
import { countsOfSource } from '../source-counts.ts';
import { accessOfSaved, withReadingSession, type ServerSession } from '../source-session.ts';
import { readRedis, redisTarget } from '../redis-of-source.ts';
import { withRepository } from '../stores.ts';
import { watchOf } from '../watch-copy.ts';
import { outcomeOf } from './copy-verbs.ts';
import { filesOfBackup, siteKeeper } from '../site-files.ts';
import type { KeptFiles } from '../../backup/site/keep-files.ts';
import { lockFailure } from './keep-locked.ts';
import { findDestination, findSource } from './lookup.ts';
import { alarmOf } from './money-verbs.ts';

/** Connections that read at once: enough to fill a thin line, few enough not to be noticed by the shop. */
const readers = 4;
/** Longest wait for the server's global lock. Everything behind the lock waits as long: rather try again later. */
const lockWaitMs = 10_000;

type CopyOutcome = VerbOutput<'backup.run'>['copies'][number];

/**
 * One pull from the server feeds all copies: the snapshot is captured into the nearest repository, and read from there once for all others. A copy
 * that fails does not undo the others; it is named in `copies` and the run's check `copies-complete` does not hold.
 */
export async function backupRun(
  context: EngineContext,
  input: VerbInput<'backup.run'>,
  run: Run,
): Promise<VerbOutput<'backup.run'>> {
  const startedMs = context.clock.monotonicMs();
  const source = await findSource(context, input.source);
  const wanted = await chooseDestinations(context, input.to);
  const captured = await captureFirst(context, source, wanted, input, run);
  const { manifest, chunks, written } = captured.result;
  context.onCatalogChanged();
  const copies: CopyOutcome[] = [
    {
      destination: captured.primary.name,
      ok: captured.unlocked === null,
      objectsCopied: written.objects,
      bytesCopied: written.bytes,
      errorCode: captured.unlocked?.code ?? null,
    },
    ...captured.failed,
  ];
  const fed = await feedOthers(context, captured, run);
  copies.push(...fed.copies);
  const missed = copies.filter((copy) => !copy.ok && !isAbsentColdDisk(copy, wanted, input.to));
  const checks = [
    ...manifest.checks,
    { id: 'copies-complete', ok: missed.length === 0, facts: { copies: copies.length, failed: missed.length } },
    ...soundness(fed.findings, captured),
  ];
  await context.home.audit.append('backup', {
    source: source.name,
    snapshot: manifest.id,
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    copies: copies.filter(({ ok }) => ok).length,
    green: checks.every(({ ok }) => ok),
  });
  context.onCatalogChanged();
  const alarm = await alarmOf(context, source.name);
  const files = filesOfBackup(manifest);
  const { lookedAt, figures } = await coverageOf(context, await findSource(context, source.name));
  return {
    snapshot: {
      id: manifest.id,
      at: manifest.at,
      coordinate: manifest.coordinate,
      tables: manifest.tables.length,
      rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
      chunks,
    },
    read: manifest.read,
    ...(files === undefined ? {} : { files }),
    ...(lookedAt === null ? {} : { coverage: figures }),
    written,
    ledgers: manifest.ledgers,
    ...(manifest.breakdowns === undefined ? {} : { breakdowns: manifest.breakdowns }),
    ...(manifest.counts === undefined ? {} : { counts: manifest.counts }),
    checks,
    ...(alarm === null ? {} : { alarm }),
    copies,
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}

interface Captured {
  readonly primary: SavedDestination;
  readonly rest: readonly SavedDestination[];
  /** Places that were tried as the first and could not be opened. */
  readonly failed: readonly CopyOutcome[];
  readonly result: BackupResult;
  /** The snapshot is there, but its objects could not all be locked. */
  readonly unlocked: AppError | null;
  /** What became of the damage that was known on the first place. */
  readonly mending: Mending;
}

/** Captures into the first place that opens, nearest first. With none the last place's error is the run's. */
async function captureFirst(
  context: EngineContext,
  source: SavedSource,
  wanted: readonly SavedDestination[],
  input: VerbInput<'backup.run'>,
  run: Run,
): Promise<Captured> {
  const failed: CopyOutcome[] = [];
  let lastError: unknown = new AppError('destination.none', {});
  for (const [index, primary] of wanted.entries()) {
    // An object, because the callback below sets it.
    const place = { isOpen: false };
    try {
      const captured = await withRepository(
        context.unlocked().keys,
        primary,
        run.signal,
        async (repository) => {
          place.isOpen = true;
          await bringOwedHeader(context, primary, repository, run.signal);
          await bringReaders(context, primary, repository, run.signal);
          await keepReserve(context, primary, run.signal);
          await bringDeeds(context, primary, repository, run.signal);
          const damage = new KnownDamage(context, primary, repository);
          const result = await captureInto(context, source, repository, input, run);
          const { manifest, manifestName, chunks } = result;
          context.catalog.addSnapshot(manifest, manifestName, chunks);
          context.catalog.recordCopy(manifest.id, primary.id, 'written', true);
          const mending = await damage.settle([result], run.signal);
          const unlocked = await lockFailure(context, primary, repository, [manifestName], {
            signal: run.signal,
            onProgress: (doneItems, totalItems) =>
              run.report({
                phase: 'protect',
                detail: primary.name,
                doneBytes: 0,
                totalBytes: null,
                doneItems,
                totalItems,
              }),
          });
          return { result, unlocked, mending };
        },
        { watch: watchOf(context, primary) },
      );
      return { primary, rest: wanted.slice(index + 1), failed, ...captured };
    } catch (error) {
      // Only a place that could not be opened is passed over: an error of the capture itself is the run's error.
      if (place.isOpen || run.signal.aborted) throw error;
      lastError = error;
      failed.push({
        destination: primary.name,
        ok: false,
        objectsCopied: 0,
        bytesCopied: 0,
        errorCode: toAppError(error).code,
      });
    }
  }
  throw lastError;
}

/**
 * A copy may show an older header than its snapshots came with: on a computer that remembers nothing else, those tell. Error: `keys.vault-rotated`, because what
 * is sealed to a key that was given up is open to whoever it was given up for.
 */
function assertVaultKnown({ keys }: Repository, newest: Manifest | null): void {
  const known = [keys.vaultPublicKey, ...keys.formerVaultKeys].map((key) => Buffer.from(key).toString('base64'));
  if (newest?.vaultKey !== undefined && !known.includes(newest.vaultKey)) throw new AppError('keys.vault-rotated');
}

async function captureInto(
  context: EngineContext,
  source: SavedSource,
  repository: Repository,
  input: VerbInput<'backup.run'>,
  run: Run,
): Promise<BackupResult> {
  run.report({ phase: 'connect', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  const previous = await newestReadable(context, repository, source.id, run.signal);
  assertVaultKnown(repository, previous);
  const before = previous?.tables.reduce((sum, table) => sum + table.textBytes, 0) ?? null;
  const columns = await NewColumns.of(source, await shapeBefore(repository, previous, run.signal));
  // An object, because the callback below sets it.
  const seen: { accounts: AccountsReading | null; settings: SettingsReading | null; files: KeptFiles | null } = {
    accounts: null,
    settings: null,
    files: null,
  };
  const isWanted = input.files !== false;
  const site = await siteKeeper(
    context,
    source,
    repository,
    { isWanted, maxBytesPerSecond: input.maxBytesPerSecond },
    run,
  );
  const counts = await countsOfSource(source);
  const draft = (signal: AbortSignal, firstTry?: BackupDraft) =>
    withReadingSession(accessOfSaved(context.unlocked().keys, source), signal, async (session) => {
      const { target, lineBytesPerSecond } = session;
      if (firstTry === undefined) await lookFirst(context, source, session, signal, run);
      // On a connection of its own, and before anything is locked.
      if (source.accounts === true) seen.accounts = await readAccounts(target, signal);
      const { redis } = source;
      if (redis !== undefined) {
        const way = redisTarget(context.unlocked().keys, { ...source, redis }, target);
        seen.settings = await readRedis(way, redis.items, context.clock, signal);
      }
      run.report({ phase: 'lock', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
      const snapshot = await beginSnapshot(target, {
        ...(source.databases.length === 0 ? {} : { databases: source.databases }),
        readers,
        lockWaitMs,
        signal,
        isSecret: columns.isSecret,
      });
      const settled = settleColumns(context, source, columns, snapshot);
      const drafted = await settled
        .then(({ secretColumns, questions = [] }) =>
          draftBackup({
            snapshot,
            repository,
            source: { id: source.id, name: source.name, preset: source.preset },
            ledgers: source.ledgers,
            counts,
            secretColumns,
            askedColumns: questions.map(({ name }) => name),
            previous,
            ...(firstTry === undefined ? {} : { firstTry }),
            readers,
            lineBytesPerSecond,
            maxBytesPerSecond: input.maxBytesPerSecond,
            producer: `shouhu ${context.version}`,
            clock: context.clock,
            signal,
            onProgress: (phase, detail, doneBytes) =>
              run.report({ phase, detail, doneBytes, totalBytes: before, doneItems: 0, totalItems: null }),
          }),
        )
        .finally(() => snapshot.close());
      // When DDL has taken a table away there is another try, with an end of its own.
      if (site !== null && (drafted.movedAway.length === 0 || firstTry !== undefined))
        seen.files = await site.keep(session, snapshot.clockAheadMs, signal);
      return drafted;
    });
  return withWriterLease(repository, `backup of ${source.name}`, context, run.signal, async (signal) => {
    const first = await draft(signal);
    const best = first.movedAway.length === 0 ? first : await again(first, draft, signal);
    const { accounts, settings } = seen;
    const withAccounts = accounts === null ? best : await keepAccounts(best, accounts, repository, signal);
    const withSettings =
      settings === null ? withAccounts : await keepSettings(withAccounts, settings, repository, signal);
    const files = seen.files ?? (await site?.keep(null, null, signal)) ?? null;
    const whole = files === null || site === null ? withSettings : await site.addTo(withSettings, files, signal);
    // As it is now: somebody may have answered while rows were read.
    return publishDraft(repository, withChoices(whole, await findSource(context, source.name)), signal);
  });
}

/** What is on the server, so that the owner hears of what is in no backup. What goes wrong with it is written down there, and is nothing to a backup. */
async function lookFirst(
  context: EngineContext,
  source: SavedSource,
  session: ServerSession,
  signal: AbortSignal,
  run: Run,
): Promise<void> {
  run.report({ phase: 'look', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  try {
    await lookAtServer(context, source, session, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAppErrorOf(error, 'coverage.no-look')) throw error;
  }
}

/** Saved before a row is read, so that the log is sealed by it, too, and a backup that fails leaves the question. */
async function settleColumns(
  context: EngineContext,
  source: SavedSource,
  columns: NewColumns,
  { tables, at }: Pick<MysqlSnapshot, 'tables' | 'at'>,
): Promise<SavedSource> {
  const settled = columns.settle(source, tables, at);
  if (settled === source) return source;
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((each) => (each.id === source.id ? columns.settle(each, tables, at) : each)),
  }));
  context.onCatalogChanged();
  return settled;
}

/**
 * DDL has taken tables away while they were to be read. One more snapshot, which inherits everything the first one holds and reads those
 * tables first, nearly always has all. When it fails the first one is kept, red, with their names: nothing that is safe is thrown away.
 */
async function again(
  first: BackupDraft,
  draft: (signal: AbortSignal, firstTry: BackupDraft) => Promise<BackupDraft>,
  signal: AbortSignal,
): Promise<BackupDraft> {
  try {
    return await draft(signal, first);
  } catch {
    signal.throwIfAborted();
    return first;
  }
}

/** The new snapshot goes from the first copy to all others at once. */
async function feedOthers(
  context: EngineContext,
  { primary, rest, result }: Captured,
  run: Run,
): Promise<{ readonly copies: readonly CopyOutcome[]; readonly findings: readonly FeedFinding[] }> {
  if (rest.length === 0) return { copies: [], findings: [] };
  try {
    const { copies, findings } = await feedCopies(
      context,
      {
        from: primary,
        to: rest,
        spares: [],
        heals: true,
        choose: () => Promise.resolve([result.manifestName]),
        maxBytesPerSecond: null,
      },
      run,
    );
    return { copies: copies.map(outcomeOf), findings };
  } catch (error) {
    if (run.signal.aborted) throw error;
    const errorCode = toAppError(error).code;
    const failed = rest.map(({ name }) => ({
      destination: name,
      ok: false,
      objectsCopied: 0,
      bytesCopied: 0,
      errorCode,
    }));
    return { copies: failed, findings: [] };
  }
}

/** Objects of the new snapshot that were taken over from earlier ones, and turned out to be broken where they are, or were known to be. */
function soundness(findings: readonly FeedFinding[], { primary, mending }: Captured): CheckResult[] {
  const broken = findings.filter(({ healed }) => !healed).length + (mending.isNeeded ? mending.damaged : 0);
  const healed = findings.filter((finding) => finding.healed).length + mending.healed;
  if (broken + healed === 0) return [];
  const ofPrimary = mending.isNeeded || mending.healed > 0 ? [primary.name] : [];
  const destinations = [...new Set([...ofPrimary, ...findings.map(({ source }) => source)])].join(', ');
  const facts = { destinations, damaged: broken, healed };
  return broken === 0
    ? [{ id: 'copies-sound', ok: true, facts: { ...facts, warning: true } }]
    : [{ id: 'copies-sound', ok: false, facts }];
}

/** Those that were named, in that order; else all, nearest first. Error: `destination.none`, `destination.unknown`. */
async function chooseDestinations(context: EngineContext, names: readonly string[]): Promise<SavedDestination[]> {
  if (names.length > 0) return Promise.all(names.map((name) => findDestination(context, name)));
  const { destinations } = await context.home.settings.read();
  if (destinations.length === 0) throw new AppError('destination.none', {});
  return nearestFirst(destinations);
}

/** A cold disk in a drawer is where it should be; only one that was asked for by name is missed. */
function isAbsentColdDisk(copy: CopyOutcome, wanted: readonly SavedDestination[], named: readonly string[]): boolean {
  const role = wanted.find(({ name }) => name === copy.destination)?.role;
  return (
    copy.errorCode === 'backend.absent' && (role === 'cold' || role === 'offsite') && !named.includes(copy.destination)
  );
}
