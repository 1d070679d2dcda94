import { userInfo } from 'node:os';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VaultOpening } from '../../../shared/ipc/engine-verbs.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { systemTimers, type Timers } from '../platform/timers.ts';
import {
  closeVault,
  openVaultWithPassphrase,
  openVaultWithWords,
  slotOfWords,
  type VaultKey,
} from '../repository/index.ts';
import type { EngineContext, Run } from './engine-context.ts';
import { ownHeader } from './keys/own-header.ts';

/** So long an opened vault waits for its work to go on. */
export const vaultPatienceMs = 15 * 60_000;

/**
 * Opens the vault when asked, for one piece of work, and overwrites the key when that has ended, however. Whose hand it was, why and for what is written down before
 * anything is read with it, and that it was closed afterwards. Work that stands still for a quarter of an hour loses the key, as does work that somebody closes it for: it fails with
 * `keys.vault-closed-early` {reason: 'time' | 'person'}.
 *
 * @param what for the audit log: names and ids
 */
export async function withVault<T>(
  context: EngineContext,
  opening: VaultOpening,
  what: Readonly<Record<string, string>>,
  run: Run,
  use: (vault: VaultKey | null, run: Run) => Promise<T>,
  timers: Timers = systemTimers,
): Promise<T> {
  if (opening === null) return use(null, run);
  const { key, by } = await openedBy(context, opening);
  const { home, vaults, clock } = context;
  const id = newId();
  const limit = new WorkLimit(clock, timers);
  const reason = opening.reason ?? '';
  const openedAt = isoUtc(clock.nowMs());
  const remove = vaults.add(id, {
    view: () => ({ id, openedAt, closesAt: isoUtc(limit.endsAtMs), jobId: run.jobId, reason, ...what }),
    close: (why) => limit.end(why),
  });
  let ended = 'done';
  try {
    await home.audit.append('vault.open', { ...what, ...by, user: osUser(), reason });
    const signal = AbortSignal.any([run.signal, limit.signal]);
    const report: Run['report'] = (progress) => {
      limit.goOn();
      run.report(progress);
    };
    return await use(key, { ...run, signal, report });
  } catch (error) {
    ended = run.signal.aborted ? 'cancelled' : 'failed';
    if (!limit.signal.aborted || run.signal.aborted) throw error;
    const why = limit.signal.reason as AppError;
    ended = String(why.facts['reason']);
    throw why;
  } finally {
    limit.stop();
    closeVault(key);
    remove();
    await home.audit.append('vault.close', { ...what, because: ended });
  }
}

async function openedBy(
  context: EngineContext,
  opening: NonNullable<VaultOpening>,
): Promise<{ readonly key: VaultKey; readonly by: Readonly<Record<string, string>> }> {
  const header = await ownHeader(context);
  if (!('words' in opening))
    return { key: await openVaultWithPassphrase(header, opening.passphrase), by: { by: 'passphrase' } };
  const key = await openVaultWithWords(header, opening.words);
  const slot = slotOfWords(header, 'vault', opening.words) ?? '';
  const { holders } = await context.home.keyBook.read();
  const holder = holders[slot];
  return { key, by: { by: 'words', slot, ...(holder === undefined ? {} : { holder }) } };
}

/** Ends when nothing was reported for so long. */
class WorkLimit {
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  readonly #timers: Timers;
  #lastMs: number;
  #cancel: () => void;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
    this.#lastMs = clock.monotonicMs();
    this.#cancel = timers.after(vaultPatienceMs, () => this.#look());
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get endsAtMs(): number {
    return this.#clock.nowMs() + this.#leftMs;
  }

  goOn(): void {
    this.#lastMs = this.#clock.monotonicMs();
  }

  end(why: AppError): void {
    this.#stop.abort(why);
  }

  stop(): void {
    this.#cancel();
  }

  get #leftMs(): number {
    return Math.max(0, vaultPatienceMs - (this.#clock.monotonicMs() - this.#lastMs));
  }

  #look(): void {
    if (this.#leftMs === 0) this.end(new AppError('keys.vault-closed-early', { reason: 'time' }));
    else this.#cancel = this.#timers.after(this.#leftMs, () => this.#look());
  }
}

/** Whose account it was on this computer; some systems have no name for it. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
