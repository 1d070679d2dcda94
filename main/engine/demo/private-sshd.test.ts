import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTunnel } from '../tunnel/index.ts';
import { startPrivateSshd, type PrivateSshd } from './private-sshd.ts';

describe('a private sshd where the machine has none', () => {
  let dir = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-sshd-test-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is the embedded one, with a key file that only its owner reads', async () => {
    const sshd = await startPrivateSshd({ dir, kind: 'embedded' });

    expect(sshd.kind).toBe('embedded');
    expect(await logIn(sshd)).toBe(sshd.hostKeyFingerprint);
    if (process.platform !== 'win32') expect((await stat(sshd.clientKeyPath)).mode & 0o777).toBe(0o600);
    await sshd.stop();
  });

  it('can come back on the same port with another host key', async () => {
    const sshd = await startPrivateSshd({ dir, kind: 'embedded' });
    const [before, port] = [sshd.hostKeyFingerprint, sshd.port];

    await sshd.restartWithNewHostKey();

    expect(sshd.port).toBe(port);
    expect(sshd.hostKeyFingerprint).not.toBe(before);
    expect(await logIn(sshd)).toBe(sshd.hostKeyFingerprint);
    await sshd.stop();
  });

  it('leaves nothing behind, whether it is stopped or cancelled', async () => {
    const own = await mkdtemp(join(dir, 'own-'));
    const sshd = await startPrivateSshd({ dir: own, kind: 'embedded' });
    await sshd.stop();
    await expect(logIn(sshd)).rejects.toMatchObject({ code: 'tunnel.unreachable' });

    const signal = AbortSignal.abort(new Error('user pressed Stop'));
    await expect(startPrivateSshd({ dir: own, kind: 'embedded', signal })).rejects.toThrow('user pressed Stop');

    expect(await readdir(own)).toEqual([]);
  });
});

async function logIn({ host, port, user, clientKeyPem }: PrivateSshd): Promise<string> {
  const tunnel = await openTunnel({
    host,
    port,
    user,
    auth: { kind: 'key', privateKeyPem: clientKeyPem },
    hostKeyPolicy: { kind: 'trust-first' },
  });
  await tunnel.close();
  return tunnel.hostKey.fingerprint;
}
