import { resolve } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { newId } from '../../platform/random.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findSnapshot } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { withOpenRestore } from './open-restore.ts';
import { restoreInto } from './restore-targets.ts';
import { recordProof } from './record-proof.ts';
import { copiesOf, copyNotes, notKeptNotes, accountNotes } from './restore-notes.ts';

type RestoreInput = VerbInput<'restore.run'>;

/**
 * Brings a snapshot back: into a throw-away server, beside the live database, into another server, or as a file. The live
 * database is never written to.
 */
export async function restoreRun(
  context: EngineContext,
  input: RestoreInput,
  run: Run,
): Promise<VerbOutput<'restore.run'>> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const snapshot = findSnapshot(context, input.snapshot, input.source);
  const selection = { databases: input.databases, tables: input.tables, accounts: input.accounts === true };
  return withOpenRestore(context, { snapshot, selection, from: input.from, vault: input.vault }, run, async (open) => {
    if (input.as !== null && open.plan.databases.length !== 1)
      throw new AppError('usage.bad-argument', { argument: 'as', value: input.as });
    const restored = await restoreInto(context, input, snapshot, open, run).catch((error: unknown) => {
      throw asRestoring(error);
    });
    await open.reader.leaveOutPruned(snapshot.manifestName, run.signal);
    await recordProof(context, snapshot, open, restored, run.signal);
    return {
      restoreId: newId(),
      snapshot: snapshot.manifest.id,
      from: [...open.reader.usedCopies].join(', '),
      database: restored.databases[0] ?? '',
      databases: [...restored.databases],
      tables: restored.tables,
      rows: restored.rows,
      digest: { ranges: restored.digest.ranges, equal: restored.digest.equal, compared: restored.digest.compared },
      ledgers: [...restored.ledgers],
      vault: open.vault,
      stoppedAt: snapshot.manifest.at,
      resale: { cards: 0, orders: 0, csv: null },
      swap: null,
      undo: null,
      file: input.into.kind === 'sql' ? resolve(input.into.path) : null,
      ...(restored.accounts === null ? {} : { accounts: restored.accounts }),
      copies: copiesOf(open.reader),
      notes: [
        ...copyNotes(open.reader),
        ...notKeptNotes(open.plan),
        ...accountNotes(open.plan, selection.accounts),
        ...restored.notes,
        ...restored.digest.different.map((table) => `digest-differs: ${table}`),
      ],
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  });
}

/** The same refusal means another thing here: nothing is missing from a backup, somebody may not write. */
function asRestoring(error: unknown): unknown {
  if (!isAppErrorOf(error, 'mysql.no-privilege')) return error;
  const { statement = '', privilege = statement, ...facts } = error.facts;
  return new AppError(
    'restore.no-privilege',
    { ...facts, statement: statement === '' ? privilege : statement },
    { cause: error },
  );
}
