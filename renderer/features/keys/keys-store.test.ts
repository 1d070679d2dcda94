import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { createKeysStore } from './keys-store.ts';

const words = (changes: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 24 }, (_, at) => changes[at] ?? 'orchid').join(' ');

const folderToken = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('the keys of the page', () => {
  it('show the list asked for last, even when its answer comes first', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const keys = createKeysStore(client);
    const slow = client.hold('key.list');
    const first = keys.load();
    await keys.load();
    slow.succeed({ slots: [], behind: [] });
    await first;
    const state = keys.store.getState();
    expect(state.view === 'ready' && state.list.slots).toHaveLength(4);
  });

  it('follow what was rehearsed, and leave a copy that is away to be renewed later', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const keys = createKeysStore(client);
    await keys.load();
    const told = await keys.rehearse.start('main', { key: 'main', words: words(), from: null });
    expect(told).toMatchObject({ destination: client.world.destinations[0]?.name, table: 'dujiaoka.orders' });
    await keys.change.start('main', { key: 'main', current: { passphrase: 'old' }, newPassphrase: 'quite new words' });
    await client.settled();
    const state = keys.store.getState();
    if (state.view !== 'ready') throw new Error(state.view);
    expect(state.list.slots.filter(({ rehearsedAt }) => rehearsedAt !== null)).toHaveLength(1);
    expect(state.list.behind).toEqual([{ destination: '蓝色 U 盘', reason: 'owed' }]);
  });

  it('say which word is wrong', async () => {
    const keys = createKeysStore(createScriptedClient({ scene: 'shop' }));
    await keys.rehearse.start('main', { key: 'main', words: words({ 6: 'wrong' }), from: null });
    expect(keys.rehearse.store.getState()).toMatchObject({
      view: 'failed',
      error: { code: 'keys.wrong-word', facts: { position: 7 } },
    });
  });

  it('give the vault new keys: who is kept stays, the others go, and no passphrase is remembered', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const keys = createKeysStore(client);
    const sheet = { key: 'vault', current: { passphrase: 'old' }, holder: '小李', folderToken } as const;
    const added = await keys.addSheet.start('vault', sheet);
    const outlook = await keys.rotateCheck.start('vault', {});
    expect(outlook?.sheets.map(({ canStay }) => canStay)).toEqual([false, true]);
    const kept = added?.slot.id ?? '';
    const input = { current: { passphrase: 'secret-1' }, newPassphrase: 'secret-2 of now', keep: [kept] };
    const done = await keys.rotate.start('vault', { ...input, folderToken });
    expect(done?.kept.map(({ id }) => id)).toEqual([kept]);
    expect(done?.gone.map(({ kind }) => kind)).toEqual(['passphrase', 'recovery']);
    expect(JSON.stringify([keys.rotate.store.getState(), keys.store.getState()])).not.toContain('secret-');
  });

  it('keep neither words nor passphrases', async () => {
    const keys = createKeysStore(createScriptedClient({ scene: 'shop' }));
    const current = { passphrase: 'a passphrase to forget' };
    await keys.change.start('main', { key: 'main', current, newPassphrase: 'another to forget' });
    await keys.rehearse.start('vault', { key: 'vault', words: words({ 3: 'forgetme' }), from: null });
    const kept = [keys.store, keys.change.store, keys.rehearse.store].map((store) => JSON.stringify(store.getState()));
    expect(kept.join('')).not.toMatch(/forget/);
  });
});
