import type { ShopLog } from '../../stores/events-store.ts';

export interface BandPiece {
  readonly kind: 'log' | 'gap';
  /** Percent of the band's width. */
  readonly from: number;
  readonly width: number;
}

export interface BandMark {
  readonly kind: 'snapshot' | 'event';
  readonly id: string;
  readonly at: number;
}

/** The log as a line from its beginning to now, in percent. */
export interface Band {
  readonly fromMs: number;
  readonly toMs: number;
  readonly pieces: readonly BandPiece[];
  readonly marks: readonly BandMark[];
}

const leastSpanMs = 15 * 60_000;
const mostSpanMs = 30 * 86_400_000;

/** A stretch of the log by the clock: from when to when every moment can be come back to. Milliseconds since the epoch. */
export interface Reach {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * From which moments to which the log reaches. A stretch begins at a snapshot: before its first change nothing happened. The last one goes on to the
 * moment until which everything is stored, also when nothing happened.
 */
export function reachesOf({ stretches }: ShopLog, snapshotTimes: readonly string[], storedAt: string | null): Reach[] {
  const snapshots = snapshotTimes.map((at) => Date.parse(at)).sort((a, b) => a - b);
  const reaches: Reach[] = [];
  for (const [index, { fromAt, toAt }] of stretches.entries()) {
    const isLast = index === stretches.length - 1;
    const before = reaches.at(-1)?.toMs ?? -Infinity;
    const firstMs = fromAt === null ? Infinity : Date.parse(fromAt);
    const lastMs = Math.max(
      toAt === null ? -Infinity : Date.parse(toAt),
      isLast && storedAt !== null ? Date.parse(storedAt) : -Infinity,
    );
    // The newest snapshot that is not behind its first change, else the first one within.
    const base =
      snapshots.findLast((at) => at > before && at <= firstMs + 1_000) ?? snapshots.find((at) => at > before);
    if (base === undefined || !Number.isFinite(lastMs) || lastMs < base) continue;
    reaches.push({ fromMs: base, toMs: lastMs });
  }
  return reaches;
}

export function bandOf(
  log: ShopLog,
  snapshots: readonly { readonly id: string; readonly at: string }[],
  storedAt: string | null,
  nowMs: number,
): Band | null {
  const reaches = reachesOf(
    log,
    snapshots.map(({ at }) => at),
    storedAt,
  );
  const first = reaches[0];
  if (first === undefined) return null;
  const toMs = Math.max(nowMs, reaches.at(-1)?.toMs ?? nowMs);
  const fromMs = Math.max(toMs - mostSpanMs, Math.min(first.fromMs, toMs - leastSpanMs));
  const percent = (ms: number): number => ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * 100;
  const piece = (kind: BandPiece['kind'], from: number, to: number): BandPiece => ({
    kind,
    from: percent(from),
    width: percent(to) - percent(from),
  });
  const gaps = reaches.slice(1).map(({ fromMs: next }, index) => piece('gap', reaches[index]?.toMs ?? next, next));
  const isShown = (at: string): boolean => Date.parse(at) >= fromMs;
  return {
    fromMs,
    toMs,
    pieces: [...reaches.map((reach) => piece('log', reach.fromMs, reach.toMs)), ...gaps],
    marks: [
      ...snapshots
        .filter(({ at }) => isShown(at))
        .map(({ id, at }) => ({ kind: 'snapshot' as const, id, at: percent(Date.parse(at)) })),
      ...log.events
        .filter(({ at }) => isShown(at))
        .map(({ id, at }) => ({ kind: 'event' as const, id, at: percent(Date.parse(at)) })),
    ],
  };
}
