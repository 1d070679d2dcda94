import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FakeS3Fault } from '../demo/fake-s3/fake-s3-server.ts';
import { freshSeed, sayHowToRepeat } from './testing/crash/crash-seed.ts';
import { CrashWorld } from './testing/crash/crash-world.ts';
import { S3Trial, type S3Step } from './testing/crash/s3-trial.ts';
import { Tally } from './testing/crash/tally.ts';
import { crashWorkloads, type CrashWorkload } from './testing/crash/workloads.ts';

/**
 * The promises of FORMAT.md §8 in a bucket: the process dies at every request, and the service answers every request as badly as services
 * do. docs/decisions/0024 says what this shows and what it cannot.
 */
const limitMs = 600_000;

let world: CrashWorld;
const tally = new Tally();
beforeAll(async () => {
  world = await CrashWorld.make();
});
afterAll(async () => {
  console.log(sayHowToRepeat(`S3: ${tally.summary()}`));
  await world.close();
});

/** All requests of the smallest workload, and every sixth of the others, other ones with every seed. */
function chosen(workload: CrashWorkload, steps: readonly S3Step[], salt: number): readonly S3Step[] {
  const triesAll = workload.name === 'stream' || process.env['SHOUHU_CRASH_ALL'] === '1';
  return triesAll ? steps : steps.filter(({ step }) => (step + freshSeed + salt) % 6 === 0);
}

/** What every workload asks of a bucket. */
const operations = ['PutObject', 'HeadObject', 'GetObject', 'ListObjectsV2', 'DeleteObject'];

interface Misbehaviour {
  readonly what: string;
  /** Operations that can be hit; absent: every one. */
  readonly of?: string;
  readonly fault: (trial: S3Trial) => FakeS3Fault;
  /** Every later request too. */
  readonly forEver?: boolean;
}

const refuse = (status: number, code: string) => () => ({ kind: 'refuse', status, code }) as const;
const damage = (how: 'reset' | 'closed-early' | 'truncated') => () => ({ kind: 'damage-body', how }) as const;
const misbehaviours: readonly Misbehaviour[] = [
  { what: '500', fault: refuse(500, 'InternalError') },
  { what: '500 for ever', fault: refuse(500, 'InternalError'), forEver: true },
  { what: '503 slow down', fault: refuse(503, 'SlowDown') },
  { what: '503 for ever', fault: refuse(503, 'SlowDown'), forEver: true },
  { what: '403 in the middle', fault: refuse(403, 'AccessDenied') },
  { what: '403 from then on', fault: refuse(403, 'InvalidAccessKeyId'), forEver: true },
  { what: 'a refused clock', fault: refuse(403, 'RequestTimeTooSkewed') },
  { what: 'a clock refused for ever', fault: refuse(403, 'RequestTimeTooSkewed'), forEver: true },
  { what: 'an answer that is lost', fault: () => ({ kind: 'drop', when: 'after' }) },
  { what: 'a connection that ends', fault: () => ({ kind: 'drop', when: 'before' }) },
  { what: 'a reset in the middle of an upload', of: 'PutObject', fault: () => ({ kind: 'reset-upload' }) },
  { what: 'a reset in the middle of a download', of: 'GetObject', fault: damage('reset') },
  { what: 'a download that ends early', of: 'GetObject', fault: damage('closed-early') },
  { what: 'half a body under the right ETag', of: 'GetObject', fault: damage('truncated') },
  {
    what: 'a listing without the newest objects',
    of: 'ListObjectsV2',
    fault: (trial) => ({ kind: 'stale-list', hides: (key) => !trial.isOld(key) }),
    forEver: true,
  },
];

describe.each(crashWorkloads)('in a bucket, $name', (workload) => {
  it('outlives a death at any request', { timeout: limitMs }, async () => {
    const trial = await S3Trial.prepare(workload, world);
    try {
      const steps = await trial.steps();
      // A workload that asks for nothing would hold everything.
      expect(new Set(steps.map(({ operation }) => operation))).toEqual(new Set(operations));
      for (const { step, operation, key } of steps) {
        // Before a request is after the one before, as far as the bucket knows: the two in turn, and both for the smallest workload.
        for (const when of workload.name === 'stream' || step % 2 === 0
          ? (['before', 'after'] as const)
          : ['after' as const])
          await tally.tried(
            { workload: workload.name, kind: `dead ${when} ${operation}` },
            `${workload.name}, dead ${when} request ${step} (${operation} ${key})`,
            () => trial.killAt(step, when),
          );
      }
    } finally {
      await trial.close();
    }
    expect(tally.failures(), sayHowToRepeat('states that were not sound')).toEqual([]);
  });

  it('meets every misbehaviour with a coded error or its work done', { timeout: limitMs }, async () => {
    const trial = await S3Trial.prepare(workload, world);
    const codes = new Set<string | null>();
    try {
      const steps = await trial.steps();
      for (const [salt, { what, of, fault, forEver = false }] of misbehaviours.entries()) {
        const hit = steps.filter(({ operation }) => of === undefined || of === operation);
        for (const { step: at, operation, key } of chosen(workload, hit, salt)) {
          const point = { workload: workload.name, kind: what };
          await tally.tried(point, `${workload.name}, ${what} at request ${at} (${operation} ${key})`, async () => {
            const strikes = (step: S3Step) =>
              (step.step === at || (forEver && step.step > at)) && (of === undefined || of === step.operation);
            codes.add(await trial.misbehave((step) => (strikes(step) ? fault(trial) : undefined)));
          });
        }
      }
    } finally {
      await trial.close();
    }
    expect(tally.failures(), sayHowToRepeat('states that were not sound')).toEqual([]);
    const isCoded = (each: string) => each.startsWith('backend.') || each.startsWith('repository.');
    expect([...codes].filter((each) => each !== null && !isCoded(each))).toEqual([]);
  });
});
