import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { Range, RangeDigest, TableSchema } from '../../../shared/model/database.ts';
import type { ComparedPart, EncodedChunk } from '../chunk-pool/chunk-worker.ts';
import { free } from '../platform/free-memory.ts';
import { smallGroupRows } from '../repository/index.ts';
import type { BatchSizes, KeyRange, RawBatch } from '../source/mysql/index.ts';
import {
  addDigests,
  combineDigests,
  combineSums,
  emptyDigest,
  isSameDigest,
  sumPartials,
  type RowLayout,
} from '../source/mysql/rows/index.ts';
import { fullName, type CaptureContext } from './capture-context.ts';
import type { RangeTask } from './plan-ranges.ts';

/** About 2 MiB of row bytes make a chunk: 20 GB are some ten thousand objects. */
export const chunkTargetBytes = 2 * 1024 * 1024;
/**
 * The piece of a table that the server digests as well: it hashes a row ten times slower than it sends it, and a codec that disagrees
 * about a column type disagrees in the first rows.
 */
const auditedBytes = 256 * 1024;

/** The table that ranges are captured of. */
export interface OpenTable {
  readonly schema: TableSchema;
  readonly layout: RowLayout;
  /** Cleared by the first range that is read and has rows. */
  readonly audit: { isDue: boolean };
  /** Throws the difference unless nothing keeps this table still. */
  readonly onMoved: (difference: AppError) => void;
}

/**
 * One range: kept as it was when the server's digest says so or its rows turn out to be the same, else read, cut, encoded and
 * written.
 */
export async function captureRange(table: OpenTable, task: RangeTask, context: CaptureContext): Promise<Range[]> {
  if (task.previous === null) return captureAnew(table, task, context);
  const previous = await reusable(table.schema, task.previous, context);
  const answer = previous === null ? null : await askIfCheaper(table.schema, task, previous, context);
  if (previous !== null && answer === 'same') {
    context.figures.rangesReused += 1;
    context.figures.digestsCompared += 1;
    return [previous];
  }
  const evenly = { firstBytes: chunkTargetBytes, nextBytes: chunkTargetBytes };
  const fetched = await fetchRange(table, { ...task, previous }, evenly, context);
  if (answer !== null && answer !== 'same') compareWithAnswer(table, answer, fetched, context);
  return fetched.map(withoutOracle);
}

async function captureAnew(table: OpenTable, task: RangeTask, context: CaptureContext): Promise<Range[]> {
  // The server is asked for its own digest of one freshly read piece per table: enough to notice a codec that disagrees with this
  // server about a column type, at a bounded cost. Claimed before the reading, because ranges run side by side.
  const isAudited = table.audit.isDue;
  table.audit.isDue = false;
  const sizes = { firstBytes: isAudited ? auditedBytes : chunkTargetBytes, nextBytes: chunkTargetBytes };
  const fetched = await fetchRange(table, task, sizes, context, isAudited);
  if (isAudited && fetched.length > 0) await auditRange(table, task, fetched, context);
  else table.audit.isDue ||= isAudited;
  return fetched.map(withoutOracle);
}

/** The range of the last snapshot if it can stand for this one's: its chunks are still there, not known to be damaged, and its digests are known. */
async function reusable(schema: TableSchema, previous: Range, context: CaptureContext): Promise<Range | null> {
  const { repository } = context;
  await repository.knownIds(context.signal);
  const isPresent = previous.chunks.every(
    ({ id, sealedId }) => repository.has(id) && (sealedId === null || repository.has(sealedId)),
  );
  // Without a digest of the secret columns (small groups keep it inside the seal) nothing can be compared.
  const isComparable = !hasSecrets(schema) || previous.sealedDigest !== null;
  return isPresent && isComparable ? previous : null;
}

