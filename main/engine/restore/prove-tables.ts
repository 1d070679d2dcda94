import PQueue from 'p-queue';
import type {
  CountDefinition,
  CountResult,
  LedgerPartial,
  LedgerResult,
  Range,
  RangeDigest,
} from '../../../shared/model/database.ts';
import { systemClock } from '../platform/clock.ts';
import { settleAll } from '../platform/settle-all.ts';
import { digestRange, holdsOwnRows, type KeyRange, type RangeCosts } from '../source/mysql/index.ts';
import { targetLedger, type LedgerSum, type LoadSession } from '../source/mysql/load/index.ts';
import {
  figureName,
  isSameDigest,
  sameBreakdown,
  sameDecimalText,
  sumPartials,
  type FigureDefinition,
} from '../source/mysql/rows/index.ts';
import type { RestorePlan } from './plan-restore.ts';
import type { ReadBack } from './read-back.ts';
import { sealedDigestOf } from './sealed-digest.ts';
import type { TableLoad } from './table-queue.ts';

/** Every so many ranges the server is asked, whatever is cheaper. */
const askedEvery = 16;

/** What the restored server itself says about its rows, beside what was captured. */
export interface Proof {
  /** `compared` of `ranges` were compared: all of them. `different` names tables with a range that is not what was captured. */
  readonly digest: {
    readonly ranges: number;
    readonly compared: number;
    readonly equal: boolean;
    readonly different: readonly string[];
  };
  readonly ledgers: readonly LedgerResult[];
  /** Stock, orders to deliver and balances, counted again. Absent: they were not. */
  readonly counts?: readonly CountResult[];
}

