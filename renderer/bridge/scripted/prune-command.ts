import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import { defaultRetention, type KeepReason, type ShrunkSource } from '../../../shared/model/retention.ts';
import type { FakeJobs } from './fake-jobs.ts';
import type { World } from './world.ts';

type Output = CommandOutput<'prune.run'>;

/**
 * Tidying up as the page meets it: the newest snapshot of each day stays as far as the rule goes. A place whose name holds `shrunk` is one
 * whose shop has been robbed, until the newest snapshot is confirmed.
 */
export function pruneCommand(world: World, jobs: FakeJobs, changed: () => void) {
  return async ({ jobId, destination, dryRun, confirmShrink }: CommandInput<'prune.run'>): Promise<Output> => {
    const place = world.destinations.find(({ name }) => name === destination);
    if (place === undefined) throw new AppError('destination.unknown', { name: destination, known: '' });
    const rule = place.retention ?? defaultRetention;
    const there = world.snapshots.filter(({ copies }) => copies.some((copy) => copy.destination === destination));
    const [newest] = there;
    const shrunk = newest === undefined || !destination.includes('shrunk') ? [] : [shrunkOf(newest)];
    const open = shrunk.filter(({ snapshot }) => snapshot !== confirmShrink);
    await jobs.walk(jobId, 'prune.run', destination, [
      { phase: 'prune-read', details: [destination], bytes: 0 },
      { phase: 'prune-remove', details: [destination], bytes: 0 },
    ]);
    const [first] = open;
    if (!dryRun && first !== undefined) {
      const { source, snapshot, at, rowsBefore, rowsAfter, evidence } = first;
      throw new AppError('prune.looks-like-attack', { source, snapshot, at, rowsBefore, rowsAfter, evidence });
    }
    const kept: Output['kept'] = [];
    const removed: Output['removed'] = [];
    const days = new Set<string>();
    for (const { id, at, source, checksOk } of there) {
      const day = at.slice(0, 10);
      const isFirst = !days.has(day);
      days.add(day);
      const reasons: KeepReason[] = kept.length === 0 ? [{ id: 'newest', bucket: null }] : [];
      if (isFirst && days.size <= rule.keepDaily) reasons.push({ id: 'daily', bucket: day });
      const snapshot = { snapshot: id, at, source, green: checksOk };
      if (reasons.length > 0 || rule.keepAll)
        kept.push({ ...snapshot, reasons: rule.keepAll ? [{ id: 'keep-all', bucket: null }] : reasons });
      else
        removed.push({
          ...snapshot,
          reasons: [isFirst ? { id: 'too-old', bucket: null } : { id: 'same-day', bucket: day }],
        });
    }
    if (!dryRun) {
      const gone = new Set(removed.map(({ snapshot }) => snapshot));
      world.snapshots = world.snapshots
        .map((one) =>
          gone.has(one.id) ? { ...one, copies: one.copies.filter((copy) => copy.destination !== destination) } : one,
        )
        .filter(({ copies }) => copies.length > 0);
      changed();
    }
    const figures = { objectsRemoved: removed.length * 9, bytesFreed: removed.length * 1_120_400, objectsKept: 318 };
    const counts = { tooYoung: 0, locked: 0, durationMs: 2_400 };
    const timeZone = 'Asia/Shanghai';
    return { destination, dryRun, rule, timeZone, kept, removed, ...figures, ...counts, shrunk: open };
  };
}

function shrunkOf({ id, at, source, rows }: World['snapshots'][number]): ShrunkSource {
  const before = rows * 4;
  return {
    source,
    snapshot: id,
    at,
    rowsBefore: before,
    rowsAfter: rows,
    evidence: 'dujiaoka.carmis 52000 → 310',
    findings: [
      { kind: 'rows', name: '', before, after: rows, since: at },
      { kind: 'table', name: 'dujiaoka.carmis', before: 52_000, after: 310, since: at },
    ],
  };
}
