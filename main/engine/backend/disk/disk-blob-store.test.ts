import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { describeBlobStore, everyByte, names, never, text } from '../testing/describe-blob-store.ts';
import { ModelDisk, modelRoot, ProcessKilled, type DiskStep } from '../testing/model-disk/model-disk.ts';
import { seededRandom } from '../testing/model-disk/seeded-random.ts';
import { TestClock } from '../../repository/testing/keys.ts';
import { DiskBlobStore, type DiskStoreOptions } from './disk-blob-store.ts';
import { realDiskFiles, type DiskFiles } from './disk-files.ts';

const create = { mode: 'create', signal: never } as const;
const replace = { mode: 'replace', signal: never } as const;

describeBlobStore('disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'shouhu-disk-'));
  const plant = async (name: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), bytes);
  };
  return {
    store: await DiskBlobStore.open({ root }),
    plant,
    dispose: () => rm(root, { recursive: true, force: true }),
  };
});

const bases: string[] = [];
afterEach(async () => {
  for (const base of bases.splice(0)) await rm(base, { recursive: true, force: true });
});

/** A store in `<base>/disk`, so that the whole disk can be taken away. */
async function aDisk(
  options: Partial<DiskStoreOptions> = {},
): Promise<{ base: string; root: string; store: DiskBlobStore }> {
  const base = await mkdtemp(join(tmpdir(), 'shouhu-disk-'));
  bases.push(base);
  const root = join(base, 'disk');
  return { base, root, store: await DiskBlobStore.open({ root, createRoot: true, ...options }) };
}

function failing(call: keyof DiskFiles, code: string, times = Number.POSITIVE_INFINITY): DiskFiles {
  let left = times;
  const broken = (...args: unknown[]): Promise<unknown> =>
    left-- > 0
      ? Promise.reject(errno(code))
      : (realDiskFiles[call] as (...args: unknown[]) => Promise<unknown>)(...args);
  return { ...realDiskFiles, [call]: broken };
}

/** Files that say what is about to be synced. */
function tellingSyncs(tell: (path: string) => void): DiskFiles {
  const open: DiskFiles['open'] = async (...args) => {
    const handle = await realDiskFiles.open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      tell(String(args[0]));
      await sync();
    };
    return handle;
  };
  return { ...realDiskFiles, open };
}

