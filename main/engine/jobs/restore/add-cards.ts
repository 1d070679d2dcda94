import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { CardsOfTable, RestoreWithoutCardsView } from '../../../../shared/model/cards.ts';
import { fillTable, type CardTable } from '../../restore/cards/fill-table.ts';
import type { CopyReader } from '../../restore/copy-reader.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import type { VaultKey } from '../../repository/index.ts';
import { withLoadSession } from '../../source/mysql/load/index.ts';
import { placeIn } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { BookedRestore, RestoreWithoutCards } from '../home/restore-book.ts';
import { withServerSession } from '../source-session.ts';
import { accessOfRestore } from '../swap/find-restore.ts';
import { findSnapshot } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { withPicturedMoment } from './moment-on-scratch.ts';
import { withVault } from '../vault-session.ts';
import { withOpenRestore, type OpenRestore } from './open-restore.ts';
import { withMoment, type Moment } from './point-in-time.ts';
import { whileNobodyIsAtIt } from './restore-journal.ts';
import { copiesOf, copyNotes } from './restore-notes.ts';

type Input = VerbInput<'restore.addCards'>;
type Output = VerbOutput<'restore.addCards'>;

/** For a row that a buyer holds, where the shop works with the tables. */
const shopLockWaitSeconds = 3;

/**
 * Fills the card secrets into a restore that was made with the vault closed. The rows are already there: only secrets that are still stand-ins are changed, by key, so that
 * whatever was sold or written since stays. Stopped anywhere, the next call goes on. Errors: `cards.nothing-to-add` {restore}, `restore.still-running` {restore}, `swap.unfinished`
 * {restore}, `snapshot.unknown`, `restore.log-apart`, those of the vault, the copies and the server.
 */
export async function addCards(context: EngineContext, input: Input, run: Run): Promise<Output> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const { entry, booked } = await findWaiting(context, input.restore);
  const what = { restore: entry.id, source: entry.source, for: 'add-cards' };
  const held = await whileNobodyIsAtIt(context, entry.id, () =>
    withVault(context, input.vault, what, run, async (vault, work) => {
      if (vault === null) throw new AppError('keys.vault-closed', { object: entry.id });
      return withCardRows(context, entry, input.from, vault, work, (rows) =>
        fillAll(context, entry, booked, rows, work),
      );
    }),
  );
  if (held === null) throw new AppError('restore.still-running', { restore: entry.id.slice(0, 8) });
  const { tables, reader, notes } = held.value;
  const isComplete = tables.every(({ proven, left }) => proven && left === null);
  if (isComplete) await context.home.restores.hasCards(entry.id);
  const filled = tables.reduce((sum, table) => sum + table.filled, 0);
  await context.home.audit.append('restore.cards-added', { restore: entry.id, filled, complete: isComplete });
  return {
    restore: viewOfWithoutCards(entry),
    tables,
    complete: isComplete,
    copies: copiesOf(reader),
    notes: [...copyNotes(reader), ...notes],
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}

async function findWaiting(
  { home }: EngineContext,
  reference: string,
): Promise<{ readonly entry: RestoreWithoutCards; readonly booked: BookedRestore | null }> {
  const { restores, withoutCards } = await home.restores.read();
  const [entry, another] = withoutCards.filter(({ id }) => id.startsWith(reference.toLowerCase()));
  if (another !== undefined) throw new AppError('swap.unknown-restore', { restore: reference });
  if (entry === undefined) {
    const isKnown = restores.some(({ id }) => id.startsWith(reference.toLowerCase()));
    throw new AppError(isKnown ? 'cards.nothing-to-add' : 'swap.unknown-restore', { restore: reference });
  }
  const booked = restores.find(({ id }) => id === entry.id) ?? null;
  if (booked?.state === 'swapping' || booked?.state === 'undoing')
    throw new AppError('swap.unfinished', { restore: entry.id.slice(0, 8) });
  return { entry, booked };
}

/** Where the rows with their secrets come from. */
interface CardRows {
  /** As the snapshot has the tables: which columns are secret. */
  readonly described: RestorePlan;
  readonly stored: RestorePlan;
  readonly reader: CopyReader;
  readonly isMoment: boolean;
  readonly notes: readonly string[];
}

/**
 * The rows as they were: of the snapshot, or of the moment behind it. What a sealed stretch of the log has done to secrets since the snapshot, a server of our own says, on which
 * it is done again: in the text of statements and in whatever a server makes of them nobody else could find it.
 */
