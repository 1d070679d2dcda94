import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { BlobStore } from '../../../backend/blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../../backend/memory/memory-blob-store.ts';
import {
  addDeed,
  deedName,
  deedText,
  encodeObject,
  Feed,
  pruneRepository,
  putDeed,
  Repository,
} from '../../../repository/index.ts';
import type { KnownSnapshot } from '../../gone-snapshots.ts';
import { never, type CrashWorld, type Promised } from './crash-world.ts';

/** What one process does to one place, and what the place owes before and after. */
export interface CrashWorkload {
  readonly name: string;
  /** Makes the place as the process finds it; nothing fails here. */
  prepare(store: BlobStore, world: CrashWorld): Promise<void>;
  /** The work, from opening to the end. `attempt` counts processes that tried, from 1. */
  run(store: BlobStore, world: CrashWorld, attempt: number): Promise<void>;
  /** What must be there whenever the process died. Undefined: nothing was promised yet, there may be no repository. */
  before(world: CrashWorld): Promised | undefined;
  /** What must be there once `attempt` has said that it is done. */
  after(world: CrashWorld, attempt: number): Promised;
}

const firstDay = 0;
const secondDay = 1;
const today = 2;

async function leased<T>(
  repository: Repository,
  world: CrashWorld,
  kind: 'writer' | 'exclusive',
  work: () => Promise<T>,
): Promise<T> {
  const { clock } = world;
  const lease = await repository.acquireLease({ kind, holder: 'a crash test', host: 'pc', clock, signal: never });
  try {
    return await work();
  } finally {
    // As jobs/ does: a lease that cannot be released ends by itself.
    await lease.release(never).catch(() => undefined);
  }
}

async function aRepositoryOf(days: readonly number[], store: BlobStore, world: CrashWorld): Promise<Repository> {
  await Repository.create(store, world.keyring.header, never);
  const repository = await world.open(store);
  for (const day of days) await world.backUp(repository, day);
  return repository;
}

/** A first copy that is sound, in memory; made once per world. */
function anOrigin(days: readonly number[]): (world: CrashWorld) => Promise<BlobStore> {
  const made = new WeakMap<CrashWorld, Promise<Map<string, MemoryBlob>>>();
  return async (world) => {
    const blobs =
      made.get(world) ??
      (async () => {
        const all = new Map<string, MemoryBlob>();
        const repository = await aRepositoryOf(days, new MemoryBlobStore({ blobs: all }), world);
        for (const n of [1, 2]) await tell(repository, world, n);
        return all;
      })();
    made.set(world, blobs);
    return new MemoryBlobStore({ blobs: new Map(await blobs) });
  };
}

/** A deed as another computer wrote it long ago. */
async function tell(repository: Repository, world: CrashWorld, n: number): Promise<void> {
  const name = deedName('2026-11-02T00:00:00.000Z', `00000000-0000-4000-8000-${n.toString().padStart(12, '0')}`);
  await putDeed(repository, name, deedText(world.provenDeed(n)), { mode: 'create', signal: never });
}

const owed = (world: CrashWorld, days: readonly number[], streams: readonly number[] = []): Promised => ({
  snapshots: days.map((day) => world.momentOf(day).at),
  streams,
});

/** A place is set up and gets its first snapshot. */
const firstBackup: CrashWorkload = {
  name: 'first backup',
  prepare: () => Promise.resolve(),
  run: async (store, world, attempt) => {
    const { header, mainKeys } = world.keyring;
    await Repository.createOrAdopt(store, header, mainKeys, never);
    const repository = await world.open(store);
    await leased(repository, world, 'writer', () => world.backUp(repository, attempt));
  },
  before: () => undefined,
  after: (world, attempt) => owed(world, [attempt]),
};

/** The next day's backup: most ranges are those of the day before. */
const nextBackup: CrashWorkload = {
  name: 'next backup',
  prepare: async (store, world) => {
    await aRepositoryOf([firstDay], store, world);
  },
  run: async (store, world, attempt) => {
    const repository = await world.open(store);
    await leased(repository, world, 'writer', () => world.backUp(repository, today + attempt));
  },
  before: (world) => owed(world, [firstDay]),
  after: (world, attempt) => owed(world, [firstDay, today + attempt]),
};

async function feed(from: Repository, to: Repository, manifests: readonly string[]): Promise<void> {
  const feeding = new Feed({ from: { name: 'from', repository: from, nearness: 0 }, targets: 1, signal: never });
  const target = { name: 'to', repository: to, nearness: 1 };
  const { failed } = await feeding.fill(target, { manifests, concurrency: 3, signal: never });
  if (failed[0] !== undefined) throw new AppError('repository.damaged', { object: failed[0].manifest, reason: 'read' });
}

const copyOrigin = anOrigin([firstDay, secondDay, today]);

/** A second copy that has the first of three snapshots gets the others. */
const copy: CrashWorkload = {
  name: 'copy',
  prepare: async (store, world) => {
    const origin = await world.open(await copyOrigin(world));
    await Repository.create(store, world.keyring.header, never);
    const target = await world.open(store);
    await feed(origin, target, (await origin.listManifests(never)).slice(0, 1));
  },
  run: async (store, world) => {
    const origin = await world.open(await copyOrigin(world));
    const target = await world.open(store);
    await leased(target, world, 'writer', async () => {
      await feed(origin, target, await origin.listManifests(never));
    });
  },
  before: (world) => owed(world, [firstDay]),
  after: (world) => owed(world, [firstDay, secondDay, today]),
};

const rotten = new WeakMap<CrashWorld, Set<string>>();

