import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { aSource, sampleFingerprint } from '../../bridge/scripted/sample-shop.ts';
import { serverErrors, shopErrors, shopValues, toSourceInput } from './shop-form.ts';
import { namesIn } from '../../ui/names-in.ts';
import type { ShopValues } from './shop-form.ts';
import { createShopStore } from './shop-store.ts';

function aShop(changes: Partial<ShopValues> = {}, host = '203.0.113.18'): ShopValues {
  const values = shopValues();
  return {
    ...values,
    name: '小店',
    ssh: { ...values.ssh, host, auth: 'agent' },
    mysql: { ...values.mysql, user: 'backup', password: 'secret' },
    ...changes,
  };
}

const input = (host?: string) => toSourceInput(aShop({}, host), null);

describe('connecting a shop', () => {
  it('stops at a server it has never seen, shows the fingerprint, and goes on once it is trusted', async () => {
    const client = createScriptedClient({ scene: 'bare' });
    const shop = createShopStore(client);

    await shop.test(input());
    expect(shop.store.getState()).toMatchObject({
      view: 'refused',
      error: { code: 'tunnel.host-key-unknown', facts: { fingerprint: sampleFingerprint, algorithm: 'ssh-ed25519' } },
    });
    await expect(shop.save()).resolves.toBeNull();

    await shop.trust();
    expect(shop.store.getState()).toMatchObject({ view: 'tested', input: { ssh: { fingerprint: sampleFingerprint } } });

    await shop.save();
    expect(shop.store.getState()).toMatchObject({ view: 'saved', added: { source: { name: '小店' } } });
    expect(client.calls('source.add')[0]?.ssh?.fingerprint).toBe(sampleFingerprint);
  });

  it('asks for the trusted fingerprint again when the form is tested once more', async () => {
    const client = createScriptedClient({ scene: 'bare' });
    const shop = createShopStore(client);
    await shop.test(input());
    await shop.trust();
    shop.edited();
    await shop.test(input());
    expect(client.calls('source.try').at(-1)?.ssh?.fingerprint).toBe(sampleFingerprint);
  });

  it('offers no trust when a known server shows another key', async () => {
    const client = createScriptedClient({ scene: 'bare' });
    const shop = createShopStore(client);
    await shop.test(input('changed.example.com'));
    expect(shop.store.getState()).toMatchObject({ view: 'refused', error: { code: 'tunnel.host-key-changed' } });
    await shop.trust();
    expect(client.calls('source.try')).toHaveLength(1);
  });

  it('drops the answer of a test when the form has changed meanwhile', async () => {
    const client = createScriptedClient({ scene: 'bare' });
    const shop = createShopStore(client);
    const held = client.hold('source.try');
    const testing = shop.test(input());
    shop.edited();
    held.succeed({ steps: [] });
    await testing;
    expect(shop.store.getState()).toEqual({ view: 'editing' });
  });

  it('names the step that did not pass', async () => {
    const client = createScriptedClient({ scene: 'bare' });
    const shop = createShopStore(client);
    await shop.test(input());
    const wrong = aShop();
    wrong.mysql.password = 'wrong';
    await shop.trust();
    await shop.test(toSourceInput(wrong, null));
    expect(shop.store.getState()).toMatchObject({
      view: 'refused',
      error: { code: 'mysql.auth-failed' },
      steps: [
        { id: 'ssh', ok: true },
        { id: 'login', ok: false },
      ],
    });
  });
});

describe('the form of a shop', () => {
  it('says which fields are missing', () => {
    expect(shopErrors(shopValues())).toEqual({
      name: 'common.required',
      'mysql.user': 'common.required',
      'ssh.host': 'common.required',
      'ssh.key': 'shop.keyMissing',
    });
    expect(serverErrors({ ...aShop(), viaSsh: false })).toEqual({});
    expect(shopErrors(aShop({ name: '-小店' }))).toEqual({ name: 'common.nameInvalid' });
  });

  it('switches the accounts of a shop that is there already on and off', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const shop = createShopStore(client);
    const name = aSource().name;
    const isKept = async () => {
      const listed = await client.call('source.list', {});
      return listed.ok && listed.value.sources.find((source) => source.name === name)?.accounts === true;
    };
    expect(await isKept()).toBe(false);
    await shop.keepAccounts(name, true);
    expect(await isKept()).toBe(true);
    await shop.keepAccounts('nobody', true);
    expect(shop.checks.getState()['nobody']).toMatchObject({ view: 'failed', error: { code: 'source.unknown' } });
  });

  it('looks for cards and ledgers, and takes on what the owner says', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const shop = createShopStore(client);
    const { name } = aSource();
    await shop.propose(name);
    const found = shop.proposals.getState()[name];
    expect(found).toMatchObject({
      view: 'found',
      found: { columns: [{ name: 'fk_kami.content', kind: 'card' }, {}, {}] },
    });
    await shop.say({ name, secretColumns: ['fk_kami.content'], openColumns: ['orders.info'] });
    const listed = await client.call('source.list', {});
    const source = listed.ok ? listed.value.sources.find((each) => each.name === name) : undefined;
    expect(source?.secretColumns).toContain('fk_kami.content');
    expect(source?.secretColumns).not.toContain('orders.info');
    expect(shop.proposals.getState()[name]).toBeUndefined();
    await shop.say({ name: 'nobody', preset: 'none' });
    expect(shop.proposals.getState()['nobody']).toMatchObject({ view: 'failed', error: { code: 'source.unknown' } });
  });

  it('keeps accounts only when that is switched on, and says so of a known shop', () => {
    expect(toSourceInput(aShop(), null)).toMatchObject({ accounts: false });
    expect(toSourceInput(aShop({ accounts: true }), null)).toMatchObject({ accounts: true });
    expect(shopValues(aSource({ accounts: true })).accounts).toBe(true);
    expect(shopValues(aSource()).accounts).toBe(false);
  });

  it('takes database names with any comma', () => {
    expect(namesIn(' shop， blog、shop ;old')).toEqual(['shop', 'blog', 'old']);
  });
});
