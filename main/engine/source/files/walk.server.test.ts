import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { startPrivateSshd, type PrivateSshd } from '../../demo/private-sshd.ts';
import { openTunnel, type Tunnel } from '../../tunnel/index.ts';
import { LeaveOut, openRemoteFiles, shownName, walkTree, type RemoteFiles, type WalkedItem } from './index.ts';
import { readInodeMarks } from './inode-marks.ts';
import { openShellFiles } from './shell-files.ts';
import { openSftpServer } from './testing/sftp-rig.ts';

const never = new AbortController().signal;
/** 商品图片.jpg in GBK: no UTF-8. */
const gbkName = Buffer.from('c9ccc6b7cdbcc6ac2e6a7067', 'hex');
const all = new LeaveOut({ leaveOut: [], keep: [] });

async function walk(files: RemoteFiles, root: string, leaveOut = all): Promise<WalkedItem[]> {
  return Array.fromAsync(walkTree(files, Buffer.from(root), { leaveOut, signal: never }));
}

async function contentOf(files: RemoteFiles, path: Buffer, size: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(files.read(path, size)));
}

const shown = (items: readonly WalkedItem[]) => items.map(({ type, path }) => `${type} ${shownName(path)}`);

describe('files of a server', () => {
  let sshd: PrivateSshd;
  let tunnel: Tunnel;
  let dir = '';
  let root = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-files-'));
    sshd = await startPrivateSshd({ dir, kind: 'sshd' });
    tunnel = await openTunnel({
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      auth: { kind: 'key', privateKeyPem: sshd.clientKeyPem },
      hostKeyPolicy: { kind: 'trust-first' },
    });
    root = join(dir, 'site');
    await mkdir(join(root, '上传/a'), { recursive: true });
    await writeFile(Buffer.concat([Buffer.from(`${root}/上传/`), gbkName]), 'picture');
    await writeFile(join(root, '上传/商品图片.jpg'), 'another');
    await writeFile(join(root, '上传/a/it’s "one" $(x) `y`\\z'), 'quoted');
    await writeFile(join(root, 'empty'), '');
    await writeFile(join(root, 'large'), Buffer.alloc(3_000_001, 'ab'));
    await link(join(root, 'large'), join(root, 'twin'));
    await symlink('.', join(root, 'loop'));
    await symlink('/nowhere', join(root, 'broken'));
    await symlink('/etc', join(root, 'outside'));
    await chmod(join(root, 'empty'), 0o640);
    await utimes(join(root, 'empty'), 1_600_000_000, 1_600_000_000);
    execFileSync('mkfifo', [join(root, 'fifo')]);
  });
  afterAll(async () => {
    await tunnel.close();
    await sshd.stop();
    await rm(dir, { recursive: true, force: true });
  });

  describe.each([
    ['SFTP', () => openRemoteFiles(tunnel, never)],
    ['the shell', () => openShellFiles(tunnel, never)],
  ])('through %s', (way, open) => {
    let files: RemoteFiles;
    beforeAll(async () => {
      files = await open();
    });
    afterAll(() => files.close());

    it('come in the order of their bytes, GBK and UTF-8 names exactly as they are, links as links', async () => {
      const items = await walk(files, root);
      expect(shown(items)).toEqual([
        'link broken',
        'file empty',
        'unread fifo',
        'file large',
        'link loop',
        'link outside',
        'file twin',
        'folder 上传',
        'folder 上传/a',
        'file 上传/a/it’s "one" $(x) `y`\\z',
        'file 上传/商品图片.jpg',
        'file 上传/商品图片.jpg',
      ]);
      const raw = items.at(-2)?.path ?? Buffer.alloc(0);
      expect(raw).toEqual(Buffer.concat([Buffer.from('上传/'), gbkName]));
      expect(await contentOf(files, Buffer.concat([Buffer.from(`${root}/`), raw]), 7)).toEqual(Buffer.from('picture'));
    });

    it('have permissions, times, sizes and targets', async () => {
      const items = await walk(files, root);
      const empty = items.find(({ path }) => path.toString() === 'empty');
      expect(empty).toMatchObject({
        type: 'file',
        state: { mode: 0o640, size: 0, modifiedAtSeconds: 1_600_000_000, uid: process.getuid?.() },
      });
      expect(await files.readLink(Buffer.from(join(root, 'outside')))).toEqual(Buffer.from('/etc'));
      expect(items.find(({ path }) => path.toString() === 'fifo')).toMatchObject({ of: 'fifo', reason: 'special' });
    });

    it('are read whole, in one piece or in many, and only as far as was asked', async () => {
      const path = Buffer.from(join(root, 'large'));
      expect(await contentOf(files, path, 3_000_001)).toEqual(Buffer.alloc(3_000_001, 'ab'));
      expect(await contentOf(files, path, 100_000)).toHaveLength(100_000);
      expect(await contentOf(files, Buffer.from(join(root, 'empty')), 0)).toHaveLength(0);
      const quoted = Buffer.from(join(root, '上传/a/it’s "one" $(x) `y`\\z'));
      expect((await contentOf(files, quoted, 6)).toString()).toBe('quoted');
    });

    it('say what they were when the last byte had been read', async () => {
      const reading = files.read(Buffer.from(join(root, 'large')), 3_000_001);
      let next = await reading.next();
      while (next.done !== true) next = await reading.next();
      expect(next.value).toMatchObject({ kind: 'file', size: 3_000_001 });
    });

    it('have marks that another file in the same place, of the same size and time, does not have', async () => {
      const place = join(dir, `marked by ${way}`);
      await mkdir(join(place, '上传'), { recursive: true });
      const put = async (path: string, content: string) => {
        await writeFile(join(place, path), content);
        await utimes(join(place, path), 1_600_000_000, 1_600_000_000);
      };
      await put('config.php', 'one');
      await put('index.php', '<?php');
      await writeFile(Buffer.concat([Buffer.from(join(place, '上传/')), gbkName]), 'picture');
      const before = await files.inodeMarks(Buffer.from(place));
      expect(before?.size).toBe(3);
      const gbk = Buffer.concat([Buffer.from('上传/'), gbkName]);
      expect(before?.of(gbk)).toMatch(/^[A-Za-z0-9+/]{8}$/);
      await put('config.php', 'two');
      const after = await files.inodeMarks(Buffer.from(place));
      const isKept = (path: Buffer) => after?.of(path) === before?.of(path);
      expect([Buffer.from('index.php'), gbk, Buffer.from('config.php')].map(isKept)).toEqual([true, true, false]);
      expect(await files.inodeMarks(Buffer.from(join(dir, 'not there')))).toBeNull();
    });

    it('are refused one by one: what is gone is gone', async () => {
      await expect(files.lookAtLink(Buffer.from(join(root, 'no')))).rejects.toMatchObject({ name: 'FileRefusal' });
      await expect(contentOf(files, Buffer.from(join(root, 'no')), 5)).rejects.toMatchObject({ name: 'FileRefusal' });
      expect(await walk(files, root)).not.toHaveLength(0);
    });
  });

  it('falls back to the shell where the server has no SFTP', async () => {
    const files = await openRemoteFiles(
      {
        // The real server's answer to a subsystem that it does not have.
        openSubsystem: (_name, signal) => tunnel.openSubsystem('no-such-thing', signal),
        openCommand: (command, signal) => tunnel.openCommand(command, signal),
        ask: (command) => tunnel.ask(command),
      },
      never,
    );
    expect(files.way).toBe('shell');
    expect(await walk(files, root)).toHaveLength(12);
    files.close();
  });

  it('have no marks where there is no shell, and those that came in time where it is slow or says too much', async () => {
    const none = { openCommand: () => Promise.reject(new AppError('tunnel.service-refused', { service: 'exec' })) };
    expect(await readInodeMarks(none, Buffer.from(root), never)).toBeNull();
    const whole = await readInodeMarks(tunnel, Buffer.from(root), never);
    expect(whole?.size).toBe(6);
    expect((await readInodeMarks(tunnel, Buffer.from(root), never, { files: 2 }))?.size).toBe(2);
    // A server that says one thing and then nothing for ever, which a real one does not on demand.
    const stuck = () => {
      const output = new PassThrough();
      output.write('1 2.3\0config.php\0');
      return Promise.resolve({ output, ended: Promise.resolve(null) });
    };
    const few = await readInodeMarks({ openCommand: stuck }, Buffer.from(root), never, { ms: 50 });
    expect([few?.size, few?.of(Buffer.from('config.php'))]).toEqual([1, expect.any(String)]);
    const stopped = AbortSignal.abort(new AppError('cancelled'));
    await expect(readInodeMarks(tunnel, Buffer.from(root), stopped)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says so in words where neither works', async () => {
    const opening = openRemoteFiles(
      {
        openSubsystem: (_name, signal) => tunnel.openSubsystem('no-such-thing', signal),
        openCommand: (command, signal) => tunnel.openCommand(command, signal),
        ask: () => Promise.resolve(null),
      },
      never,
    );
    await expect(opening).rejects.toMatchObject({ code: 'files.no-way', facts: { reason: 'no-shell' } });
  });

  it('leaves out what rules say, and keeps what is stronger', async () => {
    const cache = join(dir, 'cached');
    for (const folder of ['runtime/cache/deep', 'runtime/keys', 'src/node_modules/x', 'vendor'])
      await mkdir(join(cache, folder), { recursive: true });
    for (const file of [
      'runtime/cache/deep/1',
      'runtime/keys/rsa.pem',
      'src/node_modules/x/y.js',
      'src/a.php',
      'vendor/z',
    ])
      await writeFile(join(cache, file), 'x');
    const files = await openRemoteFiles(tunnel, never);
    const rules = new LeaveOut({ leaveOut: ['runtime', '**/node_modules', 'ven*'], keep: ['runtime/keys'] });
    expect(shown(await walk(files, cache, rules))).toEqual([
      'folder runtime',
      'left-out runtime/cache',
      'folder runtime/keys',
      'file runtime/keys/rsa.pem',
      'folder src',
      'file src/a.php',
      'left-out src/node_modules',
      'left-out vendor',
    ]);
    files.close();
  });

  it('reads a file of gigabytes of nothing at its end as at its beginning', async () => {
    const path = join(dir, 'sparse');
    await writeFile(path, 'begin');
    await truncate(path, 5 * 1024 ** 3);
    const files = await openRemoteFiles(tunnel, never);
    const state = await files.lookAtLink(Buffer.from(path));
    expect(state.size).toBe(5 * 1024 ** 3);
    const reading = files.read(Buffer.from(path), state.size);
    const first = await reading.next();
    expect(first.done).toBe(false);
    expect((first.value as Buffer).subarray(0, 6)).toEqual(Buffer.from('begin\0'));
    await reading.return(state);
    // The session is whole after a file that nobody read to its end.
    expect((await files.look(Buffer.from(root))).kind).toBe('folder');
    files.close();
  });
});

describe('files that an account may not have', () => {
  let dir = '';
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('are named, and the rest is walked', async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-files-'));
    await chmod(dir, 0o755);
    await mkdir(join(dir, 'closed'), { mode: 0o700 });
    await writeFile(join(dir, 'closed/inside'), 'x');
    await chmod(join(dir, 'closed'), 0o000);
    await writeFile(join(dir, 'open'), 'x');
    await writeFile(join(dir, 'secret'), 'x', { mode: 0o000 });
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(dir, 'socket'), resolve));
    const files = await openSftpServer(never, { asNobody: true });
    const items = await walk(files, dir);
    expect(shown(items)).toEqual(['folder closed', 'unread closed', 'file open', 'file secret', 'unread socket']);
    expect(items[1]).toMatchObject({ of: 'folder', reason: 'denied' });
    await expect(contentOf(files, Buffer.from(join(dir, 'secret')), 1)).rejects.toMatchObject({ reason: 'denied' });
    expect((await contentOf(files, Buffer.from(join(dir, 'open')), 1)).toString()).toBe('x');
    files.close();
    await new Promise((resolve) => socket.close(resolve));
    await chmod(join(dir, 'closed'), 0o700);
  });
});
