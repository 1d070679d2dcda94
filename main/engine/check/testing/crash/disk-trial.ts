import { join } from 'node:path';
import { toAppError } from '../../../../../shared/errors/app-error.ts';
import type { BlobStore } from '../../../backend/blob-store.ts';
import { DiskBlobStore } from '../../../backend/disk/disk-blob-store.ts';
import {
  ModelDisk,
  modelRoot,
  ProcessKilled,
  type DiskFault,
  type DiskStep,
  type ModelDiskOptions,
} from '../../../backend/testing/model-disk/model-disk.ts';
import type { Survival } from '../../../backend/testing/model-disk/power-cut.ts';
import { seededRandom, type SeededRandom } from '../../../backend/testing/model-disk/seeded-random.ts';
import { freshSeed } from './crash-seed.ts';
import type { CrashWorld, Promised } from './crash-world.ts';
import type { CrashWorkload } from './workloads.ts';

/** `process`: it died, the machine lives on and still holds what was not synced. Else: the power went as well. */
export const diskEnds = ['process', 'nothing', 'in-order', 'any'] as const satisfies readonly ('process' | Survival)[];
export type DiskEnd = (typeof diskEnds)[number];

const lastAttempt = 3;

/** One workload on a model disk, broken at one step in one way, and what has to hold afterwards. */
export class DiskTrial {
  readonly #workload: CrashWorkload;
  readonly #world: CrashWorld;
  readonly #before: ModelDisk;

  private constructor(workload: CrashWorkload, world: CrashWorld, before: ModelDisk) {
    this.#workload = workload;
    this.#world = world;
    this.#before = before;
  }

  static async prepare(
    workload: CrashWorkload,
    world: CrashWorld,
    options: Pick<ModelDiskOptions, 'hasLinks'> = {},
  ): Promise<DiskTrial> {
    const disk = new ModelDisk(world.clock, options);
    await workload.prepare(await openStore(disk, world), world);
    // What was there yesterday is durable, whatever wrote it.
    return new DiskTrial(workload, world, disk.afterPowerCut('everything', seededRandom(0)));
  }

  /** The steps of an undisturbed run, whose end is checked too. */
  async steps(): Promise<readonly DiskStep[]> {
    const disk = this.#before.clone();
    disk.breakAt(() => undefined);
    await this.#workload.run(await openStore(disk, this.#world), this.#world, 1);
    const { steps } = disk;
    await this.#expectDone(disk, 1);
    return steps;
  }

  /**
   * A run whose process dies at the fault; the disk as it is at that moment. Names of sealed chunks are drawn anew in each run, and with
   * them how many folders are made: a run with fewer steps ends before its fault, and the disk is that of a finished one.
   */
  async kill(fault: (step: DiskStep) => DiskFault | undefined): Promise<ModelDisk> {
    const disk = this.#before.clone();
    const error = await this.#attempt(disk, 1, fault);
    if (!disk.isBroken && error !== undefined) throw new Error('failed without a fault', { cause: error });
    disk.breakAt(undefined);
    return disk;
  }

  /** Whatever the crash left, the promises of before hold, and a next run needs nobody's help. */
  async expectRecovery(crashed: ModelDisk, end: DiskEnd, random: SeededRandom, killsAgain = false): Promise<void> {
    let disk = end === 'process' ? crashed.clone() : crashed.afterPowerCut(end, random);
    await this.#expectKept(disk);
    if (killsAgain) {
      const at = 1 + random.below(40);
      await this.#attempt(disk, 2, ({ step }) => (step === at ? killed('before') : undefined));
      disk.breakAt(undefined);
      disk = disk.afterPowerCut('any', random);
      await this.#expectKept(disk);
    }
    await this.#workload.run(await openStore(disk, this.#world), this.#world, lastAttempt);
    await this.#expectDone(disk, lastAttempt);
  }

  /**
   * A disk that refuses instead of a process that dies: the run ends with a code of the catalog or does its work all the same. Gives the
   * code, or null.
   */
  async refuse(fault: (step: DiskStep) => DiskFault | undefined): Promise<string | null> {
    const disk = this.#before.clone();
    const error = await this.#attempt(disk, 1, fault);
    disk.breakAt(undefined);
    if (error === undefined) await this.#expectDone(disk, 1);
    else await this.expectRecovery(disk, 'process', seededRandom(0));
    return error === undefined ? null : toAppError(error).code;
  }

  /** The run's error, or undefined when it ended well. */
  async #attempt(disk: ModelDisk, attempt: number, fault: (step: DiskStep) => DiskFault | undefined): Promise<unknown> {
    const store = await openStore(disk, this.#world);
    disk.breakAt(fault);
    try {
      await this.#workload.run(store, this.#world, attempt);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      // A dead process's lease ends by itself.
      this.#world.clock.advance(11 * 60_000);
    }
  }

  async #expectKept(disk: ModelDisk): Promise<void> {
    const promised = this.#workload.before(this.#world);
    if (promised !== undefined) await this.#expectSound(disk, promised);
  }

  /** Done is done: also when the power goes the moment after, and takes all that was not synced, or any part of it. */
  async #expectDone(disk: ModelDisk, attempt: number): Promise<void> {
    const promised = this.#workload.after(this.#world, attempt);
    await this.#expectSound(disk, promised);
    await this.#expectSound(disk.afterPowerCut('nothing', seededRandom(0)), promised);
    await this.#expectSound(disk.afterPowerCut('any', seededRandom(freshSeed)), promised);
  }

  async #expectSound(disk: ModelDisk, promised: Promised): Promise<void> {
    await this.#world.expectSound(await openStore(disk, this.#world), promised);
  }
}

export function killed(when: DiskFault['when']): DiskFault {
  return { when, error: new ProcessKilled(), forEver: true };
}

function openStore(disk: ModelDisk, { clock }: CrashWorld): Promise<BlobStore> {
  return DiskBlobStore.open({
    root: join(modelRoot, 'disk'),
    createRoot: true,
    files: disk.files,
    platform: 'linux',
    clock,
  });
}
