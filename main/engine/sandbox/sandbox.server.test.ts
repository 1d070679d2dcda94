import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepOwnedFolders } from '../platform/owned-folder.ts';
import { isAlive } from '../platform/process-mark.ts';
import { pollUntil } from '../platform/poll.ts';
import { findServerBinaries, startPrivateServer, type PrivateServer } from './index.ts';

const binaries = await findServerBinaries();
if (binaries.length === 0) console.warn('skipped: no mariadbd or mysqld on this machine');
const servers = new Set<PrivateServer>();
let baseDir = '';

beforeAll(async () => {
  baseDir = await mkdtemp(join(tmpdir(), 'shouhu-sandbox-test-'));
});
afterAll(async () => {
  await Promise.all([...servers].map((server) => server.stop()));
  await rm(baseDir, { recursive: true, force: true });
});

describe.skipIf(binaries.length === 0)('a private server', () => {
  it('answers its password, from the socket and from 127.0.0.1', async () => {
    const server = await aServer({ binlog: true });
    const byPort = { host: '127.0.0.1', port: server.port!, user: server.user, password: server.password };

    expect(await ask(server.connection, 'SELECT @@local_infile AS v')).toBe('1');
    expect(await ask(server.connection, 'SELECT @@log_bin AS v')).toBe('1');
    expect(await ask(byPort, 'SELECT @@character_set_server AS v')).toBe('utf8mb4');
  });

  it('lets nobody in without the password', async () => {
    const server = await aServer({});
    const byPort = { host: '127.0.0.1', port: server.port!, user: 'root', password: '' };

    await expect(ask({ ...server.connection, password: '' }, 'SELECT 1 AS v')).rejects.toThrow(/denied/i);
    await expect(ask({ ...server.connection, password: 'guess' }, 'SELECT 1 AS v')).rejects.toThrow(/denied/i);
    await expect(ask(byPort, 'SELECT 1 AS v')).rejects.toThrow(/denied/i);
    await expect(ask({ ...byPort, user: '' }, 'SELECT 1 AS v')).rejects.toThrow(/denied/i);
  });

  it('keeps its password out of its arguments and its folder', async () => {
    const server = await aServer({});
    const dir = dirname(server.dataDir);

    if (process.platform === 'linux') {
      expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(server.password);
    }
    expect(await readdir(dir)).not.toContain('init.sql');
    expect(await readFile(join(dir, 'server.log'), 'utf8')).not.toContain(server.password);
    if (process.platform !== 'win32') expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('has no network when it is asked for a socket only', async () => {
    const server = await aServer({ socketOnly: true });

    expect(server.port).toBeNull();
    expect(await ask(server.connection, 'SELECT @@skip_networking AS v')).toBe('1');
    if (process.platform === 'linux') expect(await listeningInodes(server.pid)).toEqual([]);
  });

  it('leaves neither folder nor process after stop, which may be called twice', async () => {
    const server = await aServer({});
    const dir = dirname(server.dataDir);

    await Promise.all([server.stop(), server.stop()]);

    expect(existsSync(dir)).toBe(false);
    expect(isAlive(server.pid)).toBe(false);
  });

  it('puts the socket elsewhere when the folder’s path is too long for one, and removes both', async () => {
    const deep = join(baseDir, 'a-rather-long-folder-name'.repeat(4));
    await mkdir(deep, { recursive: true });
    const server = await aServer({ baseDir: deep });

    expect(server.socketPath.startsWith(deep)).toBe(false);
    expect(await ask(server.connection, 'SELECT 1 AS v')).toBe('1');
    await server.stop();
    expect(existsSync(dirname(server.socketPath))).toBe(false);
  });

  it('stops when its signal is aborted later', async () => {
    const controller = new AbortController();
    const server = await aServer({ signal: controller.signal });

    controller.abort();

    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(server.dataDir)).toBe(false);
  });

  it('does nothing at all when it is cancelled before the start', async () => {
    const own = await mkdtemp(join(baseDir, 'abort-'));
    const cancelled = AbortSignal.abort(new Error('user pressed Stop'));

    await expect(startPrivateServer({ baseDir: own, signal: cancelled })).rejects.toThrow('user pressed Stop');

    expect(await readdir(own)).toEqual([]);
  });

  it.each([
    ['filling the data folder', 'data'],
    ['starting', 'server.log'],
  ])('leaves nothing when it is cancelled while %s', async (_stage, sign) => {
    const own = await mkdtemp(join(baseDir, 'abort-'));
    const controller = new AbortController();
    const start = startPrivateServer({ baseDir: own, durability: 'none', signal: controller.signal });
    const isThere = async () => (await readdir(own, { recursive: true })).some((name) => name.endsWith(`/${sign}`));
    const outcome = expect(start).rejects.toThrow('user pressed Stop');
    await pollUntil(async () => ((await isThere()) ? true : undefined), { timeoutMs: 30_000, everyMs: 1 });

    controller.abort(new Error('user pressed Stop'));

    await outcome;
    expect(await readdir(own)).toEqual([]);
  });

  it('leaves the temporary tables of every other server alone', async () => {
    // A starting server removes whatever looks like a temporary table from its temporary folder: in one that is shared, those of servers that run.
    const shared = await mkdtemp(join(baseDir, 'tmp-'));
    const others = ['MAI', 'MAD', 'frm', 'ibd'].map((kind) => `#sql-temptable-beef-1-3.${kind}`);
    for (const name of others) await writeFile(join(shared, name), 'in use');
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = shared;
    try {
      await aServer({});
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
    expect((await readdir(shared)).sort()).toEqual(others.sort());
  });

  it('says why it did not start, and removes the folder', async () => {
    const own = await mkdtemp(join(baseDir, 'broken-'));

    const start = startPrivateServer({ baseDir: own, extraArgs: ['--no-such-option=1'] });

    await expect(start).rejects.toMatchObject({
      code: 'sandbox.start-failed',
      facts: { reason: expect.stringContaining('no-such-option') },
    });
    expect(await readdir(own)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'dies with a parent that is killed, and the next sweep removes the folder',
    async () => {
      const own = await mkdtemp(join(baseDir, 'orphan-'));
      const parent = spawn(process.execPath, ['--input-type=module', '-e', parentProgram, own], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const serverPid = Number(line.toString());
      expect(isAlive(serverPid)).toBe(true);

      parent.kill('SIGKILL');
      await once(parent, 'exit');

      expect(await pollUntil(() => (isAlive(serverPid) ? undefined : true), { timeoutMs: 10_000 })).toBe(true);
      expect(await sweepOwnedFolders(own, 'shouhu-server-')).toHaveLength(1);
      expect(await readdir(own)).toEqual([]);
    },
  );

  it('goes away with a process that exits without stopping it', async () => {
    const own = await mkdtemp(join(baseDir, 'exit-'));
    const program = `${parentProgram}; process.exit(0);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program, own], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [[line]] = (await Promise.all([once(parent.stdout, 'data'), once(parent, 'exit')])) as [[Buffer], unknown];

    const serverPid = Number(line.toString());
    expect(await pollUntil(() => (isAlive(serverPid) ? undefined : true), { timeoutMs: 10_000 })).toBe(true);
    expect(await readdir(own)).toEqual([]);
  });
});

describe('sweeping folders', () => {
  it('leaves the folder of a living owner, and a young one that has none yet', async () => {
    const own = await mkdtemp(join(baseDir, 'sweep-'));
    await mkdir(join(own, 'shouhu-server-young'));
    await mkdir(join(own, 'shouhu-server-old'));
    await mkdir(join(own, 'something-else'));
    await writeFile(join(own, 'shouhu-server-old', 'server.pid'), String(process.pid));
    await utimes(join(own, 'shouhu-server-old'), 0, 0);
    await utimes(join(own, 'something-else'), 0, 0);

    expect(await sweepOwnedFolders(own, 'shouhu-server-')).toEqual([join(own, 'shouhu-server-old')]);

    expect(await readdir(own)).toEqual(['shouhu-server-young', 'something-else']);
  });
});

const parentProgram = `
  const { startPrivateServer } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
  const server = await startPrivateServer({ baseDir: process.argv[1], durability: 'none', socketOnly: true });
  console.log(server.pid);
  setInterval(() => {}, 1000)`;

async function aServer(options: Parameters<typeof startPrivateServer>[0]): Promise<PrivateServer> {
  const server = await startPrivateServer({ baseDir, durability: 'none', memoryMb: 32, ...options });
  servers.add(server);
  return server;
}

async function ask(connection: object, sql: string): Promise<string> {
  const client = await createConnection(connection);
  try {
    const [rows] = await client.query<RowDataPacket[]>(sql);
    return String(rows[0]!['v']);
  } finally {
    client.destroy();
  }
}

/** The listening TCP sockets of one process, from the kernel's own tables. */
async function listeningInodes(pid: number): Promise<string[]> {
  const { readlink } = await import('node:fs/promises');
  const handles = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(handles.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[3] === '0A' && own.has(row[9]!)).map((row) => row[9]!);
}
