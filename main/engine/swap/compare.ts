import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { Column, LedgerDefinition, SchemaObject, TableSchema } from '../../../shared/model/database.ts';
import type { SwapComparison, TableComparison } from '../../../shared/model/swap.ts';
import type { Clock } from '../platform/clock.ts';
import { digestRange, quoteName, quoteTable, serverErrno } from '../source/mysql/index.ts';
import { targetLedger, type LoadSession } from '../source/mysql/load/index.ts';
import { sameDecimalText } from '../source/mysql/rows/index.ts';
import { sameObject } from './converge.ts';
import type { Prepared } from './prepare.ts';
import type { Picture, PicturedTable } from './picture.ts';

export interface CompareRequest {
  readonly session: LoadSession;
  readonly prepared: Prepared;
  readonly ledgers: readonly LedgerDefinition[];
  /** For everything together; what does not fit into it is told as not known. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly onTable: (table: string, done: number, total: number) => void;
  readonly signal: AbortSignal;
}

const queryTooLong = new Set([1317, 1969, 3024]);
const wholeTable = { lower: null, upper: null };

/**
 * What an exchange would bring back and take away. Both sides are on one server, so the server itself compares: a digest of each table first, and where they
 * differ the rows by their key. Reads only, inside a time limit; each statement has the server's own limit too.
 */
export async function compareShops(request: CompareRequest): Promise<SwapComparison> {
  const { prepared, clock, onTable, ledgers } = request;
  const startedMs = clock.monotonicMs();
  const bounded = new Bounded(request, startedMs + request.limitMs);
  const { exchange, pictures } = prepared;
  const pairs = exchange.databases.flatMap(({ live, from }) =>
    pairsOf(pictured(pictures, live), pictured(pictures, from)),
  );
  const tables: TableComparison[] = [];
  for (const [index, pair] of pairs.entries()) {
    onTable(`${pair.database}.${pair.name}`, index, pairs.length);
    tables.push(
      await compareTable(
        bounded,
        pair,
        exchange.tables.some(
          ({ database, name, leaves }) => leaves && database === pair.database && name === pair.name,
        ),
      ),
    );
  }
  const sum = (pick: (table: TableComparison) => number | null) =>
    tables.filter(({ stays }) => !stays).reduce((all, table) => all + (pick(table) ?? 0), 0);
  const comparison: SwapComparison = {
    databases: exchange.databases.map(({ live, from }) => ({
      name: live,
      beside: from,
      isLiveThere: pictured(pictures, live).isThere,
    })),
    tables,
    objects: exchange.whole ? objectChanges(prepared) : [],
    ledgers: [],
    totals: {
      comeBack: sum(({ comeBack }) => comeBack),
      goAway: sum(({ goAway }) => goAway),
      change: sum(({ change }) => change),
      tablesComeBack: tables.filter(({ live }) => live === null).length,
      tablesGoAway: tables.filter(({ restored, stays }) => restored === null && !stays).length,
      complete: tables.every(
        (each) => each.stays || [each.comeBack, each.goAway, each.change].every((rows) => rows !== null),
      ),
    },
    durationMs: 0,
  };
  for (const ledger of ledgers) comparison.ledgers.push(await compareLedger(bounded, prepared, ledger));
  comparison.durationMs = Math.round(clock.monotonicMs() - startedMs);
  return comparison;
}

interface Pair {
  readonly database: string;
  readonly beside: string;
  readonly name: string;
  readonly live: PicturedTable | null;
  readonly restored: PicturedTable | null;
}

function pictured(pictures: readonly Picture[], database: string): Picture {
  const found = pictures.find((each) => each.database === database);
  if (found === undefined) throw new Error(`no picture of ${database}`);
  return found;
}

function pairsOf(live: Picture, beside: Picture): Pair[] {
  const names = [...new Set([...live.tables, ...beside.tables].map(({ schema }) => schema.name))].sort();
  const named = (picture: Picture, name: string) => picture.tables.find(({ schema }) => schema.name === name) ?? null;
  return names.map((name) => ({
    database: live.database,
    beside: beside.database,
    name,
    live: named(live, name),
    restored: named(beside, name),
  }));
}

async function compareTable(bounded: Bounded, pair: Pair, leaves: boolean): Promise<TableComparison> {
  const { database, beside, name, live, restored } = pair;
  const names = (table: PicturedTable | null) => table?.schema.columns.map((column) => column.name) ?? [];
  const stays = restored === null && !leaves;
  const result: TableComparison = {
    database,
    table: name,
    live: live === null ? null : stays ? estimate(live) : await bounded.rows(database, live),
    restored: restored === null ? null : await bounded.rows(beside, restored),
    same: null,
    comeBack: null,
    goAway: null,
    change: null,
    columnsOnlyLive: restored === null ? [] : names(live).filter((column) => !names(restored).includes(column)),
    columnsOnlyRestored: live === null ? [] : names(restored).filter((column) => !names(live).includes(column)),
    stays,
  };
  const alone = { comeBack: 0, goAway: 0, change: 0 };
  if (live === null)
    return { ...result, ...alone, comeBack: result.restored?.exact === true ? result.restored.rows : null };
  if (stays) return { ...result, ...alone };
  if (restored === null) return { ...result, ...alone, goAway: result.live?.exact === true ? result.live.rows : null };
  if (!sameColumns(live.schema, restored.schema)) return { ...result, ...(await bounded.byKey(pair, false)) };
  const same = await bounded.same(pair);
  return same === true ? { ...result, ...alone, same } : { ...result, same, ...(await bounded.byKey(pair, true)) };
}

function estimate({ estimatedRows }: PicturedTable): { rows: number; exact: boolean } {
  return { rows: estimatedRows, exact: false };
}

function sameColumns(one: TableSchema, other: TableSchema): boolean {
  const text = ({ columns }: TableSchema) =>
    JSON.stringify(columns.map(({ name, columnType, charset }) => [name, columnType, charset]));
  return text(one) === text(other);
}

/** Statements with a share of the time that is left; null: it did not suffice. */
class Bounded {
  readonly #request: CompareRequest;
  readonly #untilMs: number;

