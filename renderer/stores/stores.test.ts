import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../bridge/scripted-client.ts';
import { idOf } from '../bridge/scripted/sample-shop.ts';
import { createDetailStore } from './detail-store.ts';
import { createLibraryStore } from './library-store.ts';
import { createSessionStore } from './session-store.ts';

describe('the detail of a snapshot', () => {
  it('is of the one asked for last, even when the first answer comes last', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const detail = createDetailStore(client);
    const held = client.hold('snapshot.show');
    const slow = detail.open(idOf(1004));
    await detail.open(idOf(1005));
    held.fail('snapshot.unknown');
    await slow;
    expect(detail.store.getState()).toMatchObject({ view: 'ready', id: idOf(1005) });
  });

  it('stays closed when the answer comes after closing', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const detail = createDetailStore(client);
    const opening = detail.open(idOf(1005));
    detail.close();
    await opening;
    expect(detail.store.getState()).toEqual({ view: 'closed' });
  });
});

describe('the library', () => {
  it('is newest first and follows the catalog', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const library = createLibraryStore(client);
    await library.load();
    const before = library.store.getState();
    expect(before.view === 'ready' && before.library.snapshots.map(({ id }) => id)).toEqual(
      [5, 4, 3, 2, 1].map((n) => idOf(1000 + n)),
    );

    await client.call('destination.remove', { name: '阿里云' });
    await client.settled();
    const after = library.store.getState();
    expect(after.view === 'ready' && after.library.destinations).toHaveLength(3);
  });

  it('keeps what is shown while the engine is away, and looks again when it is back', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const library = createLibraryStore(client);
    await library.load();
    client.fail('snapshots.list', 'engine.stopped');
    await library.load();
    expect(library.store.getState()).toMatchObject({ view: 'ready' });

    client.fail('snapshots.list', 'unexpected');
    await library.load();
    expect(library.store.getState()).toMatchObject({ view: 'failed' });
    client.fail('snapshots.list', null);
    client.announce('engine.state', { state: 'running', interruptedJobs: 1 });
    await client.settled();
    expect(library.store.getState()).toMatchObject({ view: 'ready' });
  });

  it('keeps what is shown when an older answer arrives late', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const library = createLibraryStore(client);
    const held = client.hold('snapshots.list');
    const slow = library.load();
    await library.load();
    held.fail('engine.stopped');
    await slow;
    expect(library.store.getState().view).toBe('ready');
  });
});

describe('the session', () => {
  it('changes the language at once and tells the app', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const session = createSessionStore(client);
    await session.load();
    const telling = session.setLanguage('en');
    expect(session.store.getState()).toMatchObject({ view: 'ready', app: { language: 'en' } });
    await telling;
    expect(client.calls('app.setLanguage')).toEqual([{ language: 'en' }]);
  });

  it('stays in the language that was chosen while an older look was on its way', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const session = createSessionStore(client);
    await session.load();
    const before = session.store.getState();
    const held = client.hold('app.state');
    const looking = session.load();
    const telling = session.setLanguage('en');
    if (before.view === 'ready') held.succeed(before.app);
    await Promise.all([looking, telling]);
    expect(session.store.getState()).toMatchObject({ view: 'ready', app: { language: 'en' } });
  });

  it('shows what the engine is doing, and keeps the page when a look fails', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const session = createSessionStore(client);
    await session.load();
    client.announce('engine.state', { state: 'restarting', interruptedJobs: 1 });
    expect(session.store.getState()).toMatchObject({ app: { engine: { state: 'restarting' } } });
    client.fail('app.state', 'engine.stopped');
    await session.load();
    expect(session.store.getState().view).toBe('ready');
  });
});
