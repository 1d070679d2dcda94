import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.ts';
import { describeError, redact, secretsIn } from './redact.ts';

describe('redact', () => {
  it.each([
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----',
      'b3Blbn',
    ],
    ['a private key that was cut off', 'x -----BEGIN PRIVATE KEY-----\nMIIEvQ', 'MIIEvQ'],
    ['a password in a URL', 'connect to mysql://root:hunter2@127.0.0.1', 'hunter2'],
    ['a header', 'Authorization: AWS4-HMAC-SHA256 Credential=AKIA1/x, Signature=beef', 'beef'],
    ['a JSON field', '{"password": "hun\\"ter2", "user": "root"}', 'ter2'],
    ['an object in an error', "{ secretKey: 'abc def', bucket: 'b' }", 'abc def'],
    ['an environment variable', 'SHOUHU_PASSPHRASE=correct-horse', 'correct-horse'],
  ])('hides %s', (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
  });

  it('leaves ordinary text alone', () => {
    const text = "Error: ENOENT: no such file '/var/backups/shop' at open (node:fs:1:2)";
    expect(redact(text)).toBe(text);
  });

  it('writes what steers a terminal as text, and no line that looks like an entry of the log', () => {
    const text = redact('table \u001b[2J\u202eorders\n2026-11-22T14:00:00.000Z info all is well');
    expect(text).toBe('table <U+001B>[2J<U+202E>orders\n  2026-11-22T14:00:00.000Z info all is well');
  });

  it('hides what the call was given as a secret, wherever it turns up', () => {
    const input = {
      name: 'shop',
      mysql: { host: 'db', password: '盛夏2026' },
      ssh: { auth: { privateKeyPem: 'PEM!' } },
    };
    const secrets = secretsIn(input);
    expect(secrets.sort()).toEqual(['PEM!', '盛夏2026']);
    expect(redact("Access denied for 'root' using 盛夏2026 / PEM!", secrets)).toBe(
      "Access denied for 'root' using ••• / •••",
    );
  });
});

it('describes an error with the stacks of its causes', () => {
  const cause = new TypeError('cannot read x of hunter2');
  const text = describeError(new AppError('unexpected', {}, { cause }), ['hunter2']);
  expect(text).toMatch(/AppError: unexpected[\s\S]*caused by: TypeError: cannot read x of •••[\s\S]*redact\.test\.ts/);
});
