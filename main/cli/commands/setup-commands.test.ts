import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { aBackup, aFreshHome, aSource } from '../testing/outputs.ts';
import { act, type Script } from '../testing/scripted-surroundings.ts';
import { isEncryptedKey } from './flags.ts';

const env = { SHOUHU_PASSPHRASE: 'pw', DB: 'dbpw' };
const freshHome: Script = { 'home.status': aFreshHome };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-cli-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('init', () => {
  const init: Script = {
    ...freshHome,
    'home.init': () => ({ repositoryId: 'r', kitFiles: [], words: { main: ['a'], vault: ['b'] } }),
  };

  it('passes both passphrases inward and remembers the names of their variables', async () => {
    const seen = await act(['init', '--passphrase-env', 'P', '--vault-passphrase-env', 'V', '--kit', 'kit', '--json'], {
      env: { P: 'p1', V: 'v1' },
      script: init,
    });
    expect(seen.calls.at(-1)).toEqual({
      verb: 'home.init',
      input: { passphrase: 'p1', vaultPassphrase: 'v1', kitDir: '/srv/here/kit', language: 'en' },
    });
    expect(seen.rememberedNow).toEqual({ passphrase: 'P', vault: 'V' });
    expect(seen.out).not.toContain('p1');
  });

  it('asks for each passphrase twice at a terminal and shows the words once', async () => {
    const seen = await act(['init'], { typed: ['p', 'p', 'v', 'v'], script: init });
    expect(seen.questions).toHaveLength(4);
    expect(seen.out).toContain(' 1. a');
  });

  it('does not ask for anything when there are keys already', async () => {
    const seen = await act(['init'], { typed: [] });
    expect(seen.questions).toEqual([]);
    expect(seen.exitCode).toBe(5);
  });
});

describe('unlocking', () => {
  it('uses the variable remembered from init before SHOUHU_PASSPHRASE', async () => {
    const seen = await act(['backup', 'shop'], {
      env: { MINE: 'mine', SHOUHU_PASSPHRASE: 'other' },
      remembered: { passphrase: 'MINE', vault: null },
      script: { 'backup.run': () => aBackup() },
    });
    expect(seen.calls[1]).toEqual({ verb: 'home.unlock', input: { passphrase: 'mine' } });
  });

  it('is not needed to look at names', async () => {
    const seen = await act(['source', 'list', '--json'], { script: { 'source.list': () => ({ sources: [] }) } });
    expect(seen.json()).toEqual({ ok: true, sources: [] });
  });
});

describe('accounts of a source', () => {
  it('are kept when that is asked for, at first or later', async () => {
    const { source } = aSource();
    const script: Script = {
      'source.add': () => ({ source: { ...source, accounts: true }, steps: [] }),
      'source.set': ({ accounts }) => ({ source: { ...source, accounts } }),
    };
    const add = ['source', 'add', 'shop', '--mysql', 'mysql://me@db/', '--mysql-password-env', 'DB'];
    const plain = await act(add, { env, script: { 'source.add': () => aSource() } });
    expect(plain.calls.at(-1)?.input).not.toHaveProperty('accounts');
    const kept = await act([...add, '--accounts'], { env, script });
    expect(kept.calls.at(-1)?.input).toMatchObject({ accounts: true });
    expect(kept.out).toContain('Accounts of the server are kept with every backup');
    const off = await act(['source', 'set', 'shop', '--accounts', 'off', '--json'], { env, script });
    expect(off.calls.at(-1)).toEqual({ verb: 'source.set', input: { name: 'shop', accounts: false } });
    expect(off.json()).toMatchObject({ ok: true, source: { accounts: false } });
    for (const wrong of [[], ['--accounts', 'maybe']])
      expect((await act(['source', 'set', 'shop', ...wrong], { env, script })).exitCode).toBe(2);
  });
});

