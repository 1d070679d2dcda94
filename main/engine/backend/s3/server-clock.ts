import type { S3Client } from '@aws-sdk/client-s3';
import { systemClock, type Clock } from '../../platform/clock.ts';

interface RawAnswer {
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * What time it is at the service, from the `Date` of its answers (RFC 9110 §6.6.1, whole seconds). Locks must be set by that clock: a
 * computer that believes it is next year would lock everything for a year more, and nobody could undo it.
 */
export class ServerClock {
  readonly #clock: Clock;
  #offsetMs: number | undefined;

  constructor(client: S3Client, clock: Clock = systemClock) {
    this.#clock = clock;
    client.middlewareStack.add(
      (next) => async (args) => {
        const sentAtMs = this.#clock.nowMs();
        const result = await next(args);
        this.#learn((result.response as RawAnswer).headers, sentAtMs, this.#clock.nowMs());
        return result;
      },
      // Inside the SDK's own deserializer, so that refusals are seen as well.
      { step: 'deserialize', priority: 'low', name: 'serverClock' },
    );
  }

  /** How far the service is ahead of this computer, within a second or two; undefined before its first answer. */
  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** Undefined before the service's first answer. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#clock.nowMs() + this.#offsetMs;
  }

  #learn(headers: Readonly<Record<string, unknown>> | undefined, sentAtMs: number, answeredAtMs: number): void {
    const date = headers?.['date'];
    const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(serverMs)) return;
    // The header cuts its seconds off: half a second is the middle of what it may mean.
    this.#offsetMs = Math.round(serverMs + 500 - (sentAtMs + answeredAtMs) / 2);
  }
}