/** The server's digests against the last snapshot's: `same`, the server's open digest where they differ, or null: not asked. */
async function askIfCheaper(
  schema: TableSchema,
  { range }: RangeTask,
  previous: Range,
  context: CaptureContext,
): Promise<RangeDigest | 'same' | null> {
  const { costs, clock } = context;
  const groups = hasSecrets(schema) ? 2 : 1;
  if (!costs.isAskingCheaper(previous, groups)) return null;
  const startedMs = clock.monotonicMs();
  const open = await serverDigest(schema, range, 'open', context);
  if (open === null) return null;
  costs.asked(open.rows, 1, clock.monotonicMs() - startedMs);
  if (!isSameDigest(open, previous)) return open;
  if (groups === 1) return 'same';
  const sealed = await serverDigest(schema, range, 'sealed', context);
  if (sealed === null) return null;
  return isSameDigest(sealed, sealedDigestOf(previous)) ? 'same' : open;
}

/**
 * Null where the server answers with warnings: it can send a row that is longer than its `max_allowed_packet`, but not hash it. The
 * table is named, and read and counted like any other.
 */
async function serverDigest(
  schema: TableSchema,
  range: KeyRange,
  group: 'open' | 'sealed',
  { snapshot, figures, signal }: CaptureContext,
): Promise<RangeDigest | null> {
  try {
    return await snapshot.digestRange(schema, range, group, signal);
  } catch (error) {
    if (!isAppErrorOf(error, 'mysql.warnings')) throw error;
    figures.undigestedTables.add(fullName(schema));
    return null;
  }
}

/** A range that the server called changed has been digested by it already: what was fetched must be just that. */
function compareWithAnswer(
  { schema, onMoved }: OpenTable,
  server: RangeDigest,
  fetched: readonly Range[],
  { figures }: CaptureContext,
): void {
  const mine = fetched.reduce<RangeDigest>(addDigests, { rows: 0, digest: emptyDigest, sum: null });
  if (isSameDigest(server, mine)) figures.digestsCompared += 1;
  else
    onMoved(
      new AppError('backup.digest-mismatch', { table: fullName(schema), rows: mine.rows, serverRows: server.rows }),
    );
}

export function hasSecrets(schema: TableSchema): boolean {
  return schema.columns.some((column) => column.secret);
}

async function fetchRange(
  table: OpenTable,
  task: RangeTask,
  sizes: BatchSizes,
  context: CaptureContext,
  isAudited = false,
): Promise<Range[]> {
  const { schema } = table;
  const pieces: Promise<Range>[] = [];
  let rows: number;
  const startedMs = context.clock.monotonicMs();
  // On a slow line the first batch may take a minute: what is being read is said before it is there.
  context.onProgress(schema, 0);
  try {
    rows = await context.snapshot.readRange(
      schema,
      task.range,
      sizes,
      async (batch) => {
        const lower = pieces.length === 0 ? task.range.lower : batch.firstKey;
        if (pieces.length === 0) context.costs.fetched(batch.usedBytes, context.clock.monotonicMs() - startedMs);
        const checksText = isAudited && pieces.length === 0;
        const piece = storeBatch(batch, { lower, previous: task.previous, checksText }, table, context);
        pieces.push(piece);
        const { rows: batchRows } = await piece;
        context.figures.rowsFetched += batchRows;
        context.onProgress(schema, batch.usedBytes);
        await context.pace(batch.usedBytes, schema, context.signal);
      },
      context.signal,
    );
  } catch (error) {
    // A piece that is still being written must have ended before the store is closed.
    await Promise.allSettled(pieces);
    throw error;
  }
  const stored = await Promise.all(pieces);
  const captured = stored.reduce((sum, range) => sum + range.rows, 0);
  if (captured !== rows)
    throw new AppError('backup.rows-mismatch', { table: fullName(schema), captured, counted: rows });
  return schema.key === null ? mergeIntoOne(stored) : stored;
}

interface StoringOptions {
  readonly lower: Range['lower'];
  readonly previous: Range | null;
  /** The text is read back before it is stored: with the server's digest this proves the way from its rows to the stored text. */
  readonly checksText: boolean;
}

/**
 * Encodes one batch and writes its objects. Only ids, counts and digests stay in memory: a table may be larger than that. Rows that
 * turn out to be those of `previous` are neither compressed nor written: its chunk holds them.
 */
