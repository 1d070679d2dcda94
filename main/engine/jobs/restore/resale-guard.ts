import { join } from 'node:path';
import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import { SecretColumnNames } from '../../../../shared/model/secret-columns.ts';
import type { ResaleResult } from '../../../../shared/model/resale.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { newId } from '../../platform/random.ts';
import { writeFileDurably } from '../../platform/write-file-durably.ts';
import { rulesWithPrefix } from '../../presets/bind-shop.ts';
import { loadPresets } from '../../presets/preset.ts';
import type { ResaleRules } from '../../presets/resale-rules.ts';
import type { VaultKey } from '../../repository/index.ts';
import {
  Findings,
  followUpCsv,
  guardResale,
  type GuardReport,
  type HiddenColumns,
  type LiveWitness,
  type LogPlace,
  type LogWitness,
  type RestorePoint,
} from '../../resale/index.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { connectMysql, readServerFacts, type MysqlConnection, type MysqlTarget } from '../../source/mysql/index.ts';
import { readCoordinate } from '../../source/mysql/coordinate.ts';
import { binlogPlace } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { letPass } from '../let-pass.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import type { Moment } from './point-in-time.ts';
import { withShopLog } from './shop-log.ts';

type RestoreInput = Pick<VerbInput<'restore.run'>, 'source' | 'into' | 'until' | 'resaleGuard'>;

