import PQueue from 'p-queue';
import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  LedgerDefinition,
  LedgerPartial,
  Range,
  RangeChunk,
  RangeDigest,
  TableRecord,
  TableSchema,
} from '../../../shared/model/database.ts';
import { smallGroupRows, type Repository } from '../repository/index.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import { addDecimalText, combineDigests, combineSums, layoutOf, type RowLayout } from '../source/mysql/rows/index.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { EncodedChunk } from '../chunk-pool/chunk-worker.ts';
import type { RangeTask } from './plan-ranges.ts';

/** About 2 MiB of row bytes make a chunk: 20 GB are some ten thousand objects. */
export const chunkTargetBytes = 2 * 1024 * 1024;

export interface CaptureContext {
  readonly snapshot: MysqlSnapshot;
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** One slot per reading connection. */
  readonly readers: PQueue;
  readonly ledgers: readonly LedgerDefinition[];
  readonly figures: CaptureFigures;
  /** Waits as long as the rate limit asks for after `bytes` were read. */
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  readonly onProgress: (table: TableSchema, bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Counted while a snapshot is being captured. */
export interface CaptureFigures {
  rowsFetched: number;
  rangesReused: number;
  rangesTotal: number;
  objectsWritten: number;
  bytesWritten: number;
  /** Ranges whose digest was computed by the server as well, and agreed. */
  digestsCompared: number;
}

/** What became of one table: its record, and its ledgers with the amounts that were not numbers. */
export interface CapturedTable {
  readonly record: TableRecord;
  readonly ledgers: readonly LedgerPartial[];
}

/**
 * Captures one table range by range. Ranges run on whichever connection is free; they are put together in key order.
 * Errors: those of the source and the store; `backup.rows-mismatch` when captured rows differ from `COUNT(*)` in the same
 * snapshot; `backup.digest-mismatch` when the server's digest of a freshly read range differs from ours.
 */
export async function captureTable(
  schema: TableSchema,
  tasks: readonly RangeTask[],
  context: CaptureContext,
): Promise<CapturedTable> {
  const layout = layoutOf(schema, context.ledgers);
  // The server is asked for its own digest of one freshly read range per table: enough to notice a codec that disagrees with
  // this server about a column type, at a bounded cost.
  const audited = tasks.length === 0 ? -1 : Math.floor(tasks.length / 2);
  const [pieces, counted] = await Promise.all([
    Promise.all(
      tasks.map((task, index) =>
        context.readers.add(() => captureRange(schema, layout, task, index === audited, context), {
          signal: context.signal,
        }),
      ),
    ),
    context.readers.add(() => context.snapshot.countRows(schema, context.signal), { signal: context.signal }),
  ]);
  const ranges = pieces.flatMap((piece) => piece);
  if (ranges[0] !== undefined) ranges[0] = { ...ranges[0], lower: null };
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  if (rows !== counted) {
    throw new AppError('backup.rows-mismatch', { table: `${schema.database}.${schema.name}`, captured: rows, counted });
  }
  context.figures.rangesTotal += ranges.length;
  const ledgers = layout.ledgers.map(({ name }) =>
    ranges
      .flatMap((range) => range.ledgers.filter((partial) => partial.name === name))
      .reduce(addPartials, { name, rows: 0, sum: '0' }),
  );
  return { record: { schema, rows, ranges }, ledgers };
}

async function captureRange(
  schema: TableSchema,
  layout: RowLayout,
  task: RangeTask,
  isAudited: boolean,
  context: CaptureContext,
): Promise<Range[]> {
  if (task.previous !== null && (await isUnchanged(schema, task, task.previous, context))) {
    context.figures.rangesReused += 1;
    return [task.previous];
  }
  const fetched = await fetchRange(schema, layout, task, context);
  if (isAudited) await auditRange(schema, task, fetched, context);
  return fetched;
}

/** Asks the server for the range's digests. The chunks must also still be in the repository. */
async function isUnchanged(
  schema: TableSchema,
  { range }: RangeTask,
  previous: Range,
  context: CaptureContext,
): Promise<boolean> {
  const known = await context.repository.knownIds(context.signal);
  const present = previous.chunks.every(
    ({ id, sealedId }) => known.has(id) && (sealedId === null || known.has(sealedId)),
  );
  if (!present) return false;
  const isSealed = schema.columns.some((column) => column.secret);
  // Without a digest of the secret columns (small groups keep it inside the seal) nothing can be compared.
  if (isSealed && previous.sealedDigest === null) return false;
  const open = await context.snapshot.digestRange(schema, range, 'open', context.signal);
  if (!isSameDigest(open, previous)) return false;
  if (!isSealed) return true;
  const sealed = await context.snapshot.digestRange(schema, range, 'sealed', context.signal);
  return isSameDigest(sealed, { rows: previous.rows, digest: previous.sealedDigest ?? '', sum: previous.sealedSum });
}

async function fetchRange(
  schema: TableSchema,
  layout: RowLayout,
  task: RangeTask,
  context: CaptureContext,
): Promise<Range[]> {
  const { snapshot, pool, signal, figures } = context;
  const pieces: { readonly lower: Range['lower']; readonly chunk: Promise<StoredChunk> }[] = [];
  const rows = await snapshot.readRange(
    schema,
    task.range,
    chunkTargetBytes,
    async (batch) => {
      const { usedBytes, rows: batchRows, bytes } = batch;
      const lower = pieces.length === 0 ? task.range.lower : batch.firstKey;
      const chunk = pool
        .encode({ bytes, usedBytes, rows: batchRows, layout }, signal)
        .then((encoded) => store(encoded, context));
      // Awaited below and again at the end; when an earlier piece fails first, nobody is left to hear of this one.
      chunk.catch(() => undefined);
      pieces.push({ lower, chunk });
      await chunk;
      figures.rowsFetched += batchRows;
      context.onProgress(schema, usedBytes);
      await context.pace(usedBytes, signal);
    },
    signal,
  );
  const stored = await Promise.all(pieces.map(async ({ lower, chunk }) => rangeOf(lower, await chunk)));
  const captured = stored.reduce((sum, range) => sum + range.rows, 0);
  if (captured !== rows)
    throw new AppError('backup.rows-mismatch', { table: `${schema.database}.${schema.name}`, captured, counted: rows });
  return (schema.key === null ? mergeIntoOne(stored) : stored).map(withoutOracle);
}

interface StoredChunk {
  readonly encoded: EncodedChunk;
  readonly chunk: RangeChunk;
}

async function store(encoded: EncodedChunk, context: CaptureContext): Promise<StoredChunk> {
  for (const object of encoded.sealed === null ? [encoded.open] : [encoded.open, encoded.sealed]) {
    const { written } = await context.repository.putObject(object, context.signal);
    if (!written) continue;
    context.figures.objectsWritten += 1;
    context.figures.bytesWritten += object.bytes.byteLength;
  }
  const { open, sealed, rows, textBytes } = encoded;
  return { encoded, chunk: { id: open.id, sealedId: sealed?.id ?? null, rows, textBytes } };
}

function rangeOf(lower: Range['lower'], { encoded, chunk }: StoredChunk): Range {
  const unreadable = encoded.ledgers.find((ledger) => ledger.unreadable > 0);
  if (unreadable !== undefined)
    throw new AppError('backup.ledger-mismatch', { ledger: unreadable.name, unreadable: unreadable.unreadable });
  return {
    lower,
    rows: encoded.rows,
    digest: encoded.digest,
    sum: encoded.sum,
    sealedDigest: encoded.sealedDigest,
    sealedSum: encoded.sealedSum,
    chunks: [chunk],
    ledgers: encoded.ledgers.map(({ name, rows, sum }) => ({ name, rows, sum })),
  };
}

/** A table without a key has no bounds to cut at: all its chunks are one range. */
function mergeIntoOne(ranges: readonly Range[]): Range[] {
  const [first, ...rest] = ranges;
  if (first === undefined) return [];
  return [
    rest.reduce<Range>(
      (whole, next) => ({
        lower: null,
        rows: whole.rows + next.rows,
        digest: combineDigests(whole.digest, next.digest),
        sum: combineSums(whole.sum, next.sum),
        sealedDigest:
          whole.sealedDigest === null || next.sealedDigest === null
            ? null
            : combineDigests(whole.sealedDigest, next.sealedDigest),
        sealedSum: combineSums(whole.sealedSum, next.sealedSum),
        chunks: [...whole.chunks, ...next.chunks],
        ledgers: mergePartials(whole.ledgers, next.ledgers),
      }),
      first,
    ),
  ];
}

/** A digest over a handful of secrets would let the holder of the main key try guesses against it: it is inside the seal then. */
function withoutOracle(range: Range): Range {
  return range.rows < smallGroupRows ? { ...range, sealedDigest: null, sealedSum: null } : range;
}

function mergePartials(a: readonly LedgerPartial[], b: readonly LedgerPartial[]): LedgerPartial[] {
  return a.map((left) => b.filter(({ name }) => name === left.name).reduce(addPartials, left));
}

function addPartials(a: LedgerPartial, b: LedgerPartial): LedgerPartial {
  return { name: a.name, rows: a.rows + b.rows, sum: addDecimalText(a.sum, b.sum) };
}

/** The server's own digest of what was just read: proof that what was captured is what the server had. */
async function auditRange(
  schema: TableSchema,
  task: RangeTask,
  ranges: readonly Range[],
  context: CaptureContext,
): Promise<void> {
  const piece = ranges[0];
  if (piece === undefined) return;
  const upper = ranges[1]?.lower ?? task.range.upper;
  const server = await context.snapshot.digestRange(schema, { lower: task.range.lower, upper }, 'open', context.signal);
  if (!isSameDigest(server, piece)) {
    throw new AppError('backup.digest-mismatch', {
      table: `${schema.database}.${schema.name}`,
      rows: piece.rows,
      serverRows: server.rows,
    });
  }
  context.figures.digestsCompared += 1;
}

function isSameDigest(a: RangeDigest, b: RangeDigest): boolean {
  return a.rows === b.rows && a.digest === b.digest && a.sum === b.sum;
}
