import { join } from 'node:path';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { encodeObject, Repository } from '../../repository/index.ts';
import { dumpToFolder } from '../../repository/testing/a-shop.ts';
import { writeSnapshot, type SnapshotPlan } from '../../repository/testing/a-snapshot.ts';
import { aKeyring, TestClock, testPassphrase } from '../../repository/testing/keys.ts';
import { aStreamRecord } from '../../stream/testing/a-stream-record.ts';
import { openEngine, type Engine } from '../engine.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();

/** A home that knows one disk with one snapshot, and whoever opened it. `chunks`: paths of its objects on that disk. */
export interface DiskHome {
  readonly engine: Engine;
  readonly clock: TestClock;
  /** The same home once more, as another process would have it. */
  readonly open: () => Promise<Engine>;
  readonly chunks: readonly string[];
  /** Stores a log of so many stretches on the disk `recovered`, each with a chunk of its own; gives the names of its records and the ids of its chunks. */
  readonly addLog: (
    stretches: number,
  ) => Promise<{ readonly records: readonly string[]; readonly chunks: readonly string[] }>;
  readonly addDisk: (name: string, role?: 'second-disk' | 'cold') => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Real folders below `dir`: `copy` is the disk `recovered`. No database server is needed for what copies do among themselves. */
export async function aDiskHome(dir: string, plan: SnapshotPlan = { objects: 60 }): Promise<DiskHome> {
  const blobs = new Map<string, MemoryBlob>();
  const store = new MemoryBlobStore({ blobs });
  await Repository.create(store, keyring.header, never);
  await writeSnapshot(await Repository.open(store, keyring.mainKeys, never), plan);
  await dumpToFolder(blobs, join(dir, 'copy'));
  const clock = new TestClock();
  const engines: Engine[] = [];
  const open = async () => {
    const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh', clock });
    engines.push(engine);
    return engine;
  };
  const engine = await open();
  const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
  await engine.call('recover.run', { from: { kind: 'disk', path: join(dir, 'copy') }, secret });
  return {
    engine,
    clock,
    open,
    chunks: [...blobs.keys()].filter((name) => name.startsWith('chunks/')).map((name) => join(dir, 'copy', name)),
    addLog: async (stretches) => {
      const disk = await DiskBlobStore.open({ root: join(dir, 'copy') });
      return writeLog(await Repository.open(disk, keyring.mainKeys, never), stretches);
    },
    addDisk: async (name, role = 'second-disk') => {
      const place = { kind: 'disk', name, path: join(dir, name), role, place: null } as const;
      await engine.call('destination.add', place);
    },
    close: async () => {
      for (const each of engines.splice(0)) await each.close();
    },
  };
}

async function writeLog(repository: Repository, stretches: number) {
  const [manifest = ''] = await repository.listManifests(never);
  const sourceId = (await repository.getManifest(manifest, never)).source.id;
  const records: string[] = [];
  const chunks: string[] = [];
  for (let at = 0; at < stretches; at += 1) {
    const object = encodeObject(repository.keys, { kind: 'binlog', payload: Buffer.from(`stretch ${at}`) });
    await repository.putObject(object, never);
    const [from, to] = [at === 0 ? 4 : at * 1000, (at + 1) * 1000];
    const commitAt = new Date(Date.parse('2026-11-22T20:00:00Z') + at * 60_000).toISOString();
    const times = { firstCommitAt: commitAt, lastCommitAt: commitAt, closedAt: commitAt };
    const record = aStreamRecord(object.id, { ...times, from, to, continues: records.at(-1) ?? null });
    const id = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    const payload = Buffer.from(JSON.stringify(record));
    records.push(await repository.putStreamRecord({ sourceId, sequence: at + 1, id, payload }, never));
    chunks.push(object.id);
  }
  return { records, chunks };
}
