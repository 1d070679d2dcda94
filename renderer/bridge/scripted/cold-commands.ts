import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import { defaultColdSchedule } from '../../../shared/model/cold-schedule.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import type { FakeJobs } from './fake-jobs.ts';
import { sampleBytes } from './sample-shop.ts';
import type { World } from './world.ts';

const dayMs = 86_400_000;

/** The rotation of the fake: a disk is here when its name is in `world.pluggedIn`. */
export function coldCommands(world: World, jobs: FakeJobs, changed: () => void) {
  const travelling = (): DestinationView[] =>
    world.destinations.filter(({ role }) => role === 'cold' || role === 'offsite');

  function diskOf({ name, id, role, place, addedAt }: DestinationView): ColdDisk {
    const schedule = world.coldSchedules.get(name) ?? defaultColdSchedule;
    const lastCompletedAt = world.coldCompleted.get(name) ?? null;
    const isHere = world.pluggedIn.has(name);
    const base =
      lastCompletedAt === null ? Date.parse(addedAt) : Date.parse(lastCompletedAt) + schedule.everyDays * dayMs;
    const overdueDays = lastCompletedAt === null ? 0 : Math.max(0, Math.floor((Date.now() - base) / dayMs));
    const state = lastCompletedAt === null ? 'new' : overdueDays > 0 ? 'overdue' : isHere ? 'plugged-in' : 'resting';
    return {
      name,
      id,
      role,
      place,
      schedule,
      presence: isHere ? 'here' : 'away',
      state,
      dueOn: new Date(base).toISOString().slice(0, 10),
      overdueDays,
      lastCompletedAt,
      lastSeenAt: isHere ? new Date().toISOString() : lastCompletedAt,
      pluggedSince: isHere ? new Date().toISOString() : null,
      hasLeft: !isHere || lastCompletedAt !== null,
      sizeBytes: isHere ? 2_000_398_934_016 : null,
      freeBytes: isHere ? 1_512_000_000_000 : null,
      notes: [],
    };
  }

  function find(name: string): DestinationView {
    const found = travelling().find((one) => one.name === name);
    if (found === undefined) throw new AppError('disk.not-cold', { name });
    return found;
  }

  return {
    'cold.list': () => ({ disks: travelling().map(diskOf) }),
    'cold.set': ({ name, schedule }: CommandInput<'cold.set'>) => {
      const found = find(name);
      world.coldSchedules.set(name, schedule);
      changed();
      return { disk: diskOf(found) };
    },
    'cold.run': async ({ jobId, name, eject }: CommandInput<'cold.run'>): Promise<CommandOutput<'cold.run'>> => {
      const found = find(name);
      if (!world.pluggedIn.has(name)) throw new AppError('backend.absent', { disk: name, path: found.where });
      await jobs.walk(jobId, 'cold.run', name, [
        { phase: 'cold-find', details: [''], bytes: 0 },
        { phase: 'copy', details: ['orders', 'carmis', 'goods', 'pays'], bytes: sampleBytes },
        { phase: 'verify', details: ['chunks', 'manifests'], bytes: sampleBytes },
        { phase: 'cold-flush', details: [''], bytes: 0 },
        { phase: 'cold-eject', details: [''], bytes: 0 },
      ]);
      world.coldCompleted.set(name, new Date().toISOString());
      if (eject) world.pluggedIn.delete(name);
      changed();
      const { dueOn } = diskOf(found);
      return {
        destination: name,
        place: found.place,
        from: '主硬盘',
        snapshots: world.snapshots.slice(0, 2).map(({ id }) => id),
        objectsCopied: 17,
        bytesCopied: 4_120_400,
        objectsSkipped: 108,
        leftOut: 0,
        noRoom: null,
        rotten: [],
        lost: [],
        verified: { objects: 125, read: 30, bytesRead: 7_902_111, damaged: 0, missing: 0, healed: 0 },
        flushed: true,
        eject: eject ? 'ejected' : 'not-asked',
        nextDue: dueOn,
        next: { name, place: found.place, dueOn },
        notes: [],
        freeBytes: 1_512_000_000_000,
        durationMs: 41_000,
      };
    },
  };
}
