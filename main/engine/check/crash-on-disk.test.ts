import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errno, type DiskFault, type DiskStep } from '../backend/testing/model-disk/model-disk.ts';
import { seededRandom } from '../backend/testing/model-disk/seeded-random.ts';
import { fixedSeed, freshSeed, sayHowToRepeat } from './testing/crash/crash-seed.ts';
import { CrashWorld } from './testing/crash/crash-world.ts';
import { diskEnds, DiskTrial, killed, type DiskEnd } from './testing/crash/disk-trial.ts';
import { Tally } from './testing/crash/tally.ts';
import { crashWorkloads, type CrashWorkload } from './testing/crash/workloads.ts';

/**
 * The promises of FORMAT.md §8 under every crash that the model disk knows: the process is killed between every two steps and in the
 * middle of every write, and the power goes with it or not. docs/decisions/0024 says what this shows and what it cannot.
 */
const limitMs = 600_000;

let world: CrashWorld;
const tally = new Tally();
beforeAll(async () => {
  world = await CrashWorld.make();
});
afterAll(async () => {
  console.log(sayHowToRepeat(`disk: ${tally.summary()}`));
  await world.close();
});

/** Before the first step, after each one, and in the middle of each write. */
function momentsOf(steps: readonly DiskStep[]): { readonly at: DiskStep; readonly when: DiskFault['when'] }[] {
  const first = steps.slice(0, 1).map((at) => ({ at, when: 'before' as const }));
  const writes = steps.filter(({ kind }) => kind === 'write').map((at) => ({ at, when: 'half' as const }));
  return [...first, ...steps.map((at) => ({ at, when: 'after' as const })), ...writes];
}

const triesAll = ({ name }: CrashWorkload): boolean => name === 'stream' || process.env['SHOUHU_CRASH_ALL'] === '1';

/** Every way to change the disk: each workload uses all of them. */
const kinds = new Set(['create', 'write', 'sync', 'sync-folder', 'link', 'rename', 'unlink', 'mkdir']);

describe.each(crashWorkloads)('a crash during $name', (workload) => {
  it('anywhere leaves what was promised, and the next run needs nobody', { timeout: limitMs }, async () => {
    const trial = await DiskTrial.prepare(workload, world);
    const steps = await trial.steps();
    // A workload that writes nothing would hold everything.
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(kinds);
    for (const { at, when } of momentsOf(steps)) {
      const point = { workload: workload.name, kind: `${when} ${at.kind}` };
      const crashed = await trial.kill(({ step }) => (step === at.step ? killed(when) : undefined));
      const where = `${workload.name}, killed ${when} step ${at.step} (${at.kind} ${at.path})`;
      // The death of the process at every moment, one state after a power cut in turn; of the smallest workload all of them.
      const inTurn = diskEnds[1 + (at.step % (diskEnds.length - 1))] ?? 'nothing';
      const ends: readonly DiskEnd[] = triesAll(workload) ? diskEnds : ['process', inTurn];
      for (const end of ends) {
        const random = seededRandom(fixedSeed + at.step);
        await tally.tried(point, `${where}, ${end}`, () => trial.expectRecovery(crashed, end, random));
      }
      if (!triesAll(workload) && (at.step + freshSeed) % 3 !== 0) continue;
      const random = seededRandom(freshSeed + at.step);
      await tally.tried(point, `${where}, and once more`, () => trial.expectRecovery(crashed, 'any', random, true));
    }
    expect(tally.failures(), sayHowToRepeat('states that were not sound')).toEqual([]);
  });
});

/** A disk that travels is mostly FAT32 or exFAT: without hard links an object gets its name by a rename. */
describe.each(crashWorkloads.filter(({ name }) => name === 'copy'))('a crash on a stick during $name', (workload) => {
  it('anywhere leaves what was promised, and the next run needs nobody', { timeout: limitMs }, async () => {
    const trial = await DiskTrial.prepare(workload, world, { hasLinks: false });
    const moments = momentsOf(await trial.steps());
    const renames = moments.filter(({ at }) => at.kind === 'rename');
    expect(renames.length).toBeGreaterThan(10);
    const isTried = ({ step, kind }: DiskStep) => kind === 'rename' || (step + freshSeed) % 3 === 0;
    for (const { at, when } of triesAll(workload) ? moments : moments.filter((each) => isTried(each.at))) {
      const crashed = await trial.kill(({ step }) => (step === at.step ? killed(when) : undefined));
      const point = { workload: `${workload.name} to a stick`, kind: `${when} ${at.kind}` };
      const where = `${point.workload}, killed ${when} step ${at.step} (${at.kind} ${at.path})`;
      const random = seededRandom(fixedSeed + at.step);
      for (const end of at.kind === 'rename' ? (['process', 'any'] as const) : (['any'] as const))
        await tally.tried(point, `${where}, ${end}`, () => trial.expectRecovery(crashed, end, random));
    }
    expect(tally.failures(), sayHowToRepeat('states that were not sound')).toEqual([]);
  });
});

/** How a disk refuses, and from which step on: only `once`, or for ever. */
const refusals = [
  { what: 'full at that moment', code: 'ENOSPC', hits: (step: number, at: number) => step === at },
  { what: 'full from then on', code: 'ENOSPC', hits: (step: number, at: number) => step >= at },
  { what: 'an input/output error', code: 'EIO', hits: (step: number, at: number) => step === at },
  { what: 'read-only from then on', code: 'EROFS', hits: (step: number, at: number) => step >= at },
  { what: 'unplugged', code: 'ENOENT', hits: (step: number, at: number) => step === at, forEver: true },
] as const;

describe.each(crashWorkloads)('a disk that refuses during $name', (workload) => {
  it.each(refusals)(
    '$what: a coded error, and nothing lost',
    { timeout: limitMs },
    async ({ what, code, hits, ...rest }) => {
      const trial = await DiskTrial.prepare(workload, world);
      const codes = new Set<string | null>();
      const steps = await trial.steps();
      const tried = triesAll(workload) ? steps : steps.filter(({ step }) => (step + freshSeed) % 4 === 0);
      for (const { step: at, kind, path } of tried) {
        const fault = ({ step, kind: of }: DiskStep): DiskFault | undefined =>
          hits(step, at) && !(code === 'ENOSPC' && of === 'unlink')
            ? { when: 'before', error: errno(code), forEver: 'forEver' in rest }
            : undefined;
        const point = { workload: workload.name, kind: what };
        await tally.tried(point, `${workload.name}, ${what} at step ${at} (${kind} ${path})`, async () => {
          codes.add(await trial.refuse(fault));
        });
      }
      expect(tally.failures(), sayHowToRepeat('states that were not sound')).toEqual([]);
      const isCoded = (each: string) => each.startsWith('backend.') || each === 'repository.damaged';
      expect([...codes].filter((each) => each !== null && !isCoded(each))).toEqual([]);
    },
  );
});
