import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { verifyCopy } from '../../check/verify-copy.ts';
import { Feed, pruneRepository, type Repository } from '../../repository/index.ts';
import { dumpToFolder } from '../../repository/testing/a-shop.ts';
import { testPassphrase } from '../../repository/testing/keys.ts';
import { runCommand } from '../../platform/run-command.ts';
import { openTimeline, readWholeTimeline } from '../../repository/testing/a-timeline.ts';
import { openLocalTarget } from '../../restore/site/local-target.ts';
import { restoreFiles } from '../../restore/site/restore-files.ts';
import { openServerTarget } from '../../restore/site/server-target.ts';
import { openSftpServer } from '../../source/files/testing/sftp-rig.ts';
import type { RemoteFiles, RemoteState } from '../../source/files/index.ts';
import { startSiteRig, testimonyOf } from './testing/site-rig.ts';

const never = new AbortController().signal;
const old = 1_600_000_000;

let rig: Awaited<ReturnType<typeof startSiteRig>>;
beforeEach(async () => {
  rig = await startSiteRig();
});
afterEach(() => rig.stop());

const at = (path: string) => join(rig.site, path);

/** Long ago, so that size and time can be believed the next time. */
async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(at(path), '..'), { recursive: true });
  await writeFile(at(path), content);
  await utimes(at(path), old, old);
}

function readerOf(repository: Repository) {
  return {
    page: (id: string) => repository.getSitePage(id, never),
    chunk: async (id: string) => (await repository.getObject(id, { expectedKind: 'file', signal: never })).payload,
  };
}

async function aSite(): Promise<void> {
  await put('index.php', '<?php echo 1;');
  await put('.env', 'DB_PASSWORD=secret');
  await put('uploads/1.jpg', randomBytes(3000));
  await put('uploads/empty', '');
  await writeFile(Buffer.concat([Buffer.from(at('uploads/')), Buffer.from('c9ccc6b72e6a7067', 'hex')]), 'gbk');
  await put('uploads/big.zip', randomBytes(7_000_000));
  await symlink('../index.php', at('uploads/link'));
  await symlink('loop', at('loop'));
  await mkdir(at('bare'));
  await chmod(at('.env'), 0o600);
  await chmod(at('uploads'), 0o751);
  await utimes(at('uploads'), old, old);
}