/** Files whose handles fail at writing, reading or syncing. */
function failingHandle(method: 'write' | 'read' | 'sync', code: string): DiskFiles {
  const open: DiskFiles['open'] = async (...args) => {
    const handle = await realDiskFiles.open(...args);
    handle[method] = () => Promise.reject(errno(code));
    return handle;
  };
  return { ...realDiskFiles, open };
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: made up`), { code });
}

describe('a disk that is not there', () => {
  it('is absent, and its root is not made', async () => {
    const { base } = await aDisk();
    const root = join(base, 'not-mounted');
    await expect(DiskBlobStore.open({ root })).rejects.toMatchObject({ code: 'backend.absent' });
    await expect(DiskBlobStore.open({ root: join(root, 'deeper'), createRoot: true })).rejects.toMatchObject({
      code: 'backend.absent',
    });
    expect(await readdir(base)).toEqual(['disk']);
  });

  it.each(['unplugged', 'unmounted', 'exchanged'])('is absent in every operation once it is %s', async (how) => {
    const { base, root, store } = await aDisk();
    await store.put('chunks/ab/x', Buffer.from('x'), create);
    await rename(root, join(base, 'elsewhere'));
    if (how !== 'unplugged') await mkdir(root);
    // The other disk holds a repository too, so every path of ours leads somewhere.
    for (const folder of how === 'exchanged' ? ['~tmp', 'chunks/ab'] : []) {
      await mkdir(join(root, folder), { recursive: true });
    }

    const absent = { code: 'backend.absent' };
    await expect(store.put('chunks/ab/y', Buffer.from('y'), create)).rejects.toMatchObject(absent);
    await expect(store.put('chunks/ab/y', Buffer.from('y'), replace)).rejects.toMatchObject(absent);
    await expect(store.get('chunks/ab/x', { signal: never })).rejects.toMatchObject(absent);
    await expect(store.stat('chunks/ab/x', never)).rejects.toMatchObject(absent);
    await expect(store.remove('chunks/ab/x', never)).rejects.toMatchObject(absent);
    await expect(names(store, '')).rejects.toMatchObject(absent);
    expect(await readdir(base)).toEqual(how === 'unplugged' ? ['elsewhere'] : ['disk', 'elsewhere']);
    const strange = how === 'unplugged' ? [] : await readdir(root, { recursive: true, withFileTypes: true });
    expect(strange.filter((entry) => entry.isFile() || how === 'unmounted')).toEqual([]);
  });

  it('is absent, not a short list, when it vanishes during a listing', async () => {
    const { base, root, store } = await aDisk();
    for (const name of ['aa/1', 'bb/2', 'cc/3']) await store.put(name, Buffer.from('x'), create);
    const reading = (async () => {
      for await (const blob of store.list('', never)) {
        if (blob.name !== '') await rename(root, join(base, 'elsewhere')).catch(() => undefined);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'backend.absent' });
  });

  it('is the same disk again when it comes back', async () => {
    const { base, root, store } = await aDisk();
    await store.put('x', Buffer.from('x'), create);
    await rename(root, join(base, 'elsewhere'));
    await expect(store.stat('x', never)).rejects.toMatchObject({ code: 'backend.absent' });
    await rename(join(base, 'elsewhere'), root);
    expect(await text(store, 'x')).toBe('x');
  });
});

describe('a disk that refuses', () => {
  const refusals = [
    ['ENOSPC', 'backend.disk-full'],
    ['EDQUOT', 'backend.disk-full'],
    ['EROFS', 'backend.read-only'],
    ['EACCES', 'backend.permission'],
    ['EPERM', 'backend.permission'],
    ['ENXIO', 'backend.absent'],
    ['UNKNOWN', 'backend.absent'],
    ['EIO', 'backend.io'],
    ['EMFILE', 'backend.io'],
  ] as const;

  it.each(refusals)('%s is %s and leaves no temp file', async (code, expected) => {
    for (const method of ['write', 'sync'] as const) {
      const { root } = await aDisk();
      // A folder sync fails first where the folder is new, so it is there already.
      await mkdir(join(root, '~tmp'));
      const store = await DiskBlobStore.open({ root, files: failingHandle(method, code) });
      await expect(store.put('x', everyByte(5000), create)).rejects.toMatchObject({
        code: expected,
        facts: { reason: code, name: 'x' },
      });
      expect(await readdir(join(root, '~tmp'))).toEqual([]);
      expect(await names(store, '')).toEqual([]);
    }
  });

  it('leaves no temp file when the rename fails', async () => {
    const { root, store } = await aDisk({ files: failing('rename', 'EIO') });
    await expect(store.put('x', Buffer.from('x'), replace)).rejects.toMatchObject({ code: 'backend.io' });
    expect(await readdir(join(root, '~tmp'))).toEqual([]);
  });

  it('reports a read error as such', async () => {
    const { root } = await aDisk();
    await writeFile(join(root, 'x'), 'x');
    const store = await DiskBlobStore.open({ root, files: failingHandle('read', 'EIO') });
    await expect(store.get('x', { signal: never })).rejects.toMatchObject({
      code: 'backend.io',
      facts: { reason: 'EIO' },
    });
  });

  it('writes nothing when it is only opened and read', async () => {
    const { root, store } = await aDisk();
    expect(await store.stat('x', never)).toBeUndefined();
    expect(await names(store, '')).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('a write to disk', () => {
  it('syncs the file before it has its name, and the folders after', async () => {
    const steps: string[] = [];
    const { root } = await aDisk();
    const label = (path: unknown): string =>
      String(path)
        .replace(root, '')
        .replace(/[0-9a-f]{8}\.tmp/, 'TEMP');
    const files: DiskFiles = {
      ...tellingSyncs((path) => steps.push(`sync ${label(path)}`)),
      link: async (from, to) => {
        steps.push(`link ${label(from)} ${label(to)}`);
        await realDiskFiles.link(from, to);
      },
    };
    const store = await DiskBlobStore.open({ root, files, platform: 'linux' });
    await store.put('chunks/ab/x', Buffer.from('x'), create);
    expect(steps).toEqual([
      'sync /~tmp/TEMP',
      'link /~tmp/TEMP /chunks/ab/x',
      'sync ',
      'sync /chunks',
      'sync /chunks/ab',
    ]);
    steps.length = 0;
    await store.put('chunks/ab/y', Buffer.from('y'), create);
    expect(steps).toEqual(['sync /~tmp/TEMP', 'link /~tmp/TEMP /chunks/ab/y', 'sync /chunks/ab']);
  });

  it('syncs the folders of many objects once, when they are flushed', async () => {
    const steps: string[] = [];
    const { root } = await aDisk();
    const files = tellingSyncs((path) => steps.push(path.endsWith('.tmp') ? 'file' : path.replace(root, '')));
    const store = await DiskBlobStore.open({ root, files, platform: 'linux' });
    const names = ['chunks/ab/x', 'chunks/ab/y', 'chunks/cd/z'];
    await store.put('chunks/ab/first', Buffer.from('first'), create);
    await store.put('chunks/cd/first', Buffer.from('first'), create);
    steps.length = 0;

    for (const name of names) await store.put(name, Buffer.from(name), { ...create, durable: 'at-flush' });
    expect(steps).toEqual(['file', 'file', 'file']);
    steps.length = 0;
    await store.flush(names, never);
    // Side by side: in any order.
    expect(steps.sort()).toEqual(['/chunks/ab', '/chunks/cd']);

    await rm(join(root, 'chunks/cd/z'));
    await expect(store.flush(names, never)).rejects.toMatchObject({ code: 'backend.blob-missing' });
  });

  describe('after a run that died before it could sync', () => {
    /** A disk on which a process made names and died; what the next process reports as done must outlive the plug. */
    function aModelDisk() {
      const clock = new TestClock();
      const disk = new ModelDisk(clock);
      const open = () =>
        DiskBlobStore.open({
          root: join(modelRoot, 'disk'),
          createRoot: true,
          files: disk.files,
          platform: 'linux',
          clock,
        });
      const killAt = async (kind: DiskStep['kind'], name: string, work: () => Promise<unknown>) => {
        disk.breakAt((step) =>
          step.kind === kind && step.path.endsWith(name)
            ? { when: 'after', error: new ProcessKilled(), forEver: true }
            : undefined,
        );
        await expect(work()).rejects.toThrow();
        disk.breakAt(undefined);
      };
      const afterThePlug = () => disk.afterPowerCut('nothing', seededRandom(0));
      const reopened = () => DiskBlobStore.open({ root: join(modelRoot, 'disk'), files: afterThePlug().files, clock });
      return { open, killAt, reopened };
    }

    it('keeps what it puts into a folder that the dead one made', async () => {
      const { open, killAt, reopened } = aModelDisk();
      const first = await open();
      await killAt('mkdir', 'ab', () => first.put('chunks/ab/x', Buffer.from('x'), create));
      const next = await open();
      await next.put('chunks/ab/x', Buffer.from('x'), { ...create, durable: 'at-flush' });
      await next.flush(['chunks/ab/x'], never);
      expect(await text(await reopened(), 'chunks/ab/x')).toBe('x');
      await next.put('chunks/ab/y', Buffer.from('y'), create);
      expect(await text(await reopened(), 'chunks/ab/y')).toBe('y');
    });

    it('keeps what is found under a name that the dead one gave', async () => {
      const { open, killAt, reopened } = aModelDisk();
      const first = await open();
      await first.put('manifests/old', Buffer.from('old'), create);
      await killAt('link', 'new', () => first.put('manifests/new', Buffer.from('new'), create));
      expect(await (await open()).put('manifests/new', Buffer.from('new'), create)).toEqual({ written: false });
      expect(await text(await reopened(), 'manifests/new')).toBe('new');
    });

    it('keeps the root that the dead one made', async () => {
      const { open, killAt, reopened } = aModelDisk();
      await killAt('mkdir', 'disk', open);
      await (await open()).put('x', Buffer.from('x'), create);
      expect(await text(await reopened(), 'x')).toBe('x');
    });
  });

  it('renames where the file system has no hard links', async () => {
    const { root, store } = await aDisk({ files: failing('link', 'EPERM') });
    expect(await store.put('x', Buffer.from('one'), create)).toEqual({ written: true });
    expect(await store.put('x', Buffer.from('two'), create)).toEqual({ written: false });
    expect(await text(store, 'x')).toBe('one');
    expect(await readdir(join(root, '~tmp'))).toEqual([]);
  });

  it('lets exactly one of eight racing creators win', async () => {
    const { store } = await aDisk();
    const writers = Array.from({ length: 8 }, (_, n) => store.put('shouhu.json', Buffer.from(`header ${n}`), create));
    const written = (await Promise.all(writers)).map((outcome) => outcome.written);
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await text(store, 'shouhu.json')).toBe(`header ${written.indexOf(true)}`);
  });

  it('waits under Windows while a scanner holds the file, and does not sync folders', async () => {
    const waits: number[] = [];
    const sleep = (delayMs: number): Promise<void> => {
      waits.push(delayMs);
      return Promise.resolve();
    };
    const { store } = await aDisk({ files: failing('rename', 'EBUSY', 12), platform: 'win32', sleep });
    await store.put('x', Buffer.from('x'), replace);
    expect(waits).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100, 100]);
    expect(await text(store, 'x')).toBe('x');
  });

  it('works on file systems that cannot sync folders or fully sync files', async () => {
    const { store } = await aDisk({ files: failingHandle('sync', 'ENOTSUP') });
    await store.put('chunks/ab/x', Buffer.from('x'), create);
    expect(await text(store, 'chunks/ab/x')).toBe('x');
  });

  it('makes a folder again that was removed behind its back', async () => {
    const { root, store } = await aDisk();
    await store.put('chunks/ab/x', Buffer.from('x'), create);
    await rm(join(root, 'chunks'), { recursive: true });
    await rm(join(root, '~tmp'), { recursive: true });
    await store.put('chunks/ab/y', Buffer.from('y'), create);
    expect(await names(store, '')).toEqual(['chunks/ab/y']);
  });

  it('takes away temp files of writers that died a day ago, and leaves younger ones', async () => {
    const { root, store } = await aDisk();
    await mkdir(join(root, '~tmp'));
    const [old, young] = [join(root, '~tmp', '0000000a.tmp'), join(root, '~tmp', '0000000b.tmp')];
    for (const path of [old, young]) await writeFile(path, 'half');
    const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
    await utimes(old, longAgo, longAgo);
    await store.put('x', Buffer.from('x'), create);
    expect(await readdir(join(root, '~tmp'))).toEqual(['0000000b.tmp']);
  });

  it('keeps a reserve that is no object and outlives every sweep, and gives it back once', async () => {
    const { root, store } = await aDisk();
    expect(await store.giveReserve(never)).toBe(false);
    await store.keepReserve(never);
    const path = join(root, '~tmp', 'reserve');
    const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
    await utimes(path, longAgo, longAgo);
    const later = await DiskBlobStore.open({ root });
    await later.put('x', Buffer.from('x'), create);
    expect(await names(later, '')).toEqual(['x']);
    expect(await later.holdsReserve(never)).toBe(true);
    // Of zeros, a file system that compresses would give nothing back.
    expect(deflateSync(await readFile(path)).length).toBeGreaterThan(1024 * 1024);
    expect(await later.giveReserve(never)).toBe(true);
    expect(await readdir(join(root, '~tmp'))).toEqual([]);
    expect(await later.holdsReserve(never)).toBe(false);
  });

  it('takes no reserve from and gives none to a folder that a link leads to', async () => {
    const { base, root, store } = await aDisk();
    const elsewhere = join(base, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'reserve'), Buffer.alloc(1024 * 1024));
    await symlink(elsewhere, join(root, '~tmp'), 'junction');
    expect(await store.giveReserve(never)).toBe(false);
    await expect(store.keepReserve(never)).rejects.toMatchObject({ code: 'backend.io' });
    expect(await readdir(elsewhere)).toEqual(['reserve']);
  });

  it.each(['.hidden', 'chunks/.x', 'trailing.', 'aux', 'a/NUL.txt', 'com1'])(
    'refuses %j, which some systems cannot hold',
    async (name) => {
      const { store } = await aDisk();
      await expect(store.put(name, Buffer.from('x'), create)).rejects.toMatchObject({
        code: 'backend.rejected',
        facts: { reason: 'reserved-name' },
      });
    },
  );
});
