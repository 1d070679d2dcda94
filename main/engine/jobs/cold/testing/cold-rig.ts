import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColdDisk, DiskNotice } from '../../../../../shared/model/cold-disk.ts';
import type { VerbOutput } from '../../../../../shared/ipc/engine-verbs.ts';
import type { JobProgress } from '../../../../../shared/model/job.ts';
import { DiskBlobStore } from '../../../backend/disk/disk-blob-store.ts';
import { runCommand } from '../../../platform/run-command.ts';
import { systemVolumes, type VolumeSource } from '../../../platform/volumes/index.ts';
import {
  encodeObject,
  parseHeader,
  Repository,
  unlockWithPassphrase,
  type MainKeys,
} from '../../../repository/index.ts';
import { aColumn, aManifest } from '../../../repository/testing/a-shop.ts';
import { TestClock } from '../../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../../index.ts';

/**
 * A home with a main disk full of snapshots, and disks that are really mounted and unmounted: tmpfs, and images of exFAT, FAT32 and
 * ext4 behind loop devices or FUSE. They need root; where mounting is not allowed, `mountable` says why and the test is skipped with it.
 */
const passphrase = 'correct horse battery staple';
const { signal } = new AbortController();

export interface ColdRig {
  readonly dir: string;
  readonly engine: Engine;
  readonly clock: TestClock;
  readonly notices: DiskNotice[];
  readonly progress: JobProgress[];
  path(name: string): string;
  /** Adds a cold disk whose folder is there. */
  addCold(name: string, folder: string, place?: string | null): Promise<VerbOutput<'destination.add'>>;
  run(name: string, options?: { readonly eject?: boolean }): Promise<VerbOutput<'cold.run'>>;
  disk(name: string): Promise<ColdDisk>;
  /** One more night: a snapshot on the main disk with `chunks` new objects of `chunkBytes`; without any, somebody dropped the table. Gives its id. */
  night(chunks: number, chunkBytes: number): Promise<string>;
  /** The same home in a new engine, on a computer with other volumes; close the old one before. */
  reopen(volumes: VolumeSource): Promise<Engine>;
  /** A second home over the same keys, as on another computer. */
  otherHome(): Promise<Engine>;
  stop(): Promise<void>;
}

/** A home with keys and a main disk, made once: deriving keys is slow on purpose. */
export interface ColdTemplate {
  readonly dir: string;
  readonly keys: MainKeys;
  remove(): Promise<void>;
}

export async function makeColdTemplate(): Promise<ColdTemplate> {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-cold-'));
  const home = join(dir, 'home');
  const engine = await openEngine({ homeDir: home, language: 'zh', clock: new TestClock() });
  const secrets = { passphrase, vaultPassphrase: `${passphrase} of the vault` };
  await engine.call('home.init', { ...secrets, kitDir: join(dir, 'kit'), language: 'zh' });
  const disk = { kind: 'disk', name: 'main', place: null, role: 'main', path: join(dir, 'main') } as const;
  await engine.call('destination.add', disk);
  await engine.close();
  await knowShop(join(home, 'settings.json'));
  const keys = await unlockWithPassphrase(parseHeader(await readFile(join(home, 'keyring.json'))), passphrase);
  return { dir, keys, remove: () => rm(dir, { recursive: true, force: true }) };
}