describe('files of a site', () => {
  it('come back as they were: bytes, names, links, permissions and times', async () => {
    await aSite();
    const { site, checks } = await rig.keep();
    expect(checks).toEqual([
      { id: 'files-kept', ok: true, facts: { folders: 1, files: 6, bytes: expect.any(Number) as number } },
    ]);
    const target = await openLocalTarget(join(rig.dir, 'back'));
    const restored = await restoreFiles({
      root: site!.roots[0]!,
      reader: readerOf(rig.repository),
      target,
      path: null,
      onProgress: () => undefined,
      signal: never,
    });
    expect(restored).toMatchObject({ files: 6, folders: 2, links: 2, unread: [], changedWhileRead: [] });
    const [before, after] = [await testimonyOf(rig.site), await testimonyOf(join(rig.dir, 'back'))];
    expect(Object.keys(before)).toHaveLength(10);
    expect(after).toEqual(before);
    await expect(openLocalTarget(join(rig.dir, 'back'))).rejects.toMatchObject({ code: 'files.target-not-empty' });
  });

  it('are read again when another one of the same size and time took their place, as far as the server has a shell', async () => {
    await aSite();
    await put('lib/pay.php', 'key = one');
    const first = await rig.keep({ hasShell: true });
    expect(first.site!.roots[0]).toMatchObject({ files: 7, marked: 7 });
    const quiet = await rig.keep();
    expect((await rig.keep({ hasShell: true })).site).toMatchObject({
      read: quiet.site!.read,
      changes: { changed: 0 },
    });
    // What a burglar does: other content, the old time.
    await put('lib/pay.php', 'key = two');
    expect((await rig.keep()).site).toMatchObject({ changes: { changed: 0 } });
    const seen = await rig.keep({ hasShell: true });
    expect(seen.site).toMatchObject({ changes: { added: 0, changed: 1, removed: 0 } });
    // What was first kept without a shell is watched from the first night with one.
    await put('lib/old.php', 'key = one');
    expect((await rig.keep()).site!.roots[0]!.marked).toBeLessThan(8);
    expect((await rig.keep({ hasShell: true })).site).toMatchObject({
      roots: [{ marked: 8 }],
      changes: { changed: 0 },
    });
    await put('lib/old.php', 'key = two');
    expect((await rig.keep({ hasShell: true })).site).toMatchObject({ changes: { changed: 1 } });
    // Moved over it, as `mv` and editors do.
    await put('lib/pay.new', 'key = 333');
    await rename(at('lib/pay.new'), at('lib/pay.php'));
    expect((await rig.keep({ hasShell: true })).site).toMatchObject({ changes: { changed: 1 } });
    expect((await rig.keep({ hasShell: true })).site).toMatchObject({ changes: { changed: 0 } });
  });

  it('come back on the server beside the others, and never over what is there', async () => {
    await aSite();
    const { site } = await rig.keep();
    const server = await openSftpServer(never);
    const beside = join(rig.dir, 'site__restore_20261122T140000Z');
    const target = await openServerTarget(server, beside);
    await restoreFiles({
      root: site!.roots[0]!,
      reader: readerOf(rig.repository),
      target,
      path: null,
      onProgress: () => undefined,
      signal: never,
    });
    expect(await testimonyOf(beside)).toEqual(await testimonyOf(rig.site));
    await expect(openServerTarget(server, rig.site)).rejects.toMatchObject({ code: 'files.target-not-empty' });
    server.close();
  });

  it('are restored in part, with the folders that lead there', async () => {
    await aSite();
    const { site } = await rig.keep();
    const target = await openLocalTarget(join(rig.dir, 'part'));
    const restored = await restoreFiles({
      root: site!.roots[0]!,
      reader: readerOf(rig.repository),
      target,
      path: 'uploads/商品.jpg',
      onProgress: () => undefined,
      signal: never,
    });
    expect(restored).toMatchObject({ files: 1, folders: 1, links: 0 });
    expect(Object.keys(await testimonyOf(join(rig.dir, 'part')))).toHaveLength(2);
  });

  it('cost nothing when nothing has changed, and little when a little has', async () => {
    for (let n = 0; n < 3000; n++) await put(`p/${n % 50}/${n}.html`, `page ${n}`.repeat(20));
    await put('big', randomBytes(9_000_000));
    const first = await rig.keep();
    expect(first.site!.read).toEqual({ files: 3001, bytes: expect.any(Number) as number, reused: 0 });
    // One page of the tree for about a thousand files, and a pack for about as many.
    expect(first.written.objects).toBeLessThan(20);
    const again = await rig.keep();
    expect(again.site!.read).toEqual({ files: 0, bytes: 0, reused: 3001 });
    expect(again.written).toEqual({ objects: 0, bytes: 0 });
    expect(again.site!.roots).toEqual(first.site!.roots);
    expect(again.site!.changes).toEqual({ added: 0, changed: 0, removed: 0 });

    await put('p/7/7.html', 'another');
    await rm(at('p/8/8.html'));
    const changed = await rig.keep();
    expect(changed.site).toMatchObject({
      read: { files: 1 },
      changes: { added: 0, changed: 1, removed: 1 },
    });
    expect(changed.written.objects).toBeLessThanOrEqual(3);
  });

  it('of which a large one changed in its middle: only what is around it is written', async () => {
    const content = randomBytes(40_000_000);
    await put('big', content);
    const first = await rig.keep();
    content.fill(7, 20_000_000, 20_100_000);
    await writeFile(at('big'), content);
    await utimes(at('big'), old + 1, old + 1);
    const second = await rig.keep();
    expect(first.written.bytes).toBeGreaterThan(39_000_000);
    expect(second.written.bytes).toBeLessThan(12_000_000);
    const target = await openLocalTarget(join(rig.dir, 'back'));
    await restoreFiles({
      root: second.site!.roots[0]!,
      reader: readerOf(rig.repository),
      target,
      path: null,
      onProgress: () => undefined,
      signal: never,
    });
    expect(await testimonyOf(join(rig.dir, 'back'))).toEqual(await testimonyOf(rig.site));
  });

  it('that a burglar changed without changing size or time are found: settings at once, everything within thirty days', async () => {
    await put('index.php', '<?php echo 1;');
    await put('public/a.js', 'alert(1)');
    await rig.keep();
    await put('index.php', '<?php evil(1)');
    await put('public/a.js', 'steal(1)');
    await put('uploads/shell.php', '<?php evil();');
    const { site, checks } = await rig.keep();
    expect(checks[1]).toEqual({
      id: 'files-look',
      ok: true,
      facts: { findings: 2, files: 'index.php, uploads/shell.php', warning: true },
    });
    expect(site!.findings).toEqual([
      { kind: 'entry-changed', path: 'index.php', change: 'changed' },
      { kind: 'script-in-uploads', path: 'uploads/shell.php', change: 'added' },
    ]);
    const { site: later } = await rig.keep({ laterMs: 30 * rig.dayMs });
    expect(later).toMatchObject({ read: { files: 3 }, changes: { added: 0, changed: 1, removed: 0 } });
  });

  it('that were changed a moment before are read again the next time', async () => {
    await put('a', 'one');
    const nowSeconds = Math.floor(rig.clock.nowMs() / 1000) + 60;
    await utimes(at('a'), nowSeconds, nowSeconds);
    await rig.keep();
    await writeFile(at('a'), 'two');
    await utimes(at('a'), nowSeconds, nowSeconds);
    const { site } = await rig.keep();
    expect(site!.changes).toEqual({ added: 0, changed: 1, removed: 0 });
  });

  it('that keep changing while they are read are kept and marked, those that settle are not', async () => {
    await put('log', 'line\n');
    await put('settles', 'x');
    let times = 0;
    const { site, checks } = await rig.keep({
      files: (files) =>
        changing(files, async (path) => {
          if (path.endsWith('/log')) await appendFile(path, 'more\n');
          if (path.endsWith('/settles') && (times += 1) === 1) await appendFile(path, 'y');
        }),
    });
    expect(site!.roots[0]).toMatchObject({ files: 2 });
    expect(checks[1]).toMatchObject({ id: 'files-read', ok: true, facts: { changed: 1, unread: 0, warning: true } });
    const page = await rig.repository.getSitePage(site!.roots[0]!.pages[0]!, never);
    expect(page.entries.map((entry) => [entry.path, 'changed' in entry])).toEqual([
      ['log', true],
      ['settles', false],
    ]);
  });

  it('without permission are named; a folder that is not there fails its check and no other', async () => {
    await put('open', 'x');
    await put('closed/x', 'x');
    await chmod(rig.dir, 0o755);
    await chmod(at('closed'), 0o000);
    const { site, checks } = await rig.keep({ asNobody: true, folders: [rig.site, '/no/such/folder'] });
    await chmod(at('closed'), 0o700);
    expect(site!.roots).toHaveLength(1);
    expect(site!.roots[0]).toMatchObject({ files: 1, unread: 1 });
    expect(checks).toMatchObject([
      {
        id: 'files-kept',
        ok: false,
        facts: { error: 'files.folder-missing', folder: '/no/such/folder', reason: 'gone' },
      },
      { id: 'files-read', ok: true, facts: { unread: 1, files: 'closed (denied)', warning: true } },
    ]);
  });

  it('whose server breaks off in the middle leave a check that does not hold, and no error', async () => {
    await aSite();
    const { site, checks } = await rig.keep({
      files: (files) =>
        changing(files, () => {
          files.close();
          return Promise.resolve();
        }),
    });
    expect(site).toBeNull();
    expect(checks).toMatchObject([{ id: 'files-kept', ok: false, facts: { error: 'files.protocol' } }]);
  });

  it('end at once when somebody cancels', async () => {
    await aSite();
    const stop = new AbortController();
    const keeping = rig.keep({
      signal: stop.signal,
      files: (files) =>
        changing(files, () => {
          stop.abort(new Error('stopped'));
          return Promise.resolve();
        }),
    });
    await expect(keeping).rejects.toThrow('stopped');
  });

  it('are packed anew when most of what a pack holds is gone', async () => {
    for (let n = 0; n < 400; n++) await put(`f/${n}`, randomBytes(100_000));
    const first = await rig.keep();
    for (let n = 0; n < 400; n++) if (n % 8 !== 0) await rm(at(`f/${n}`));
    const second = await rig.keep();
    expect(second.site!.storedBytes).toBe(first.site!.storedBytes);
    const third = await rig.keep();
    expect(third.site!.read.files).toBe(50);
    expect(third.site!.storedBytes).toBeLessThan(8_000_000);
    expect(third.site!.changes).toEqual({ added: 0, changed: 0, removed: 0 });
  });
});

