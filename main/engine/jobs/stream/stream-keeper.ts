import { toAppError, type AppError, type ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Timers } from '../../platform/timers.ts';

/** A shop as the keeper sees it. */
export interface KeptShop {
  readonly id: string;
  readonly name: string;
  /** `follow`, or why not. */
  readonly wish: 'follow' | 'paused' | 'no-snapshot' | 'no-copy' | 'no-credentials';
  /** Another text: what is being followed is not what the settings say any more. */
  readonly settings: string;
  /** It is written into a copy that is not the nearest, although that one is there again. */
  readonly isAway: boolean;
}

export type Ending =
  | { readonly kind: 'later' | 'off' | 'failed'; readonly error: AppError }
  | { readonly kind: Exclude<KeptShop['wish'], 'follow'> };

export interface KeeperOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** None while the home is locked. */
  readonly shops: (signal: AbortSignal) => Promise<readonly KeptShop[]>;
  /** Follows a shop's log until the signal; everything that was heard is stored when it settles. */
  readonly follow: (name: string, signal: AbortSignal) => Promise<unknown>;
  /** Nobody follows this shop's log now, and why. */
  readonly onRest: (shop: KeptShop, ending: Ending) => void;
}

/** Settings, a pause, a first snapshot are also told by `look`: this is for what nobody tells. */
const lookEveryMs = 20_000;
/** What passes by itself, or by plugging in a disk, is tried again soon; what somebody has to do something about, seldom. */
const soonMs = 60_000;
const seldomMs = 30 * 60_000;

const offCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['binlog.off', 'binlog.unsupported']);
const passingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'cancelled',
  'backend.absent',
  'stream.already-running',
  'repository.leased',
  'repository.lease-lost',
  'home.in-use',
  // The next session takes up the new keys.
  'keys.vault-rotated',
]);

interface Session {
  readonly shop: KeptShop;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Keeps one session per shop that follows its log, while this program runs. Breaks of the line are the session's own; whatever ends one is tried again
 * later. Knows neither servers nor copies.
 */
export class StreamKeeper {
  readonly #options: KeeperOptions;
  readonly #sessions = new Map<string, Session>();
  /** Shops that are left alone, until then by the steady clock. */
  readonly #notBeforeMs = new Map<string, number>();
  #cancel: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#plan();
  }

  /** Something changed that may matter. `again`: a shop, by name, that is tried whatever happened to it before. */
  look(again: string | null = null): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(again)).catch(() => undefined);
    return this.#looking;
  }

  /** Resolves when nothing is followed any more and everything that was heard is stored. */
  async stop(): Promise<void> {
    this.#over.abort();
    this.#cancel?.();
    await this.#looking;
    await Promise.all([...this.#sessions.values()].map((session) => this.#end(session)));
  }

  #plan(): void {
    if (this.#over.signal.aborted) return;
    this.#cancel = this.#options.timers.after(lookEveryMs, () => {
      // A home that cannot be read now: the next look tries again.
      void this.look().then(() => this.#plan());
    });
  }

  async #look(again: string | null): Promise<void> {
    if (this.#over.signal.aborted) return;
    const shops = await this.#options.shops(this.#over.signal);
    const wanted = new Map(shops.map((shop) => [shop.id, shop]));
    const over = [...this.#sessions.values()].filter(({ shop }) => !isStill(shop, wanted.get(shop.id)));
    await Promise.all(over.map((session) => this.#end(session)));
    for (const shop of shops) {
      if (shop.name === again) this.#notBeforeMs.delete(shop.id);
      if (shop.wish !== 'follow') {
        this.#notBeforeMs.delete(shop.id);
        this.#options.onRest(shop, { kind: shop.wish });
      } else if (!this.#sessions.has(shop.id) && this.#isDue(shop)) this.#begin(shop);
    }
  }

  #begin(shop: KeptShop): void {
    if (this.#over.signal.aborted) return;
    const stop = new AbortController();
    const session: Session = { shop, stop, ended: this.#follow(shop, stop.signal) };
    this.#sessions.set(shop.id, session);
    void session.ended.then(() => {
      if (this.#sessions.get(shop.id) === session) this.#sessions.delete(shop.id);
    });
  }

  async #follow(shop: KeptShop, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.follow(shop.name, signal);
    } catch (error) {
      if (signal.aborted) return;
      const known = toAppError(error);
      const isPassing = known.remedy === 'transient' || passingCodes.has(known.code);
      // Of copies another one may be there by then: the next session takes the nearest that opens.
      const isSoon = isPassing || known.code.startsWith('backend.');
      this.#notBeforeMs.set(shop.id, this.#options.clock.monotonicMs() + (isSoon ? soonMs : seldomMs));
      this.#options.onRest(shop, {
        kind: offCodes.has(known.code) ? 'off' : isPassing ? 'later' : 'failed',
        error: known,
      });
    }
  }

  async #end({ shop, stop, ended }: Session): Promise<void> {
    stop.abort();
    await ended;
    this.#sessions.delete(shop.id);
  }

  #isDue({ id }: KeptShop): boolean {
    return this.#options.clock.monotonicMs() >= (this.#notBeforeMs.get(id) ?? -Infinity);
  }
}

function isStill(followed: KeptShop, now: KeptShop | undefined): boolean {
  return now?.wish === 'follow' && now.settings === followed.settings && now.name === followed.name && !now.isAway;
}
