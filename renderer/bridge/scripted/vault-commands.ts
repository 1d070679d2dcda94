import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { FakeJobs } from './fake-jobs.ts';
import { idOf } from './sample-shop.ts';
import { anOpenVault, sampleCards } from './sample-vault.ts';
import type { World } from './world.ts';

/** The vault while it is open, and cards that are added later. */
export function vaultCommands(world: World, jobs: FakeJobs, vaultChanged: () => void) {
  function setOpen(open: World['openVaults']): void {
    world.openVaults = open;
    vaultChanged();
  }
  return {
    'vault.status': (): CommandOutput<'vault.status'> => ({ open: world.openVaults }),
    'vault.close': (): CommandOutput<'vault.close'> => {
      const closed = world.openVaults.length;
      for (const { jobId } of world.openVaults) if (jobId !== null) jobs.cancel(jobId);
      setOpen([]);
      return { closed };
    },
    'restore.addCards': async ({
      jobId,
      restore,
      vault,
    }: CommandInput<'restore.addCards'>): Promise<CommandOutput<'restore.addCards'>> => {
      const waiting = world.withoutCards.find(({ id }) => id === restore);
      if (waiting === undefined) throw new AppError('cards.nothing-to-add', { restore: restore.slice(0, 8) });
      if ('passphrase' in vault && vault.passphrase === 'wrong') throw new AppError('keys.wrong-passphrase');
      const reason = vault.reason ?? '';
      const id = idOf(world.nextNumber++);
      setOpen([...world.openVaults, anOpenVault(Date.now(), { id, jobId, reason, source: waiting.source })]);
      try {
        await jobs.walk(jobId, 'restore.addCards', restore, [
          { phase: 'open', details: [''], bytes: 0 },
          { phase: 'cards', details: waiting.tables, bytes: 0 },
        ]);
      } finally {
        setOpen(world.openVaults.filter((each) => each.id !== id));
      }
      const complete = reason !== 'partly';
      if (complete) world.withoutCards = world.withoutCards.filter((each) => each.id !== restore);
      return { restore: waiting, tables: sampleCards(!complete), complete, notes: [], durationMs: 4_200 };
    },
  };
}