describe('what an owner says of a shop', () => {
  const { source } = aSource();

  it('goes to the engine as it was said', async () => {
    const script: Script = {
      'source.set': ({ secretColumns = [] }) => ({
        source: {
          ...source,
          secretColumns,
          shops: [{ preset: 'acg-faka', database: 'shop', prefix: 'my_' }],
          unclear: [{ presets: ['zfaka', 'xboard'], database: 'other', prefix: '' }],
        },
      }),
    };
    const flags = ['--secret', 'a.b,c.d', '--not-secret', 'e.f', '--without-ledger', 'old', '--preset', 'acg-faka'];
    const seen = await act(['source', 'set', 'shop', ...flags], { env, script });
    expect(seen.calls.at(-1)?.input).toEqual({
      name: 'shop',
      preset: 'acg-faka',
      secretColumns: ['a.b', 'c.d'],
      openColumns: ['e.f'],
      withoutLedgers: ['old'],
    });
    expect(seen.out).toContain('acg-faka (shop, my_)');
    expect(seen.out).toContain('zfaka? xboard? (other)');
    expect(seen.out).toContain('a.b, c.d');
    expect((await act(['source', 'set', 'shop', '--not-secret', 'nothing'], { env, script })).exitCode).toBe(2);
  });

  it('is asked with reasons, and with the command that takes a proposal on', async () => {
    const definition = {
      name: 'fk_order',
      database: 'shop',
      table: 'fk_order',
      amountColumn: 'money',
      unit: 'yuan' as const,
      currency: 'CNY',
      statusColumn: 'zt',
      paidValues: [],
    };
    const script: Script = {
      'source.propose': () => ({
        columns: [
          {
            name: 'fk_kami.nr',
            kind: 'card',
            isSealed: false,
            why: [{ id: 'values-keys', facts: { percent: 97, from: 16, to: 20 } }],
          },
          { name: 'fk_order.info', kind: 'card', isSealed: true, why: [] },
          { name: 'fk_admin.pwd', kind: 'credential', isSealed: false, why: [] },
        ],
        ledgers: [
          {
            definition,
            isKnown: false,
            statusValues: ['a', 'b'],
            why: [{ id: 'status-unknown', facts: { column: 'zt' } }],
          },
        ],
        looked: { tables: 9, columns: 80, rows: 400 },
        unread: ['shop.big'],
      }),
    };
    const seen = await act(['source', 'propose', 'shop'], { env, script });
    expect(seen.exitCode).toBe(0);
    for (const text of [
      '97% of what was looked at',
      'shouhu source set "shop" --secret fk_kami.nr',
      '✓ fk_order.info',
      'fk_admin.pwd',
      'a, b',
      'shop.big',
    ])
      expect(seen.out).toContain(text);
    expect(seen.out).not.toContain('--secret fk_order.info');
  });
});

