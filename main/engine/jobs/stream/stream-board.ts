import type { ErrorCode, ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type {
  StreamCopyStatus,
  StreamGap,
  StreamState,
  StreamStatus,
  StreamWarning,
} from '../../../../shared/model/stream.ts';
import type { StreamBook, StreamNote } from '../../catalog/stream-book.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';

/** A moment on both clocks: the steady one stands still while some computers sleep, and the other one jumps. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function momentNow(clock: Clock, agoMs = 0): Moment {
  return { monotonicMs: clock.monotonicMs() - agoMs, wallMs: clock.nowMs() - agoMs };
}

/**
 * How long ago, by whichever clock says more: what may be lost is never told too small. A clock that was put forward makes it too large until
 * the server is heard again.
 */
export function agoMs(clock: Clock, { monotonicMs, wallMs }: Moment): number {
  return Math.max(0, Math.round(Math.max(clock.monotonicMs() - monotonicMs, clock.nowMs() - wallMs)));
}

export interface BoardOptions {
  readonly clock: Clock;
  readonly book: StreamBook;
  readonly onChanged: (status: StreamStatus) => void;
}

/** What is told while nothing but the time changed; a page counts the seconds itself. */
const tellEveryMs = 2_000;
/** A kill costs so much of what another process can know. */
const noteEveryMs = 15_000;
/** The server says every five seconds that it is there: this long without a word is no line. */
const silentAfterMs = 30_000;
const mostGaps = 100;

/** What is known of the logs that are followed in this process, one `LiveStream` per source. Sources by id. */
export class StreamBoard {
  readonly #options: BoardOptions;
  readonly #streams = new Map<string, LiveStream>();

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** `name`: as the source is called now. */
  of(id: string, name: string): LiveStream {
    const known = this.#streams.get(id);
    if (known?.name === name) return known;
    const made = known?.renamed(name) ?? new LiveStream(id, name, this.#options);
    this.#streams.set(id, made);
    return made;
  }

  /** Writes down what was not yet. */
  close(): void {
    for (const stream of this.#streams.values()) stream.note();
  }
}

interface Copy {
  readonly id: string;
  readonly destination: string;
  stored: Moment | null;
  /** It was brought up to date since `begin`. */
  isCarried: boolean;
  errorCode: string | null;
}

/** One source's log as it is being followed: written by whoever follows it, read by whoever asks. */
export class LiveStream {
  readonly id: string;
  name: string;
  readonly #options: BoardOptions;
  readonly #clock: Clock;
  #state: StreamState = 'unknown';
  #error: { readonly code: ErrorCode; readonly facts: ErrorFacts } | null = null;
  #since: string | null = null;
  #heard: Moment | null = null;
  #lastEventAt: string | null = null;
  #copies: Copy[] = [];
  #gaps: StreamGap[] = [];
  #warnings: readonly StreamWarning[] = [];
  #note: StreamNote;
  #toldMs = -Infinity;
  #notedMs = -Infinity;
  /** Not yet written down. */
  #isNew = false;

  constructor(id: string, name: string, options: BoardOptions) {
    this.id = id;
    this.name = name;
    this.#options = options;
    this.#clock = options.clock;
    this.#note = options.book.read(id) ?? { day: '', events: 0, bytes: 0, stored: {} };
  }

  renamed(name: string): this {
    this.name = name;
    return this;
  }

  /** Somebody begins to follow it into these copies, the first one before the others. */
  begin(copies: readonly { readonly id: string; readonly name: string }[]): void {
    const known = new Map(this.#copies.map((copy) => [copy.id, copy]));
    this.#copies = copies.map(({ id, name }) => ({
      id,
      destination: name,
      stored: known.get(id)?.stored ?? null,
      isCarried: false,
      errorCode: null,
    }));
    this.#turn('waiting', null);
  }

  connected(warnings: readonly StreamWarning[]): void {
    this.#warnings = warnings;
  }

  /** The server said something: an event (`at`: when it happened, by the server's clock), or that nothing happened (null). */
  heard(at: string | null): void {
    this.#heard = momentNow(this.#clock);
    if (at !== null) this.#lastEventAt = at;
    if (this.#state === 'live') this.#tellNowAndThen();
    else this.#turn('live', null);
  }

  /** A copy holds everything that the server had until then. */
  storedUntil(destinationId: string, moment: Moment): void {
    const copy = this.#copy(destinationId);
    if (copy === undefined) return;
    copy.errorCode = null;
    copy.isCarried = true;
    if (copy.stored !== null && copy.stored.monotonicMs >= moment.monotonicMs) return;
    copy.stored = moment;
    this.#isNew = true;
    this.#note = { ...this.#note, stored: { ...this.#note.stored, [destinationId]: isoUtc(moment.wallMs) } };
    if (this.#clock.monotonicMs() - this.#notedMs >= noteEveryMs) this.note();
    this.#tellNowAndThen();
  }

  /** What was just stored on the first copy. */
  wrote(events: number, bytes: number): void {
    const { events: before, bytes: bytesBefore } = this.#today();
    this.#isNew = true;
    this.#note = { ...this.#note, day: this.#day(), events: before + events, bytes: bytesBefore + bytes };
  }

  copyFailed(destinationId: string, code: ErrorCode): void {
    const copy = this.#copy(destinationId);
    if (copy === undefined || copy.errorCode === code) return;
    copy.errorCode = code;
    this.#tell();
  }

  gap(gap: StreamGap): void {
    this.#gaps = [...this.#gaps, gap].slice(-mostGaps);
    this.#tell();
  }

  /** The line broke; it is tried again. */
  broke(code: ErrorCode, facts: ErrorFacts): void {
    this.#turn('waiting', { code, facts });
  }

  /** Nobody follows it now, and why. */
  rest(
    state: Exclude<StreamState, 'live'>,
    error: { readonly code: ErrorCode; readonly facts: ErrorFacts } | null,
  ): void {
    this.#turn(state, error);
    this.note();
  }

  /** The copy that is written first was not the nearest one, and the nearest is there again. `nearest`: id. */
  isAway(nearest: string): boolean {
    const index = this.#copies.findIndex(({ id }) => id === nearest);
    const copy = this.#copies[index];
    return index > 0 && copy?.isCarried === true && copy.errorCode === null;
  }

  /** Until when each copy holds the log, by destination id: what can be said by this computer's clock alone. */
  storedTimes(): Readonly<Record<string, string>> {
    const nowMs = this.#clock.nowMs();
    return Object.fromEntries(
      this.#copies.flatMap(({ id, stored }) =>
        stored === null ? [] : [[id, isoUtc(nowMs - agoMs(this.#clock, stored))]],
      ),
    );
  }

  status(): StreamStatus {
    const isSilent = this.#state === 'live' && this.#heard !== null && agoMs(this.#clock, this.#heard) > silentAfterMs;
    const { events, bytes } = this.#today();
    return {
      source: this.name,
      state: isSilent ? 'waiting' : this.#state,
      errorCode: isSilent ? 'mysql.connection-lost' : (this.#error?.code ?? null),
      errorFacts: { ...this.#error?.facts },
      since: this.#since,
      heardAt: this.#heard === null ? null : isoUtc(this.#heard.wallMs),
      lastEventAt: this.#lastEventAt,
      copies: this.#copies.map((copy) => this.#statusOf(copy)),
      today: { events, bytes },
      gaps: [...this.#gaps],
      warnings: [...this.#warnings],
    };
  }

  /** Writes down until when the copies hold the log, for other processes and the next start; nothing where nothing was stored here. */
  note(): void {
    if (!this.#isNew) return;
    this.#isNew = false;
    this.#notedMs = this.#clock.monotonicMs();
    this.#options.book.write(this.id, this.#note);
  }

  #statusOf({ id, destination, stored, errorCode }: Copy): StreamCopyStatus {
    return {
      destination,
      rpoMs: stored === null ? null : agoMs(this.#clock, stored),
      storedAt: stored === null ? (this.#note.stored[id] ?? null) : isoUtc(stored.wallMs),
      errorCode,
    };
  }

  #today(): { readonly events: number; readonly bytes: number } {
    return this.#note.day === this.#day() ? this.#note : { events: 0, bytes: 0 };
  }

  #day(): string {
    const now = new Date(this.#clock.nowMs());
    const two = (value: number) => String(value).padStart(2, '0');
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  }

  #copy(destinationId: string): Copy | undefined {
    return this.#copies.find(({ id }) => id === destinationId);
  }

  #turn(state: StreamState, error: { readonly code: ErrorCode; readonly facts: ErrorFacts } | null): void {
    const isSame = state === this.#state && error?.code === this.#error?.code;
    this.#error = error;
    if (isSame) return;
    this.#state = state;
    this.#since = isoUtc(this.#clock.nowMs());
    this.#tell();
  }

  #tellNowAndThen(): void {
    if (this.#clock.monotonicMs() - this.#toldMs >= tellEveryMs) this.#tell();
  }

  #tell(): void {
    this.#toldMs = this.#clock.monotonicMs();
    this.#options.onChanged(this.status());
  }
}
