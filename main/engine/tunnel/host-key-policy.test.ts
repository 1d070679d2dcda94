import { afterEach, describe, expect, it } from 'vitest';
import { newSshKey } from '../demo/embedded-ssh-server.ts';
import { aServer, cleanUpRig, open, within } from './testing/tunnel-rig.ts';

const ed25519 = newSshKey('ed25519').private;
const ecdsa = newSshKey('ecdsa').private;
const rsa = newSshKey('rsa').private;

afterEach(cleanUpRig);

describe('the host key', () => {
  it('is reported to be pinned when the first one is trusted', async () => {
    const server = await aServer({});
    const tunnel = await open(server, { hostKeyPolicy: { kind: 'trust-first' } });
    expect(tunnel.hostKey).toEqual(server.hostKeys[0]);
  });

  it('that nobody knows is refused before any secret is sent', async () => {
    const server = await aServer({});

    await expect(open(server, { hostKeyPolicy: { kind: 'ask' } })).rejects.toMatchObject({
      code: 'tunnel.host-key-unknown',
      facts: { host: '127.0.0.1', port: server.port, ...server.hostKeys[0] },
    });

    expect(server.triedMethods).toEqual([]);
  });

  it('is what the person says it is, who is asked once even if keys are exchanged again', async () => {
    const server = await aServer({});
    const asked: string[] = [];
    const onHostKey = ({ fingerprint }: { fingerprint: string }) => asked.push(fingerprint) > 0;

    const tunnel = await open(server, { hostKeyPolicy: { kind: 'ask' } }, { onHostKey });
    await within(5000, server.exchangeKeys());

    expect(asked).toEqual([server.hostKeys[0]!.fingerprint]);
    expect(tunnel.isOpen).toBe(true);
    await expect(open(server, { hostKeyPolicy: { kind: 'ask' } }, { onHostKey: () => false })).rejects.toMatchObject({
      code: 'tunnel.host-key-unknown',
    });
  });

  it('that changed is refused with both fingerprints, and nobody is asked', async () => {
    const server = await aServer({});
    const pinned = { kind: 'pinned', fingerprint: 'SHA256:somethingElse', algorithm: 'ssh-ed25519' } as const;
    const onHostKey = () => expect.unreachable('a changed key is no question');

    await expect(open(server, { hostKeyPolicy: pinned }, { onHostKey })).rejects.toMatchObject({
      code: 'tunnel.host-key-changed',
      facts: { expected: 'SHA256:somethingElse', actual: server.hostKeys[0]!.fingerprint, algorithm: 'ssh-ed25519' },
    });
    expect(server.triedMethods).toEqual([]);
  });

  it('of a server with several is the pinned one, with or without its algorithm', async () => {
    const server = await aServer({ hostKeys: [ed25519, ecdsa, rsa] });

    for (const { fingerprint, algorithm } of server.hostKeys) {
      const known = await open(server, { hostKeyPolicy: { kind: 'pinned', fingerprint, algorithm } });
      const bare = await open(server, { hostKeyPolicy: { kind: 'pinned', fingerprint } });
      expect([known.hostKey.algorithm, bare.hostKey.algorithm]).toEqual([algorithm, algorithm]);
    }
  });

  it('that fits none of several is changed, however many there are', async () => {
    const server = await aServer({ hostKeys: [ed25519, rsa] });
    await expect(open(server, { hostKeyPolicy: { kind: 'pinned', fingerprint: 'SHA256:gone' } })).rejects.toMatchObject(
      {
        code: 'tunnel.host-key-changed',
        facts: { expected: 'SHA256:gone', algorithm: 'ssh-ed25519' },
      },
    );
  });
});
