import type { CountResult, LedgerBreakdown, LedgerResult, TableSchema } from '../../../shared/model/database.ts';
import type { CheckResult, Manifest } from '../../../shared/model/snapshot.ts';
import { judgeClock } from '../../../shared/model/clock-check.ts';
import { lostObjectsCheck, objectText, type LostObject } from '../../../shared/model/lost-objects.ts';
import { isSecretPattern } from '../../../shared/model/secret-columns.ts';
import { brokenViewsCheck, lostChecks } from '../../../shared/model/lost-tables.ts';
import type { OrphanedObject } from '../source/mysql/index.ts';
import { conditionsOf, figureOf, type FigureDefinition } from '../source/mysql/rows/index.ts';
import { fullName } from './capture-context.ts';
import type { LostTable } from './lost-table.ts';

/**
 * The checks of one run, as values in, values out. A check that does not hold keeps the snapshot (it may be the last there is)
 * and takes its green light.
 */

/** Below this many rows the halving of a shop is everyday life; above it nobody deletes half of everything by intention. */
const plausibilityFloorRows = 1000;
/** How long a shrunken shop is held against its size before: so many nights to notice. Then its new size is normal. */
const memoryMs = 7 * 24 * 3_600_000;
const mostNames = 20;

export interface RunFindings {
  readonly tables: Manifest['tables'];
  readonly ledgers: readonly LedgerResult[];
  readonly breakdowns: readonly LedgerBreakdown[];
  readonly counts: readonly CountResult[];
  /** Ledgers and counts that could not be computed, because their table or a column is not there. */
  readonly missingLedgers: readonly string[];
  readonly secretColumns: readonly string[];
  /** Of these, those that look like cards, and the owner has not said so. */
  readonly askedColumns: readonly string[];
  /** Of these, those that name no stored column. */
  readonly missingSecrets: readonly string[];
  readonly digestsCompared: number;
  /** Tables that the server has and this snapshot has not. */
  readonly lost: readonly { readonly table: string; readonly reason: LostTable['reason'] }[];
  /** Other objects that the server has and this snapshot has not. */
  readonly lostObjects: readonly LostObject[];
  /** Views that the server itself can no longer use. Their definitions are kept. */
  readonly brokenViews: readonly string[];
  /** Objects whose definer does not exist. Their definitions are kept. */
  readonly orphans: readonly OrphanedObject[];
  /** Tables that the server could send but not digest. */
  readonly undigested: readonly string[];
  /** Tables that nothing kept still, and of these the ones that were seen to change meanwhile. */
  readonly unisolated: readonly string[];
  readonly moved: readonly string[];
  readonly previous: Manifest | null;
  /** The instant of the snapshot. */
  readonly atMs: number;
  /** How far the clock that says so is ahead of the server's. */
  readonly clockAheadMs: number | null;
}

export function judgeRun(findings: RunFindings): CheckResult[] {
  const { tables, ledgers, missingLedgers, secretColumns, missingSecrets, unisolated, moved } = findings;
  const rows = rowsOf(tables);
  // What is not there at all comes first: it is the reason of much that may follow.
  return [
    judgeReadable(findings),
    judgeSchema(findings),
    ...judgeLostObjects(findings),
    { id: 'rows-equal-count', ok: moved.length === 0, facts: { tables: tables.length, rows } },
    judgeDigests(findings),
    ...judgeLedgers(ledgers),
    ...judgeGroups(findings),
    ...found('ledgers-found', ledgers.length + missingLedgers.length, missingLedgers, 'ledgers'),
    ...found('secrets-found', secretColumns.length, missingSecrets, 'columns'),
    ...judgeAsked(findings.askedColumns),
    { id: 'tables-isolated', ok: unisolated.length === 0, facts: named(unisolated) },
    judgeTables(findings),
    judgeSize(rows, findings),
    ...judgeObjects(findings),
    ...judgeClock(findings.clockAheadMs),
  ];
}

/** Every table of the server that this account may not read, or that the server itself cannot: all of them, a restore names them. */
function judgeReadable({ lost }: RunFindings): CheckResult {
  const namesOf = (reason: LostTable['reason']) =>
    lost.filter((each) => each.reason === reason).map(({ table }) => table);
  const [denied, damaged] = [namesOf('denied'), namesOf('damaged')];
  const facts = {
    ...(denied.length === 0 ? {} : { denied: denied.join(', ') }),
    ...(damaged.length === 0 ? {} : { damaged: damaged.join(', ') }),
  };
  const all = [...denied, ...damaged];
  return {
    id: lostChecks.unreadable,
    ok: all.length === 0,
    facts: all.length === 0 ? {} : { tables: all.join(', '), ...facts },
  };
}

