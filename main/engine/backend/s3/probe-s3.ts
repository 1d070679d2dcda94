import { AppError, type ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type { CloudCause } from '../../../../shared/errors/cloud-causes.ts';
import { cloudProvider } from '../../../../shared/model/cloud-providers.ts';
import type { Clock } from '../../platform/clock.ts';
import { newId, randomKeyBytes } from '../../platform/random.ts';
import { ProbeBucket } from './probe-bucket.ts';
import { proveLock } from './prove-lock.ts';
import type { S3StoreOptions } from './s3-blob-store.ts';
import { s3StatusOf } from './s3-errors.ts';

export const s3ProbeStepIds = ['put', 'clock', 'stat', 'get', 'range', 'list', 'create', 'lock', 'remove'] as const;
export type S3ProbeStepId = (typeof s3ProbeStepIds)[number];

export interface S3ProbeStep {
  readonly id: S3ProbeStepId;
  readonly ms: number;
  readonly facts: ErrorFacts;
}

/** What was found out about this bucket that the table of clouds does not say, or says too carefully. */
export interface S3Findings {
  addressing?: 'virtual-host' | 'path';
  createGuard?: 'if-none-match' | 'head-first';
  listVersion?: 1 | 2;
  lock?: boolean;
}

export interface S3ProbeOptions {
  /** Prove that objects can be locked; null: the lock's setting is only read. */
  readonly wantsLock: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** After each step that held. */
  readonly onStep: (step: S3ProbeStep) => void;
}

const probeBytes = 4096;
/** Services refuse a clock that is further off (15 minutes at all that say it). */
const allowedSkewMs = 15 * 60_000;

/**
 * The live test of a bucket. Only doing it proves it: a bucket answers HEAD and refuses PUT, a key writes and cannot list, a service takes
 * a condition or a lock and forgets it. Everything happens under `<prefix>/probe/` and is removed again, with its versions; what is locked
 * for minutes is swept by a later probe.
 *
 * Rejects with the first refusal: an AppError with facts `step`, `because` and `provider`.
 */
export async function probeS3(options: S3StoreOptions, probe: S3ProbeOptions): Promise<S3Findings> {
  const findings: S3Findings = {};
  const run = new S3Probe(options, probe, findings);
  try {
    await run.all();
  } finally {
    await run.cleanUp();
  }
  return findings;
}

/** A key that may not delete, or a line that broke: the step that failed has said so. What stays under probe/ may be deleted. */
function mayStay(): undefined {
  return undefined;
}

/** A bucket that its owner locked as a whole in the console keeps what is there: as was asked for, and no right is missing. */
function lockedAsAWhole(error: unknown): 'locked' {
  if (error instanceof AppError && error.facts['because'] === 'locked') return 'locked';
  throw error;
}

class S3Probe {
  readonly #options: S3StoreOptions;
  readonly #probe: S3ProbeOptions;
  readonly #findings: S3Findings;
  readonly #id = newId();
  readonly #bytes = randomKeyBytes(probeBytes);
  readonly #written = new Set<string>();
  readonly #versions: { readonly name: string; readonly id: string }[] = [];
  #bucket: ProbeBucket;

  constructor(options: S3StoreOptions, probe: S3ProbeOptions, findings: S3Findings) {
    this.#options = options;
    this.#probe = probe;
    this.#findings = findings;
    this.#bucket = new ProbeBucket(options, probe.clock, probe.signal);
  }

  async all(): Promise<void> {
    const { wantsLock } = this.#probe;
    const { lock } = cloudProvider(this.#options.provider);
    if (wantsLock && lock === 'console-only') throw this.#refusal('lock', 'lock-console-only');
    if (wantsLock && lock === 'none') throw this.#refusal('lock', 'lock-none');
    await this.#step('put', () => this.#put());
    await this.#step('clock', () => this.#checkClock());
    await this.#step('stat', () => this.#stat());
    await this.#step('get', () => this.#get(undefined));
    await this.#step('range', () => this.#range());
    await this.#step('list', () => this.#list());
    await this.#step('create', () => this.#create());
    await this.#step('lock', () => this.#lock());
    await this.#step('remove', () => this.#remove());
  }

  /** As far as the bucket allows. A probe that held has nothing left here but old versions. */
  async cleanUp(): Promise<void> {
    try {
      if (this.#probe.signal.aborted) return;
      for (const name of this.#written) {
        const marker = await this.#bucket.remove(name).catch(mayStay);
        this.#remember(name, marker);
      }
      for (const { name, id } of this.#versions) await this.#bucket.remove(name, id).catch(mayStay);
    } finally {
      this.#bucket.close();
    }
  }

  /** Runs one step, writes it down when it held, and says of a refusal where it came and what the rights have to do with it. */
  async #step(id: S3ProbeStepId, work: () => Promise<ErrorFacts>): Promise<void> {
    const { clock, signal, onStep } = this.#probe;
    const startedAtMs = clock.monotonicMs();
    try {
      const facts = await work();
      onStep({ id, ms: Math.round(clock.monotonicMs() - startedAtMs), facts });
    } catch (error) {
      signal.throwIfAborted();
      throw await this.#explained(id, error);
    }
  }

  async #explained(step: S3ProbeStepId, error: unknown): Promise<unknown> {
    if (!(error instanceof AppError)) return error;
    const facts: ErrorFacts = { ...error.facts, step, provider: this.#options.provider };
    const skew = error.code === 'backend.clock-skew' ? this.#skew() : undefined;
    if (skew !== undefined) return new AppError(error.code, { ...facts, ...skew }, { cause: error });
    if (facts['because'] !== 'no-right') return new AppError(error.code, facts, { cause: error });
    return new AppError(error.code, { ...facts, because: await this.#missingRight(step) }, { cause: error });
  }

  /** Which right an `AccessDenied` at this step means. */
  async #missingRight(step: S3ProbeStepId): Promise<CloudCause> {
    if (step === 'put') {
      // A key that can look and not write is a read-only key; one that can do nothing looks at somebody else's bucket.
      const canList = await this.#bucket.list(this.#id, this.#listVersion()).then(
        () => true,
        () => false,
      );
      return canList ? 'read-only-key' : 'foreign-bucket';
    }
    if (step === 'stat' || step === 'get' || step === 'range') return 'no-right-get';
    if (step === 'list') return 'no-right-list';
    if (step === 'remove') return 'no-right-remove';
    return step === 'lock' ? 'lock-no-right' : 'no-right-put';
  }

  async #put(): Promise<ErrorFacts> {
    try {
      await this.#write(this.#name(1), this.#bytes);
    } catch (error) {
      if (!(error instanceof AppError) || !this.#mayTurnAddress(error)) throw error;
      this.#turnAddress();
      await this.#write(this.#name(1), this.#bytes);
    }
    return { bytes: probeBytes, ...this.#addressFacts() };
  }

  /** Where nobody knows how the service wants its buckets named, the other way is worth a try. */
  #mayTurnAddress({ facts }: AppError): boolean {
    const isOpen = this.#options.customDomain === undefined && this.#options.addressing === undefined;
    return (
      isOpen && facts['because'] === 'address-style' && cloudProvider(this.#options.provider).endpoint === undefined
    );
  }

  #turnAddress(): void {
    const { addressing } = cloudProvider(this.#options.provider);
    const other = addressing === 'path' ? 'virtual-host' : 'path';
    this.#bucket.close();
    this.#bucket = new ProbeBucket({ ...this.#options, addressing: other }, this.#probe.clock, this.#probe.signal);
    this.#findings.addressing = other;
  }

  #addressFacts(): ErrorFacts {
    return this.#findings.addressing === undefined ? {} : { addressing: this.#findings.addressing };
  }

  #checkClock(): Promise<ErrorFacts> {
    const skew = this.#skew();
    if (skew !== undefined) return Promise.reject(new AppError('backend.clock-skew', skew));
    const { offsetMs } = this.#bucket.clock;
    return Promise.resolve(
      offsetMs === undefined ? { server: 'silent' } : { offSeconds: Math.round(-offsetMs / 1000) },
    );
  }

  /** Facts of a clock that is too far off, which of the two ways included; undefined for one that is not. */
  #skew(): { readonly because: CloudCause; readonly minutes: number } | undefined {
    const { offsetMs } = this.#bucket.clock;
    if (offsetMs === undefined || Math.abs(offsetMs) <= allowedSkewMs) return undefined;
    return { because: offsetMs < 0 ? 'clock-ahead' : 'clock-behind', minutes: Math.round(Math.abs(offsetMs) / 60_000) };
  }

  async #stat(): Promise<ErrorFacts> {
    const found = await this.#bucket.head(this.#name(1));
    if (found?.sizeBytes !== probeBytes) throw this.#wrongAnswer();
    return { bytes: found.sizeBytes };
  }

  async #get(range: string | undefined): Promise<ErrorFacts> {
    const bytes = await this.#bucket.get(this.#name(1), range);
    if (!this.#bytes.equals(bytes)) throw this.#wrongAnswer();
    return { bytes: bytes.length };
  }

  async #range(): Promise<ErrorFacts> {
    const bytes = await this.#bucket.get(this.#name(1), 'bytes=1024-2047');
    if (this.#bytes.subarray(1024, 2048).equals(bytes)) return { bytes: bytes.length };
    // A service that answers the whole object to a range is slow, not wrong.
    if (this.#bytes.equals(bytes)) return { range: 'ignored' };
    throw this.#wrongAnswer();
  }

  /** Two objects on pages of one, and on the way whether a body that is not what its MD5 says is refused. */
  async #list(): Promise<ErrorFacts> {
    const md5 = await this.#takesWrongMd5();
    await this.#write(this.#name(2), this.#bytes);
    const wanted = this.#listVersion();
    const { names, pages, version } = await this.#bucket.list(this.#id, wanted).catch(async (error: unknown) => {
      if (!(error instanceof AppError) || error.facts['because'] !== 'list-loop' || wanted === 1) throw error;
      return this.#bucket.list(this.#id, 1);
    });
    if (names.length !== 2 || !names.includes(this.#name(1)) || !names.includes(this.#name(2)))
      throw this.#wrongAnswer();
    if (version !== wanted) this.#findings.listVersion = version;
    return { version, pages, md5: md5 ? 'unchecked' : 'checked' };
  }

  async #takesWrongMd5(): Promise<boolean> {
    try {
      await this.#write(this.#name(2), this.#bytes, { md5: Buffer.alloc(16) });
      return true;
    } catch (error) {
      this.#probe.signal.throwIfAborted();
      if (error instanceof AppError && error.facts['because'] === 'no-right') throw error;
      return false;
    }
  }

  /** Whether `If-None-Match: *` keeps an object from being written over. */
  async #create(): Promise<ErrorFacts> {
    const answer = await this.#conditionalPut();
    const guard = answer === 'refused' ? 'if-none-match' : 'head-first';
    this.#findings.createGuard = guard;
    return { condition: answer };
  }

  async #conditionalPut(): Promise<'refused' | 'ignored' | 'unsupported'> {
    try {
      await this.#write(this.#name(1), randomKeyBytes(probeBytes), { ifNoneMatch: true });
      return 'ignored';
    } catch (error) {
      this.#probe.signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      const status = s3StatusOf(error.cause);
      if (status === 412 || error.facts['reason'] === 'FileAlreadyExists') return 'refused';
      if (error.remedy === 'transient') throw error;
      return 'unsupported';
    }
  }

  async #lock(): Promise<ErrorFacts> {
    const setting = await this.#bucket.lockSetting();
    const days = setting.defaultDays === undefined ? {} : { defaultDays: setting.defaultDays };
    if (setting.lock === 'on') this.#findings.lock = true;
    if (!this.#probe.wantsLock) return { lock: setting.lock, ...days };
    const name = `${this.#id}-lock`;
    this.#written.add(name);
    // The setting is only a hint: a gateway has been seen to say "off" of a bucket that locks. Doing it proves it.
    const { untilMs } = await proveLock(this.#bucket, name, this.#probe.clock).catch((error: unknown) => {
      const isOff = setting.lock === 'off' && error instanceof AppError && error.facts['because'] === 'lock-ignored';
      throw isOff ? this.#refusal('lock', 'lock-off') : error;
    });
    this.#written.delete(name);
    this.#findings.lock = true;
    return { lock: 'proven', ...days, leftUntil: new Date(untilMs).toISOString() };
  }

  async #remove(): Promise<ErrorFacts> {
    for (const name of [this.#name(1), this.#name(2)]) {
      const marker = await this.#bucket.remove(name).catch(lockedAsAWhole);
      if (marker === 'locked') {
        this.#findings.lock = true;
        return { kept: 'locked' };
      }
      this.#remember(name, marker);
      if ((await this.#bucket.head(name)) !== undefined) throw this.#wrongAnswer();
      this.#written.delete(name);
    }
    const answer = this.#versions.length > 0 ? 'on' : await this.#bucket.versioning();
    if (answer === 'on') await this.#bucket.sweep();
    return { versions: answer };
  }

  async #write(name: string, bytes: Uint8Array, extra: Parameters<ProbeBucket['put']>[2] = {}): Promise<void> {
    this.#written.add(name);
    this.#remember(name, await this.#bucket.put(name, bytes, extra));
  }

  #remember(name: string, versionId: string | undefined): void {
    // "null" is the version of an object that was put before versions were kept.
    if (versionId !== undefined && versionId !== 'null') this.#versions.push({ name, id: versionId });
  }

  #name(n: 1 | 2): string {
    return `${this.#id}-${n}`;
  }

  #listVersion(): 1 | 2 {
    return this.#options.listVersion ?? cloudProvider(this.#options.provider).listVersion;
  }

  #wrongAnswer(): AppError {
    return new AppError('backend.rejected', { reason: 'probe-mismatch', because: 'answers-wrong' });
  }

  #refusal(step: S3ProbeStepId, because: CloudCause): AppError {
    const { provider, bucket } = this.#options;
    return new AppError('backend.rejected', { step, because, provider, bucket });
  }
}