export interface GuardPlace {
  readonly target: MysqlTarget;
  readonly plan: RestorePlan;
  /** Names of databases on the target, where they differ. */
  readonly renames: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Decided before anything is restored; `run` comes when everything is there. */
export type ResaleGuard = (place: GuardPlace) => Promise<ResaleResult>;

export interface GuardedRestore {
  readonly input: RestoreInput;
  readonly snapshot: CatalogSnapshot;
  readonly moment: Moment | null;
  readonly vault: VaultKey | null;
}

const nothing = { cards: 0, orders: 0, csv: null } as const;

/**
 * The resale guard of one restore: on unless it was said otherwise, the shop's program has no rules, or nobody will ever sell from the target. The live
 * server is asked now how far its log goes, because what is restored into the same server will stand in that log.
 *
 * Errors: `resale.no-rules` {source} where it was asked for, `usage.bad-argument` for a file, in which nothing can be marked; later those of `guardResale`.
 */
export async function prepareGuard(context: EngineContext, restore: GuardedRestore, run: Run): Promise<ResaleGuard> {
  const { input, snapshot } = restore;
  const isAsked = input.resaleGuard === 'on';
  const skip = (skipped: NonNullable<ResaleResult['skipped']>) => () => Promise.resolve({ ...nothing, skipped });
  if (input.resaleGuard === 'off') return skip('off');
  const source = (await context.home.settings.read()).sources.find(({ name }) => name === input.source) ?? null;
  const selling = await sellingShops(source, snapshot.manifest.source.preset);
  if (selling.length === 0) {
    if (isAsked) throw new AppError('resale.no-rules', { source: input.source });
    return skip('no-rules');
  }
  if (input.into.kind === 'sql') {
    if (isAsked) throw new AppError('usage.bad-argument', { argument: '--resale-guard', reason: 'not-in-a-file' });
    return skip('file');
  }
  if (input.into.kind === 'sandbox' && !isAsked) return skip('sandbox');
  const live = await askLive(context, source, run.signal);
  return async (place) => {
    const groups: GuardedShops[] = [];
    for (const { rules, database } of selling) {
      const databases = shopsIn(place.plan, rules).filter((name) => database === null || name === database);
      if (databases.length === 0) continue;
      const reports = await guardAll(context, { ...restore, rules, source, live }, databases, place, run);
      groups.push({ rules, reports });
    }
    if (groups.length === 0) return { ...nothing, skipped: 'not-restored' };
    const result = await resultOf(context, input.source, groups);
    await context.home.audit.append('resale', {
      source: input.source,
      cards: result.cards,
      orders: result.orders,
      complete: result.complete === true,
    });
    return result;
  };
}

/** A shop whose program says what selling does to its tables, in the names of its own. */
export interface SellingShop {
  readonly rules: ResaleRules;
  /** Null: whatever database has these tables. */
  readonly database: string | null;
}

/** Of a source's shops those that have such rules; what was added before shops were told apart has one, without a prefix. */
export async function sellingShops(source: SavedSource | null, preset: string | null): Promise<SellingShop[]> {
  const presets = await loadPresets();
  const rulesOf = (wanted: string | null) => presets.find(({ id }) => id === wanted)?.resale ?? null;
  if (source?.shops === undefined) {
    const rules = rulesOf(source?.preset ?? preset);
    return rules === null ? [] : [{ rules, database: null }];
  }
  return source.shops.flatMap((shop) => {
    const rules = rulesOf(shop.preset);
    return rules === null ? [] : [{ rules: rulesWithPrefix(rules, shop.prefix), database: shop.database }];
  });
}

/** How the shop's own server answered before the restore. */
type LiveAnswer =
  { readonly isThere: true; readonly end: LogPlace | null } | { readonly isThere: false; readonly code: string };

async function askLive(context: EngineContext, source: SavedSource | null, signal: AbortSignal): Promise<LiveAnswer> {
  if (source === null) return { isThere: false, code: 'source.unknown' };
  try {
    return await withLive(context, source, signal, async (connection) => {
      const { file, position } = await readCoordinate(connection, await readServerFacts(connection));
      return { isThere: true, end: file === null || position === null ? null : { file, position } };
    });
  } catch (error) {
    letPass(error, signal);
    return { isThere: false, code: toAppError(error).code };
  }
}

function withLive<T>(
  context: EngineContext,
  source: SavedSource,
  signal: AbortSignal,
  use: (connection: MysqlConnection) => Promise<T>,
): Promise<T> {
  return withServerSession(accessOfSaved(context.unlocked().keys, source), signal, async ({ target }) => {
    const connection = await connectMysql(target, { signal, lockWaitMs: 3_000 });
    try {
      return await use(connection);
    } finally {
      connection.close();
    }
  });
}

interface OpenGuard extends GuardedRestore {
  readonly rules: ResaleRules;
  readonly source: SavedSource | null;
  readonly live: LiveAnswer;
}

/** One after the other, each of these restored databases. */
async function guardAll(
  context: EngineContext,
  guard: OpenGuard,
  databases: readonly string[],
  { target, renames, signal }: GuardPlace,
  run: Run,
): Promise<GuardReport[]> {
  const { rules, snapshot, source, vault, live } = guard;
  const reports: GuardReport[] = [];
  const sourceId = snapshot.manifest.source.id;
  for (const database of databases) {
    const findings = new Findings();
    const guarded = (log: LogWitness | null, there: LiveWitness | null) =>
      withTarget(target, signal, (connection) =>
        guardResale({
          rules,
          hidden: hiddenOf(rules, database, source),
          database,
          copy: { connection, database: renames.get(database) ?? database },
          ...pointOf(guard),
          log,
          isCaughtUp: live.isThere && isCaughtUp(log, live.end),
          live: there,
          findings,
          clock: context.clock,
          onProgress: (phase, doneItems, totalItems) =>
            run.report({ phase, detail: database, doneBytes: 0, totalBytes: null, doneItems, totalItems }),
          signal,
        }),
      );
    const report = await withShopLog(context, sourceId, vault, findings, { ...run, signal }, async (log) => {
      if (!live.isThere || source === null) {
        findings.add('live-away', { code: live.isThere ? '' : live.code });
        return guarded(log, null);
      }
      return withLiveOrNot(context, source, findings, signal, (connection) =>
        guarded(log, connection === null ? null : { connection, database }),
      );
    });
    reports.push(report);
  }
  return reports;
}

/** With the live server, or with null when it does not answer any more. What `use` fails with is its own. */
async function withLiveOrNot<T>(
  context: EngineContext,
  source: SavedSource,
  findings: Findings,
  signal: AbortSignal,
  use: (connection: MysqlConnection | null) => Promise<T>,
): Promise<T> {
  let result: PromiseSettledResult<T>;
  try {
    [result] = await withLive(context, source, signal, (connection) => Promise.allSettled([use(connection)]));
  } catch (error) {
    letPass(error, signal);
    findings.add('live-away', { code: toAppError(error).code });
    return use(null);
  }
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}

async function withTarget<T>(
  target: MysqlTarget,
  signal: AbortSignal,
  use: (connection: MysqlConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectMysql(target, { signal });
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

function shopsIn({ databases }: RestorePlan, { cards, orders }: ResaleRules): string[] {
  const wanted = new Set([cards.table, orders.table].map((table) => table.toLowerCase()));
  return databases
    .filter(({ tables }) => tables.some(({ schema }) => wanted.has(schema.name.toLowerCase())))
    .map(({ record }) => record.name);
}

export function hiddenOf(rules: ResaleRules, database: string, source: SavedSource | null): HiddenColumns {
  const names = new SecretColumnNames(source?.secretColumns ?? []);
  const hidden = (table: string) => new Set(names.of(database, table));
  return { cards: hidden(rules.cards.table), orders: hidden(rules.orders.table) };
}

/** The moment, and what is undone by stopping just before an event. */
function pointOf({ input, snapshot: { manifest }, moment }: GuardedRestore): {
  readonly point: RestorePoint;
  readonly undone: LogPlace | null;
} {
  if (moment !== null) {
    const place = binlogPlace(moment.replay.stretch, moment.replay.stop);
    const atMs = Date.parse(moment.lastCommitAt ?? manifest.at);
    return { point: { place, atMs }, undone: input.until?.kind === 'event' ? place : null };
  }
  return { point: { place: exactPlace(manifest), atMs: Date.parse(manifest.at) }, undone: null };
}

function exactPlace({ coordinate: { file, position }, lock }: Manifest): LogPlace | null {
  return lock.coordinateExact === true && file !== null && position !== null ? { file, position } : null;
}

/** Of the stretch that was stored last: an older one may hold a file of the same name. */
function isCaughtUp(log: LogWitness | null, end: LogPlace | null): boolean {
  if (log === null || end === null) return false;
  const storedAt = ({ records }: LogWitness['stretches'][number]) => records.at(-1)?.record.closedAt ?? '';
  const [newest] = [...log.stretches].sort((a, b) => storedAt(b).localeCompare(storedAt(a)));
  return newest?.records.some(({ record }) => record.file === end.file && record.to >= end.position) === true;
}

/** What was found in the databases of shops with the same rules. */
export interface GuardedShops {
  readonly rules: ResaleRules;
  readonly reports: readonly GuardReport[];
}

/** What all shops of a source come to; the list is written. */
export async function resultOf(
  context: EngineContext,
  source: string,
  groups: readonly GuardedShops[],
): Promise<ResaleResult> {
  const all = groups.flatMap(({ reports }) => reports);
  const sum = (of: (report: GuardReport) => number) => all.reduce((total, report) => total + of(report), 0);
  const lists = groups.flatMap(({ rules, reports }) => {
    const rows = reports.flatMap((report) => report.followUps);
    const types = new Map(reports.flatMap((report) => [...report.orderTypes]));
    return rows.length === 0 ? [] : [followUpCsv(rows, { rules, types }, context.language)];
  });
  return {
    cards: sum(({ cards }) => cards),
    orders: sum(({ orders }) => orders),
    csv: lists.length === 0 ? null : await writeList(context, source, joinedLists(lists)),
    shared: sum(({ shared }) => shared),
    complete: all.every((report) => report.isComplete),
    unread: all.flatMap((report) => [...report.gaps]),
  };
}

/** One list: a spreadsheet takes the mark at the beginning only once. */
function joinedLists([first = '', ...rest]: readonly string[]): string {
  return first + rest.map((list) => list.replace(/^\uFEFF/, '')).join('');
}

/** It names buyers: for the owner's eyes. */
async function writeList({ home, clock }: EngineContext, source: string, text: string): Promise<string> {
  const folder = join(home.dir, 'resale');
  await makeFolder(folder);
  const at = new Date(clock.nowMs()).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const path = join(folder, `${source}-${at}Z-${newId().slice(0, 4)}.csv`);
  await writeFileDurably(path, text);
  return path;
}