  constructor(request: CompareRequest, untilMs: number) {
    this.#request = request;
    this.#untilMs = untilMs;
  }

  async rows(database: string, table: PicturedTable): Promise<{ rows: number; exact: boolean }> {
    const rows = await this.#count(`SELECT COUNT(*) AS n FROM ${quoteTable(database, table.schema.name)}`);
    return rows === null ? estimate(table) : { rows, exact: true };
  }

  async same({ database, beside, live, restored }: Pair): Promise<boolean | null> {
    if (live === null || restored === null) return null;
    const { session, signal } = this.#request;
    const digest = (place: string, { schema }: PicturedTable) =>
      this.within(() => digestRange(session.connection, session.flavour, place, schema, wholeTable, 'open', signal));
    const [one, other] = [await digest(database, live), await digest(beside, restored)];
    if (one === null || other === null) return null;
    return one.rows === other.rows && one.digest === other.digest && one.sum === other.sum;
  }

  async byKey(
    { database, beside, name, live, restored }: Pair,
    withContents: boolean,
  ): Promise<Pick<TableComparison, 'comeBack' | 'goAway' | 'change'>> {
    const key = live?.schema.key ?? null;
    if (
      live === null ||
      restored === null ||
      key === null ||
      JSON.stringify(key) !== JSON.stringify(restored.schema.key)
    )
      return { comeBack: null, goAway: null, change: null };
    const [l, r] = [`${quoteTable(database, name)} l`, `${quoteTable(beside, name)} r`];
    const match = key.map((column) => `l.${quoteName(column)} = r.${quoteName(column)}`).join(' AND ');
    const only = (side: string, other: string) =>
      this.#count(`SELECT COUNT(*) AS n FROM ${side} WHERE NOT EXISTS (SELECT 1 FROM ${other} WHERE ${match})`);
    const contents = live.schema.columns.filter((column) => !key.includes(column.name)).map(sameValue);
    return {
      comeBack: await only(r, l),
      goAway: await only(l, r),
      change: !withContents
        ? null
        : contents.length === 0
          ? 0
          : await this.#count(
              `SELECT COUNT(*) AS n FROM ${l} JOIN ${r} ON ${match} WHERE NOT (${contents.join(' AND ')})`,
            ),
    };
  }

