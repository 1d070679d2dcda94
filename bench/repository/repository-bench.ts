import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbInput, VerbName } from '../../shared/ipc/engine-verbs.ts';
import {
  parseHeader,
  unlockWithPassphrase,
  type MainKeys,
  type RepositoryHeader,
} from '../../main/engine/repository/index.ts';
import type { Measured } from '../engine-client.ts';
import { passphrase, type Rig } from '../rig.ts';
import { localS3Keys } from './local-s3.ts';
import { writeLongTimeline, type LongTimeline } from './long-timeline.ts';
import { writeSyntheticRepository, type SyntheticPlan } from './synthetic-repository.ts';

/** One home without a shop, the keys of its repositories, and measured calls, each in an engine process of its own. */
export class RepositoryBench {
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
  readonly #rig: Rig;
  readonly #keys: MainKeys;
  readonly #header: RepositoryHeader;

  private constructor(
    options: { readonly dir: string; readonly signal: AbortSignal; readonly write: (line: string) => void },
    rig: Rig,
    keys: MainKeys,
    header: RepositoryHeader,
  ) {
    this.dir = options.dir;
    this.signal = options.signal;
    this.write = options.write;
    this.#rig = rig;
    this.#keys = keys;
    this.#header = header;
  }

  /** The rig has been initialised. */
  static async open(
    rig: Rig,
    options: { readonly dir: string; readonly signal: AbortSignal; readonly write: (line: string) => void },
  ): Promise<RepositoryBench> {
    const header = parseHeader(await readFile(join(rig.homeDir, 'keyring.json')));
    return new RepositoryBench(options, rig, await unlockWithPassphrase(header, passphrase), header);
  }

  async synthesize(
    dir: string,
    plan: Omit<SyntheticPlan, 'newestAt' | 'stepMs'>,
  ): Promise<{ readonly chunks: number; readonly bytes: number }> {
    const whole = {
      ...plan,
      newestAt: new Date(Date.now() - 7 * 24 * 3600 * 1000).toISOString(),
      stepMs: 24 * 3600 * 1000,
    };
    return writeSyntheticRepository(dir, this.#keys, this.#header, whole, this.signal);
  }

  longTimeline(dir: string, plan: LongTimeline): Promise<{ readonly chunks: number }> {
    return writeLongTimeline(dir, this.#keys, this.#header, plan, this.signal);
  }

  async addDisk(name: string, path: string, role: 'main' | 'second-disk'): Promise<void> {
    await this.call('destination.add', { name, place: null, kind: 'disk', path, role });
  }

  async addBucket(name: string, endpoint: string, bucket: string): Promise<void> {
    await this.call('destination.add', {
      name,
      place: null,
      kind: 's3',
      provider: 'custom',
      bucket,
      region: null,
      endpoint,
      prefix: '',
      accessKey: localS3Keys.accessKeyId,
      secretKey: localS3Keys.secretAccessKey,
    });
  }

  async removeDestination(name: string): Promise<void> {
    await this.call('destination.remove', { name });
  }

  /** One verb on a home that knows nothing, which is gone afterwards. */
  onBareHome<N extends VerbName>(verb: N, input: VerbInput<N>): Promise<Measured<N>> {
    return this.#rig.onBareHome((engine) => engine.call(verb, input));
  }

  call<N extends VerbName>(verb: N, input: VerbInput<N>): Promise<Measured<N>> {
    return this.#rig.withEngine(null, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      return engine.call(verb, input);
    });
  }
}