/** All of them are named, with their kind and what is wrong. Everything else is in the snapshot. */
function judgeLostObjects({ lostObjects }: RunFindings): CheckResult[] {
  if (lostObjects.length === 0) return [];
  const textOf = (reason: LostObject['reason']) =>
    lostObjects
      .filter((each) => each.reason === reason)
      .map(objectText)
      .join(', ');
  const [denied, damaged] = [textOf('denied'), textOf('damaged')];
  const facts = { ...(denied === '' ? {} : { denied }), ...(damaged === '' ? {} : { damaged }) };
  const objects = [denied, damaged].filter((text) => text !== '').join(', ');
  return [{ id: lostObjectsCheck, ok: false, facts: { objects, ...facts } }];
}

function judgeSchema({ lost }: RunFindings): CheckResult {
  const moved = lost.filter(({ reason }) => reason === 'moved').map(({ table }) => table);
  return {
    id: lostChecks.moved,
    ok: moved.length === 0,
    facts: moved.length === 0 ? {} : { tables: moved.join(', ') },
  };
}

/** Rows that only the server's own digest could not be had for are counted and kept: said, and not a failure. */
function judgeDigests({ moved, digestsCompared: ranges, undigested }: RunFindings): CheckResult {
  const facts = undigested.length === 0 ? { ranges } : { ranges, ...named(undigested), warning: true };
  return { id: 'digest-equal', ok: moved.length === 0, facts };
}

/** Sick in the shop itself, whole in the snapshot. A broken view fails whoever asks it; an account can be made again any time. */
function judgeObjects({ brokenViews, orphans }: RunFindings): CheckResult[] {
  const listed = (names: readonly string[]) => ({ objects: names.slice(0, mostNames).join(', ') });
  const described = orphans.map(({ database, kind, name, definer }) => `${kind} ${database}.${name} (${definer})`);
  return [
    ...(brokenViews.length === 0
      ? []
      : [{ id: brokenViewsCheck, ok: false, facts: { objects: brokenViews.join(', ') } }]),
    ...(described.length === 0
      ? []
      : [{ id: 'definers-exist', ok: true, facts: { ...listed(described), warning: true } }]),
  ];
}

/** Money that nobody can add up is said before money that differs: it is the reason, and has another remedy. */
function judgeLedgers(ledgers: readonly LedgerResult[]): CheckResult[] {
  const unreadable = ledgers.filter((ledger) => ledger.unreadable !== undefined);
  const others = ledgers.filter((ledger) => ledger.unreadable === undefined);
  const facts = {
    ledger: unreadable
      .map(({ name }) => name)
      .slice(0, mostNames)
      .join(', '),
    amounts: unreadable.reduce((sum, ledger) => sum + (ledger.unreadable ?? 0), 0),
  };
  return [
    ...(unreadable.length === 0 ? [] : [{ id: 'ledgers-readable', ok: false, facts }]),
    { id: 'ledger-equal', ok: others.every(({ equal }) => equal), facts: { ledgers: others.length } },
  ];
}

/** Money told apart, and what was counted: the server and the captured rows say the same of every group. */
function judgeGroups({ breakdowns, counts }: RunFindings): CheckResult[] {
  const judged = (id: string, all: readonly { readonly name: string; readonly equal: boolean }[]): CheckResult[] => {
    const different = all.filter(({ equal }) => !equal).map(({ name }) => name);
    const facts = different.length === 0 ? {} : { different: different.slice(0, mostNames).join(', ') };
    return all.length === 0 ? [] : [{ id, ok: different.length === 0, facts: { compared: all.length, ...facts } }];
  };
  return [
    ...judged(
      'breakdown-equal',
      breakdowns.map(({ ledger, equal }) => ({ name: ledger, equal })),
    ),
    ...judged('counts-equal', counts),
  ];
}

/** Sealed, so that nothing is lost by waiting for an answer. */
function judgeAsked(columns: readonly string[]): CheckResult[] {
  if (columns.length === 0) return [];
  return [{ id: 'columns-asked', ok: true, facts: { columns: columns.slice(0, mostNames).join(', '), warning: true } }];
}

/** Nothing was asked for: no check, because a tick would stand for nothing. */
function found(id: string, wanted: number, missing: readonly string[], what: string): CheckResult[] {
  if (wanted === 0) return [];
  const ok = missing.length === 0;
  return [{ id, ok, facts: ok ? { wanted } : { wanted, [what]: missing.slice(0, mostNames).join(', ') } }];
}

