import { expect, it } from 'vitest';
import { createScriptedClient } from '../bridge/scripted-client.ts';
import { createLibraryStore } from './library-store.ts';
import { createMoneyStore } from './money-store.ts';

async function aShop() {
  const client = createScriptedClient({ scene: 'shop' });
  const library = createLibraryStore(client);
  await library.load();
  const state = library.store.getState();
  if (state.view !== 'ready') throw new Error('the sample shop is not there');
  return { client, source: state.library.sources[0]!.name, money: createMoneyStore(client) };
}

it('shows the money of the shop that was asked for last, whichever answer comes first', async () => {
  const { client, source, money } = await aShop();
  const held = client.hold('ledgers.show');
  const slow = money.load('another');
  await money.load(source);
  held.fail('source.unknown');
  await slow;
  expect(money.store.getState()).toMatchObject({ view: 'ready', money: { source } });
});

it('keeps what it shows when a confirmation is refused, and says why', async () => {
  const { client, source, money } = await aShop();
  await money.load(source);
  const held = client.hold('ledgers.confirm');
  const confirming = money.confirm(source, '00000000');
  held.fail('snapshot.unknown');
  await confirming;
  expect(money.store.getState()).toMatchObject({ view: 'ready', confirmError: { code: 'snapshot.unknown' } });
});
