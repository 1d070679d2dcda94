import type { Breakdown, Dimension, Group } from '../../../shared/model/breakdown.ts';
import type { ShrinkFinding } from '../../../shared/model/retention.ts';
import { distance, roundedUnits, scaledSum } from './scaled-sum.ts';

/** A ledger told apart, as one snapshot keeps it. */
export interface LedgerPicture {
  readonly name: string;
  readonly rows: number;
  readonly paidValues: readonly string[];
  /** Of the shop's days. */
  readonly utcOffsetMinutes: number;
  readonly by: Breakdown;
}

/** Cards that are for sale, and the table that holds them with the sold ones. */
export interface StockPicture {
  readonly name: string;
  readonly unsold: number;
  readonly tableRows: number;
  /** What the next row will be numbered; null: its rows have no such number. */
  readonly nextNumber: bigint | null;
  readonly byProduct: Dimension | null;
}

export interface MoneyPicture {
  readonly ledgers: readonly LedgerPicture[];
  readonly stocks: readonly StockPicture[];
}

export interface MoneyPoint {
  readonly id: string;
  readonly at: string;
  readonly isComplete: boolean;
  readonly money: MoneyPicture | null;
}

/**
 * What counts as odd. A shop that works sells, refunds a few per cent, restocks, and clears away orders that nobody paid. Paid orders do not become
 * fewer, days that are over change by a refund or a late payment, and cards that were sold do not come back.
 */
const limits = {
  /** Paid orders that became something else: so many, and this share of them. */
  flip: { rows: 20, percent: 1n },
  /** Of the status that most orders end in. */
  end: { rows: 20, percent: 10n, among: 200 },
  /** A day that is over: so many orders fewer or more, and this share; or the same orders with other amounts. */
  day: { rows: 5, percentFewer: 30n, percentMore: 50n, percentSum: 20n },
  back: { cards: 10, percent: 5n },
  /** Stock that is gone at once, far beyond what was sold. */
  empty: { cards: 50, percentLeft: 10n, cardsPerOrder: 10 },
} as const;

/** A payment, or the settling of an order, may be late by so much. */
const settledAfterMs = 3 * 3_600_000;
const dayMs = 86_400_000;
const mostDays = 5;

interface Found {
  readonly finding: ShrinkFinding;
  /** The newest snapshot has it no more: it was put right. */
  readonly isUndone: (newest: MoneyPicture) => boolean;
}

/**
 * What happened to the money between two snapshots, anywhere in the timeline since a person confirmed one, and was not put right since. Needs no log. Only
 * complete snapshots that tell their money apart are looked at; `timeline` is one source's, oldest first.
 */
export function findMoneyAlarms(timeline: readonly MoneyPoint[], confirmed: ReadonlySet<string>): ShrinkFinding[] {
  const from = Math.max(
    0,
    timeline.findLastIndex(({ id }) => confirmed.has(id)),
  );
  const points = timeline.slice(from).filter(({ id, isComplete }) => isComplete || confirmed.has(id));
  const told = points.flatMap(({ at, money }) => (money === null ? [] : [{ at, money }]));
  const newest = told.at(-1);
  if (newest === undefined) return [];
  const found = told.slice(1).flatMap((after, index): Found[] => {
    const before = told[index];
    return before === undefined ? [] : between(told.slice(0, index + 1), after);
  });
  const open = found.filter(({ isUndone }) => !isUndone(newest.money));
  // The first time that something was seen is when it began.
  const first = new Map(open.toReversed().map((each) => [keyOf(each.finding), each]));
  return [...first.values()].toReversed().map(({ finding }) => finding);
}

interface Told {
  readonly at: string;
  readonly money: MoneyPicture;
}

/** The last of `earlier` against what comes after it. */
function between(earlier: readonly Told[], { at: since, money: after }: Told): Found[] {
  const before = earlier.at(-1)?.money ?? { ledgers: [], stocks: [] };
  const ledgers = before.ledgers.flatMap((ledger) => {
    const now = after.ledgers.find(({ name }) => name === ledger.name);
    return now === undefined ? [] : [...flips(ledger, now, since), ...closedDays(earlier, ledger, now, since)];
  });
  const sold = after.ledgers.reduce(
    (all, now) =>
      all + Math.max(0, now.rows - (before.ledgers.find(({ name }) => name === now.name)?.rows ?? now.rows)),
    0,
  );
  const stocks = before.stocks.flatMap((stock) => {
    const now = after.stocks.find(({ name }) => name === stock.name);
    return now === undefined ? [] : stockChange(stock, now, sold, since);
  });
  return [...ledgers, ...stocks];
}