describe('files of a site without Shouhu', () => {
  it('are written by recover.mjs from a bare copy; what is damaged is named, and the rest is written', async () => {
    await aSite();
    const { site } = await rig.keep();
    await rig.publish(site!);
    await dumpToFolder(rig.blobs, join(rig.dir, 'repo'));
    const recover = (...args: string[]) =>
      runCommand(process.execPath, ['repo/recover.mjs', '--passphrase-env', 'MAIN', ...args], {
        cwd: rig.dir,
        env: { MAIN: testPassphrase },
      });
    expect(await recover('--check')).toMatchObject({ exitCode: 0 });
    const written = await recover('--files', 'out');
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect(written.stdout).toContain('Done: 6 files are in out');
    expect(await testimonyOf(join(rig.dir, 'out'))).toEqual(await testimonyOf(rig.site));
    expect(await recover('--files', 'out')).toMatchObject({ exitCode: 5 });

    const [page = ''] = site!.roots[0]!.pages;
    const { chunks, entries } = await rig.repository.getSitePage(page, never);
    const big = entries.find(({ path }) => path === 'uploads/big.zip');
    const chunk = chunks[big?.type === 'file' ? big.pieces[0]![0] : 0]!.id;
    await rm(join(rig.dir, 'repo/chunks', chunk.slice(0, 2), chunk));
    const rest = await recover('--files', 'rest');
    expect(rest.exitCode).toBe(3);
    expect(Object.keys(await testimonyOf(join(rig.dir, 'rest')))).toHaveLength(9);
    expect(await recover('--check')).toMatchObject({ exitCode: 3 });
  });
});

