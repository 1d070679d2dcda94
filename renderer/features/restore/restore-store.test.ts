import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { idOf, sampleFingerprint, shopName } from '../../bridge/scripted/sample-shop.ts';
import { sampleEvents } from '../../bridge/scripted/sample-stream.ts';
import { emptyServer } from '../shop/index.ts';
import { firstAnswers, toRestoreInput } from './restore-answers.ts';
import { isRefused } from './checks-store.ts';
import { createRestoreStore } from './restore-store.ts';

const latest = idOf(1005);

async function atConfirm(scene: 'shop' = 'shop') {
  const client = createScriptedClient({ scene });
  const restore = createRestoreStore(client);
  restore.begin(shopName, latest);
  await client.settled();
  return { client, restore };
}

describe('the restore wizard', () => {
  it('restores everything into the sandbox, secrets sealed, unless told otherwise', async () => {
    const { client, restore } = await atConfirm();
    await restore.start();
    expect(client.calls('restore.run')[0]).toMatchObject({
      snapshot: latest,
      tables: [],
      from: null,
      into: { kind: 'sandbox' },
      as: null,
      vault: null,
    });
    expect(restore.run.store.getState()).toMatchObject({
      view: 'done',
      value: { digest: { equal: true }, vault: 'closed' },
    });
  });

  it('looks before the button, drops what an older look says, and stops at what would be refused', async () => {
    const { client, restore } = await atConfirm();
    const toTheEnd = () => {
      while (restore.store.getState().step !== 'confirm') restore.next();
    };
    toTheEnd();
    restore.back();
    restore.answer({ into: 'same', vault: 'passphrase', vaultSecret: 'a secret for later' });
    toTheEnd();
    expect(restore.checks.store.getState().view).toBe('looking');
    await client.settled();
    expect(client.calls('restore.check').map(({ into, vault }) => [into.kind, vault])).toEqual([
      ['sandbox', null],
      ['same', null],
    ]);
    const state = restore.checks.store.getState();
    expect(state.view === 'ready' ? state.checks.length : 0).toBe(10);
    expect(isRefused(state)).toBe(false);
    const full = { id: 'room', state: 'fail', facts: {}, errorCode: 'restore.no-room' } as const;
    expect(isRefused({ view: 'ready', checks: [full] })).toBe(true);
    expect(client.calls('restore.run')).toEqual([]);
  });

  it('asks for accounts where the snapshot has them and the target can use them', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const detail = await client.call('snapshot.show', { snapshot: latest });
    if (!detail.ok) throw new Error(detail.error.code);
    const bare = detail.value;
    const accounts = { chunk: '0'.repeat(64), users: ['shop@localhost'], roles: [] };
    const kept = { ...bare, manifest: { ...bare.manifest, accounts } };
    const answers = { ...firstAnswers(shopName, latest), into: 'sql' as const, accounts: true };
    expect(toRestoreInput(answers, kept)).toMatchObject({ accounts: true });
    expect(toRestoreInput({ ...answers, accounts: false }, kept)).not.toHaveProperty('accounts');
    expect(toRestoreInput(answers, bare)).not.toHaveProperty('accounts');
    expect(toRestoreInput({ ...answers, into: 'same' }, kept)).not.toHaveProperty('accounts');
    expect(toRestoreInput({ ...answers, what: 'some', tables: ['a.b'] }, kept)).not.toHaveProperty('accounts');
  });

  it('goes to just before something that happened, or to a second, and lets the engine find the snapshot', async () => {
    const { client, restore } = await atConfirm();
    const [, , dropped] = sampleEvents(Date.now()).events;
    restore.beginBefore(shopName, dropped!, latest);
    await client.settled();
    expect(restore.store.getState().step).toBe('what');
    await restore.start();
    expect(client.calls('restore.run')[0]).toMatchObject({
      snapshot: 'latest',
      until: { kind: 'event', id: dropped!.id },
    });
    restore.begin(shopName, null);
    restore.chooseMoment({ kind: 'time', at: '2026-11-23T20:00:07' }, latest);
    await client.settled();
    await restore.start();
    const at = new Date('2026-11-23T20:00:07').toISOString();
    expect(client.calls('restore.run')[1]).toMatchObject({ snapshot: 'latest', until: { kind: 'time', at } });
    restore.begin(shopName, null);
    restore.chooseSnapshot(latest);
    await client.settled();
    await restore.start();
    expect(client.calls('restore.run')[2]).not.toHaveProperty('until');
  });

  it('does not go on without an answer', async () => {
    const { restore } = await atConfirm();
    restore.answer({ what: 'some' });
    restore.next();
    expect(restore.store.getState()).toMatchObject({ step: 'what', errors: { tables: 'restore.tablesMissing' } });
    restore.answer({ tables: ['dujiaoka.goods'] });
    restore.next();
    expect(restore.store.getState()).toMatchObject({ step: 'from', errors: {} });
  });

  it('does not open the vault for tables that hold no secrets', async () => {
    const { client, restore } = await atConfirm();
    restore.answer({ what: 'some', tables: ['dujiaoka.goods'], vault: 'passphrase', vaultSecret: 'secret' });
    await restore.start();
    expect(client.calls('restore.run')[0]?.vault).toBeNull();
  });

  it('forgets the vault passphrase once it has been used', async () => {
    const { client, restore } = await atConfirm();
    restore.answer({ vault: 'passphrase', vaultSecret: 'secret' });
    await restore.start();
    expect(client.calls('restore.run')[0]?.vault).toEqual({ passphrase: 'secret' });
    expect(restore.store.getState().answers.vaultSecret).toBe('');
  });

  it('keeps the answers after a wrong vault passphrase', async () => {
    const { restore } = await atConfirm();
    restore.answer({ vault: 'passphrase', vaultSecret: 'wrong' });
    await restore.start();
    expect(restore.run.store.getState()).toMatchObject({ view: 'failed', error: { code: 'keys.wrong-passphrase' } });
    expect(restore.store.getState().answers.snapshot).toBe(latest);
  });

  it('goes on with the fingerprint of a new server once that is trusted', async () => {
    const { client, restore } = await atConfirm();
    const server = emptyServer();
    server.ssh = { ...server.ssh, host: 'new.example.com', auth: 'agent' };
    server.mysql = { ...server.mysql, user: 'root' };
    restore.answer({ into: 'server', server });
    client.fail('restore.run', 'tunnel.host-key-unknown', { fingerprint: sampleFingerprint, algorithm: 'ssh-ed25519' });
    await restore.start();
    client.fail('restore.run', null);
    await restore.trust();
    expect(client.calls('restore.run').at(-1)?.into).toMatchObject({
      kind: 'server',
      target: { ssh: { fingerprint: sampleFingerprint } },
    });
    expect(restore.run.store.getState().view).toBe('done');
  });

  it('is not disturbed by a new beginning while it runs', async () => {
    const { client, restore } = await atConfirm();
    const held = client.hold('restore.run');
    const running = restore.start();
    restore.begin(shopName, null);
    expect(restore.store.getState().answers.snapshot).toBe(latest);
    held.fail('cancelled');
    await running;
    expect(restore.run.store.getState().view).toBe('cancelled');
  });
});
