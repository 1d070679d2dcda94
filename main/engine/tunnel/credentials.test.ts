import { generateKeyPairSync } from 'node:crypto';
import type { AnyAuthMethod } from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newSshKey } from '../demo/embedded-ssh-server.ts';
import { prepareLogin, type NextMethod, type TunnelAuth } from './credentials.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a private key', () => {
  it('is accepted in the forms that clouds and panels hand out', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pems = [
      newSshKey().private,
      rsa.export({ type: 'pkcs1', format: 'pem' }).toString(),
      rsa.export({ type: 'pkcs8', format: 'pem' }).toString(),
      rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString(),
    ];
    for (const privateKeyPem of pems) {
      const login = await prepareLogin('shop', { kind: 'key', privateKeyPem, passphrase: 'secret' });
      const next = login.newAttempt();
      expect(next(null, false)).toEqual({ type: 'none', username: 'shop' });
      expect(next(['publickey'], false)).toMatchObject({ type: 'publickey' });
      expect(next(['publickey'], false)).toBe(false);
    }
  });

  it.each([
    ['encrypted', { privateKeyPem: newSshKey('ed25519', 'secret').private }],
    ['wrong-passphrase', { privateKeyPem: newSshKey('ed25519', 'secret').private, passphrase: 'guess' }],
    ['not-private', { privateKeyPem: newSshKey().public }],
    ['unknown-format', { privateKeyPem: 'not a key' }],
    ['unknown-format', { privateKeyPem: '' }],
  ])('that cannot be used says why: %s', async (reason, key) => {
    await expect(prepareLogin('shop', { kind: 'key', ...key })).rejects.toMatchObject({
      code: 'tunnel.key-unreadable',
      facts: { reason },
    });
  });

  it('is not shown by its error', async () => {
    const auth: TunnelAuth = {
      kind: 'key',
      privateKeyPem: newSshKey('ed25519', 'secret').private,
      passphrase: 'guess',
    };
    const error: unknown = await prepareLogin('shop', auth).catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toContain('guess');
  });
});

describe('a password', () => {
  it('is sent once, by the way the server takes', async () => {
    expect(
      await typesTried([
        ['password', 'keyboard-interactive'],
        ['password', 'keyboard-interactive'],
      ]),
    ).toEqual(['password', false]);
    expect(await typesTried([['publickey', 'keyboard-interactive'], ['keyboard-interactive']])).toEqual([
      'keyboard-interactive',
      false,
    ]);
    expect(await typesTried([['publickey']])).toEqual([false]);
  });

  it('answers a question that follows the password when the server wants both', async () => {
    const next = await passwordAttempt();
    next(null, false);
    next(['password', 'keyboard-interactive'], false);
    expect(next(['keyboard-interactive'], true)).toMatchObject({ type: 'keyboard-interactive' });
  });

  it('answers the first hidden question only', async () => {
    const next = await passwordAttempt();
    next(null, false);
    const method = next(['keyboard-interactive'], false) as Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>;
    const answers: string[][] = [];
    const ask = (prompt: string, echo: boolean) => {
      method.prompt('', '', '', [{ prompt, echo }], (given) => answers.push(given));
    };

    ask('Which account?', true);
    ask('Password:', false);
    ask('Verification code:', false);

    expect(answers).toEqual([[''], ['secret'], ['']]);
  });
});

describe('an agent', () => {
  it('that is not there is missed before anything is sent', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', '/nowhere/agent.sock');
    await expect(prepareLogin('shop', { kind: 'agent' })).rejects.toMatchObject({
      code: 'tunnel.agent-missing',
      facts: { reason: 'no-answer' },
    });
  });

  it.skipIf(process.platform === 'win32')('without a socket is missed too', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', undefined);
    await expect(prepareLogin('shop', { kind: 'agent' })).rejects.toMatchObject({ facts: { reason: 'no-socket' } });
  });
});

type Left = Parameters<NextMethod>[0];

async function typesTried(offers: Left[]): Promise<(string | false)[]> {
  const next = await passwordAttempt();
  next(null, false);
  return offers.map((left) => {
    const method = next(left, false);
    return method === false ? false : method.type;
  });
}

async function passwordAttempt(): Promise<NextMethod> {
  const login = await prepareLogin('shop', { kind: 'password', password: 'secret' });
  return login.newAttempt();
}
