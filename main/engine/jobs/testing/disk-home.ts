import { join } from 'node:path';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { Repository } from '../../repository/index.ts';
import { dumpToFolder } from '../../repository/testing/a-shop.ts';
import { writeSnapshot, type SnapshotPlan } from '../../repository/testing/a-snapshot.ts';
import { aKeyring, TestClock, testPassphrase } from '../../repository/testing/keys.ts';
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
    addDisk: async (name, role = 'second-disk') => {
      const place = { kind: 'disk', name, path: join(dir, name), role, place: null } as const;
      await engine.call('destination.add', place);
    },
    close: async () => {
      for (const each of engines.splice(0)) await each.close();
    },
  };
}
