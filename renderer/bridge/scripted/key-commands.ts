import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { HeaderCopy, KeySlot } from '../../../shared/model/keys.ts';
import type { FakeJobs } from './fake-jobs.ts';
import { idOf, shopName } from './sample-shop.ts';
import type { World } from './world.ts';

/** Whoever types `wrong` as a passphrase or among the words sees how that goes. The cold disk is always away. */
export function keyCommands(world: World, jobs: FakeJobs, changed: () => void) {
  function check(current: CommandInput<'key.addSheet'>['current']): void {
    if ('words' in current) checkWords(current.words);
    else if (current.passphrase === 'wrong') throw new AppError('keys.wrong-passphrase');
  }

  function checkWords(text: string): void {
    const words = text.split(' ');
    if (words.length !== 24) throw new AppError('keys.word-count', { found: words.length, count: words.length });
    const position = words.indexOf('wrong') + 1;
    if (position > 0) throw new AppError('keys.wrong-word', { position });
  }

  async function renewCopies(jobId: string, verb: string, subject: string): Promise<HeaderCopy[]> {
    const details = world.destinations.map(({ name }) => name);
    await jobs.walk(jobId, verb, subject, [{ phase: 'header', details, bytes: 0 }]);
    const copies = world.destinations.map(({ name, role }): HeaderCopy => {
      const isAway = role === 'cold';
      return { destination: name, state: isAway ? 'owed' : 'renewed', errorCode: isAway ? 'backend.absent' : null };
    });
    world.behind = copies.flatMap(({ destination, state }) => (state === 'owed' ? [destination] : []));
    changed();
    return copies;
  }

  return {
    'key.list': (): CommandOutput<'key.list'> => ({
      slots: world.slots,
      behind: world.behind.map((destination) => ({ destination, reason: 'owed' })),
    }),
    'key.addSheet': async (input: CommandInput<'key.addSheet'>): Promise<CommandOutput<'key.addSheet'>> => {
      check(input.current);
      const slot: KeySlot = {
        id: idOf(world.nextNumber++),
        key: input.key,
        kind: 'recovery',
        createdAt: new Date().toISOString(),
        holder: input.holder,
        rehearsedAt: null,
      };
      world.slots = [...world.slots, slot];
      const copies = await renewCopies(input.jobId, 'key.addSheet', input.key);
      const kitFiles = ['html', 'txt'].map((kind) => `C:\\恢复卡\\shouhu-recovery-kit-${input.key}-1.${kind}`);
      return { slot, kitFiles, copies };
    },
    'key.revoke': async ({ jobId, slot: id }: CommandInput<'key.revoke'>): Promise<CommandOutput<'key.revoke'>> => {
      const slot = world.slots.find((one) => one.id.startsWith(id));
      if (slot === undefined) throw new AppError('keys.unknown-slot', { slot: id });
      const { key, kind } = slot;
      if (world.slots.filter((one) => one.key === key && one.kind === kind).length === 1)
        throw new AppError('keys.last-way-in', { key, kind });
      world.slots = world.slots.filter((one) => one !== slot);
      return { slot, copies: await renewCopies(jobId, 'key.revoke', id) };
    },
    'key.rotateVaultCheck': (): CommandOutput<'key.rotateVaultCheck'> => ({
      sheets: world.slots
        .filter(({ key, kind }) => key === 'vault' && kind === 'recovery')
        .map((slot) => ({ slot, canStay: slot.holder !== null })),
      copies: world.destinations.map(({ name, role }) => ({
        destination: name,
        state: role === 'cold' ? 'away' : 'here',
        errorCode: role === 'cold' ? 'backend.absent' : null,
      })),
      sealedBytes: 18_400_000,
    }),
    'key.rotateVault': async (input: CommandInput<'key.rotateVault'>): Promise<CommandOutput<'key.rotateVault'>> => {
      check(input.current);
      const [kept, gone] = [true, false].map((stays) =>
        world.slots.filter(
          ({ id, key }) => key === 'vault' && input.keep.some((each) => id.startsWith(each)) === stays,
        ),
      );
      const createdAt = new Date().toISOString();
      const made = { key: 'vault', createdAt, holder: null, rehearsedAt: null } as const;
      const slot: KeySlot = { ...made, id: idOf(world.nextNumber++), kind: 'recovery' };
      const passphrase: KeySlot = { ...made, id: idOf(world.nextNumber++), kind: 'passphrase' };
      world.slots = [...world.slots.filter(({ key }) => key === 'main'), passphrase, slot, ...(kept ?? [])];
      const copies = await renewCopies(input.jobId, 'key.rotateVault', 'vault');
      const kitFiles = ['html', 'txt'].map((kind) => `C:\\恢复卡\\shouhu-recovery-kit-vault-2.${kind}`);
      return { slot, kept: kept ?? [], gone: gone ?? [], kitFiles, copies, sealedBytes: 18_400_000 };
    },
    'key.changePassphrase': async ({
      jobId,
      key,
      current,
    }: CommandInput<'key.changePassphrase'>): Promise<CommandOutput<'key.changePassphrase'>> => {
      check(current);
      return { copies: await renewCopies(jobId, 'key.changePassphrase', key) };
    },
    'kit.rehearse': async ({
      jobId,
      key,
      words,
      from,
    }: CommandInput<'kit.rehearse'>): Promise<CommandOutput<'kit.rehearse'>> => {
      checkWords(words);
      const destination = from ?? world.destinations[0]?.name;
      const snapshot = world.snapshots[0];
      if (destination === undefined) throw new AppError('destination.none');
      if (snapshot === undefined) throw new AppError('kit.nothing-to-open');
      await jobs.walk(jobId, 'kit.rehearse', key, [{ phase: 'open', details: [destination], bytes: 0 }]);
      const sheet = world.slots.find((slot) => slot.key === key && slot.kind === 'recovery');
      const rehearsedAt = new Date().toISOString();
      world.slots = world.slots.map((slot) => (slot === sheet ? { ...slot, rehearsedAt } : slot));
      changed();
      return {
        ...{ key, destination, snapshot: snapshot.id, at: snapshot.at, source: shopName },
        ...{ table: key === 'main' ? 'dujiaoka.orders' : 'dujiaoka.carmis', rows: 1842, sizeBytes: 204_800 },
        ...{ slot: sheet?.id ?? '', holder: sheet?.holder ?? null },
      };
    },
  };
}