async function withCardRows<T>(
  context: EngineContext,
  entry: RestoreWithoutCards,
  from: string | null,
  vault: VaultKey,
  run: Run,
  use: (rows: CardRows) => Promise<T>,
): Promise<T> {
  const { source, snapshot: id, moment: wanted, tables } = entry;
  const snapshot = findSnapshot(context, id, source);
  const selection = { databases: entry.databases.map(({ name }) => name), tables };
  const ofSnapshot = ({ plan, reader }: OpenRestore, isMoment: boolean) =>
    use({ described: plan, stored: plan, reader, isMoment, notes: [] });
  if (wanted === null)
    return withOpenRestore(context, { snapshot, selection, from, vault }, run, (open) => ofSnapshot(open, false));
  return withMoment(context, { source, snapshot: id, until: wanted.until, from, vault }, run, (found) => {
    const moment = stoppedAt(found, wanted.to);
    const { stretch, from: first, stop } = moment.replay;
    const isSealed = stretch.records.slice(first.index, stop.index + 1).some(({ record }) => record.sealed);
    const request = { snapshot, selection, from, vault, isReplayed: isSealed };
    return withOpenRestore(context, request, run, (open) =>
      isSealed
        ? withPicturedMoment(context, open, moment, null, run, ({ plan, reader, notes }) =>
            use({ described: open.plan, stored: plan, reader, isMoment: true, notes }),
          )
        : ofSnapshot(open, true),
    );
  });
}

/** The log may have gone on since: it is done again to where the restore stopped, and no further. */
function stoppedAt(moment: Moment, to: NonNullable<RestoreWithoutCards['moment']>['to']): Moment {
  const stop = placeIn(moment.replay.stretch, to);
  if (stop === null) throw new AppError('restore.log-apart', {});
  return { ...moment, replay: { ...moment.replay, stop } };
}

async function fillAll(
  context: EngineContext,
  entry: RestoreWithoutCards,
  booked: BookedRestore | null,
  { described, stored, reader, isMoment, notes }: CardRows,
  run: Run,
): Promise<{ readonly tables: CardsOfTable[]; readonly reader: CopyReader; readonly notes: readonly string[] }> {
  const isInShop = booked?.state === 'swapped';
  const tables = cardTables(entry, booked, described, stored);
  const totalItems = tables.reduce((sum, { ranges }) => sum + ranges.reduce((all, { rows }) => all + rows, 0), 0);
  let doneItems = 0;
  const filled = await withServerSession(await accessOfRestore(context, entry), run.signal, ({ target }) =>
    withLoadSession(target, { signal: run.signal }, async (session) => {
      if (isInShop) await session.execute(`SET SESSION innodb_lock_wait_timeout = ${shopLockWaitSeconds}`, run.signal);
      const results: CardsOfTable[] = [];
      for (const table of tables) {
        const onRows = (rows: number) => {
          doneItems += rows;
          const detail = table.schema.name;
          run.report({ phase: 'cards', detail, doneBytes: 0, totalBytes: null, doneItems, totalItems });
        };
        onRows(0);
        results.push(await fillTable({ session, reader, table, isMoment, isInShop, onRows, signal: run.signal }));
      }
      return results;
    }),
  );
  return { tables: filled, reader, notes };
}

function cardTables(
  entry: RestoreWithoutCards,
  booked: BookedRestore | null,
  described: RestorePlan,
  stored: RestorePlan,
): CardTable[] {
  return stored.databases.flatMap(({ record, tables }) =>
    tables.flatMap((table): CardTable[] => {
      const { schema } = table;
      const own = described.databases
        .flatMap((each) => each.tables)
        .find((each) => each.schema.database === schema.database && each.schema.name === schema.name);
      if (own === undefined || !entry.tables.includes(`${schema.database}.${schema.name}`)) return [];
      const secrets = new Set(own.schema.columns.filter(({ secret }) => secret).map(({ name }) => name));
      const columns = schema.columns.map((column) => ({ ...column, secret: secrets.has(column.name) }));
      return [
        {
          schema: { ...schema, columns },
          stored: schema,
          ranges: table.ranges,
          database: placeOf(entry, booked, record.name),
        },
      ];
    }),
  );
}

/** Where the restored tables lie now: while the shop works with them, under its own name. */
function placeOf(entry: RestoreWithoutCards, booked: BookedRestore | null, name: string): string {
  const here = entry.databases.find((each) => each.name === name)?.here ?? name;
  if (booked?.state !== 'swapped') return here;
  return booked.databases.find(({ beside }) => beside === here)?.name ?? here;
}

export function viewOfWithoutCards(entry: RestoreWithoutCards): RestoreWithoutCardsView {
  const { id, at, source, stoppedAt: stopped, access, host, port, databases, tables } = entry;
  return {
    id,
    at,
    source,
    stoppedAt: stopped,
    server: { kind: access === null ? 'same' : 'server', host, port },
    databases: databases.map(({ here }) => here),
    tables,
  };
}
