import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../platform/run-command.ts';
import { startPrivateSshd, type PrivateSshd } from '../../demo/private-sshd.ts';
import { startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { redisMissing, startPrivateRedis, type PrivateRedis } from '../../source/redis/testing/private-redis.ts';
import { openEngine, type Engine } from '../engine.ts';

const password = 'redis password';
const setting = 'a:2:{s:5:"title";s:6:"小店";s:13:"smtp_password";s:9:"not-a-joke";}';
const key = 'dujiaoka_cache:system-setting';

describe.skipIf(redisMissing !== '')(`settings in Redis, through SSH, with every backup${redisMissing}`, () => {
  let dir: string;
  let source: SourceServer;
  let redis: PrivateRedis;
  let ssh: PrivateSshd;
  let engine: Engine;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-settings-'));
    [source, redis, ssh] = await Promise.all([
      startSource(),
      startPrivateRedis({ dir, password }),
      startPrivateSshd({ dir, kind: 'sshd' }),
    ]);
    await source.run(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.goods (id INT PRIMARY KEY)',
      'INSERT INTO shop.goods VALUES (1)',
    );
    await redis.admin.set(key, setting);
    await redis.admin.set('dujiaoka_cache:visitors', '17');
    engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    const vaultPassphrase = 'another staple entirely';
    await engine.call('home.init', {
      passphrase: 'correct horse battery',
      vaultPassphrase,
      kitDir: null,
      language: 'zh',
    });
    const { host, port, user, password: mysqlPassword } = source.target;
    await engine.call('source.add', {
      name: 'shop',
      mysql: { host, port, user, password: mysqlPassword },
      ssh: {
        host: ssh.host,
        port: ssh.port,
        user: ssh.user,
        auth: { kind: 'key', privateKeyPem: ssh.clientKeyPem, keyPassphrase: null },
        fingerprint: null,
        trustFirst: true,
      },
      databases: ['shop'],
      preset: 'none',
      secretColumns: [],
      ledgers: [],
      files: [],
    });
    const place = { kind: 'disk', name: 'main', path: join(dir, 'disk'), role: 'main', place: null } as const;
    await engine.call('destination.add', place);
  });
  afterAll(async () => {
    await engine.close();
    await ssh.stop();
    await redis.stop();
    await source.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const way = { host: '127.0.0.1', user: null, password } as const;
  const items = [{ id: 'system-settings', database: 1, keys: ['*system-setting'] }];
  const set = (changes: object = {}) =>
    engine.call('settings.set', { source: 'shop', redis: { ...way, port: redis.target.port, items, ...changes } });
  const backup = () => engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
  const restore = (replace = false) => engine.call('settings.restore', { source: 'shop', snapshot: 'latest', replace });
  const checkOf = async () => (await backup()).checks.find(({ id }) => id === 'settings-read');

  it('are refused before they are saved when they cannot be read', async () => {
    await expect(set({ password: 'another' })).rejects.toMatchObject({ code: 'redis.refused' });
    await expect(set({ port: 1 })).rejects.toMatchObject({ code: 'tunnel.forward-refused' });
    await expect(set({ items: [] })).rejects.toMatchObject({ code: 'usage.bad-argument' });
    await expect(restore()).rejects.toMatchObject({ code: 'snapshot.unknown' });
    expect(await checkOf()).toBeUndefined();
  });

  it('are found by what the site says of its Redis, which nobody has to type', async () => {
    const site = (name: string, text: string) => writeFile(join(dir, name), text).then(() => join(dir, name));
    const from = (envFile: string) => engine.call('settings.set', { source: 'shop', redis: { envFile, items } });
    const port = `REDIS_HOST=127.0.0.1\nREDIS_PORT=${redis.target.port}\n`;
    await expect(from(join(dir, 'nothing'))).rejects.toMatchObject({
      code: 'redis.env-unreadable',
      facts: { reason: 'gone' },
    });
    await expect(from(await site('other.env', 'DB_PASSWORD=x\n'))).rejects.toMatchObject({ code: 'redis.env-without' });
    await expect(from(await site('old.env', `${port}REDIS_PASSWORD=old\n`))).rejects.toMatchObject({
      code: 'redis.refused',
    });
    expect(await checkOf()).toBeUndefined();
    const said = await from(await site('.env', `APP_KEY=x\n${port}REDIS_PASSWORD="${password}"\n`));
    expect(said).toMatchObject({ items: [{ id: 'system-settings', database: 1, found: 1 }] });
    expect(await checkOf()).toMatchObject({ ok: true, facts: { keys: 1 } });
    expect(await readFile(join(dir, 'home/settings.json'), 'utf8')).not.toContain(password);
  });

  it('come back after somebody flushed Redis, exactly as they were, and nothing else', async () => {
    expect(await set()).toMatchObject({ items: [{ id: 'system-settings', found: 1, leftOut: 0 }] });
    expect(await checkOf()).toMatchObject({ ok: true, facts: { keys: 1 } });
    const lines = join(dir, 'settings.jsonl');
    const recovered = await runCommand(
      process.execPath,
      [join(dir, 'disk/recover.mjs'), '--redis', lines, '--passphrase-env', 'MAIN_KEY'],
      { env: { MAIN_KEY: 'correct horse battery' } },
    );
    expect(recovered).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(await readFile(lines, 'utf8'))).toEqual({
      item: 'system-settings',
      database: 1,
      key,
      expiresAt: null,
      type: 'string',
      value: setting,
    });
    const shown = await engine.call('settings.show', { source: 'shop', snapshot: 'latest' });
    expect(shown.items).toMatchObject([{ id: 'system-settings', database: 1, keys: 1 }]);
    expect(JSON.stringify(shown)).not.toContain(Buffer.from('not-a-joke').toString('base64'));

    await redis.admin.flushall();
    expect(await restore()).toMatchObject({ from: 'main', keys: [{ name: key, outcome: 'written', before: null }] });
    expect(await redis.admin.get(key)).toBe(setting);
    expect(await redis.admin.dbsize()).toBe(1);
    expect((await restore()).keys).toMatchObject([{ outcome: 'same' }]);

    await redis.admin.set(key, 'what the owner typed since');
    const looked = { source: 'shop', snapshot: 'latest', dryRun: true };
    expect((await engine.call('settings.restore', { ...looked, replace: true })).keys).toMatchObject([
      { name: key, outcome: 'replaced', before: null },
    ]);
    expect((await engine.call('settings.restore', { ...looked, replace: false })).keys[0]?.outcome).toBe('kept');
    expect(await redis.admin.get(key)).toBe('what the owner typed since');
    expect(await redis.admin.dbsize()).toBe(1);
    expect((await restore()).keys).toMatchObject([{ outcome: 'kept' }]);
    const [replaced] = (await restore(true)).keys;
    expect(replaced).toMatchObject({ outcome: 'replaced' });
    expect(await redis.admin.get(key)).toBe(setting);
    expect(await redis.admin.get(replaced!.before!)).toBe('what the owner typed since');
    await redis.admin.del(replaced!.before!);
  });

  it('are kept once while nothing changes, looked at by a check, and survive a prune', async () => {
    const chunkOf = async () =>
      (await engine.call('settings.show', { source: 'shop', snapshot: 'latest' })).items[0]!.chunk;
    const before = await chunkOf();
    await backup();
    expect(await chunkOf()).toBe(before);
    await engine.call('prune.run', { destination: 'main', keep: {}, dryRun: false, confirmShrink: null });
    const file = join(dir, 'disk', 'chunks', before.slice(0, 2), before);
    const verify = () => engine.call('verify.run', { destination: 'main', readPercent: 100, healFrom: null });
    expect(await verify()).toMatchObject({ missing: [], damaged: [] });
    await rm(file);
    expect((await verify()).missing).toContain(before);
    // The next backup writes it again.
    await backup();
    expect(await verify()).toMatchObject({ missing: [], damaged: [] });
  });

  it('turn a backup red when Redis is away or empty, and the newest that were kept still come back', async () => {
    await redis.admin.flushall();
    expect(await checkOf()).toMatchObject({ ok: false, facts: { empty: 'system-settings' } });
    await redis.admin.config('SET', 'requirepass', 'changed');
    const check = await checkOf();
    expect(check).toMatchObject({ ok: false, facts: { error: 'redis.refused' } });
    await redis.admin.config('SET', 'requirepass', password);
    const shown = await engine.call('settings.show', { source: 'shop', snapshot: 'latest' });
    expect(shown.items).toMatchObject([{ keys: 1 }]);
    expect((await restore()).keys).toMatchObject([{ outcome: 'written' }]);
    expect(await redis.admin.get(key)).toBe(setting);
  });

  it('are no longer asked for once they are switched off', async () => {
    await engine.call('settings.set', { source: 'shop', redis: null });
    expect(await checkOf()).toBeUndefined();
    await expect(restore()).rejects.toMatchObject({ code: 'settings.none' });
  });
});