describe('source add', () => {
  const script: Script = { 'source.add': () => aSource() };

  it('turns flags into the input of the verb', async () => {
    const ledger = {
      name: 'l',
      database: 'shop',
      table: 'orders',
      amountColumn: 'a',
      unit: 'yuan',
      currency: 'CNY',
      statusColumn: null,
      paidValues: [],
    };
    await writeFile(join(dir, 'ledger.json'), JSON.stringify(ledger));
    await writeFile(join(dir, 'key'), 'PEM');
    const seen = await act(
      [
        ...[
          'source',
          'add',
          'shop',
          '--mysql',
          'mysql://me@127.0.0.1:3307/',
          '--mysql-password-env',
          'DB',
          '--databases',
          'a,b',
        ],
        ...['--ssh', 'root@server:2222', '--ssh-key', 'key', '--ssh-host-key', `SHA256:${'a'.repeat(43)}`],
        ...['--secret', 'carmis.carmi', '--secret', 'x.y', '--ledger', 'ledger.json', '--files', '/www', '--json'],
      ],
      { env, script, cwd: dir },
    );
    expect(seen.exitCode).toBe(0);
    expect(seen.calls.at(-1)?.input).toEqual({
      name: 'shop',
      mysql: { host: '127.0.0.1', port: 3307, user: 'me', password: 'dbpw' },
      ssh: {
        host: 'server',
        port: 2222,
        user: 'root',
        auth: { kind: 'key', privateKeyPem: 'PEM', keyPassphrase: null },
        fingerprint: `SHA256:${'a'.repeat(43)}`,
        trustFirst: false,
      },
      databases: ['a', 'b'],
      preset: 'auto',
      secretColumns: ['carmis.carmi', 'x.y'],
      ledgers: [ledger],
      files: ['/www'],
    });
  });

  it('never takes a password from the arguments, nor repeats it', async () => {
    const seen = await act(['source', 'add', 'shop', '--mysql', 'mysql://me:hunter2@db/', '--json'], { env, script });
    expect(seen.json()).toMatchObject({ error: { facts: { reason: 'password-in-url' } } });
    expect(seen.out + seen.err).not.toContain('hunter2');
    expect(seen.exitCode).toBe(2);
  });

  it('lets a person compare the fingerprint of a new server', async () => {
    let asked = 0;
    const fingerprint = `SHA256:${'b'.repeat(43)}`;
    const unknown = new AppError('tunnel.host-key-unknown', {
      host: 'server',
      port: 22,
      fingerprint,
      algorithm: 'ssh-ed25519',
    });
    const seen = await act(
      [
        'source',
        'add',
        'shop',
        '--mysql',
        'mysql://me@db',
        '--mysql-password-env',
        'DB',
        '--ssh',
        'root@server',
        '--ssh-agent',
      ],
      {
        env,
        typed: ['yes'],
        script: { 'source.add': () => (asked++ === 0 ? Promise.reject(unknown) : aSource()) },
      },
    );
    expect(seen.err).toContain(fingerprint);
    expect(seen.calls.at(-1)?.input).toMatchObject({ ssh: { fingerprint } });
    expect(seen.exitCode).toBe(0);
  });

  it.each([
    [['--ssh-key', 'k'], '--ssh'],
    [['--ssh', 'a@b', '--ssh-key', 'k', '--ssh-agent'], '--ssh-key --ssh-agent'],
    [
      ['--ssh', 'a@b', '--ssh-agent', '--ssh-host-key', `SHA256:${'a'.repeat(43)}`, '--trust-first'],
      '--ssh-host-key --trust-first',
    ],
  ])('refuses contradictory flags %j', async (flags, argument) => {
    const seen = await act(['source', 'add', 'shop', '--mysql', 'mysql://me@db', ...flags, '--json'], { env, script });
    expect(seen.json()).toMatchObject({ error: { code: 'usage.bad-argument', facts: { argument } } });
  });
});

describe('destination set', () => {
  const destination = {
    id: '0192aabb-ccdd-4eee-8fff-001122334455',
    name: 'cloud',
    kind: 's3',
    role: 'cloud',
    place: null,
    where: 'bucket',
    provider: 'aws',
    addedAt: '2026-11-20T08:00:00.000Z',
    hasCredentials: true,
    lockDays: 30,
  } as const;
  const lock = (days: string, script: Script) =>
    act(['--lang', 'en', 'destination', 'set', 'cloud', '--object-lock', days], { env, script });

  it('switches protection against deletion on, and shows the test that proves it', async () => {
    const steps = [{ id: 'lock', ok: true, ms: 4, facts: { lock: 'proven' }, errorCode: null }];
    const seen = await lock('30', { 'destination.set': () => ({ destination, steps }) });
    expect(seen.calls.at(-1)?.input).toEqual({ name: 'cloud', retention: {}, pin: [], unpin: [], lockDays: 30 });
    expect(seen.out).toContain('Protection of “cloud” against deletion is on: 30 days.');
    expect(seen.exitCode).toBe(0);
  });

  it('shows the way through the console where the cloud needs it', async () => {
    const facts = { because: 'lock-off', provider: 'aws', step: 'lock' };
    const seen = await lock('30', {
      'destination.set': () => {
        throw new AppError('backend.rejected', facts);
      },
    });
    expect(seen.exitCode).not.toBe(0);
    expect(seen.err).toMatch(/\n1\. .*\n2\. /s);
    expect(seen.out).not.toContain('is on');
  });

  it.each(['0', '366', 'ten'])('takes no %s days', async (days) => {
    const seen = await lock(days, {});
    expect(seen.exitCode).toBe(2);
    expect(seen.calls).toEqual([]);
  });
});

