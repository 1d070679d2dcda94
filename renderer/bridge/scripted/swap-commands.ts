import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { RestoreEntry, SwapComparison, SwapOutcome } from '../../../shared/model/swap.ts';
import type { FakeJobs } from './fake-jobs.ts';
import { idOf, shopName } from './sample-shop.ts';
import type { World } from './world.ts';

const comparison: SwapComparison = {
  databases: [{ name: 'dujiaoka', beside: 'dujiaoka__restore_202611231020', isLiveThere: true }],
  tables: [
    {
      database: 'dujiaoka',
      table: 'orders',
      live: null,
      restored: { rows: 9_408, exact: true },
      same: null,
      comeBack: 9_408,
      goAway: 0,
      change: 0,
      columnsOnlyLive: [],
      columnsOnlyRestored: [],
      stays: false,
    },
    {
      database: 'dujiaoka',
      table: 'carmis',
      live: { rows: 41_220, exact: true },
      restored: { rows: 41_208, exact: true },
      same: false,
      comeBack: 0,
      goAway: 12,
      change: 3,
      columnsOnlyLive: [],
      columnsOnlyRestored: [],
      stays: false,
    },
  ],
  objects: [],
  ledgers: [],
  totals: { comeBack: 9_408, goAway: 12, change: 3, tablesComeBack: 1, tablesGoAway: 0, complete: true },
  durationMs: 3_200,
};

/** Putting the last restore in place, and taking that back. */
export function swapCommands(world: World, jobs: FakeJobs) {
  /** What became of each, newest first. */
  const past = new Map<string, RestoreEntry['state']>();

  function entry(restore: string, state: RestoreEntry['state']): RestoreEntry {
    const at = new Date().toISOString();
    return {
      id: restore,
      at,
      source: shopName,
      snapshot: idOf(1005),
      stoppedAt: at,
      server: { kind: 'same', host: '127.0.0.1', port: 3306 },
      databases: [{ name: 'dujiaoka', beside: 'dujiaoka__restore_202611231020', before: null }],
      tables: 10,
      rows: 538_211,
      whole: true,
      proven: true,
      state,
      swappedAt: state === 'beside' ? null : at,
      undoneAt: state === 'undone' ? at : null,
      canSwap: state !== 'swapped',
      canUndo: state === 'swapped',
    };
  }
  const outcome = (restore: string, state: 'swapped' | 'undone'): SwapOutcome => ({
    restore: entry(restore, state),
    safetySnapshot: state === 'swapped' ? idOf(1006) : null,
    safetyReason: state === 'swapped' ? null : 'not-needed',
    comparison: null,
    checks: [],
    attempts: [{ waitedMs: 12, ok: true, blockers: [] }],
    tables: 10,
    heldMs: 84,
    notes: [],
    durationMs: 9_000,
  });
  return {
    'app.openResaleFolder': ({
      restoreId,
    }: CommandInput<'app.openResaleFolder'>): CommandOutput<'app.openResaleFolder'> => {
      if (world.snapshots.length === 0) throw new AppError('ipc.bad-input', { channel: restoreId });
      return {};
    },
    'restores.list': (): CommandOutput<'restores.list'> => ({
      withoutCards: world.withoutCards,
      restores: [...past].map(([id, state]) => entry(id, state)),
      unfinished: [],
    }),
    'restores.remove': ({ restore }: CommandInput<'restores.remove'>): CommandOutput<'restores.remove'> => {
      throw new AppError('swap.unknown-restore', { restore });
    },
    'swap.compare': async ({
      jobId,
      restore,
    }: CommandInput<'swap.compare'>): Promise<CommandOutput<'swap.compare'>> => {
      await jobs.walk(jobId, 'swap.compare', restore, [{ phase: 'compare', details: ['dujiaoka.orders'], bytes: 0 }]);
      return { restore: entry(restore, 'beside'), comparison, checks: [], durationMs: 3_200 };
    },
    'swap.run': async ({ jobId, restore }: CommandInput<'swap.run'>): Promise<CommandOutput<'swap.run'>> => {
      await jobs.walk(jobId, 'swap.run', restore, [{ phase: 'compare', details: ['dujiaoka.orders'], bytes: 0 }]);
      past.set(restore, 'swapped');
      return outcome(restore, 'swapped');
    },
    'undo.run': async ({ jobId, restore }: CommandInput<'undo.run'>): Promise<CommandOutput<'undo.run'>> => {
      await jobs.walk(jobId, 'undo.run', restore, [{ phase: 'check', details: [''], bytes: 0 }]);
      past.set(restore, 'undone');
      return outcome(restore, 'undone');
    },
  };
}