async function storeBatch(
  { bytes, usedBytes, rows }: RawBatch,
  { lower, previous, checksText }: StoringOptions,
  { schema, layout }: OpenTable,
  context: CaptureContext,
): Promise<Range> {
  const unlessSame = previous === null || previous.rows !== rows ? null : comparedPart(previous);
  const encoded = await context.pool.encode({ bytes, usedBytes, rows, layout, unlessSame, checksText }, context.signal);
  if (encoded === 'same') {
    if (previous === null) throw new Error('rows cannot be those of a range that is not there');
    context.figures.rangesReused += 1;
    return { ...previous, lower };
  }
  if (encoded.isTextTrue === false)
    throw new AppError('backup.digest-mismatch', { table: fullName(schema), rows, serverRows: rows });
  for (const object of encoded.sealed === null ? [encoded.open] : [encoded.open, encoded.sealed]) {
    const sizeBytes = object.bytes.byteLength;
    const { written } = await context.repository.putObject(object, context.signal);
    free(object.bytes);
    if (!written) continue;
    context.figures.objectsWritten += 1;
    context.figures.bytesWritten += sizeBytes;
  }
  return rangeOf(lower, encoded);
}

function rangeOf(lower: Range['lower'], encoded: EncodedChunk): Range {
  const { open, sealed, rows, textBytes, digest, sum, sealedDigest, sealedSum, packetHash, ledgers } = encoded;
  return {
    lower,
    rows,
    digest,
    sum,
    sealedDigest,
    sealedSum,
    packetHash,
    chunks: [{ id: open.id, sealedId: sealed?.id ?? null, rows, textBytes }],
    // An amount that is no number is no reason to lose the rows: a check of the run names the ledger.
    ledgers: ledgers.map((ledger) => ({
      name: ledger.name,
      rows: ledger.rows,
      sum: ledger.sum,
      ...(ledger.unreadable === 0 ? {} : { unreadable: ledger.unreadable }),
      ...(ledger.by === undefined ? {} : { by: ledger.by }),
    })),
  };
}

/** A table without a key has no bounds to cut at: all its chunks are one range. */
function mergeIntoOne(ranges: readonly Range[]): Range[] {
  const [first, ...rest] = ranges;
  if (first === undefined) return [];
  // Collected once: joining lists pair by pair would copy them once per chunk.
  const chunks = ranges.flatMap((range) => range.chunks);
  const partials = ranges.flatMap((range) => range.ledgers);
  const ledgers = first.ledgers.map(({ name }) =>
    sumPartials(
      name,
      partials.filter((partial) => partial.name === name),
    ),
  );
  const merged = rest.reduce<Range>(
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
      chunks,
      ledgers,
    }),
    first,
  );
  return [merged];
}

/**
 * A digest over a handful of secrets would let the holder of the main key try guesses against it: it is inside the seal then. So would the
 * hash of their packets, which is only there to save time.
 */
function withoutOracle(range: Range): Range {
  if (range.rows >= smallGroupRows) return range;
  const kept: Range = { ...range, sealedDigest: null, sealedSum: null };
  delete kept.packetHash;
  return kept;
}

/** The server's own digests of what was just read: proof that what was captured is what the server had. */
async function auditRange(
  { schema, onMoved }: OpenTable,
  task: RangeTask,
  ranges: readonly Range[],
  context: CaptureContext,
): Promise<void> {
  const piece = ranges[0];
  if (piece === undefined) return;
  const bounds = { lower: task.range.lower, upper: ranges[1]?.lower ?? task.range.upper };
  const server = await serverDigest(schema, bounds, 'open', context);
  // Digested here also for small groups, whose digest is then left out of the record.
  const sealed = piece.sealedDigest === null ? undefined : await serverDigest(schema, bounds, 'sealed', context);
  if (server === null || sealed === null) return;
  const isSealedSame = sealed === undefined || isSameDigest(sealed, sealedDigestOf(piece));
  if (isSameDigest(server, piece) && isSealedSame) {
    context.figures.digestsCompared += 1;
    return;
  }
  onMoved(
    new AppError('backup.digest-mismatch', { table: fullName(schema), rows: piece.rows, serverRows: server.rows }),
  );
}

function comparedPart({ digest, sum, sealedDigest, sealedSum, packetHash }: Range): ComparedPart {
  return { digest, sum, sealedDigest, sealedSum, packetHash: packetHash ?? null };
}

function sealedDigestOf(range: Range): RangeDigest {
  return { rows: range.rows, digest: range.sealedDigest ?? '', sum: range.sealedSum };
}
