import { expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { idOf } from '../../bridge/scripted/sample-shop.ts';
import { createSwapStore } from './swap-store.ts';

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