/**
 * A copy has rotted: bits turned over in rows, records, a manifest and a deed, objects gone, the newest manifest gone. It is healed from a sound one:
 * objects in their place, then the manifest that was lost.
 */
const heal: CrashWorkload = {
  name: 'heal',
  prepare: async (store, world) => {
    const origin = await copyOrigin(world);
    const names: string[] = [];
    for await (const { name } of origin.list('', never)) names.push(name);
    const damaged = new Set<string>();
    const chunks = names.filter((name) => name.startsWith('chunks/')).sort();
    const manifests = names.filter((name) => name.startsWith('manifests/')).sort();
    const victims = [
      ...chunks.filter((_, n) => n % 4 === 0),
      manifests[1]!,
      names.filter((name) => name.startsWith('deeds/')).sort()[0]!,
    ];
    const gone = new Set([...chunks.filter((_, n) => n % 7 === 1), manifests[2]!]);
    for (const name of names.filter((each) => each !== 'shouhu.json').concat('shouhu.json')) {
      const bytes = await origin.get(name, { signal: never });
      if (victims.includes(name)) bytes[bytes.length - 40]! ^= 1;
      if (victims.includes(name) || gone.has(name)) damaged.add(name.replace(/^chunks\/..\//, ''));
      if (!gone.has(name)) await store.put(name, bytes, { mode: 'create', signal: never });
    }
    rotten.set(world, damaged);
  },
  run: async (store, world) => {
    const [target, origin] = [await world.open(store), await world.open(await copyOrigin(world))];
    const known: KnownSnapshot[] = [];
    for (const manifestName of await origin.listManifests(never))
      known.push({ manifestName, manifest: await origin.getManifest(manifestName, never) });
    const report = await world.verify(target, origin, {
      known,
      underLease: (write) => leased(target, world, 'writer', () => write(never)),
    });
    // Told as a finding, never as done.
    const [left] = [...report.damaged.map(({ object }) => object), ...report.missing];
    if (left !== undefined) throw new AppError('repository.damaged', { object: left, reason: 'not-healed' });
  },
  before: (world) => ({ ...owed(world, [firstDay]), proven: [2], damaged: rotten.get(world)! }),
  after: (world) => ({ ...owed(world, [firstDay, secondDay, today]), proven: [1, 2] }),
};

/** The log is followed: each segment's chunk, then its record. */
const stream: CrashWorkload = {
  name: 'stream',
  prepare: async (store, world) => {
    const repository = await aRepositoryOf([firstDay], store, world);
    await world.recordSegment(repository, 1);
  },
  run: async (store, world, attempt) => {
    const repository = await world.open(store);
    await leased(repository, world, 'writer', async () => {
      for (const n of [1, 2, 3]) await world.recordSegment(repository, attempt * 10 + n);
    });
  },
  before: (world) => owed(world, [firstDay], [1]),
  after: (world, attempt) => owed(world, [firstDay], [1, ...[1, 2, 3].map((n) => attempt * 10 + n)]),
};

/** What was done with snapshots is told to a copy: a deed of another copy as it is, and one of this computer's own. */
const notes: CrashWorkload = {
  name: 'notes',
  prepare: async (store, world) => {
    await tell(await aRepositoryOf([firstDay], store, world), world, 1);
  },
  run: async (store, world, attempt) => {
    const repository = await world.open(store);
    await leased(repository, world, 'writer', async () => {
      await tell(repository, world, 2);
      await addDeed(repository, world.provenDeed(10 + attempt), world.clock.nowMs(), never);
    });
  },
  before: (world) => ({ ...owed(world, [firstDay]), proven: [1] }),
  after: (world, attempt) => ({ ...owed(world, [firstDay]), proven: [1, 2, 10 + attempt] }),
};

/** Of three old snapshots the two oldest go, with all that only they name and what a writer left that was killed; and three deeds become one. */
const prune: CrashWorkload = {
  name: 'prune',
  prepare: async (store, world) => {
    const repository = await aRepositoryOf([firstDay, secondDay, today], store, world);
    await world.recordSegment(repository, 1);
    for (const n of [1, 2, 3]) await tell(repository, world, n);
    for (const left of ['left', 'over']) {
      await repository.putObject(encodeObject(repository.keys, { kind: 'binlog', payload: Buffer.from(left) }), never);
    }
    // Nothing of it is young any more.
    world.clock.advance(10 * 24 * 3_600_000);
  },
  run: async (store, world) => {
    const going = [firstDay, secondDay].map((day) => world.momentOf(day).at.slice(0, 10).replaceAll('-', ''));
    await pruneRepository(await world.open(store), {
      digest: () => null,
      choose: (snapshots) =>
        new Set(snapshots.map(({ name }) => name).filter((name) => going.some((day) => name.includes(`/${day}T`)))),
      dryRun: false,
      holder: 'a crash test',
      host: 'pc',
      clock: world.clock,
      concurrency: 1,
      mergedFrom: 3,
      signal: never,
    });
  },
  before: (world) => ({
    ...owed(world, [today], [1]),
    proven: [1, 2, 3],
    mayGo: [firstDay, secondDay].map((day) => world.momentOf(day).at),
  }),
  after: (world) => ({
    ...owed(world, [today], [1]),
    proven: [1, 2, 3],
    mayGo: [firstDay, secondDay].map((day) => world.momentOf(day).at),
    gone: [firstDay, secondDay].map((day) => world.momentOf(day).at),
  }),
};

export const crashWorkloads: readonly CrashWorkload[] = [firstBackup, nextBackup, copy, heal, stream, notes, prune];
