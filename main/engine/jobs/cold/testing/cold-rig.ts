import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColdDisk, DiskNotice } from '../../../../../shared/model/cold-disk.ts';
import type { VerbOutput } from '../../../../../shared/ipc/engine-verbs.ts';
import type { JobProgress } from '../../../../../shared/model/job.ts';
import { DiskBlobStore } from '../../../backend/disk/disk-blob-store.ts';
import { bareVolume, systemVolumes, type VolumeSource } from '../../../platform/volumes/index.ts';
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

/** A home with a main disk full of snapshots, to be copied to folders or to the disks of `image-disk.ts`. */
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
  reopen(volumes: VolumeSource, options?: { readonly watchDisks?: boolean }): Promise<Engine>;
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
  const open = async (homeDir: string, volumes?: VolumeSource, watchDisks = false): Promise<Engine> => {
    const engine = await openEngine({
      homeDir,
      language: 'zh',
      clock,
      watchDisks,
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
    reopen: async (volumes, { watchDisks = false } = {}) => {
      const again = await open(home, volumes, watchDisks);
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

/** A computer whose volumes are folders: for what two real disks cannot be had for. */
export function foldersAsVolumes(folders: readonly string[]): VolumeSource {
  return {
    list: () => Promise.resolve(folders.map((mountPath) => bareVolume(mountPath, mountPath))),
    fingerprint: () => Promise.resolve(folders.join('\n')),
    eject: () => Promise.resolve('not-removable'),
    flush: () => Promise.resolve(true),
  };
}
