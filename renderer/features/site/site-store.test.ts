import { expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { shopName as source, idOf } from '../../bridge/scripted/sample-shop.ts';
import { sampleFolder } from '../../bridge/scripted/sample-site.ts';
import { createQuestion } from '../../stores/asked.ts';
import { firstRedis, redisErrors, toRedisInput } from './redis-form.ts';
import { createSiteStore } from './site-store.ts';

it('shows the page of files that was asked for last, even when an earlier answer comes later', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const list = createQuestion(client, 'files.list');
  const held = client.hold('files.list');
  const wish = { source, snapshot: 'latest', path: null, limit: 50 };
  const slow = list.ask({ ...wish, search: 'slow' });
  const found = await list.ask({ ...wish, search: '商户私钥' });
  expect(found?.entries).toHaveLength(1);
  held.fail('files.none');
  expect(await slow).toBeNull();
  expect(list.store.getState()).toMatchObject({ view: 'answered', about: { search: '商户私钥' } });
});

it('goes through the files page by page and says where they end', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const { list } = createSiteStore(client);
  const wish = { source, snapshot: 'latest', path: null, limit: 50 };
  expect(await list.ask(wish)).toMatchObject({ isCut: true });
  const rest = await list.ask({ ...wish, skip: 50 });
  expect(rest?.isCut).toBe(false);
  expect(rest?.entries[0]?.path).toBe('public/uploads/images/商品图片-044.png');
});

it('keeps what wants a look until somebody has looked', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const site = createSiteStore(client);
  await site.loadFindings(source);
  expect(site.findings.getState()[source]).toHaveLength(2);
  const [config, script] = site.findings.getState()[source] ?? [];
  await site.markSeen(source, [config!.id]);
  expect(site.findings.getState()[source]).toEqual([script]);
  await site.markSeen(source, [script!.id]);
  expect(site.findings.getState()[source]).toEqual([]);
  expect(client.calls('files.findings').map(({ seen }) => seen)).toEqual([[], [config!.id], [], [script!.id], []]);
});

it('brings files back through a dialog’s token, never a path', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const site = createSiteStore(client);
  const path = `${sampleFolder}/.env`;
  const wish = { source, snapshot: 'latest', path, from: null };
  await site.restore.start(source, { ...wish, to: { kind: 'folder', folderToken: idOf(4) } });
  expect(site.restore.store.getState()).toMatchObject({ view: 'done', value: { files: 1 } });
  site.open();
  expect(site.restore.store.getState().view).toBe('idle');
});

it('tries putting settings back before it does, and forgets another shop’s answers', async () => {
  const client = createScriptedClient({ scene: 'asks' });
  const site = createSiteStore(client);
  await site.preview.ask({ source, snapshot: 'latest', replace: true, dryRun: true });
  expect(site.preview.store.getState()).toMatchObject({
    view: 'answered',
    value: { keys: [{}, { before: null }, {}] },
  });
  expect(site.putBack.store.getState().view).toBe('idle');
  site.open();
  expect(site.preview.store.getState().view).toBe('idle');
});

it('asks for the password of Redis again, because the page never had it', () => {
  const known = firstRedis({ host: 'h', port: 6380, user: 'u', hasPassword: true, items: [] });
  expect(redisErrors(known, true)).toEqual({ password: 'common.required' });
  expect(redisErrors({ ...known, password: 'p', host: ' ', port: 0, database: '' }, true)).toEqual({
    host: 'common.required',
    port: 'common.portInvalid',
    database: 'common.required',
  });
  expect(toRedisInput({ ...known, password: 'p', keys: '*a，b', database: 1 })).toEqual({
    host: 'h',
    port: 6380,
    user: 'u',
    password: 'p',
    items: [{ id: 'settings', database: 1, keys: ['*a', 'b'] }],
  });
  const fromFile = { ...known, envFile: ' /www/wwwroot/shop/.env ' };
  expect(redisErrors(fromFile, true)).toEqual({});
  expect(toRedisInput(fromFile)).toEqual({ envFile: '/www/wwwroot/shop/.env', items: [] });
  expect(redisErrors({ ...known, envFile: 'shop/.env' }, true)).toEqual({ envFile: 'redis.envFileInvalid' });
  expect(toRedisInput(firstRedis(undefined))).toMatchObject({ user: null, password: null, items: [] });
});
