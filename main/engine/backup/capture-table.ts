import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  LedgerDefinition,
  LedgerPartial,
  LedgerResult,
  Range,
  TableRecord,
  TableSchema,
} from '../../../shared/model/database.ts';
import { settleAll } from '../platform/settle-all.ts';
import { holdsOwnRows } from '../source/mysql/index.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import { layoutOf, sameDecimalText } from '../source/mysql/rows/index.ts';
import { addPartials, fullName, onReader, type CaptureContext } from './capture-context.ts';
import { captureRange } from './capture-range.ts';
import type { RangeTask } from './plan-ranges.ts';

/** What became of one table: its record, and its ledgers beside the server's own sums. */
export interface CapturedTable {
  readonly record: TableRecord;
  readonly ledgers: readonly LedgerResult[];
  /** A lock kept it as it was when the snapshot began, until it was read. */
  readonly isHeld: boolean;
}

/**
 * Captures one table range by range. Ranges run on whichever connection is free; they are put together in key order. When it settles,
 * nothing of it runs any more.
 *
 * Errors: those of the source and the store; `backup.rows-mismatch` when captured rows differ from `COUNT(*)` in the same
 * snapshot; `backup.digest-mismatch` when the server's digest of a freshly read range differs from ours; `backup.ledger-mismatch`.
 * A table that no transaction isolates may change between two questions: there a difference is noted in `movedTables` instead.
 */
export async function captureTable(
  schema: TableSchema,
  tasks: readonly RangeTask[],
  context: CaptureContext,
): Promise<CapturedTable> {
  if (!holdsOwnRows(schema)) return { record: { schema, rows: 0, ranges: [] }, ledgers: [], isHeld: false };
  const { snapshot, signal } = context;
  const layout = layoutOf(schema, context.ledgers);
  const onMoved = movedJudge(schema, context);
  const table = { schema, layout, audit: { isDue: true }, onMoved };
  const definitions = context.ledgers.filter(
    (ledger) => ledger.database === schema.database && ledger.table === schema.name,
  );
  // All are queued before any is awaited; settleAll waits for the three lists together, so none can reject unheard.
  const capturing = settleAll(
    tasks.map((task, index) => {
      // What a shop sells in a day stands at the end of its tables: on a thin line those rows are on their way while the server is
      // asked about the others.
      const isGrowing = task.previous !== null && index === tasks.length - 1;
      return onReader(context, () => captureRange(table, task, context), isGrowing ? 1 : 0);
    }),
    context.fail,
  );
  const counting = onReader(context, () => snapshot.countRows(schema, signal));
  const summing = settleAll(
    definitions.map((definition) => onReader(context, () => snapshot.ledgerSum(definition, signal))),
    context.fail,
  );
  await settleAll<unknown>([capturing, counting, summing], context.fail);
  const ranges = (await capturing).flat();
  if (ranges[0] !== undefined) ranges[0] = { ...ranges[0], lower: null };
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  const counted = await counting;
  if (rows !== counted)
    onMoved(new AppError('backup.rows-mismatch', { table: fullName(schema), captured: rows, counted }));
  context.figures.rangesTotal += ranges.length;
  const sums = await summing;
  const ledgers = definitions.map((definition, index) =>
    compareLedger(
      definition,
      partialOf(definition.name, ranges),
      sums[index] ?? { rows: 0, sum: '0', unreadable: 0 },
      onMoved,
    ),
  );
  return {
    record: { schema, rows, ranges },
    ledgers,
    isHeld: !schema.transactional && !isUnisolated(schema, snapshot),
  };
}

function isUnisolated(schema: TableSchema, { unisolatedTables }: MysqlSnapshot): boolean {
  return unisolatedTables.some(({ database, name }) => database === schema.database && name === schema.name);
}

/** What to do with a difference between two answers of the server: an error, unless nothing keeps the table still. */
function movedJudge(schema: TableSchema, { snapshot, figures }: CaptureContext): (difference: AppError) => void {
  const mayMove = isUnisolated(schema, snapshot);
  return (difference) => {
    if (!mayMove) throw difference;
    figures.movedTables.add(fullName(schema));
  };
}

function partialOf(name: string, ranges: readonly Range[]): LedgerPartial {
  return ranges
    .flatMap((range) => range.ledgers.filter((partial) => partial.name === name))
    .reduce(addPartials, { name, rows: 0, sum: '0' });
}

function compareLedger(
  { name, currency }: LedgerDefinition,
  mine: LedgerPartial,
  server: { readonly rows: number; readonly sum: string; readonly unreadable: number },
  onMoved: (difference: AppError) => void,
): LedgerResult {
  const unreadable = Math.max(mine.unreadable ?? 0, server.unreadable);
  const isSame = mine.rows === server.rows && (unreadable > 0 || sameDecimalText(mine.sum, server.sum));
  if (!isSame) {
    const facts = { ledger: name, sum: mine.sum, serverSum: server.sum, rows: mine.rows, serverRows: server.rows };
    onMoved(new AppError('backup.ledger-mismatch', facts));
  }
  const result = { name, currency, rows: mine.rows, sum: mine.sum, serverSum: server.sum };
  // Amounts that are no numbers: nobody can say whether the money is right. Not equal, and a check says why.
  return unreadable > 0 ? { ...result, equal: false, unreadable } : { ...result, equal: isSame };
}