describe('destination add', () => {
  it('makes a relative folder absolute', async () => {
    const seen = await act(['destination', 'add', 'usb', '--disk', 'usb', '--role', 'cold', '--place', '上海'], {
      env,
    });
    expect(seen.calls.at(-1)?.input).toEqual({
      kind: 'disk',
      name: 'usb',
      place: '上海',
      role: 'cold',
      path: '/srv/here/usb',
    });
  });

  it('reads both keys of a bucket from the environment', async () => {
    const seen = await act(
      [
        'destination',
        'add',
        'oss',
        '--s3',
        'custom',
        '--bucket',
        'b',
        '--endpoint',
        'http://x',
        '--access-key-env',
        'AK',
        '--secret-key-env',
        'SK',
      ],
      { env: { ...env, AK: 'ak', SK: 'sk' } },
    );
    expect(seen.calls.at(-1)?.input).toEqual({
      kind: 's3',
      name: 'oss',
      place: null,
      provider: 'custom',
      bucket: 'b',
      region: null,
      endpoint: 'http://x',
      prefix: '',
      accessKey: 'ak',
      secretKey: 'sk',
    });
  });

  it('names the clouds it knows when it is given another, and asks for an address only where nobody can guess it', async () => {
    const add = (cloud: string, ...more: string[]) => [
      '--json',
      'destination',
      'add',
      'x',
      '--s3',
      cloud,
      '--bucket',
      'b',
      ...more,
    ];
    const unknown = await act([...add('nowhere'), '--lang', 'en'], { env });
    expect(unknown.json()).toMatchObject({ error: { code: 'usage.bad-argument', facts: { argument: '--s3' } } });
    expect(JSON.stringify(unknown.json())).toContain('aliyun-oss, tencent-cos, huawei-obs');
    const facts = { argument: '--endpoint', reason: 'missing' };
    expect((await act(add('cloudflare-r2'), { env })).json()).toMatchObject({ error: { facts } });
    const keys = ['--access-key-env', 'AK', '--secret-key-env', 'SK'];
    const domain = ['--custom-domain', 'https://backup.example.com'];
    const oss = await act(add('aliyun-oss', ...domain, ...keys), { env: { ...env, AK: 'ak', SK: 'sk' } });
    expect(oss.calls.at(-1)?.input).toMatchObject({
      provider: 'aliyun-oss',
      customDomain: 'https://backup.example.com',
    });
    const former = await act(add('aws', '--region', 'eu-west-1', ...keys), { env: { ...env, AK: 'ak', SK: 'sk' } });
    expect(former.calls.at(-1)?.input).toMatchObject({ provider: 'aws-s3' });
  });
});

describe('isEncryptedKey', () => {
  it('sees whether a private key has a passphrase of its own', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(isEncryptedKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toBe(false);
    expect(
      isEncryptedKey(
        privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      ),
    ).toBe(true);
    const openssh = (cipher: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(cipher.length);
      const body = Buffer.concat([
        Buffer.from('openssh-key-v1\0'),
        length,
        Buffer.from(cipher),
        Buffer.alloc(20),
      ]).toString('base64');
      return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
    };
    expect(isEncryptedKey(openssh('none'))).toBe(false);
    expect(isEncryptedKey(openssh('aes256-ctr'))).toBe(true);
  });
});
