import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCuttingProxy } from '../demo/cutting-proxy.ts';
import { newSshKey } from '../demo/embedded-ssh-server.ts';
import { findSshd, startPrivateSshd, type PrivateSshd } from '../demo/private-sshd.ts';
import { findServerBinaries, startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { openTunnel, type Tunnel, type TunnelConfig, type TunnelOptions } from './index.ts';
import { echo, startFarServer, within } from './testing/tunnel-rig.ts';

const run = promisify(execFile);
/** Nobody listens there, and nobody will while the tests run: the port is reserved. */
const closedPort = 1;
const hasSshd = (await findSshd()) !== undefined;
const hasServer = (await findServerBinaries()).length > 0;
if (!hasSshd) console.warn('skipped: no sshd on this machine');
if (!hasServer) console.warn('skipped in part: no mariadbd or mysqld on this machine');

describe.skipIf(!hasSshd)('a tunnel through a real sshd', () => {
  const tunnels: Tunnel[] = [];
  let dir = '';
  let sshd: PrivateSshd;
  let database: PrivateServer | undefined;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-tunnel-test-'));
    sshd = await startPrivateSshd({ dir, kind: 'sshd' });
    if (hasServer) database = await startPrivateServer({ durability: 'none', memoryMb: 32 });
  });
  afterAll(async () => {
    await Promise.all(tunnels.map((tunnel) => tunnel.close()));
    await sshd.stop();
    await database?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('opens with a key and shows the host key that ssh-keygen shows', async () => {
    const tunnel = await open();
    const { stdout } = await run('ssh-keygen', ['-lf', join(dirname(sshd.clientKeyPath), 'host_key')]);

    expect(tunnel.hostKey).toEqual({ algorithm: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint });
    expect(stdout).toContain(sshd.hostKeyFingerprint);
  });

  it('asks the server a question, and hears nothing where there is no answer', async () => {
    const tunnel = await open();
    expect(await tunnel.ask("uname -n && printf '%s' 'it'\\''s here'")).toBe(`${hostname()}\nit's here`);
    expect(await tunnel.ask('exit 3')).toBeNull();
    await tunnel.close();
    expect(await tunnel.ask('true')).toBeNull();
  });

  it('refuses a key the server does not know', async () => {
    await expect(open({ auth: { kind: 'key', privateKeyPem: newSshKey().private } })).rejects.toMatchObject({
      code: 'tunnel.auth-failed',
      facts: { host: sshd.host, user: sshd.user, method: 'key', accepted: 'publickey' },
    });
  });

  it('does not find a port where nobody listens', async () => {
    const port = closedPort;
    await expect(open({ port })).rejects.toMatchObject({
      code: 'tunnel.unreachable',
      facts: { host: sshd.host, port, reason: 'ECONNREFUSED' },
    });
  });

  it('stops at a host key nobody knows, and names it', async () => {
    await expect(open({ hostKeyPolicy: { kind: 'ask' } })).rejects.toMatchObject({
      code: 'tunnel.host-key-unknown',
      facts: { host: sshd.host, port: sshd.port, fingerprint: sshd.hostKeyFingerprint, algorithm: 'ssh-ed25519' },
    });
  });

  it('says when a forward goes nowhere, and stays open', async () => {
    const tunnel = await open();
    const port = closedPort;

    await expect(tunnel.openStream('127.0.0.1', port)).rejects.toMatchObject({
      code: 'tunnel.forward-refused',
      facts: { host: '127.0.0.1', port, reason: 'connect-failed' },
    });

    expect(tunnel.isOpen).toBe(true);
  });

  it.skipIf(!hasServer)('carries a MySQL connection, also large results both ways', async () => {
    const tunnel = await open();
    const client = await createConnection({
      user: database!.user,
      password: database!.password,
      stream: await tunnel.openStream('127.0.0.1', database!.port!),
    });
    const sent = Buffer.alloc(8_000_000, 'a');

    const [rows] = await client.query<RowDataPacket[]>('SELECT ? AS v, REPEAT(?, 8000000) AS w', [sent, 'b']);

    expect(sent.equals(rows[0]!['v'] as Buffer)).toBe(true);
    expect(rows[0]!['w']).toHaveLength(8_000_000);
    await client.end();
    expect(tunnel.isOpen).toBe(true);
  });

  it.skipIf(!hasServer)('fails a query under way when the line is cut, within bounded time', async () => {
    const proxy = await startCuttingProxy(sshd, {});
    const tunnel = await open({ port: proxy.port });
    const client = await createConnection({
      user: database!.user,
      password: database!.password,
      stream: await tunnel.openStream('127.0.0.1', database!.port!),
    });
    client.on('error', () => undefined);
    const query = client.query("SELECT SLEEP(60), 'never comes back'");
    const outcome = expect(within(5000, query)).rejects.toMatchObject({ code: 'tunnel.lost' });

    proxy.cut();

    await outcome;
    expect(await within(5000, tunnel.lost)).toMatchObject({ facts: { host: sshd.host, port: proxy.port } });
    await proxy.stop();
  });

  it('is lost when it is cut in the middle of a stream', async () => {
    const far = await startFarServer((socket) => socket.write(Buffer.alloc(8_000_000)));
    const proxy = await startCuttingProxy(sshd, { cutAfterBytes: 1_000_000 });
    const tunnel = await open({ port: proxy.port });
    const stream = await tunnel.openStream('127.0.0.1', far.port);
    const failed = once(stream, 'error');
    stream.resume();

    expect(await within(5000, tunnel.lost)).toMatchObject({ code: 'tunnel.lost' });
    expect(await within(5000, failed)).toMatchObject([{ code: 'tunnel.lost' }]);
    await Promise.all([proxy.stop(), far.stop()]);
  });

  it('is lost when the server’s process dies', async () => {
    const tunnel = await open();
    await sshd.dropConnections();
    expect(await within(5000, tunnel.lost)).toMatchObject({ code: 'tunnel.lost' });
  });

  it('survives a slow, far line', async () => {
    const far = await startFarServer(echo);
    const proxy = await startCuttingProxy(sshd, { delayMs: 20, bytesPerSecond: 2_000_000 });
    const tunnel = await open({ port: proxy.port });
    const stream = await tunnel.openStream('127.0.0.1', far.port);
    let received = 0;
    stream.on('data', (bytes: Buffer) => (received += bytes.length));

    stream.end(Buffer.alloc(500_000));

    await within(10_000, once(stream, 'close'));
    expect(received).toBe(500_000);
    await tunnel.close();
    await Promise.all([proxy.stop(), far.stop()]);
  });

  it('takes the key from a running agent', async (context) => {
    const socket = join(dir, 'agent.sock');
    const agent = await run('ssh-agent', ['-a', socket]).catch(() => context.skip('no ssh-agent on this machine'));
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.stdout)![1]);
    vi.stubEnv('SSH_AUTH_SOCK', socket);
    try {
      await expect(open({ auth: { kind: 'agent' } })).rejects.toMatchObject({
        code: 'tunnel.agent-missing',
        facts: { reason: 'no-keys' },
      });
      await run('ssh-add', [sshd.clientKeyPath], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      expect((await open({ auth: { kind: 'agent' } })).isOpen).toBe(true);
    } finally {
      vi.unstubAllEnvs();
      process.kill(pid);
    }
  });

  it('can be cancelled while the line is slow', async () => {
    const proxy = await startCuttingProxy(sshd, { delayMs: 5000 });
    const controller = new AbortController();
    const opening = open({ port: proxy.port }, { signal: controller.signal });
    const outcome = expect(within(1000, opening)).rejects.toThrow('user pressed Stop');

    controller.abort(new Error('user pressed Stop'));

    await outcome;
    await proxy.stop();
  });

  it('refuses a host key that changed, and shows both fingerprints', async () => {
    const before = { fingerprint: sshd.hostKeyFingerprint, algorithm: sshd.hostKeyAlgorithm };
    await sshd.restartWithNewHostKey();

    await expect(open({ hostKeyPolicy: { kind: 'pinned', ...before } })).rejects.toMatchObject({
      code: 'tunnel.host-key-changed',
      exitCode: 5,
      facts: {
        host: sshd.host,
        port: sshd.port,
        expected: before.fingerprint,
        actual: sshd.hostKeyFingerprint,
        algorithm: 'ssh-ed25519',
      },
    });
    expect((await open()).hostKey.fingerprint).not.toBe(before.fingerprint);
  });

  async function open(changes: Partial<TunnelConfig> = {}, options: TunnelOptions = {}): Promise<Tunnel> {
    const config: TunnelConfig = {
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      auth: { kind: 'key', privateKeyPem: sshd.clientKeyPem },
      hostKeyPolicy: { kind: 'pinned', fingerprint: sshd.hostKeyFingerprint, algorithm: sshd.hostKeyAlgorithm },
      ...changes,
    };
    const tunnel = await openTunnel(config, options);
    tunnels.push(tunnel);
    return tunnel;
  }
});
