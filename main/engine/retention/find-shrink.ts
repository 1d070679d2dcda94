import type { ShrinkFinding } from '../../../shared/model/retention.ts';
import { findMoneyAlarms, type MoneyPicture } from './find-money-alarms.ts';
import { roundedUnits, scaledSum } from './scaled-sum.ts';

/** How much one snapshot holds. */
export interface SnapshotSize {
  readonly id: string;
  readonly at: string;
  /** No table was lost on the way and no check found it too small: it says what was normal. Red for another reason does not matter here. */
  readonly isComplete: boolean;
  readonly rows: number;
  readonly bytes: number;
  /** Rows by `database.table`. */
  readonly tables: ReadonlyMap<string, number>;
  /** Ledgers by name; `sum` is decimal text in the column's own unit. */
  readonly ledgers: ReadonlyMap<string, { readonly rows: number; readonly sum: string }>;
  /** Money told apart, and the stock; null: the snapshot does not say. */
  readonly money: MoneyPicture | null;
}

/**
 * What counts as a fall. `percent`: of the earlier value, under which it is one. `floor`: earlier values under this are everyday life.
 *
 * A shop grows: orders, users, cards and logs are added all day and deleted rarely. Losing three tenths of all rows or bytes, or half of a
 * table that is worth the name, is a decision that its owner remembers making, or somebody else's. The sums of a ledger only ever fall by
 * refunds, which are a few per cent. A small shop may tidy up a third; that four fifths go at once is as odd there as anywhere.
 */
const falls = {
  rows: [
    { floor: 1000, percent: 70 },
    { floor: 20, percent: 20 },
  ],
  bytes: [{ floor: 256 * 1024, percent: 70 }],
  table: [{ floor: 1000, percent: 50 }],
  ledger: [{ floor: 100, percent: 70 }],
} as const;

/** So many complete snapshots before the fall must all have been well above: what goes up and down by itself (sessions, logs) is no fall. */
const memory = 8;

interface Point {
  readonly at: string;
  readonly isComplete: boolean;
  /** Rows, bytes, or a sum as a whole number (scaled-sum.ts). */
  readonly value: bigint;
  /** Of a sum. */
  readonly text?: string;
}

/**
 * Whether a source's newest snapshot looks as if data had been deleted: somewhere in the timeline a value fell sharply and has not come
 * back since, however many nights ago, unless a person has confirmed a snapshot after the fall. Empty: it looks well. `timeline` is one
 * source's, oldest first. Only complete snapshots say what was normal; what came after counts in any case.
 */
export function findShrink(timeline: readonly SnapshotSize[], confirmed: ReadonlySet<string>): ShrinkFinding[] {
  const from = Math.max(
    0,
    timeline.findLastIndex(({ id }) => confirmed.has(id)),
  );
  // The confirmed one is the new normal, also when its run was red.
  const since = timeline.slice(from).map((size) => (confirmed.has(size.id) ? { ...size, isComplete: true } : size));
  const points = (valueOf: (size: SnapshotSize) => number): Point[] =>
    since.map((size) => ({ at: size.at, isComplete: size.isComplete, value: BigInt(valueOf(size)) }));
  return [
    ...fallOf(
      'rows',
      '',
      points(({ rows }) => rows),
    ),
    ...fallOf(
      'bytes',
      '',
      points(({ bytes }) => bytes),
    ),
    ...namesIn(since, ({ tables }) => tables).flatMap((name) => tableFall(name, since)),
    ...namesIn(since, ({ ledgers }) => ledgers).flatMap((name) => ledgerFall(name, since)),
    ...findMoneyAlarms(timeline, confirmed),
  ];
}

function tableFall(name: string, timeline: readonly SnapshotSize[]): ShrinkFinding[] {
  const points = timeline.map(({ at, isComplete, tables }) => ({
    at,
    isComplete,
    value: BigInt(tables.get(name) ?? 0),
  }));
  if (timeline.at(-1)?.tables.has(name) === true) return fallOf('table', name, points);
  // A table that is not there any more is noticed from its first row on.
  return sharpest('table-gone', name, points, { floor: 1, percent: 0 });
}

function ledgerFall(name: string, timeline: readonly SnapshotSize[]): ShrinkFinding[] {
  // A ledger that is no longer asked for, or whose table cannot be read, is not one that shrank: its table tells.
  if (timeline.at(-1)?.ledgers.has(name) !== true) return [];
  const points = timeline.flatMap(({ at, isComplete, ledgers }) => {
    const ledger = ledgers.get(name);
    return ledger === undefined
      ? []
      : [{ at, isComplete, value: scaledSum(ledger.sum), text: ledger.sum, rows: ledger.rows }];
  });
  // The floor is one of rows: sums have units of their own.
  const isLarge = points.some(({ rows }) => rows >= falls.ledger[0].floor);
  return isLarge ? sharpest('ledger', name, points, { floor: 1, percent: falls.ledger[0].percent }) : [];
}

function fallOf(kind: 'rows' | 'bytes' | 'table', name: string, points: readonly Point[]): ShrinkFinding[] {
  return falls[kind].flatMap((fall) => sharpest(kind, name, points, fall)).slice(0, 1);
}

/** The fall from the highest ground that nothing since has climbed again. */
function sharpest(
  kind: ShrinkFinding['kind'],
  name: string,
  points: readonly Point[],
  { floor, percent }: { readonly floor: number; readonly percent: number },
): ShrinkFinding[] {
  const newest = points.at(-1);
  if (newest === undefined) return [];
  const complete: Point[] = [];
  /** How many complete points there are before each one. */
  const before = points.map((point) => (point.isComplete ? complete.push(point) - 1 : complete.length));
  let highest: { readonly low: Point; readonly since: string } | undefined;
  let highestSince: bigint | null = null;
  for (let at = points.length - 1; at > 0; at--) {
    const point = points[at];
    if (point === undefined) continue;
    if (highestSince === null || point.value > highestSince) highestSince = point.value;
    const count = before[at] ?? 0;
    const low = lowest(complete.slice(Math.max(0, count - memory), count));
    if (low === null || low.value < BigInt(floor)) continue;
    // Nothing at all is less than any share.
    const isFall = highestSince <= 0n || highestSince * 100n < low.value * BigInt(percent);
    if (!isFall) continue;
    if (highest === undefined || low.value > highest.low.value) highest = { low, since: point.at };
  }
  if (highest === undefined) return [];
  const { low, since } = highest;
  const number = ({ value, text }: Point) => (text === undefined ? Number(value) : roundedUnits(value));
  const exact =
    low.text === undefined || newest.text === undefined ? {} : { exact: { before: low.text, after: newest.text } };
  return [{ kind, name, before: number(low), after: number(newest), ...exact, since }];
}

function lowest(points: readonly Point[]): Point | null {
  return points.reduce<Point | null>((low, point) => (low === null || point.value < low.value ? point : low), null);
}

function namesIn<T>(
  timeline: readonly SnapshotSize[],
  ofOne: (size: SnapshotSize) => ReadonlyMap<string, T>,
): string[] {
  return [...new Set(timeline.flatMap((size) => [...ofOne(size).keys()]))];
}
