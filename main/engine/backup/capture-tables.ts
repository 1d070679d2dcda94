import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { settleAll } from '../platform/settle-all.ts';
import { isUnreadableObject, rotatedVaultKey, type KnownIds, type Repository } from '../repository/index.ts';
import type { FigureDefinition } from '../source/mysql/rows/index.ts';
import { fullName, onReader, type CaptureContext } from './capture-context.ts';
import { hasSecrets } from './capture-range.ts';
import { captureTable, type CapturedTable } from './capture-table.ts';
import { lossOf, type LostTable } from './lost-table.ts';
import { cutAt, hasSameFigures, inheritRanges, isComparable, wholeTable, type RangeTask } from './plan-ranges.ts';

/** Tables with fewer rows are read in one piece. */
const segmentFloorRows = 100_000;

export interface CapturePlan {
  /** Whose ranges are inherited where they are whole in this repository. */
  readonly inherit: Manifest | null;
  /** Full names of tables that DDL took away the last time: read before it comes again. */
  readonly readFirst: ReadonlySet<string>;
  readonly readers: number;
  readonly onLocksReleased: () => void;
}

export interface CapturedTables {
  readonly captured: readonly CapturedTable[];
  readonly lost: readonly LostTable[];
}

type Outcome =
  | { readonly kind: 'captured'; readonly table: CapturedTable }
  | { readonly kind: 'lost'; readonly table: LostTable }
  /** The lock that kept it still was given up: it can be read, but not at the instant of the others. */
  | { readonly kind: 'unlocked'; readonly schema: TableSchema };

/**
 * Tables that are held by a lock come first, the small ones before the large, and the lock goes as soon as they are read: their writers
 * wait until then. Of the others the largest come first: the small ones fill the gaps at the end.
 *
 * A table that cannot be had ends alone, in `lost`. Errors: whatever concerns more than one table; see `captureTable`.
 */
export async function captureTables(plan: CapturePlan, context: CaptureContext): Promise<CapturedTables> {
  const { snapshot } = context;
  const previous = previousTables(plan, await context.repository.knownIds(context.signal));
  const capture = (tables: readonly TableSchema[]) =>
    settleAll(
      tables.map((schema) => captureOrLose(schema, previous, plan, context)),
      context.fail,
    );
  const rank = (schema: TableSchema) =>
    plan.readFirst.has(fullName(schema)) ? Infinity : snapshot.estimateRows(schema);
  const order = [...snapshot.tables].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
  const unisolated = new Set(snapshot.unisolatedTables.map(fullName));
  const isHeld = (schema: TableSchema) => !schema.transactional && !unisolated.has(fullName(schema));
  // One at a time: they share one connection, and a table that is not finished when the lock ends must be read again.
  const held: Outcome[] = [];
  for (const schema of order.filter(isHeld).reverse()) held.push(...(await capture([schema])));
  snapshot.releaseTableLocks();
  plan.onLocksReleased();
  const unlocked = held.flatMap((outcome) => (outcome.kind === 'unlocked' ? [outcome.schema] : []));
  const outcomes = [...held, ...(await capture([...unlocked, ...order.filter((schema) => !isHeld(schema))]))];
  return {
    captured: outcomes.flatMap((outcome) => (outcome.kind === 'captured' ? [outcome.table] : [])),
    lost: outcomes.flatMap((outcome) => (outcome.kind === 'lost' ? [outcome.table] : [])),
  };
}

async function captureOrLose(
  schema: TableSchema,
  previous: ReadonlyMap<string, string>,
  plan: CapturePlan,
  context: CaptureContext,
): Promise<Outcome> {
  const isOnlyThis = (error: unknown) => isAppErrorOf(error, 'mysql.table-lock-over') || lossOf(error, schema) !== null;
  let end: unknown;
  const alone: CaptureContext = {
    ...context,
    // What is under way ends by itself: to abort it would cost a connection, and the others need those.
    fail: (error) => {
      if (isOnlyThis(error)) end ??= error;
      else context.fail(error);
    },
    giveWay: async (signal) => {
      if (end !== undefined) throw end as Error;
      await context.giveWay(signal);
    },
  };
  try {
    return {
      kind: 'captured',
      table: await captureTable(schema, await planTable(schema, previous, plan, alone), alone),
    };
  } catch (error) {
    if (context.signal.aborted) throw error;
    if (isAppErrorOf(error, 'mysql.table-lock-over')) return { kind: 'unlocked', schema };
    const table = lossOf(error, schema);
    if (table === null) throw error;
    return { kind: 'lost', table };
  }
}

async function planTable(
  schema: TableSchema,
  previous: ReadonlyMap<string, string>,
  { inherit, readers }: CapturePlan,
  context: CaptureContext,
): Promise<RangeTask[]> {
  const { snapshot, repository } = context;
  const tableChunk = previous.get(fullName(schema));
  if (tableChunk !== undefined && inherit !== null) {
    const record = await soundRecord(repository, tableChunk, context.signal);
    const mine = (...all: readonly FigureDefinition[]) =>
      all.filter((each) => each.database === schema.database && each.table === schema.name);
    if (record !== null) {
      const before = { record, figures: mine(...inherit.ledgerDefinitions, ...(inherit.countDefinitions ?? [])) };
      if (isComparable(before, schema)) {
        const tasks = inheritRanges(record);
        const isSame =
          hasSameFigures(before, schema, mine(...context.ledgers, ...context.counts)) &&
          // What is sealed to a former key of the vault is sealed anew: who had that key must not read it in a later snapshot.
          (!hasSecrets(schema) || (inherit.vaultKey ?? null) === rotatedVaultKey(repository.keys));
        return isSame ? tasks : tasks.map(({ range }) => ({ range, previous: null }));
      }
    }
  }
  if (schema.key === null || snapshot.estimateRows(schema) < segmentFloorRows) return wholeTable();
  return cutAt(await onReader(context, () => snapshot.planBounds(schema, readers * 2, context.signal)));
}

/** Null when the last snapshot's record has rotted on this copy: then every row is read again, and tonight's backup goes on. */
async function soundRecord(repository: Repository, id: string, signal: AbortSignal): Promise<TableRecord | null> {
  try {
    return await repository.getTableRecord(id, signal);
  } catch (error) {
    if (isUnreadableObject(error)) return null;
    throw error;
  }
}

/** Table chunk of every table of the last snapshot that is whole in this repository. */
function previousTables({ inherit }: CapturePlan, present: Pick<KnownIds, 'has'>): Map<string, string> {
  const known = (inherit?.tables ?? []).filter((table) => present.has(table.tableChunk));
  return new Map(known.map((table) => [fullName(table), table.tableChunk]));
}
