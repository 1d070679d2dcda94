import { toAppError } from '../../../../../shared/errors/app-error.ts';
import type { BlobStore } from '../../../backend/blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../../backend/memory/memory-blob-store.ts';
import { RetryingBlobStore } from '../../../backend/retry/retrying-blob-store.ts';
import { startTestS3, storeOn } from '../../../backend/testing/s3-rig.ts';
import type { FakeS3Fault, FakeS3Request, FakeS3Server } from '../../../demo/fake-s3/fake-s3-server.ts';
import type { CrashWorld } from './crash-world.ts';
import type { CrashWorkload } from './workloads.ts';

/** One request of a run, numbered from 1 within it. */
export interface S3Step {
  readonly step: number;
  readonly operation: string;
  readonly key: string;
}

type AskFault = (step: S3Step) => FakeS3Fault | undefined;

const lastAttempt = 3;
/** A dead process's lease has ended by then, for the workstation and for the store. */
const leaseOverMs = 11 * 60_000;

/** One workload against the fake S3 server over HTTP, each trial in a bucket of its own. */
export class S3Trial {
  readonly #workload: CrashWorkload;
  readonly #world: CrashWorld;
  readonly #fake: FakeS3Server;
  readonly #before: ReadonlyMap<string, MemoryBlob>;
  #buckets = 0;

  private constructor(
    workload: CrashWorkload,
    world: CrashWorld,
    fake: FakeS3Server,
    before: ReadonlyMap<string, MemoryBlob>,
  ) {
    this.#workload = workload;
    this.#world = world;
    this.#fake = fake;
    this.#before = before;
  }

  static async prepare(workload: CrashWorkload, world: CrashWorld): Promise<S3Trial> {
    const before = new Map<string, MemoryBlob>();
    await workload.prepare(new MemoryBlobStore({ blobs: before }), world);
    // The bucket lives in real time, and what was there before is old.
    for (const [name, { bytes }] of before) before.set(name, { bytes, modifiedAtMs: Date.parse('2026-01-01') });
    return new S3Trial(workload, world, await startTestS3(), before);
  }

  close(): Promise<void> {
    return this.#fake.close();
  }

  /** Whether the object was there before the run: a stale listing has it. */
  isOld(key: string): boolean {
    return this.#before.has(key);
  }

  /** The requests of an undisturbed run, whose end is checked too. */
  async steps(): Promise<readonly S3Step[]> {
    const { error, steps, bucket } = await this.#attempt(() => undefined, false);
    if (error !== undefined) throw new Error('failed without a fault', { cause: error });
    await this.#expectDone(await this.#contentOf(bucket), 1);
    return steps;
  }

  /** The process dies before its request is sent, or after it was done and before the answer came. Nothing is tried again. */
  async killAt(at: number, when: 'before' | 'after'): Promise<void> {
    const { error, bucket } = await this.#attempt(({ step }) => {
      if (step === at && when === 'after') return { kind: 'drop', when: 'after' };
      return step >= at ? { kind: 'drop', when: 'before' } : undefined;
    }, false);
    // A lost answer to the very last request (a lease's release) is nothing that a run fails by.
    if (error === undefined) await this.#expectDone(await this.#contentOf(bucket), 1);
    else await this.#expectRecovery(await this.#contentOf(bucket));
  }

  /** A service that misbehaves, with retries as in daily work. Gives the code that the run ended with, or null. */
  async misbehave(fault: AskFault): Promise<string | null> {
    const { error, bucket } = await this.#attempt(fault, true);
    const content = await this.#contentOf(bucket);
    if (error === undefined) await this.#expectDone(content, 1);
    else await this.#expectRecovery(content);
    return error === undefined ? null : toAppError(error).code;
  }

  async #attempt(
    fault: AskFault,
    retries: boolean,
  ): Promise<{ readonly error: unknown; readonly steps: readonly S3Step[]; readonly bucket: string }> {
    const bucket = `trial-${++this.#buckets}`;
    await this.#fake.objects.createBucket(bucket);
    for (const [name, blob] of this.#before) await this.#fake.objects.put(bucket, name, blob);
    const steps: S3Step[] = [];
    this.#fake.quirks.fault = ({ operation, key }: FakeS3Request) => {
      const step = { step: steps.length + 1, operation, key };
      steps.push(step);
      return fault(step);
    };
    const bare = storeOn(this.#fake, { bucket });
    const store = retries ? new RetryingBlobStore(bare, { tries: 3, sleep: () => Promise.resolve() }) : bare;
    try {
      await this.#workload.run(store, this.#world, 1);
      return { error: undefined, steps, bucket };
    } catch (error) {
      return { error, steps, bucket };
    } finally {
      await store.close();
      this.#fake.quirks.fault = () => undefined;
      this.#world.clock.advance(leaseOverMs);
    }
  }

  /** What lies in the bucket once the lease is over, read past HTTP: the checks are the same on every store, and cost a thousandth there. */
  async #contentOf(bucket: string): Promise<BlobStore> {
    const blobs = new Map<string, MemoryBlob>();
    for (const { key } of await this.#fake.objects.list(bucket)) {
      const object = await this.#fake.objects.get(bucket, key);
      if (object !== undefined) blobs.set(key, { ...object, modifiedAtMs: object.modifiedAtMs - leaseOverMs });
    }
    return new MemoryBlobStore({ blobs });
  }

  async #expectRecovery(store: BlobStore): Promise<void> {
    const promised = this.#workload.before(this.#world);
    if (promised !== undefined) await this.#world.expectSound(store, promised);
    await this.#workload.run(store, this.#world, lastAttempt);
    await this.#expectDone(store, lastAttempt);
  }

  async #expectDone(store: BlobStore, attempt: number): Promise<void> {
    await this.#world.expectSound(store, this.#workload.after(this.#world, attempt));
  }
}
