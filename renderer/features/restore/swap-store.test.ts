import { expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { idOf } from '../../bridge/scripted/sample-shop.ts';
import { createSwapStore, ofRestore } from './swap-store.ts';

const restore = idOf(777);

it('compares first, swaps, takes back and swaps again, each with the restore by its id', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const swap = createSwapStore(client);
  await swap.startCompare(restore);
  expect(swap.compare.store.getState()).toMatchObject({
    view: 'done',
    value: { comparison: { totals: { goAway: 12 } } },
  });
  await swap.startSwap(restore);
  expect(swap.run.store.getState()).toMatchObject({ view: 'done', value: { restore: { state: 'swapped' } } });
  await swap.startUndo(restore);
  expect(swap.undo.store.getState()).toMatchObject({ view: 'done', value: { restore: { state: 'undone' } } });
  await swap.startSwap(restore);
  expect(swap.undo.store.getState().view).toBe('idle');
  expect(client.calls('swap.run').map((call) => call.restore)).toEqual([restore, restore]);
  // The next restore is not called swapped because this one was.
  expect(ofRestore(swap.run.store.getState(), idOf(778)).view).toBe('idle');
  expect(ofRestore(swap.run.store.getState(), restore).view).toBe('done');
  swap.reset();
  expect(swap.run.store.getState().view).toBe('idle');
});

it('says why a swap did not happen, and undoes nothing by itself', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const swap = createSwapStore(client);
  client.fail('swap.run', 'repository.leased');
  await swap.startSwap(restore);
  expect(swap.run.store.getState()).toMatchObject({ view: 'failed', error: { code: 'repository.leased' } });
  expect(client.calls('undo.run')).toEqual([]);
});

it('knows earlier restores of the shop, so that a swap can be taken back later', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const swap = createSwapStore(client);
  await swap.loadPast();
  expect(swap.past.getState()).toEqual([]);
  await swap.startSwap(restore);
  await swap.loadPast();
  expect(swap.past.getState()).toMatchObject([{ id: restore, state: 'swapped', canUndo: true }]);
  client.fail('restores.list', 'feature.not-yet');
  await swap.loadPast();
  expect(swap.past.getState()).toHaveLength(1);
});

it('says why what an unfinished restore left could not be taken away', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const swap = createSwapStore(client);
  client.fail('restores.remove', 'restore.still-running');
  await swap.removeUnfinished(restore);
  expect(swap.removal.getState()).toMatchObject({ error: { code: 'restore.still-running' } });
  expect(client.calls('restores.remove')).toEqual([{ restore }]);
  // What is left is looked at again.
  expect(client.calls('restores.list')).toHaveLength(1);
});

it('adds the cards to a restore that lacks them, and no longer lists it when nothing is missing', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const swap = createSwapStore(client);
  await swap.loadPast();
  expect(swap.withoutCards.getState()).toMatchObject([{ id: restore }]);
  await swap.startCards(restore, { passphrase: 'wrong' });
  expect(swap.cards.store.getState()).toMatchObject({ view: 'failed', error: { code: 'keys.wrong-passphrase' } });
  await swap.startCards(restore, { passphrase: 'right', reason: 'partly' });
  expect(swap.cards.store.getState()).toMatchObject({ view: 'done', value: { complete: false } });
  await swap.loadPast();
  expect(swap.withoutCards.getState()).toHaveLength(1);
  await swap.startCards(restore, { passphrase: 'right' });
  expect(swap.cards.store.getState()).toMatchObject({ view: 'done', value: { complete: true } });
  await swap.loadPast();
  expect(swap.withoutCards.getState()).toEqual([]);
});
