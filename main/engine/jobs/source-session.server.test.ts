import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../demo/cutting-proxy.ts';
import { findSshd, startPrivateSshd, type PrivateSshd } from '../demo/private-sshd.ts';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { connectMysql } from '../source/mysql/index.ts';
import { withReadingSession, withServerSession, type ServerAccess, type ServerSession } from './source-session.ts';

const hasSshd = (await findSshd()) !== undefined;
if (!hasSshd) console.warn('skipped: no sshd on this machine');
const { signal } = new AbortController();
const rowBytes = 4 * 1024 * 1024;

describe.skipIf(!hasSshd)('a session for reading whole tables', () => {
  let dir = '';
  let sshd: PrivateSshd;
  let server: PrivateServer;
  let line: CuttingProxy;
  let access: ServerAccess;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-session-test-'));
    sshd = await startPrivateSshd({ dir, kind: 'sshd' });
    server = await startPrivateServer({ durability: 'none', memoryMb: 32 });
    line = await startCuttingProxy({ host: sshd.host, port: sshd.port });
    access = {
      mysql: { host: '127.0.0.1', port: server.port ?? 0, user: server.user, password: server.password },
      ssh: {
        host: line.host,
        port: line.port,
        user: sshd.user,
        auth: { kind: 'key', privateKeyPem: await readFile(sshd.clientKeyPath, 'utf8'), keyPassphrase: null },
        hostKeyPolicy: { kind: 'trust-first' },
      },
    };
  });
  afterAll(async () => {
    await line.stop();
    await server.stop();
    await sshd.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Bytes that came over the line while a row of 4 MiB was read, the measuring of the line included. */
  async function bytesOfReading(open: typeof withServerSession): Promise<number> {
    const before = line.passed.down;
    await open(access, signal, async ({ target }: ServerSession) => {
      const connection = await connectMysql(target, { signal });
      const [row] = await connection.query(`SELECT REPEAT('守护 4F-', ${rowBytes / 10}) AS card`);
      expect(Buffer.byteLength(row?.get('card') ?? '')).toBe(Math.floor(rowBytes / 10) * 10);
      connection.close();
    });
    return line.passed.down - before;
  }

  it('lets sshd deflate what comes over a thin line', async () => {
    line.setQuality({ bytesPerSecond: 1_250_000 });
    expect(await bytesOfReading(withReadingSession)).toBeLessThan(rowBytes / 4);
  });

  it('deflates nothing where nobody asked for it', async () => {
    line.setQuality({});
    expect(await bytesOfReading(withServerSession)).toBeGreaterThan(rowBytes - 1024);
  });

  it('hands on what is wrong with the database server', async () => {
    line.setQuality({});
    const wrong = { ...access, mysql: { ...access.mysql, password: 'guess' } };
    await expect(withReadingSession(wrong, signal, () => Promise.resolve())).rejects.toMatchObject({
      code: 'mysql.auth-failed',
    });
  });
});