export async function startColdRig(template: ColdTemplate): Promise<ColdRig> {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-cold-'));
  await cp(template.dir, dir, { recursive: true });
  const home = join(dir, 'home');
  const settings = join(home, 'settings.json');
  await writeFile(settings, (await readFile(settings, 'utf8')).replaceAll(template.dir, dir));
  const clock = new TestClock();
  const notices: DiskNotice[] = [];
  const progress: JobProgress[] = [];
  const engines: Engine[] = [];
  const open = async (homeDir: string, volumes?: VolumeSource): Promise<Engine> => {
    const engine = await openEngine({
      homeDir,
      language: 'zh',
      clock,
      onDisk: (notice) => notices.push(notice),
      onProgress: (report) => progress.push(report),
      ...(volumes === undefined ? {} : { volumes }),
    });
    engines.push(engine);
    return engine;
  };
  const engine = await open(home);
  await engine.call('home.unlock', { passphrase });
  let nights = 0;
  return {
    dir,
    engine,
    clock,
    notices,
    progress,
    path: (name) => join(dir, name),
    addCold: (name, folder, place = null) =>
      engine.call('destination.add', { kind: 'disk', name, place, role: 'cold', path: folder }),
    run: (name, { eject = false } = {}) => engine.call('cold.run', { name, eject, wait: false }),
    disk: async (name) => {
      const { disks } = await engine.call('cold.list', {});
      const found = disks.find((disk) => disk.name === name);
      if (found === undefined) throw new Error(`no disk ${name}`);
      return found;
    },
    night: async (chunks, chunkBytes) => {
      const id = randomUUID();
      const at = new Date(clock.nowMs() + nights++ * 1000).toISOString();
      const store = await DiskBlobStore.open({ root: join(dir, 'main') });
      const repository = await Repository.open(store, template.keys, signal);
      await writeNight(repository, id, at, chunks, chunkBytes);
      return id;
    },
    reopen: async (volumes) => {
      const again = await open(home, volumes);
      await again.call('home.unlock', { passphrase });
      return again;
    },
    otherHome: async () => {
      const other = await open(join(dir, `home-${engines.length}`));
      const from = { kind: 'disk' as const, path: join(dir, 'main') };
      await other.call('recover.run', { from, secret: { kind: 'passphrase', passphrase } });
      return other;
    },
    stop: async () => {
      for (const each of engines) await each.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The shop of the snapshots, as if it had been added: nothing here connects to it. */
async function knowShop(settingsPath: string): Promise<void> {
  const settings = JSON.parse(await readFile(settingsPath, 'utf8')) as { sources: unknown[] };
  const { id, name } = aManifest().source;
  settings.sources.push({
    id,
    name,
    mysql: { host: '127.0.0.1', port: 3306, user: 'nobody' },
    sealedPassword: null,
    ssh: null,
    databases: [],
    preset: null,
    secretColumns: [],
    ledgers: [],
    files: [],
    addedAt: '2026-11-22T13:00:00.000Z',
  });
  await writeFile(settingsPath, JSON.stringify(settings));
}

async function writeNight(
  repository: Repository,
  id: string,
  at: string,
  count: number,
  chunkBytes: number,
): Promise<void> {
  const chunks = [];
  for (let index = 0; index < count; index++) {
    const object = encodeObject(repository.keys, { kind: 'rows', payload: randomBytes(chunkBytes) });
    await repository.putObject(object, signal);
    chunks.push({ id: object.id, sealedId: null, rows: 1, textBytes: chunkBytes });
  }
  const digest = '0'.repeat(32);
  const range = {
    lower: null,
    rows: count,
    digest,
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks,
    ledgers: [],
  };
  const schema = {
    database: 'shop',
    name: 'orders',
    engine: 'InnoDB',
    transactional: true,
    ddl: 'CREATE TABLE `orders` (`id` bigint NOT NULL, PRIMARY KEY (`id`))',
    key: ['id'],
    columns: [aColumn('id', 'bigint', {})],
  };
  const table = await repository.putTableRecord({ schema, rows: count, ranges: [range] }, signal);
  const summary = { database: 'shop', name: 'orders', rows: count, textBytes: count * chunkBytes, ranges: 1 };
  await repository.putManifest(
    aManifest({
      id,
      startedAt: at,
      at,
      finishedAt: at,
      tables: count === 0 ? [] : [{ ...summary, transactional: true, sealed: false, tableChunk: table.id }],
    }),
    signal,
  );
}

/** A disk that can be plugged in somewhere and pulled out. */
export interface TestDisk {
  plugIn(at: string): Promise<void>;
  /** As a person pulls the plug: whatever is open stays open and leads nowhere. */
  pullOut(): Promise<void>;
  /** Unmounts and forgets the image. */
  destroy(): Promise<void>;
}

/** Why disks cannot be mounted here, or null. */
export async function whyNotMountable(): Promise<string | null> {
  if (process.platform !== 'linux') return 'real disks are mounted on Linux only';
  const probe = await mkdtemp(join(tmpdir(), 'shouhu-probe-'));
  try {
    const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).catch(() => null);
    if (mounted?.exitCode !== 0) return `mounting is not allowed here: ${mounted?.stderr.trim() ?? 'no mount program'}`;
    await runCommand('umount', [probe]);
    return null;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

export type ImageKind = 'ext4' | 'exfat' | 'vfat';

/** Programs that a kind of disk needs, besides those every Linux has. */
const makers: Readonly<Record<ImageKind, readonly string[]>> = {
  ext4: ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0'],
  exfat: ['mkfs.exfat', '-L', '上海家里'],
  vfat: ['mkfs.vfat', '-F', '32', '-n', 'SHANGHAI'],
};

/** A disk in a file, or the reason why there can be none. */
export async function makeImageDisk(file: string, kind: ImageKind, megabytes: number): Promise<TestDisk | string> {
  await runCommand('truncate', ['-s', `${megabytes}M`, file]);
  const [maker = '', ...args] = makers[kind];
  const made = await runCommand(maker, [...args, file]).catch(() => null);
  if (made?.exitCode !== 0) return `${maker}: ${made?.stderr.trim() ?? 'not installed'}`;
  const loop = await runCommand('losetup', ['--find', '--show', file]).catch(() => null);
  if (loop?.exitCode !== 0) return `losetup: ${loop?.stderr.trim() ?? 'not installed'}`;
  const device = loop.stdout.trim();
  let at: string | null = null;
  const disk: TestDisk = {
    async plugIn(path) {
      await mkdir(path, { recursive: true });
      const mounted = await mountImage(kind, device, file, path);
      if (mounted !== null) throw new Error(mounted);
      at = path;
    },
    async pullOut() {
      if (at !== null) await runCommand('umount', ['-l', at]);
      at = null;
    },
    async destroy() {
      await disk.pullOut();
      await runCommand('losetup', ['-d', device]);
    },
  };
  // The file system's driver is there or not: a first mount tells.
  try {
    await disk.plugIn(`${file}.probe`);
    await disk.pullOut();
    return disk;
  } catch (error) {
    await disk.destroy();
    return error instanceof Error ? error.message : String(error);
  }
}

/** The kernel's driver, or the one in user space: this kernel may have neither FAT nor exFAT. Null when it is mounted. */
async function mountImage(kind: ImageKind, device: string, file: string, path: string): Promise<string | null> {
  const plain = await runCommand('mount', ['-t', kind, device, path]);
  if (plain.exitCode === 0 || kind === 'ext4') return plain.exitCode === 0 ? null : plain.stderr.trim();
  const [program, args] =
    kind === 'exfat' ? ['mount.exfat-fuse', [device, path]] : ['fusefat', ['-o', 'rw+', file, path]];
  const fuse = await runCommand(program, args).catch(() => null);
  return fuse?.exitCode === 0 ? null : `${plain.stderr.trim()}; ${program}: ${fuse?.stderr.trim() ?? 'not installed'}`;
}

/** A tmpfs is not a disk one can unplug and plug in again with its content: it can be moved to another mount point instead. */
export async function mountTmpfs(path: string, megabytes: number): Promise<void> {
  await mkdir(path, { recursive: true });
  const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  if (mounted.exitCode !== 0) throw new Error(mounted.stderr);
}

/**
 * The real volumes of this computer, except that those below `dir` count as removable: a loop device is not, and ejecting is
 * refused for everything that is built in.
 */
export function removableBelow(dir: string): VolumeSource {
  const real = systemVolumes();
  return {
    ...real,
    list: async () =>
      (await real.list()).map((volume) =>
        volume.mountPath.startsWith(dir) ? { ...volume, isRemovable: true } : volume,
      ),
  };
}