/** Paid orders that are unpaid or refunded now, and orders that had come to their end and have not any more. */
function flips(before: LedgerPicture, now: LedgerPicture, since: string): Found[] {
  const [old, fresh] = [before.by.status, now.by.status];
  if (old === undefined || fresh === undefined || old.tooMany === true || fresh.tooMany === true) return [];
  const paid = new Set(before.paidValues);
  const rowsOf = (dimension: Dimension, value: string | null) =>
    dimension.of.find(([each]) => each === value)?.[1] ?? 0;
  const values = [...new Set([...old.of, ...fresh.of].map(([value]) => value))];
  const gains = values
    .map((value) => ({ value, gain: rowsOf(fresh, value) - rowsOf(old, value), before: rowsOf(old, value) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
  const found = (value: string | null, rowsBefore: number, rowsAfter: number, into: (typeof gains)[number]): Found => ({
    finding: {
      kind: 'status-flip',
      name: before.name,
      detail: `${value ?? 'NULL'} → ${into.value ?? 'NULL'}`,
      before: rowsBefore,
      after: rowsAfter,
      since,
    },
    // Most of what went there has left again.
    isUndone: ({ ledgers }) => {
      const status = ledgers.find(({ name }) => name === before.name)?.by.status;
      return status !== undefined && (rowsOf(status, into.value) - into.before) * 5 < into.gain;
    },
  });
  const fell = before.rows - now.rows;
  const other = gains.find(({ value }) => value === null || !paid.has(value));
  const isFlip = fell >= limits.flip.rows && isShare(fell, before.rows, limits.flip.percent);
  if (isFlip && other !== undefined && other.gain * 2 >= fell) {
    const loser = values
      .filter((value) => value !== null && paid.has(value))
      .sort((a, b) => rowsOf(fresh, a) - rowsOf(old, a) - (rowsOf(fresh, b) - rowsOf(old, b)))[0];
    return [found(loser ?? null, before.rows, now.rows, other)];
  }
  const [end] = old.of.filter(([value]) => value !== null && paid.has(value)).sort(([, a], [, b]) => b - a);
  if (end === undefined || end[1] < limits.end.among) return [];
  const endFell = end[1] - rowsOf(fresh, end[0]);
  const into = gains.find(({ value }) => value !== end[0]);
  const isBack = endFell >= limits.end.rows && isShare(endFell, end[1], limits.end.percent);
  return isBack && into !== undefined && into.gain * 2 >= endFell
    ? [found(end[0], end[1], rowsOf(fresh, end[0]), into)]
    : [];
}

/** Days that were over, and paid, when the earlier snapshot was taken. */
function closedDays(earlier: readonly Told[], before: LedgerPicture, now: LedgerPicture, since: string): Found[] {
  const [old, fresh] = [before.by.day, now.by.day];
  if (old === undefined || fresh === undefined || old.tooMany === true || fresh.tooMany === true) return [];
  const oldest = fresh.rest === undefined ? '' : lastDayOf(fresh);
  const changed = old.of.flatMap(([day, rows, sum]): Found[] => {
    if (day === null || day < oldest) return [];
    const isOver = ({ at }: Told) => isOverBy(day, before.utcOffsetMinutes, at);
    const last = earlier.at(-1);
    if (last === undefined || !isOver(last)) return [];
    const [, rowsNow, sumNow] = groupOf(fresh, day);
    const figuresNow = { rows: rowsNow, sum: sumNow };
    if (!isOddDay({ rows, sum }, figuresNow)) return [];
    // It was so before: what happened to it has been put right.
    const isReturn = earlier.filter(isOver).some(({ money }) => {
      const then = money.ledgers.find(({ name }) => name === before.name)?.by.day;
      const group = then?.of.find(([value]) => value === day);
      return group !== undefined && !isOddDay({ rows: group[1], sum: group[2] }, figuresNow);
    });
    if (isReturn) return [];
    return [
      {
        finding: {
          kind: 'closed-day',
          name: before.name,
          detail: day,
          before: roundedUnits(scaledSum(sum)),
          after: roundedUnits(scaledSum(sumNow)),
          exact: { before: sum, after: sumNow, rowsBefore: rows, rowsAfter: rowsNow },
          since,
        },
        isUndone: ({ ledgers }) => {
          const there = ledgers.find(({ name }) => name === before.name)?.by.day;
          if (there === undefined || (there.rest !== undefined && day < lastDayOf(there))) return false;
          const [, rowsThen, sumThen] = groupOf(there, day);
          return !isOddDay({ rows, sum }, { rows: rowsThen, sum: sumThen });
        },
      },
    ];
  });
  const rowsOff = ({ finding: { exact } }: Found) => Math.abs((exact?.rowsBefore ?? 0) - (exact?.rowsAfter ?? 0));
  return changed.sort((a, b) => rowsOff(b) - rowsOff(a)).slice(0, mostDays);
}

function keyOf({ kind, name, detail }: ShrinkFinding): string {
  return `${kind} ${name} ${detail ?? ''}`;
}

/** False for what is no day. */
function isOverBy(day: string, utcOffsetMinutes: number, at: string): boolean {
  const overMs = Date.parse(`${day}T00:00:00Z`) + dayMs - utcOffsetMinutes * 60_000;
  return overMs + settledAfterMs <= Date.parse(at);
}

interface DayFigures {
  readonly rows: number;
  readonly sum: string;
}

function isOddDay(before: DayFigures, now: DayFigures): boolean {
  const { rows, percentFewer, percentMore, percentSum } = limits.day;
  const change = now.rows - before.rows;
  if (change <= -rows) return isShare(-change, before.rows, percentFewer);
  if (change >= rows) return isShare(change, before.rows, percentMore);
  if (change !== 0 || before.rows < rows) return false;
  const [old, fresh] = [scaledSum(before.sum), scaledSum(now.sum)];
  return distance(old, fresh) * 100n > distance(old, 0n) * percentSum;
}

/** Cards that were sold and are for sale again, and a stock that is gone without having been sold. */
function stockChange(before: StockPicture, now: StockPicture, orders: number, since: string): Found[] {
  const rise = now.unsold - before.unsold;
  const added = now.tableRows - before.tableRows;
  const come =
    before.nextNumber === null || now.nextNumber === null
      ? Math.max(0, added)
      : Number(now.nextNumber - before.nextNumber);
  const back = rise - Math.max(0, come);
  // Without numbers: where rows left the table as well, sold cards may have been cleared away and others have come.
  const isKnown = (before.nextNumber !== null && now.nextNumber !== null) || Math.abs(added) * 10 <= rise;
  const base = { name: before.name, before: before.unsold, after: now.unsold, since };
  if (back >= limits.back.cards && isShare(back, before.unsold, limits.back.percent) && isKnown) {
    const product = mostRisen(before.byProduct, now.byProduct);
    return [
      {
        finding: { kind: 'unsold-jump', ...base, ...(product === null ? {} : { detail: product }) },
        isUndone: ({ stocks }) => {
          const there = stocks.find(({ name }) => name === before.name);
          return there !== undefined && there.tableRows >= now.tableRows && there.unsold <= now.unsold - back;
        },
      },
    ];
  }
  const left = now.unsold * 100 <= before.unsold * Number(limits.empty.percentLeft);
  const isUnexplained = -rise > Math.max(orders, 1) * limits.empty.cardsPerOrder;
  if (before.unsold < limits.empty.cards || !left || !isUnexplained) return [];
  return [
    {
      finding: { kind: 'unsold-emptied', ...base },
      isUndone: ({ stocks }) => (stocks.find(({ name }) => name === before.name)?.unsold ?? 0) * 2 >= before.unsold,
    },
  ];
}

function mostRisen(before: Dimension | null, now: Dimension | null): string | null {
  if (before === null || now === null) return null;
  const rises = now.of.map(([value, rows]) => ({ value, rise: rows - groupOf(before, value)[1] }));
  return rises.sort((a, b) => b.rise - a.rise)[0]?.value ?? null;
}

function groupOf({ of }: Dimension, value: string | null): Group {
  return of.find(([each]) => each === value) ?? [value, 0, '0'];
}

/** The oldest day that is told by itself; older ones are in the rest. */
function lastDayOf({ of }: Dimension): string {
  return of.reduce((oldest, [day]) => (day !== null && (oldest === '' || day < oldest) ? day : oldest), '');
}

function isShare(part: number, whole: number, percent: bigint): boolean {
  return BigInt(part) * 100n >= BigInt(whole) * percent;
}
