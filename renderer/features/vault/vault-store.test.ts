import { expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { anOpenVault } from '../../bridge/scripted/sample-vault.ts';
import { toVaultOpening } from './vault-answer.ts';
import { createVaultStore } from './vault-store.ts';

it('shows what is open for as long as it is, and closes it at once when asked', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const vault = createVaultStore(client);
  await vault.load();
  expect(vault.store.getState().open).toMatchObject([{ reason: '给客户补发昨天的卡', for: 'add-cards' }]);
  await vault.close();
  expect(vault.store.getState()).toEqual({ open: [], isClosing: false, error: null });
});

it('hears of a vault that some work has opened, and of its end', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const vault = createVaultStore(client);
  client.world.openVaults = [anOpenVault(0)];
  client.announce('vault.changed', {});
  await client.settled();
  expect(vault.store.getState().open).toHaveLength(1);
  client.world.openVaults = [];
  client.announce('vault.changed', {});
  await client.settled();
  expect(vault.store.getState().open).toEqual([]);
});

it('forgets all of them with the engine that had the keys, and says why one could not be closed', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const vault = createVaultStore(client);
  await vault.load();
  client.fail('vault.close', 'unexpected');
  await vault.close();
  expect(vault.store.getState()).toMatchObject({ open: [{}], isClosing: false, error: { code: 'unexpected' } });
  client.announce('engine.state', { state: 'restarting', interruptedJobs: 0 });
  expect(vault.store.getState()).toMatchObject({ open: [], error: null });
});

it('gives a reason only where there is one, and the words of a paper as the engine counts them', () => {
  expect(toVaultOpening({ by: 'passphrase', secret: ' as it is ', reason: '  ' })).toEqual({
    passphrase: ' as it is ',
  });
  expect(toVaultOpening({ by: 'words', secret: 'abandon\n  zoo', reason: 'why ' })).toEqual({
    words: 'abandon zoo',
    reason: 'why',
  });
});
