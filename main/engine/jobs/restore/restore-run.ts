import { resolve } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { RestoreUntil, VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { ProgramNote } from '../../../../shared/model/program-note.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { VaultKey } from '../../repository/index.ts';
import { newId } from '../../platform/random.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findSnapshot } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { swapRun } from '../swap/swap-verbs.ts';
import { bookRestore, bookWithoutCards, isBeside } from './book-restore.ts';
import { withVault } from '../vault-session.ts';
import { withOpenRestore } from './open-restore.ts';
import { withMoment, type Moment } from './point-in-time.ts';
import type { Replayed } from './replay-moment.ts';
import { beforeReplacing, isReplacing } from './replace-live.ts';
import { restoreInto } from './restore-targets.ts';
import { prepareGuard } from './resale-guard.ts';
import { programNotes } from './program-notes.ts';
import { recordProof } from './record-proof.ts';
import { copiesOf, copyNotes, notKeptNotes, accountNotes } from './restore-notes.ts';

type RestoreInput = VerbInput<'restore.run'>;
type RestoreOutput = VerbOutput<'restore.run'>;

/**
 * Brings a snapshot back: into a throw-away server, beside the live database, into another server, or as a file; then does the log again on it, as far
 * as was asked. The live database is never written to; where that was asked for, what was restored and held then takes its place, and what it had is kept.
 */
export async function restoreRun(
  context: EngineContext,
  input: RestoreInput,
  run: Run,
): Promise<VerbOutput<'restore.run'>> {
  await ensureCatalogBuilt(context, run.signal);
  const { source, snapshot, from, until } = input;
  const willReplace = isReplacing(input);
  const what = { source, snapshot, for: 'restore' };
  const output = await withVault(context, input.vault, what, run, (vault, work) =>
    until === undefined
      ? restoreSnapshot(context, input, findSnapshot(context, snapshot, source), vault, null, work)
      : withMoment(context, { source, snapshot, until, from, vault }, work, (moment) =>
          restoreSnapshot(context, input, moment.snapshot, vault, moment, work),
        ),
  );
  return willReplace && isProven(output) ? replaceLive(context, input, output, run) : output;
}

/** What does not hold is left beside the shop, for a person to look at. */
function isProven({ digest, ledgers, counts = [] }: RestoreOutput): boolean {
  return digest.equal && [...ledgers, ...counts].every(({ equal }) => equal);
}

async function replaceLive(
  context: EngineContext,
  { overwrite, withoutSafetySnapshot, resaleGuard }: RestoreInput,
  output: RestoreOutput,
  run: Run,
): Promise<RestoreOutput> {
  const startedMs = context.clock.monotonicMs();
  const swapped = await swapRun(
    context,
    {
      restore: output.restoreId,
      withoutComparison: overwrite !== undefined,
      ...(withoutSafetySnapshot === undefined ? {} : { withoutSafetySnapshot }),
      ...(resaleGuard === undefined ? {} : { resaleGuard }),
    },
    run,
  );
  const durationMs = output.durationMs + Math.round(context.clock.monotonicMs() - startedMs);
  return { ...output, swap: null, undo: output.restoreId, swapped, durationMs };
}

async function restoreSnapshot(
  context: EngineContext,
  input: RestoreInput,
  snapshot: CatalogSnapshot,
  vault: VaultKey | null,
  moment: Moment | null,
  run: Run,
): Promise<RestoreOutput> {
  const startedMs = context.clock.monotonicMs();
  const selection = { databases: input.databases, tables: input.tables, accounts: input.accounts === true };
  const request = { snapshot, selection, from: input.from, vault, isReplayed: moment !== null };
  return withOpenRestore(context, request, run, async (open) => {
    if (input.as !== null && open.plan.databases.length !== 1)
      throw new AppError('usage.bad-argument', { argument: 'as', value: input.as });
    const hostKey = isReplacing(input) ? (await beforeReplacing(context, input, open, run.signal)).hostKey : null;
    const guard = await prepareGuard(context, { input, snapshot, moment, vault }, run);
    const restored = await restoreInto(context, input, snapshot, open, { moment, guard }, run).catch(
      (error: unknown) => {
        throw asRestoring(error);
      },
    );
    await open.reader.leaveOutPruned(snapshot.manifestName, run.signal);
    await recordProof(context, snapshot, open, restored, run.signal);
    const { replayed } = restored;
    const restoreId = newId();
    const notes = await notesFor(context, input);
    const output: RestoreOutput = {
      restoreId,
      snapshot: snapshot.manifest.id,
      from: [...open.reader.usedCopies].join(', '),
      database: restored.databases[0] ?? '',
      databases: [...restored.databases],
      tables: replayed?.tables ?? restored.tables,
      rows: replayed?.rows ?? restored.rows,
      digest: { ranges: restored.digest.ranges, equal: restored.digest.equal, compared: restored.digest.compared },
      ledgers: [...(replayed?.ledgers ?? restored.ledgers)],
      // Of the snapshot: what the log did to them since is in no count.
      ...(replayed !== null || restored.counts === undefined ? {} : { counts: [...restored.counts] }),
      vault: open.vault,
      stoppedAt: replayed?.lastCommitAt ?? notLater(snapshot.manifest.at, input.until),
      ...(replayed === null ? {} : { replay: replayOf(replayed) }),
      resale: restored.resale ?? { cards: 0, orders: 0, csv: null, skipped: 'file' },
      swap: isBeside(input) ? restoreId : null,
      undo: null,
      file: input.into.kind === 'sql' ? resolve(input.into.path) : null,
      ...(restored.accounts === null ? {} : { accounts: restored.accounts }),
      copies: copiesOf(open.reader),
      notes: [
        ...copyNotes(open.reader),
        ...notKeptNotes(open.plan),
        ...open.cameAlong.map((table) => `came-along: ${table}`),
        ...accountNotes(open.plan, selection.accounts),
        ...restored.notes,
        ...restored.digest.different.map((table) => `digest-differs: ${table}`),
        ...(replayed?.notes ?? []),
      ],
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
    if (notes.length > 0) output.programNotes = notes;
    if (isBeside(input)) await bookRestore(context, input, open, output, replayed?.enabledEvents ?? null, hostKey);
    if (open.vault === 'closed' && (input.into.kind === 'same' || input.into.kind === 'server'))
      await bookWithoutCards(context, input, open, output, hostKey);
    return output;
  });
}

/** Of a shop that this home does not know nothing is said: its snapshot does not tell its program. */
async function notesFor({ home }: EngineContext, { source: name, into }: RestoreInput): Promise<ProgramNote[]> {
  if (into.kind === 'sandbox') return [];
  const { sources } = await home.settings.read();
  const source = sources.find((each) => each.name === name);
  return source === undefined ? [] : programNotes(source);
}

/** A snapshot behind the moment was taken when the log had nothing new since: it is that moment's too. */
function notLater(at: string, until: RestoreUntil | undefined): string {
  return until?.kind === 'time' && Date.parse(until.at) < Date.parse(at) ? until.at : at;
}

function replayOf({ transactions, rowEvents, statements, to, lastCommitAt }: Replayed): RestoreOutput['replay'] {
  return { transactions, rowEvents, statements, to: { ...to }, lastCommitAt };
}

/** The same refusal means another thing here: nothing is missing from a backup, somebody may not write. */
function asRestoring(error: unknown): unknown {
  if (isAppErrorOf(error, 'mysql.query-failed', 'restore.load-failed') && isFull(error))
    return new AppError('restore.target-full', error.facts, { cause: error });
  if (!isAppErrorOf(error, 'mysql.no-privilege')) return error;
  const { statement = '', privilege = statement, ...facts } = error.facts;
  return new AppError(
    'restore.no-privilege',
    { ...facts, statement: statement === '' ? privilege : statement },
    { cause: error },
  );
}

/** ER_RECORD_FILE_FULL, ER_DISK_FULL; and ER_GET_ERRNO, ER_ERROR_ON_WRITE and their like with ENOSPC or a quota in their words. */
function isFull({ facts: { errno, message = '' } }: AppError): boolean {
  return (
    errno === 1114 ||
    errno === 1021 ||
    /\b(?:errno|errcode|error)\b[: ]*"?(?:28|122)\b|No space left on device/i.test(String(message))
  );
}