/**
 * An empty shop, or one that lost more than half of its rows, is never green. The loss is remembered, so that the second night after
 * a disaster is as red as the first.
 */
function judgeSize(rows: number, { previous, atMs }: RunFindings): CheckResult {
  const before = remembered(previous, 'plausible-size', atMs);
  const rowsBefore = Math.max(
    previous === null ? 0 : rowsOf(previous.tables),
    before === null ? 0 : Number(before.facts['rowsBefore'] ?? 0),
  );
  const ok = rows > 0 && (rowsBefore < plausibilityFloorRows || rows * 2 >= rowsBefore);
  const since = ok ? {} : { since: sinceOf(before, previous) };
  return { id: 'plausible-size', ok, facts: { rows, rowsBefore, ...since } };
}

/** Tables that held rows the last time and are gone, and large ones that are empty now. */
function judgeTables({ tables, previous, atMs }: RunFindings): CheckResult {
  const before = remembered(previous, 'tables-still-there', atMs);
  const now = new Map(tables.map((table) => [fullName(table), table.rows]));
  const gone = (previous?.tables ?? [])
    .filter((table) => {
      const rows = now.get(fullName(table));
      return (rows === undefined && table.rows > 0) || (rows === 0 && table.rows >= plausibilityFloorRows);
    })
    .map(fullName);
  const goneBefore = (before === null ? '' : String(before.facts['tables'] ?? '')).split(', ').filter((name) => name);
  const still = goneBefore.filter((name) => (now.get(name) ?? 0) === 0);
  const missing = [...new Set([...still, ...gone])];
  // A table that went today starts the time anew; one that is only still missing does not.
  const since = sinceOf(gone.length > 0 ? null : before, previous);
  const ok = missing.length === 0;
  return { id: 'tables-still-there', ok, facts: ok ? {} : { ...named(missing), since } };
}

/** The last run's check when it failed and that is not too long ago. */
function remembered(previous: Manifest | null, id: string, atMs: number): CheckResult | null {
  const check = previous?.checks.find((each) => each.id === id && !each.ok);
  const sinceMs = Date.parse(String(check?.facts['since'] ?? ''));
  return check === undefined || Number.isNaN(sinceMs) || atMs - sinceMs > memoryMs ? null : check;
}

function sinceOf(before: CheckResult | null, previous: Manifest | null): string {
  return before === null ? (previous?.at ?? '') : String(before.facts['since'] ?? '');
}

/** The tables that are meant, for people; nothing when there are none. */
function named(tables: readonly string[]): CheckResult['facts'] {
  return tables.length === 0 ? {} : { tables: tables.slice(0, mostNames).join(', ') };
}

function rowsOf(tables: Manifest['tables']): number {
  return tables.reduce((sum, table) => sum + table.rows, 0);
}

/** Ledgers or counts that this schema can answer, and the names of the others. A second one of a name is not counted twice. */
export function splitFigures<T extends FigureDefinition>(
  figures: readonly T[],
  tables: readonly TableSchema[],
): { readonly usable: T[]; readonly missing: string[] } {
  const usable: T[] = [];
  const missing: string[] = [];
  for (const definition of figures) {
    const schema = tables.find(({ database, name }) => database === definition.database && name === definition.table);
    const { amountColumn } = figureOf(definition);
    const wanted = [
      ...(amountColumn === null ? [] : [amountColumn]),
      ...conditionsOf(definition).map(({ column }) => column),
    ];
    const isThere =
      schema !== undefined &&
      wanted.every((name) => schema.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()));
    const isNew = usable.every(({ name }) => name !== definition.name);
    if (isThere && isNew) usable.push(definition);
    else missing.push(definition.name);
  }
  return { usable, missing };
}

/** Entries of `wanted` (`table.column` or `database.table.column`, lower case) that no sealed column answers to; a pattern need not find any. */
export function missingSecretColumns(wanted: readonly string[], tables: readonly TableSchema[]): string[] {
  const sealed = new Set(
    tables.flatMap(({ database, name, columns }) =>
      columns
        .filter(({ secret }) => secret)
        .flatMap((column) => {
          const short = `${name}.${column.name}`.toLowerCase();
          return [short, `${database.toLowerCase()}.${short}`];
        }),
    ),
  );
  return wanted.filter((name) => !isSecretPattern(name) && !sealed.has(name.toLowerCase()));
}
