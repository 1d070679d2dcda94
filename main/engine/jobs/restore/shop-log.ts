import { AppError } from '../../../../shared/errors/app-error.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import type { VaultKey } from '../../repository/index.ts';
import type { ReadableCopy } from '../../restore/copy-reader.ts';
import type { Findings, LogWitness } from '../../resale/index.ts';
import { eventsOf, isOpenWithin, readCachedRecord, stretchesOf, type StoredStreamRecord } from '../../stream/index.ts';
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
      await addRecords(context, copy, sourceId, records, run.signal).catch((error: unknown) => {
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
      canOpen: ({ record }) => vault !== null || isOpenWithin(record, record),
      events: (stored) => eventsOf(reader, stored, vault ?? undefined, run.signal),
    });
  });
}

/** More than once only while somebody merges records as fast as they are read. */
const mostListings = 5;
const lanes = 8;

/** What continues a record that nobody has whole is seen as a gap. One that went while the others were read was merged into another one: it is listed again. */
async function addRecords(
  { catalog }: EngineContext,
  copy: ReadableCopy,
  sourceId: string,
  records: Map<string, StoredStreamRecord>,
  signal: AbortSignal,
): Promise<void> {
  const repository = await copy.open();
  let isWhole = false;
  for (let listings = 1; !isWhole && listings <= mostListings; listings += 1) {
    isWhole = true;
    const names = await repository.listStreamRecords(sourceId, signal);
    await inLanes(names, { lanes, signal }, async (name, laneSignal) => {
      if (records.has(name)) return;
      try {
        records.set(name, await readCachedRecord(repository, name, laneSignal, catalog.streamRecords));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'repository.missing-object') isWhole = false;
      }
    });
  }
}
