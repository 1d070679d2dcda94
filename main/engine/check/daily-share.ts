import { provenWithinDays } from '../../../shared/model/proof.ts';
import type { KnownObject } from '../catalog/copy-inventory.ts';

const dayMs = 24 * 3_600_000;
/** Planned tighter than promised: a day on which the computer was off or the line down must not break the promise. */
export const plannedWithinDays = provenWithinDays - 2;

/**
 * What is to be read back of one copy today, in order: first what was found broken, then the least recently proven; an object that was
 * never read counts from when it was written.
 *
 * The share is the smallest steady pace at which every object is read before its day comes, in objects and in bytes. What is due
 * today or overdue is in it whole: after days off the share catches up by itself.
 */
export function planShare(
  objects: readonly KnownObject[],
  suspects: ReadonlySet<string>,
  nowMs: number,
): KnownObject[] {
  const first = objects.filter(({ object }) => suspects.has(object));
  const others = objects
    .filter(({ object }) => !suspects.has(object))
    .map((known) => ({ known, readAtMs: Date.parse(known.provenAt ?? known.since) }))
    .sort((a, b) => a.readAtMs - b.readAtMs || (a.known.object < b.known.object ? -1 : 1));
  const pace = { objects: 0, bytes: 0 };
  const before = { objects: 0, bytes: 0 };
  for (const { known, readAtMs } of others) {
    before.objects += 1;
    before.bytes += known.bytes;
    const daysLeft = Math.max(1, plannedWithinDays - (nowMs - readAtMs) / dayMs);
    pace.objects = Math.max(pace.objects, before.objects / daysLeft);
    pace.bytes = Math.max(pace.bytes, before.bytes / daysLeft);
  }
  const share: KnownObject[] = [];
  let bytes = 0;
  for (const { known } of others) {
    if (share.length >= pace.objects && bytes >= pace.bytes) break;
    share.push(known);
    bytes += known.bytes;
  }
  return [...first, ...share];
}
