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
import type { LedgerSum, MysqlSnapshot } from '../source/mysql/index.ts';
import { layoutOf, sameDecimalText } from '../source/mysql/rows/index.ts';
import { addPartials, fullName, onReader, type CaptureContext } from './capture-context.ts';
import { captureRange, type OpenTable } from './capture-range.ts';
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
 * nothing of it runs any more, and nothing of ours stands in the way of DDL on it.
 *
 * Errors: those of the source and the store; `backup.rows-mismatch` when captured rows differ from `COUNT(*)` in the same
 * snapshot; `backup.digest-mismatch` when the server's digest of a freshly read range differs from ours; `backup.ledger-mismatch`.
 * A table that no transaction isolates may change between two questions: there a difference is noted in `movedTables` instead.
 * `mysql.schema-moved` when DDL changed it between the beginning of the snapshot and the end of its reading: it is not trusted, whatever was
 * read, because two columns that changed names would be mixed up in silence. What DDL does afterwards is of no account.
 */
export async function captureTable(
  schema: TableSchema,
  tasks: readonly RangeTask[],
  context: CaptureContext,
): Promise<CapturedTable> {
  try {
    return await captureThrough(schema, tasks, context);
  } finally {
    await context.snapshot.doneWith(schema);
  }
}

async function captureThrough(
  schema: TableSchema,
  tasks: readonly RangeTask[],
  context: CaptureContext,
): Promise<CapturedTable> {
  const { snapshot } = context;
  if (!holdsOwnRows(schema)) {
    await onReader(context, () => assertUnchanged(schema, context));
    return { record: { schema, rows: 0, ranges: [] }, ledgers: [], isHeld: false };
  }
  const layout = layoutOf(schema, context.ledgers);
  const onMoved = movedJudge(schema, context);
  const table = { schema, layout, audit: { isDue: true }, onMoved };
  const definitions = context.ledgers.filter(
    (ledger) => ledger.database === schema.database && ledger.table === schema.name,
  );
  const [only, ...more] = tasks;
  const { ranges, counted, sums } = await (only !== undefined && more.length === 0
    ? askInTurn(table, only, definitions, context)
    : askSideBySide(table, tasks, definitions, context));
  if (ranges[0] !== undefined) ranges[0] = { ...ranges[0], lower: null };
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  if (rows !== counted)
    onMoved(new AppError('backup.rows-mismatch', { table: fullName(schema), captured: rows, counted }));
  context.figures.rangesTotal += ranges.length;
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

/** What the server says about a table. */
interface Answers {
  /** In key order. */
  readonly ranges: Range[];
  readonly counted: number;
  /** One per ledger. */
  readonly sums: readonly LedgerSum[];
}

/**
 * All about a table of one piece, one after the other: that is one connection as a rule, which keeps DDL away from the first answer to the
 * last and lets go of it once.
 */
async function askInTurn(
  table: OpenTable,
  task: RangeTask,
  definitions: readonly LedgerDefinition[],
  context: CaptureContext,
): Promise<Answers> {
  const { snapshot, giveWay, signal } = context;
  const { schema } = table;
  const asking = onReader(
    context,
    async () => {
      const ranges = await captureRange(table, task, context);
      await giveWay(signal);
      const counted = await snapshot.countRows(schema, signal);
      const sums: LedgerSum[] = [];
      for (const definition of definitions) {
        await giveWay(signal);
        sums.push(await snapshot.ledgerSum(definition, signal));
      }
      await assertUnchanged(schema, context);
      return { ranges, counted, sums };
    },
    priorityOf(task),
  );
  const [answers] = await settleAll([asking], context.fail);
  return answers as Answers;
}

/** Pieces on whichever connection is free. */
async function askSideBySide(
  table: OpenTable,
  tasks: readonly RangeTask[],
  definitions: readonly LedgerDefinition[],
  context: CaptureContext,
): Promise<Answers> {
  const { snapshot, signal } = context;
  const { schema } = table;
  let unanswered = tasks.length + 1 + definitions.length;
  const ask = <T>(work: () => Promise<T>, priority = 0) =>
    onReader(
      context,
      async () => {
        const answer = await work();
        unanswered -= 1;
        // Here, and not after all of them: the connection of the last answer still keeps DDL away.
        if (unanswered === 0) await assertUnchanged(schema, context);
        return answer;
      },
      priority,
    );
  // All are queued before any is awaited; settleAll waits for the three lists together, so none can reject unheard.
  const capturing = settleAll(
    tasks.map((task, index) =>
      ask(() => captureRange(table, task, context), index === tasks.length - 1 ? priorityOf(task) : 0),
    ),
    context.fail,
  );
  const counting = ask(() => snapshot.countRows(schema, signal));
  const summing = settleAll(
    definitions.map((definition) => ask(() => snapshot.ledgerSum(definition, signal))),
    context.fail,
  );
  await settleAll<unknown>([capturing, counting, summing], context.fail);
  return { ranges: (await capturing).flat(), counted: await counting, sums: await summing };
}

/**
 * Of the last piece of a table: what a shop sells in a day stands there, and on a thin line those rows are on their way while the server is
 * asked about the others.
 */
function priorityOf(task: RangeTask): number {
  return task.previous === null ? 0 : 1;
}

async function assertUnchanged(schema: TableSchema, { snapshot, signal }: CaptureContext): Promise<void> {
  if (await snapshot.isUnchanged(schema, signal)) return;
  throw new AppError('mysql.schema-moved', { database: schema.database, table: schema.name });
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
