/** Deeds of the audit log that tell of a disk's comings and goings. */
export interface DiskDeed {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly action: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** What is known of one disk. Times are ISO 8601 UTC; null: never, as far as anybody saw. */
export interface DiskHistory {
  /** A round that was finished, read back and sound. */
  readonly lastCompletedAt: string | null;
  readonly lastArrivedAt: string | null;
  readonly lastGoneAt: string | null;
  /** Which of the two was seen last. */
  readonly lastSighting: 'arrived' | 'gone' | null;
}

/** From the log, oldest first. The disk is told by its id: names are given anew. */
export function historyOf(diskId: string, deeds: readonly DiskDeed[]): DiskHistory {
  let history: DiskHistory = { lastCompletedAt: null, lastArrivedAt: null, lastGoneAt: null, lastSighting: null };
  for (const { at, action, facts } of deeds) {
    if (facts['disk'] !== diskId) continue;
    if (action === 'disk.arrived') history = { ...history, lastArrivedAt: at, lastSighting: 'arrived' };
    else if (action === 'disk.gone') history = { ...history, lastGoneAt: at, lastSighting: 'gone' };
    else if (action === 'cold.run' && facts['sound'] === true) history = { ...history, lastCompletedAt: at };
  }
  return history;
}