  async within<T>(ask: () => Promise<T>): Promise<T | null> {
    const { session, clock, signal } = this.#request;
    const leftMs = Math.floor(this.#untilMs - clock.monotonicMs());
    if (leftMs <= 0) return null;
    const limit =
      session.flavour === 'mariadb' ? `max_statement_time=${leftMs / 1000}` : `max_execution_time=${leftMs}`;
    await session.tryTo(`SET SESSION ${limit}`, new Set([1193]), signal);
    try {
      return await ask();
    } catch (error) {
      // A digest that could not be computed (a value beyond the packet), or a table that the server cannot read: not known.
      const isUnknown = isAppErrorOf(
        error,
        'mysql.warnings',
        'mysql.query-failed',
        'table.unknown',
        'mysql.schema-moved',
      );
      if (session.connection.isOpen && (isUnknown || queryTooLong.has(serverErrno(error)))) return null;
      throw error;
    } finally {
      const none = session.flavour === 'mariadb' ? 'max_statement_time=0' : 'max_execution_time=0';
      if (session.connection.isOpen) await session.tryTo(`SET SESSION ${none}`, new Set([1193]), signal);
    }
  }

  async #count(sql: string): Promise<number | null> {
    return this.within(async () => {
      const [row] = await this.#request.session.rows(sql, this.#request.signal);
      const value = row?.get('n');
      if (value === null || value === undefined) throw new AppError('unexpected', {});
      return Number(value);
    });
  }

  async ledger(database: string, schema: TableSchema, ledger: LedgerDefinition) {
    return this.within(() => targetLedger(this.#request.session, database, schema, ledger, this.#request.signal));
  }
}

/** Octet for octet where a collation would call other text equal. */
function sameValue({ name, charset }: Column): string {
  const [l, r] = [`l.${quoteName(name)}`, `r.${quoteName(name)}`];
  return charset === null ? `${l} <=> ${r}` : `CAST(${l} AS BINARY) <=> CAST(${r} AS BINARY)`;
}

function objectChanges({ exchange }: Prepared): SwapComparison['objects'] {
  const changes: SwapComparison['objects'] = [];
  const add = (database: string, { kind, name }: SchemaObject, effect: 'comes-back' | 'goes-away' | 'changes') => {
    if (kind !== 'sequence') changes.push({ database, kind, name, effect });
  };
  for (const { database, objects } of exchange.wanted) {
    const now = exchange.leaving.find((each) => each.database === database)?.objects ?? [];
    const twin = (list: readonly SchemaObject[], { kind, name }: SchemaObject) =>
      list.find((each) => each.kind === kind && each.name === name);
    for (const object of objects) {
      const other = twin(now, object);
      if (other === undefined) add(database, object, 'comes-back');
      else if (!sameObject(object, other)) add(database, object, 'changes');
    }
    for (const object of now) if (twin(objects, object) === undefined) add(database, object, 'goes-away');
  }
  return changes;
}

async function compareLedger(
  bounded: Bounded,
  { exchange, pictures }: Prepared,
  ledger: LedgerDefinition,
): Promise<SwapComparison['ledgers'][number]> {
  const places = exchange.databases.find(({ live }) => live === ledger.database);
  const sums = async (database: string | undefined) => {
    const table = pictures
      .find((each) => each.database === database)
      ?.tables.find(({ schema }) => schema.name === ledger.table);
    if (database === undefined || table === undefined) return null;
    const found = await bounded.ledger(database, table.schema, ledger);
    if (found === null) return null;
    const { rows, sum, unreadable } = found;
    return { name: ledger.name, rows, sum, ...(unreadable > 0 ? { unreadable } : {}) };
  };
  const live = await sums(places?.live);
  const restored = await sums(places?.from);
  const equal =
    live === null || restored === null ? null : live.rows === restored.rows && sameDecimalText(live.sum, restored.sum);
  return { name: ledger.name, currency: ledger.currency, live, restored, equal };
}
