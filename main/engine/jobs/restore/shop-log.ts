import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Repository, VaultKey } from '../../repository/index.ts';
import type { ReadableCopy } from '../../restore/copy-reader.ts';
import type { Findings, LogWitness } from '../../resale/index.ts';
import { eventsOf, readStreamRecord, stretchesOf, type StoredStreamRecord } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { letPass } from '../let-pass.ts';
import { nearestFirst } from '../nearness.ts';
import { withCopies } from './open-restore.ts';

/**
 * All that any copy holds of a shop's log, as one: a record that one copy lacks or that is damaged there is taken from the next. A copy that does not open is
 * passed over. Null when there is no log; `findings` say why.
 */
export async function withShopLog<T>(
  context: EngineContext,
  sourceId: string,
  vault: VaultKey | null,
  findings: Findings,
  run: Run,
  use: (log: LogWitness | null) => Promise<T>,
): Promise<T> {
  const { destinations } = await context.home.settings.read();
  return withCopies(context, nearestFirst(destinations), vault, run, async (reader, _pool, copies) => {
    const records = new Map<string, StoredStreamRecord>();
    const away: string[] = [];
    for (const copy of copies)
      await addRecords(copy, sourceId, records, run.signal).catch((error: unknown) => {
        letPass(error, run.signal);
        away.push(copy.name);
      });
    if (records.size === 0) {
      if (away.length > 0) findings.add('log-copies-away', { copies: away.join(', ') });
      else findings.add('log-none');
      return use(null);
    }
    return use({
      stretches: stretchesOf([...records.values()]),
      canOpen: ({ record }) => !record.sealed || vault !== null,
      events: (stored) => eventsOf(reader, stored, vault ?? undefined, run.signal),
    });
  });
}

async function addRecords(
  copy: ReadableCopy,
  sourceId: string,
  records: Map<string, StoredStreamRecord>,
  signal: AbortSignal,
): Promise<void> {
  const repository = await copy.open();
  for (const name of await repository.listStreamRecords(sourceId, signal))
    if (!records.has(name)) await addRecord(repository, name, records, signal);
}

/** What continues a record that nobody has whole is seen as a gap. */
async function addRecord(
  repository: Repository,
  name: string,
  records: Map<string, StoredStreamRecord>,
  signal: AbortSignal,
): Promise<void> {
  try {
    records.set(name, await readStreamRecord(repository, name, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
  }
}
