import { defaultColdSchedule } from '../../../../shared/model/cold-schedule.ts';
import type { EngineContext } from '../engine-context.ts';
import { isTravelling } from './find-disk.ts';
import { lookAtDisks, rotationOf } from './look-at-disks.ts';

/** Often enough that a person who plugs a disk in sees it answered, seldom enough to cost nothing. */
const everyMs = 4_000;

/**
 * Notices disks that come and go. Every few seconds it compares a list of mount points, which touches no disk; only when that changed, or the
 * disks of the rotation did, it looks for markers. Sightings and notices come from `lookAtDisks`.
 */
export class DiskWatch {
  readonly #context: EngineContext;
  readonly #begin: (name: string) => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #last = '';

  /** `begin` starts a round with a disk that arrived, is due and is set to begin by itself. */
  constructor(context: EngineContext, begin: (name: string) => Promise<unknown>) {
    this.#context = context;
    this.#begin = begin;
  }

  start(): void {
    const again = (): void => {
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => void this.tick().finally(again), everyMs);
      this.#timer.unref();
    };
    again();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One look; resolves when everything it found was told. What fails is tried again at the next change: nobody waits for this. */
  async tick(): Promise<void> {
    try {
      if (!this.#context.isUnlocked()) return;
      const now = await this.#fingerprint();
      if (now === this.#last || this.#isStopped) return;
      await this.#look();
      this.#last = now;
    } catch {
      // The home is in use or the listing failed: `#last` stays, so the next tick looks again.
    }
  }

  async #look(): Promise<void> {
    const looked = await lookAtDisks(this.#context);
    const disks = rotationOf(looked, this.#context.clock.nowMs(), new Set());
    for (const { name, presence, state, schedule } of disks) {
      const isDue = state === 'new' || state === 'due-today' || state === 'overdue';
      if (!schedule.autoRun || presence !== 'here' || !isDue || this.#isStopped) continue;
      // Its failure is in the list of jobs, where a person looks.
      this.#begin(name).catch(() => undefined);
    }
  }

  async #fingerprint(): Promise<string> {
    const { destinations } = await this.#context.home.settings.read();
    const travelling = destinations.filter(isTravelling);
    if (travelling.length === 0) return '';
    const ids = travelling.map(({ id, cold = defaultColdSchedule }) => `${id} ${JSON.stringify(cold)}`);
    return [...ids, await this.#context.volumes.fingerprint()].join('\n');
  }
}
