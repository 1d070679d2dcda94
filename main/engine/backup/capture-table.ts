import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  CountResult,
  LedgerBreakdown,
  LedgerPartial,
  LedgerResult,
  Range,
  TableRecord,
  TableSchema,
} from '../../../shared/model/database.ts';
import { settleAll } from '../platform/settle-all.ts';
import { addSums, holdsOwnRows, type KeyRange, type LedgerSum, type MysqlSnapshot } from '../source/mysql/index.ts';
import { figureName, layoutOf, sumPartials, type FigureDefinition } from '../source/mysql/rows/index.ts';
import { fullName, onReader, type CaptureContext } from './capture-context.ts';
import { captureRange, type OpenTable } from './capture-range.ts';
import { compareBreakdown, compareCount, compareLedger } from './compare-figures.ts';
import type { RangeTask } from './plan-ranges.ts';

/** About so many rows are added up by one statement of the server: a second or less. */
const pieceRows = 500_000;
const nothing: LedgerSum = { rows: 0, sum: '0', unreadable: 0 };
const noRows: LedgerPartial = { name: '', rows: 0, sum: '0' };

/** What became of one table: its record, and its ledgers beside the server's own sums. */
export interface CapturedTable {
  readonly record: TableRecord;
  readonly ledgers: readonly LedgerResult[];
  readonly breakdowns: readonly LedgerBreakdown[];
  readonly counts: readonly CountResult[];
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
    return { record: { schema, rows: 0, ranges: [] }, ledgers: [], breakdowns: [], counts: [], isHeld: false };
  }
  const layout = layoutOf(schema, [...context.ledgers, ...context.counts]);
  const onMoved = movedJudge(schema, context);
  const table = { schema, layout, audit: { isDue: true }, onMoved };
  const isOfTable = ({ database, table: name }: FigureDefinition) =>
    database === schema.database && name === schema.name;
  const wanted = context.ledgers.filter(isOfTable);
  const countsWanted = context.counts.filter(isOfTable);
  const definitions = [...wanted, ...countsWanted];
  const [only, ...more] = tasks;
  const { ranges, counted, sums } = await (only !== undefined && more.length === 0
    ? askInTurn(table, only, definitions, context)
    : askSideBySide(table, tasks, definitions, context));
  if (ranges[0] !== undefined) ranges[0] = { ...ranges[0], lower: null };
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  if (rows !== counted)
    onMoved(new AppError('backup.rows-mismatch', { table: fullName(schema), captured: rows, counted }));
  context.figures.rangesTotal += ranges.length;
  const figures = definitions.map((definition, index) => ({
    mine: partialOf(figureName(definition), ranges),
    server: sums[index] ?? nothing,
  }));
  const paired = <T>(of: readonly T[], from: number) =>
    of.map((definition, index) => ({ definition, ...(figures[from + index] ?? { mine: noRows, server: nothing }) }));
  const ledgers = paired(wanted, 0);
  return {
    record: { schema, rows, ranges },
    ledgers: ledgers.map(({ definition, mine, server }) => compareLedger(definition, mine, server, onMoved)),
    breakdowns: ledgers.flatMap(
      ({ definition, mine, server }) => compareBreakdown(definition.name, mine, server) ?? [],
    ),
    counts: paired(countsWanted, wanted.length).map(({ definition, mine, server }) =>
      compareCount(definition, schema.ddl, mine, server),
    ),
    isHeld: !schema.transactional && !isUnisolated(schema, snapshot),
  };
}

/** What the server says about a table. */
interface Answers {
  /** In key order. */
  readonly ranges: Range[];
  readonly counted: number;
  /** One per ledger and count. */
  readonly sums: readonly LedgerSum[];
}

/**
 * All about a table of one piece, one after the other: that is one connection as a rule, which keeps DDL away from the first answer to the
 * last and lets go of it once.
 */
async function askInTurn(
  table: OpenTable,
  task: RangeTask,
  definitions: readonly FigureDefinition[],
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
  definitions: readonly FigureDefinition[],
  context: CaptureContext,
): Promise<Answers> {
  const { snapshot, signal } = context;
  const { schema } = table;
  const pieces = piecesOf(tasks);
  let unanswered = tasks.length + 1 + definitions.length * pieces.length;
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
    definitions.map(async (definition) =>
      addSums(
        await settleAll(
          pieces.map((piece) => ask(() => snapshot.ledgerSum(definition, signal, piece))),
          context.fail,
        ),
      ),
    ),
    context.fail,
  );
  await settleAll<unknown>([capturing, counting, summing], context.fail);
  return { ranges: (await capturing).flat(), counted: await counting, sums: await summing };
}

/**
 * A large table is added up in pieces: between two of them the shop can be given way, and no statement runs for minutes. A piece that is new has as
 * many rows as the others that are.
 */
function piecesOf(tasks: readonly RangeTask[]): KeyRange[] {
  const pieces: KeyRange[] = [];
  let rows = Infinity;
  for (const { range, previous } of tasks) {
    const last = pieces.at(-1);
    if (last === undefined || rows >= pieceRows) {
      pieces.push({ lower: last === undefined ? null : range.lower, upper: range.upper });
      rows = 0;
    } else pieces[pieces.length - 1] = { lower: last.lower, upper: range.upper };
    rows += previous?.rows ?? pieceRows;
  }
  return pieces;
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
  return sumPartials(
    name,
    ranges.flatMap((range) => range.ledgers.filter((partial) => partial.name === name)),
  );
}
