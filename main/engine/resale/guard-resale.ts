import type { ResaleGap } from '../../../shared/model/resale.ts';
import type { Clock } from '../platform/clock.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import type { MysqlConnection } from '../source/mysql/index.ts';
import type { Findings } from './finding.ts';
import { followUps, type FollowUp } from './follow-up.ts';
import { KeyedTable } from './keyed-table.ts';
import { seeLiveSales, type CopyTables, type LiveWitness } from './live-sales.ts';
import { changesInLog, type LogWitness } from './log-sales.ts';
import type { RestorePoint } from './log-tail.ts';
import { markSold, type CardFate } from './mark-sold.ts';
import type { LogPlace, ResaleRole } from './row-change.ts';
import { Sales } from './sales.ts';
import { describeTable, type HiddenColumns, type WatchedTable } from './watched-table.ts';

export type ResalePhase = 'resale-log' | 'resale-live' | 'resale-mark';

export interface GuardRequest {
  readonly rules: ResaleRules;
  readonly hidden: HiddenColumns;
  /** The shop's database, as its own server writes it. */
  readonly database: string;
  /** The restored copy of it. */
  readonly copy: { readonly connection: MysqlConnection; readonly database: string };
  readonly point: RestorePoint;
  /** A transaction that the restore is to undo. */
  readonly undone: LogPlace | null;
  /** Null: there is none, and `findings` say why. */
  readonly log: LogWitness | null;
  /** The stored log goes on to where the server's own ended when the restore began. */
  readonly isCaughtUp: boolean;
  /** Null as above. */
  readonly live: LiveWitness | null;
  /** Keys of cards that were marked before, because the live database had them as sold. */
  readonly alreadyMarked?: ReadonlySet<string>;
  readonly findings: Findings;
  readonly clock: Clock;
  readonly onProgress: (phase: ResalePhase, doneItems: number, totalItems: number | null) => void;
  readonly signal: AbortSignal;
}

export interface GuardReport {
  /** Cards that would have been sold again and were marked. */
  readonly cards: number;
  readonly shared: number;
  /** Keys of those that were marked. */
  readonly markedCards: readonly string[];
  /** Orders to see to. */
  readonly orders: number;
  readonly followUps: readonly FollowUp[];
  /** Of the copy's table of orders; empty: it was not restored. */
  readonly orderTypes: ReadonlyMap<string, string>;
  readonly isComplete: boolean;
  readonly gaps: readonly ResaleGap[];
}

/**
 * Sees to it that nothing which was delivered after the moment of a restore is for sale again in the restored copy: reads the stored log from the moment to
 * its end, and the live database as far as it answers; marks the cards; says what is left to a person, and what could not be looked at.
 *
 * Errors: `resale.not-marked`, those of the copy's server, the signal's reason. What a witness cannot say is a finding, never an error.
 */
export async function guardResale(request: GuardRequest): Promise<GuardReport> {
  const { rules, findings, live, onProgress, signal } = request;
  const copy = await copyTables(request);
  const sales = new Sales(rules, findings);
  await hearLog(request, copy, sales);
  onProgress('resale-live', 0, null);
  const isLiveWhole =
    live !== null &&
    (await seeLiveSales({
      ...request,
      live,
      copy,
      sales,
      onProgress: (rows) => onProgress('resale-live', rows, null),
    }));
  onProgress('resale-mark', 0, sales.cards.size);
  const fates = new Map<string, CardFate>(
    copy.cards === null ? [] : await markSold(copy.cards, sales.cards.values(), rules, signal),
  );
  for (const key of request.alreadyMarked ?? []) {
    sales.seeCard(key, { order: null, product: null, identity: undefined }, 'live');
    fates.set(key, 'marked');
  }
  const keys = [...new Set([...sales.orders.values()].map(({ key }) => key))];
  const known = copy.orders === null ? null : await copy.orders.rowsOf(keys, signal);
  const followed = followUps(sales, known, fates, rules);
  const count = (fate: CardFate) => [...fates.values()].filter((each) => each === fate).length;
  return {
    cards: count('marked'),
    shared: count('shared'),
    markedCards: [...fates].filter(([, fate]) => fate === 'marked').map(([key]) => key),
    orders: new Set(followed.flatMap(({ order }) => (order === null ? [] : [order.sale]))).size,
    followUps: followed,
    orderTypes: new Map(copy.orders?.described.columns.map(({ name, dataType }) => [name, dataType]) ?? []),
    ...verdict(request, isLiveWhole),
  };
}

async function copyTables({ copy, rules, hidden, database, findings, signal }: GuardRequest): Promise<CopyTables> {
  const { connection } = copy;
  const open = async (role: ResaleRole) => {
    const table = await describeTable(connection, copy.database, role, rules, hidden[role], signal);
    if (typeof table !== 'string') return new KeyedTable(connection, copy.database, table, rules);
    findings.add(table === 'missing' ? 'not-restored' : 'log-shape', { table: `${database}.${rules[role].table}` });
    return null;
  };
  return { cards: await open('cards'), orders: await open('orders') };
}

async function hearLog(request: GuardRequest, copy: CopyTables, sales: Sales): Promise<void> {
  const { log, rules, database, findings, point, undone, onProgress, signal } = request;
  if (log === null) return;
  const tables = [copy.cards, copy.orders].flatMap((table): WatchedTable[] =>
    table === null ? [] : [table.described],
  );
  const changes = changesInLog({
    log,
    point,
    undone,
    tables: {
      database,
      tables,
      ordersTable: rules.orders.table.toLowerCase(),
      isWanted: (change) => sales.isWanted(change),
      findings,
    },
    cardsTable: rules.cards.table,
    onProgress: (done, total) => onProgress('resale-log', done, total),
    signal,
  });
  for await (const done of changes) sales.take(done);
}

/** Everything was looked at when the log has no hole and is proven to go to the end, or is followed by a whole look at the live database. */
function verdict(
  { findings, log, isCaughtUp }: GuardRequest,
  isLiveWhole: boolean,
): { readonly isComplete: boolean; readonly gaps: readonly ResaleGap[] } {
  const end = log?.stretches.at(-1)?.records.at(-1)?.record.closedAt;
  if (!isLiveWhole && !isCaughtUp && end !== undefined) findings.add('log-end', { at: end });
  const isLogWhole = log !== null && !findings.all.some(({ reason }) => /^(?:log|mass)-/.test(reason));
  // What the live database cannot say any more, the log has said.
  const gaps = findings.all.filter(({ reason }) => !isLogWhole || !isCaughtUp || !reason.startsWith('live-'));
  const isComplete = isLogWhole && (isLiveWhole || isCaughtUp);
  return { isComplete, gaps };
}