describe('chunks of files', () => {
  const copyOf = (blobs: Map<string, MemoryBlob>) =>
    openTimeline(new MemoryBlobStore({ blobs, clock: rig.clock }), rig.keyring, never);
  const verify = (repository: Repository, healFrom: Repository | null = null) =>
    verifyCopy({
      repository,
      pool: rig.pool,
      readPercent: 100,
      provenAt: [],
      suspects: new Set(),
      healFrom,
      concurrency: 2,
      onProgress: () => undefined,
      signal: never,
    });
  const chunks = (blobs: Map<string, MemoryBlob>) => [...blobs.keys()].filter((name) => name.startsWith('chunks/'));

  it('stay while a snapshot needs them, and go with the last that does', async () => {
    await put('a', 'stays');
    await put('b', randomBytes(1_000_000));
    const one = await rig.publish((await rig.keep()).site!);
    await rm(at('b'));
    await rig.publish((await rig.keep({ laterMs: rig.dayMs })).site!);
    const before = chunks(rig.blobs).length;
    rig.clock.advance(10 * rig.dayMs);
    const prune = (going: readonly string[]) =>
      pruneRepository(rig.repository, {
        digest: () => null,
        choose: () => new Set(going),
        dryRun: false,
        holder: 'prune',
        host: 'pc',
        clock: rig.clock,
        signal: never,
      });
    expect(await prune([])).toMatchObject({ objectsRemoved: 0, objectsKept: before });
    await prune([one]);
    expect(chunks(rig.blobs).length).toBeLessThan(before);
    await readWholeTimeline(await rig.open(), never);
    expect(await verify(rig.repository)).toMatchObject({ damaged: [], missing: [] });
  });

  it('are copied with their snapshot, found when they are damaged or missing, and healed', async () => {
    await aSite();
    const name = await rig.publish((await rig.keep()).site!);
    const there = new Map<string, MemoryBlob>();
    const copy = await copyOf(there);
    const feed = new Feed({ from: { name: 'a', repository: rig.repository, nearness: 0 }, targets: 1, signal: never });
    await feed.fill({ name: 'b', repository: copy, nearness: 1 }, { manifests: [name], signal: never });
    expect(chunks(there).sort()).toEqual(chunks(rig.blobs).sort());

    for (const object of chunks(there)) {
      const blob = there.get(object)!;
      there.delete(object);
      expect((await verify(await copyOf(there))).missing).toEqual([object.slice(-64)]);
      const bytes = Buffer.from(blob.bytes);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      there.set(object, { ...blob, bytes });
      const report = await verify(await copyOf(there), rig.repository);
      expect(report.healed).toEqual([object.slice(-64)]);
    }
    expect(await verify(await copyOf(there))).toMatchObject({ damaged: [], missing: [] });
  });

  it('that are known to be damaged are not relied on: the files are read again', async () => {
    await put('a', 'content');
    const { site } = await rig.keep();
    const page = await rig.repository.getSitePage(site!.roots[0]!.pages[0]!, never);
    const { id } = page.chunks[0]!;
    const object = `chunks/${id.slice(0, 2)}/${id}`;
    const blob = rig.blobs.get(object)!;
    rig.blobs.set(object, { ...blob, bytes: Buffer.from(blob.bytes).fill(0, 40) });
    rig.repository.distrust([id]);
    const again = await rig.keep();
    expect(again.site!.read).toMatchObject({ files: 1, reused: 0 });
    expect(rig.repository.isDistrusted(id)).toBe(false);
    const { payload } = await rig.repository.getObject(id, { expectedKind: 'file', signal: never });
    expect(createHash('sha256').update(payload).digest('hex')).toBe(
      createHash('sha256').update('content').digest('hex'),
    );
  });
});

/** Does something to the file just before each reading of it. */
function changing(files: RemoteFiles, before: (path: string) => Promise<void>): RemoteFiles {
  return {
    way: files.way,
    list: (folder, most) => files.list(folder, most),
    look: (path) => files.look(path),
    lookAtLink: (path) => files.lookAtLink(path),
    readLink: (path) => files.readLink(path),
    inodeMarks: (folder) => files.inodeMarks(folder),
    close: () => files.close(),
    async *read(path: Buffer, size: number): AsyncGenerator<Buffer, RemoteState, undefined> {
      await before(path.toString());
      return yield* files.read(path, size);
    },
  };
}
