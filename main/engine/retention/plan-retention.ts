import { keepReasonIds, type GoReason, type KeepReason, type RetentionRule } from '../../../shared/model/retention.ts';
import { calendarOf, type CalendarDay } from './calendar.ts';

/** A snapshot of one copy, as far as it matters for whether it stays. */
export interface SeenSnapshot {
  readonly id: string;
  readonly sourceId: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** It was taken no later than this, as far as its chain tells; absent: `at`. Milliseconds since the Unix epoch. */
  readonly notAfterMs?: number;
  /** All its checks held. */
  readonly isGreen: boolean;
  /** This copy has every object of it, and none is known to be damaged. */
  readonly isWhole: boolean;
  /** Within the grace time. */
  readonly isYoung: boolean;
  /** Changes among its site files that nobody has looked at yet. */
  readonly isToLookAt: boolean;
  /** What was shown of it on any copy: restored (or its totals matched), read back whole, or neither. */
  readonly proof: 'proven' | 'read-back' | 'none';
}

export interface RetentionSettings {
  readonly rule: RetentionRule;
  /** Snapshots that a person wants to keep. */
  readonly pinned: ReadonlySet<string>;
  /** IANA name; days, weeks and months are those of this place. */
  readonly timeZone: string;
}

export type Verdict =
  | { readonly snapshot: string; readonly stays: true; readonly reasons: readonly KeepReason[] }
  | { readonly snapshot: string; readonly stays: false; readonly reasons: readonly GoReason[] };

const kinds = [
  { id: 'daily', bucketOf: ({ day }: CalendarDay) => day, limit: ({ keepDaily }: RetentionRule) => keepDaily },
  { id: 'weekly', bucketOf: ({ week }: CalendarDay) => week, limit: ({ keepWeekly }: RetentionRule) => keepWeekly },
  {
    id: 'monthly',
    bucketOf: ({ month }: CalendarDay) => month,
    limit: ({ keepMonthly }: RetentionRule) => keepMonthly,
  },
] as const;

/**
 * Which snapshots stay, and why. Each source is judged by itself; the order of the answer is newest first within a source.
 *
 * Days, weeks and months are counted over those that have a snapshot, newest first, so a shop that was closed for a month loses nothing.
 * The newest good snapshot (green and whole) of each stays. Red and broken ones are counted apart, in the buckets that have no good one: so
 * many bad nights never push a good snapshot out. Whatever the rule says, of each source the newest stays, the newest good one, and the
 * newest that was proven by a restore (else by reading it back).
 */
export function planRetention(snapshots: readonly SeenSnapshot[], settings: RetentionSettings): Verdict[] {
  const bySource = Map.groupBy(snapshots, ({ sourceId }) => sourceId);
  return [...bySource.values()].flatMap((ofSource) => planSource(ofSource, settings));
}

function planSource(snapshots: readonly SeenSnapshot[], { rule, pinned, timeZone }: RetentionSettings): Verdict[] {
  const newestFirst = [...snapshots].sort(byInstant);
  const calendar = calendarOf(timeZone);
  const days = new Map(newestFirst.map(({ id, at }) => [id, calendar(at)]));
  const reasons = new Map<string, KeepReason[]>(newestFirst.map(({ id }) => [id, []]));
  const keep = (id: string | undefined, reason: KeepReason['id'], bucket: string | null = null) => {
    if (id !== undefined) reasons.get(id)?.push({ id: reason, bucket });
  };
  // One night with a wrong clock must not take the place of the real newest: where instants and the chain disagree, both stay.
  const asTaken = newestFirst.toSorted((a, b) => takenMs(b) - takenMs(a));
  const spared = [newestFirst, asTaken].map(sparedIn);
  for (const reason of ['newest', 'newest-green', 'last-proven', 'last-read-back'] as const)
    for (const id of new Set(spared.map((found) => found[reason]))) keep(id, reason);
  for (const { id, isYoung, isToLookAt } of newestFirst) {
    if (pinned.has(id)) keep(id, 'pinned');
    if (isToLookAt) keep(id, 'to-look-at');
    if (isYoung) keep(id, 'young');
    if (rule.keepAll) keep(id, 'keep-all');
  }
  for (const { id: kind, bucketOf, limit } of rule.keepAll ? [] : kinds) {
    const bucket = ({ id }: SeenSnapshot) => bucketOf(days.get(id) ?? { day: '', week: '', month: '' });
    const good = newestOfEach(newestFirst.filter(isGood), bucket);
    const bad = newestOfEach(
      newestFirst.filter((snapshot) => !good.has(bucket(snapshot))),
      bucket,
    );
    for (const group of [good, bad]) for (const [name, id] of [...group].slice(0, limit(rule))) keep(id, kind, name);
  }
  const daysThatStay = new Set(newestFirst.flatMap(({ id }) => (reasons.get(id)?.length ? [days.get(id)?.day] : [])));
  return newestFirst.map(({ id }): Verdict => {
    const found = reasons.get(id) ?? [];
    if (found.length > 0) return { snapshot: id, stays: true, reasons: found.sort(byRank) };
    const day = days.get(id)?.day ?? null;
    const isSameDay = day !== null && daysThatStay.has(day);
    return {
      snapshot: id,
      stays: false,
      reasons: [isSameDay ? { id: 'same-day', bucket: day } : { id: 'too-old', bucket: null }],
    };
  });
}

/** What stays of one source whatever the rule says, by the reason for it. */
function sparedIn(newestFirst: readonly SeenSnapshot[]) {
  const whole = newestFirst.filter(({ isWhole }) => isWhole);
  const proven = whole.find(({ proof }) => proof === 'proven')?.id;
  return {
    newest: newestFirst[0]?.id,
    'newest-green': newestFirst.find(isGood)?.id,
    'last-proven': proven,
    'last-read-back': proven === undefined ? whole.find(({ proof }) => proof === 'read-back')?.id : undefined,
  };
}

function takenMs({ at, notAfterMs }: SeenSnapshot): number {
  return notAfterMs ?? Date.parse(at);
}

function isGood({ isGreen, isWhole }: SeenSnapshot): boolean {
  return isGreen && isWhole;
}

/** The first of each bucket, in the order given: bucket → id. */
function newestOfEach(
  newestFirst: readonly SeenSnapshot[],
  bucketOf: (snapshot: SeenSnapshot) => string,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const snapshot of newestFirst) {
    const bucket = bucketOf(snapshot);
    if (!found.has(bucket)) found.set(bucket, snapshot.id);
  }
  return found;
}

function byInstant(a: SeenSnapshot, b: SeenSnapshot): number {
  return Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? -1 : 1);
}

function byRank(a: KeepReason, b: KeepReason): number {
  return keepReasonIds.indexOf(a.id) - keepReasonIds.indexOf(b.id);
}