export interface ProofRequest {
  readonly plan: RestorePlan;
  readonly tables: readonly TableLoad[];
  readonly sessions: readonly LoadSession[];
  readonly nameOf: (database: string) => string;
  readonly isVaultOpen: boolean;
  /** Null: the server is asked for everything. */
  readonly readBack: Pick<ReadBack, 'costs' | 'digests'> | null;
  /** Told of the first failure: aborts `signal`. */
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Compares the digest of every restored range and the sum of every ledger with the manifest. The target's server computes the sums,
 * the digest of the first and of every sixteenth range of a table, and those of the others unless it is cheaper to read them back and
 * digest them here: the server's own answers show that both hash alike, and every row is looked at in any case. With the vault closed the secret columns hold stand-ins, so only the open columns are compared. A difference is an answer, not an error.
 */
export async function proveTables({
  plan,
  tables,
  sessions,
  nameOf,
  isVaultOpen,
  readBack,
  fail,
  signal,
}: ProofRequest): Promise<Proof> {
  const idle = [...sessions];
  const queue = new PQueue({ concurrency: sessions.length });
  const onSession = <T>(work: (session: LoadSession) => Promise<T>): Promise<T> =>
    // The queue itself is not given the signal: it would answer before `work` has ended and its session is idle again.
    queue.add(async () => {
      signal.throwIfAborted();
      const session = idle.pop();
      // The queue runs no more tasks at once than there are sessions.
      if (session === undefined) throw new Error('no idle session');
      try {
        return await work(session);
      } finally {
        idle.push(session);
      }
    });
  const different = new Set<string>();
  let ranges = 0;
  let compared = 0;
  const proofs = tables.flatMap((table) =>
    table.record.ranges.map(async (range, index) => {
      ranges += 1;
      const bounds = { lower: range.lower, upper: table.record.ranges[index + 1]?.lower ?? null };
      const same = await onSession((session) => {
        // Decided when its turn comes: the first answers show how fast the line is.
        const isRead =
          readBack !== null &&
          index % askedEvery !== 0 &&
          !readBack.costs.isAskingCheaper(range, isVaultOpen && hasSecrets(table) ? 2 : 1);
        return isRead
          ? isSameReadBack(readBack, table, bounds, range, isVaultOpen)
          : isSame(table, range, isVaultOpen, askedFrom(session, table, bounds, readBack?.costs, signal));
      });
      if (!same) different.add(nameIn(table));
      compared += 1;
    }),
  );
  const emptyTables = tables.filter(({ record }) => record.ranges.length === 0 && holdsOwnRows(record.schema));
  const empties = emptyTables.map(async (table) => {
    const { record, database } = table;
    const whole = { lower: null, upper: null };
    const found = await onSession((session) =>
      digestRange(session.connection, session.flavour, database, record.schema, whole, 'open', signal),
    );
    if (found.rows !== 0) different.add(nameIn(table));
  });
  const ledgers = plan.ledgers.map((definition) =>
    onSession(async (session): Promise<LedgerResult[]> => {
      const captured = plan.manifest.ledgers.find(({ name }) => name === definition.name);
      const table = tables.find(
        ({ record }) => record.schema.database === definition.database && record.schema.name === definition.table,
      );
      if (captured === undefined || table === undefined) return [];
      const found = await targetLedger(session, nameOf(definition.database), table.record.schema, definition, signal);
      return [compareLedger(captured, found, partialOf(table, definition))];
    }),
  );
  const counts = countsIn(plan).map((definition) =>
    onSession(async (session): Promise<CountResult[]> => {
      const captured = plan.manifest.counts?.find(({ name }) => name === definition.name);
      const table = tables.find(
        ({ record }) => record.schema.database === definition.database && record.schema.name === definition.table,
      );
      if (captured === undefined || table === undefined) return [];
      const found = await targetLedger(session, nameOf(definition.database), table.record.schema, definition, signal);
      const { unreadable, ...ledger } = compareLedger(
        {
          name: definition.name,
          currency: '',
          rows: captured.rows,
          sum: captured.sum ?? '0',
          serverSum: '',
          equal: true,
        },
        found,
        partialOf(table, definition),
      );
      return [{ ...captured, rows: found.rows, equal: ledger.equal && unreadable === undefined }];
    }),
  );
  // One list for all: a question that fails must neither go unheard nor leave the others running.
  await settleAll<unknown>([...proofs, ...empties, ...ledgers, ...counts], fail);
  return {
    digest: { ranges, compared, equal: different.size === 0 && compared === ranges, different: [...different] },
    ledgers: (await Promise.all(ledgers)).flat(),
    counts: (await Promise.all(counts)).flat(),
  };
}

/** Amounts that are no numbers are in no sum, then and now: the sums are compared, and the money is still nobody's proof. */
function compareLedger(captured: LedgerResult, found: LedgerSum, mine: LedgerPartial): LedgerResult {
  const { name, currency } = captured;
  const isReadable = captured.unreadable === undefined && found.unreadable === 0;
  // Absent in snapshots of before money was told apart.
  const byEqual = mine.by === undefined ? undefined : sameBreakdown(mine.by, found.by, isReadable);
  const equal = found.rows === captured.rows && sameDecimalText(found.sum, captured.sum) && byEqual !== false;
  const told = byEqual === undefined ? {} : { byEqual };
  const result = { name, currency, rows: found.rows, sum: captured.sum, serverSum: found.sum, equal, ...told };
  return isReadable ? result : { ...result, unreadable: Math.max(captured.unreadable ?? 0, found.unreadable) };
}

/** Counts that every range tells in full; those of a snapshot that never asked for them are not there. */
function countsIn({ manifest }: RestorePlan): readonly CountDefinition[] {
  const counted = new Set((manifest.counts ?? []).map(({ name }) => name));
  return (manifest.countDefinitions ?? []).filter(({ name }) => counted.has(name));
}

/** What the captured rows of a table amount to: its ranges together. */
function partialOf({ record }: TableLoad, definition: FigureDefinition): LedgerPartial {
  const name = figureName(definition);
  const partials = record.ranges.flatMap((range) => range.ledgers.filter((partial) => partial.name === name));
  return sumPartials(name, partials);
}

function nameIn({ record }: TableLoad): string {
  return `${record.schema.database}.${record.schema.name}`;
}

/** Where the digests of a restored range come from. `sealed` is asked for only when `open` agrees. */
interface Witness {
  open(): Promise<RangeDigest>;
  sealed(): Promise<RangeDigest | null>;
}

async function isSame(table: TableLoad, captured: Range, isVaultOpen: boolean, witness: Witness): Promise<boolean> {
  if (!isSameDigest(await witness.open(), captured)) return false;
  if (!isVaultOpen) return true;
  const expected = sealedDigestOf(captured, table.sealedDigests);
  if (expected === null) return true;
  const sealed = await witness.sealed();
  return sealed?.digest === expected && (captured.sealedDigest === null || sealed.sum === captured.sealedSum);
}

function askedFrom(
  { connection, flavour }: LoadSession,
  { record, database }: TableLoad,
  bounds: KeyRange,
  costs: RangeCosts | undefined,
  signal: AbortSignal,
): Witness {
  const ask = (group: 'open' | 'sealed') =>
    digestRange(connection, flavour, database, record.schema, bounds, group, signal);
  return {
    open: async () => {
      const startedMs = systemClock.monotonicMs();
      const found = await ask('open');
      costs?.asked(found.rows, 1, systemClock.monotonicMs() - startedMs);
      return found;
    },
    sealed: () => ask('sealed'),
  };
}

async function isSameReadBack(
  readBack: Pick<ReadBack, 'digests'>,
  table: TableLoad,
  bounds: KeyRange,
  captured: Range,
  isVaultOpen: boolean,
): Promise<boolean> {
  // With stand-ins in the place of secrets the packets cannot be the same.
  const packetHash = isVaultOpen || !hasSecrets(table) ? (captured.packetHash ?? null) : null;
  const found = await readBack.digests(table, bounds, packetHash);
  if (found === 'same') return true;
  const { open, sealed } = found;
  return isSame(table, captured, isVaultOpen, {
    open: () => Promise.resolve(open),
    sealed: () => Promise.resolve(sealed),
  });
}

function hasSecrets({ record }: TableLoad): boolean {
  return record.schema.columns.some(({ secret }) => secret);
}
