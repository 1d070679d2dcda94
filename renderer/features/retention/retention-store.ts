import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { RetentionRule } from '../../../shared/model/retention.ts';
import type { Client } from '../../bridge/client.ts';
import { createJobRun } from '../../stores/job-run.ts';

export type RetentionStore = ReturnType<typeof createRetentionStore>;
export type PruneOutput = CommandOutput<'prune.run'>;

/**
 * Tidying up one copy: the setting is saved with the copy, then a rehearsal shows what would go, and only then a person may say so. What was
 * confirmed in the rehearsal is confirmed for exactly the snapshot that it showed.
 */
export function createRetentionStore(client: Client) {
  const rehearsal = createJobRun(client, 'prune.run');
  const run = createJobRun(client, 'prune.run');
  /** Why the setting could not be saved; null: it was. */
  const saving = createStore<{ readonly error: WireError | null }>(() => ({ error: null }));

  async function rehearse(destination: string, rule: RetentionRule, confirmShrink: string | null): Promise<void> {
    run.reset();
    const saved = await client.call('destination.set', { name: destination, retention: rule, pin: [], unpin: [] });
    saving.setState({ error: saved.ok ? null : saved.error }, true);
    if (saved.ok) await rehearsal.start(destination, { destination, keep: {}, dryRun: true, confirmShrink });
  }

  async function tidyUp(destination: string, confirmShrink: string | null): Promise<void> {
    rehearsal.reset();
    await run.start(destination, { destination, keep: {}, dryRun: false, confirmShrink });
  }

  function reset(): void {
    saving.setState({ error: null }, true);
    rehearsal.reset();
    run.reset();
  }

  return { rehearsal, run, saving, rehearse, tidyUp, reset };
}
