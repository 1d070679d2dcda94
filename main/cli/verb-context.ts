import { resolve } from 'node:path';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { VerbInput, VerbName, VerbOutput } from '../../shared/ipc/engine-verbs.ts';
import { wordsOfSheet } from '../../shared/model/sheet-words.ts';
import { shownLine } from '../../shared/model/shown-text.ts';
import type { Words } from './language.ts';
import type { Finished } from './output/report.ts';
import { findSecret, needSecret, readSecretFile, type SecretSources } from './secrets.ts';
import type { CliSurroundings, Engine } from './surroundings.ts';

/** The flags that every command understands. */
export interface GlobalFlags {
  readonly home?: string;
  readonly json?: true;
  readonly lang?: string;
  readonly passphraseEnv?: string;
  readonly passphraseFile?: string;
  readonly wordsFile?: string;
}

/** What a command does once its arguments are understood. */
export type VerbRun = (context: VerbContext) => Promise<Finished>;

/** How a verb group hands over the run that the arguments ask for. */
export interface Picker {
  readonly words: Words;
  readonly pick: (run: VerbRun) => void;
}

/** One run of one command: its engine, opened when it is first needed, and the way to secrets and words. */
export class VerbContext {
  readonly surroundings: CliSurroundings;
  readonly flags: GlobalFlags;
  readonly words: Words;
  readonly signal: AbortSignal;
  readonly #openEngine: () => Promise<Engine>;
  #engine: Promise<Engine> | undefined;

  constructor(
    surroundings: CliSurroundings,
    flags: GlobalFlags,
    words: Words,
    signal: AbortSignal,
    openEngine: () => Promise<Engine>,
  ) {
    this.surroundings = surroundings;
    this.flags = flags;
    this.words = words;
    this.signal = signal;
    this.#openEngine = openEngine;
  }

  engine(): Promise<Engine> {
    this.#engine ??= this.#openEngine();
    return this.#engine;
  }

  async call<N extends VerbName>(verb: N, input: VerbInput<N>): Promise<VerbOutput<N>> {
    const engine = await this.engine();
    this.signal.throwIfAborted();
    return engine.call(verb, input, { signal: this.signal });
  }

  /** Opens the home with the passphrase, asking for it when nothing gave it. */
  async unlock(): Promise<void> {
    await this.#unlock('once');
  }

  /** Opens the home when the passphrase is at hand: what only reads the catalog does not need it. */
  async unlockIfAtHand(): Promise<void> {
    await this.#unlock('never');
  }

  /** Opens the home with the passphrase alone, for commands to which `--words-file` names other words. */
  async unlockByPassphrase(): Promise<void> {
    await this.#needInitialised();
    await this.call('home.unlock', { passphrase: await this.#needPassphrase() });
  }

  /** Opens the home and gives what has opened it, for verbs that want to be shown it again. */
  async unlockAndGive(): Promise<VerbInput<'home.unlock'>> {
    await this.#needInitialised();
    const typedWords = await this.recoveryWords();
    const opening = typedWords === undefined ? { passphrase: await this.#needPassphrase() } : { words: typedWords };
    await this.call('home.unlock', opening);
    return opening;
  }

  async #needInitialised(): Promise<void> {
    const { initialised } = await this.call('home.status', {});
    if (!initialised) throw new AppError('home.not-initialised');
  }

  async #needPassphrase(): Promise<string> {
    return needSecret('passphrase', await this.passphraseSources('once'), this.surroundings, this.words);
  }

  /** A line for the person, not part of the result. */
  tell(line: string): void {
    this.surroundings.errorStream.write(`${shownLine(line)}\n`);
  }

  async close(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined); // it never opened: whoever asked for it was told why
    await engine?.close();
  }

  async #unlock(ask: 'once' | 'never'): Promise<void> {
    const { initialised, unlocked } = await this.call('home.status', {});
    if (!initialised) throw new AppError('home.not-initialised');
    if (unlocked) return;
    const typedWords = await this.recoveryWords();
    if (typedWords !== undefined) {
      await this.call('home.unlock', { words: typedWords });
      return;
    }
    const passphrase = await findSecret('passphrase', await this.passphraseSources(ask), this.surroundings, this.words);
    if (passphrase !== undefined) await this.call('home.unlock', { passphrase });
  }

  /** The words of the main recovery kit, when `--words-file` names them. */
  async recoveryWords(): Promise<string | undefined> {
    const { wordsFile } = this.flags;
    return wordsFile === undefined ? undefined : this.readWords(wordsFile);
  }

  /** The 24 words in a file. Errors: as `readSecretFile`, and `usage.secret-missing` for an empty one. */
  async readWords(path: string): Promise<string> {
    const text = await readSecretFile(resolve(this.surroundings.cwd, path));
    if (text.trim() === '') throw new AppError('usage.secret-missing', { what: 'words', path });
    // A sheet's own file holds more than words.
    return wordsOfSheet(text).join(' ');
  }

  /** Flag, file, the variable remembered from `init`, SHOUHU_PASSPHRASE, then a question. */
  async passphraseSources(ask: SecretSources['ask']): Promise<SecretSources> {
    const { passphrase } = await this.#remembered();
    return {
      env: this.flags.passphraseEnv,
      file: this.flags.passphraseFile,
      otherwiseEnv: [...(passphrase === null ? [] : [passphrase]), 'SHOUHU_PASSPHRASE'],
      ask,
    };
  }

  /** The same for the card vault. */
  async vaultSources(flags: VaultFlags, ask: SecretSources['ask']): Promise<SecretSources> {
    const { vault } = await this.#remembered();
    return {
      env: flags.vaultPassphraseEnv,
      file: flags.vaultPassphraseFile,
      otherwiseEnv: [...(vault === null ? [] : [vault]), 'SHOUHU_VAULT_PASSPHRASE'],
      ask,
    };
  }

  async #remembered(): Promise<{ passphrase: string | null; vault: string | null }> {
    return (await this.engine()).rememberedEnvNames();
  }
}

export interface VaultFlags {
  readonly vaultPassphraseEnv?: string;
  readonly vaultPassphraseFile?: string;
  readonly vaultWordsFile?: string;
}

/** Whatever ended the run, as what the person asked for when they asked to stop. */
export function endOf(error: unknown, signal: AbortSignal): AppError {
  const known = toAppError(error);
  return signal.aborted && known.code !== 'cancelled' ? new AppError('cancelled', {}, { cause: error }) : known;
}
