import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Words } from './language.ts';
import type { CliSurroundings } from './surroundings.ts';

/** The secrets a command may need; the word for each is `secret.<kind>`, its flags `--<kind>-env` and `--<kind>-file`. */
export type SecretKind =
  | 'passphrase'
  | 'vault-passphrase'
  | 'mysql-password'
  | 'ssh-password'
  | 'ssh-key-passphrase'
  | 'access-key'
  | 'secret-key'
  | 'redis-password'
  | 'words'
  | 'sheet-words'
  | 'new-passphrase';

export interface SecretSources {
  /** Name of an environment variable, as given on the command line: it must be set. */
  readonly env?: string | undefined;
  readonly file?: string | undefined;
  /** Names of environment variables to look at when neither flag was given; skipped when not set. */
  readonly otherwiseEnv?: readonly string[];
  /** Ask on the terminal when nothing else gave the secret. `twice`: it is a new one, so typing errors matter. */
  readonly ask: 'never' | 'once' | 'twice';
  /** A database may have an empty password; a passphrase is never empty. */
  readonly mayBeEmpty?: boolean;
}

export type SecretReader = Pick<CliSurroundings, 'env' | 'cwd' | 'isInputTty' | 'ask'>;

const maxSecretFileBytes = 64 * 1024;

/** The secret, or undefined when no flag names it, no variable holds it and nobody is to be asked. */
export async function findSecret(
  kind: SecretKind,
  sources: SecretSources,
  from: SecretReader,
  words: Words,
): Promise<string | undefined> {
  const isUsable = (text: string | undefined): text is string =>
    text !== undefined && (text !== '' || sources.mayBeEmpty === true);

  if (sources.env !== undefined) {
    const value = from.env[sources.env];
    if (!isUsable(value)) throw new AppError('usage.secret-missing', { what: kind, env: sources.env });
    return value;
  }
  if (sources.file !== undefined) {
    const value = await readSecretFile(resolve(from.cwd, sources.file));
    if (!isUsable(value)) throw new AppError('usage.secret-missing', { what: kind, path: sources.file });
    return value;
  }
  for (const name of sources.otherwiseEnv ?? []) {
    const value = from.env[name];
    if (value !== undefined && value !== '') return value;
  }
  if (sources.ask === 'never') return undefined;
  if (!from.isInputTty) throw new AppError('usage.secret-missing', { what: kind });
  const typed = await from.ask(words.say('ask.secret', { what: words.wordFor('secret', kind) }), { hidden: true });
  if (!isUsable(typed)) throw new AppError('usage.secret-missing', { what: kind });
  if (sources.ask === 'twice') {
    const again = await from.ask(words.say('ask.again', { what: words.wordFor('secret', kind) }), { hidden: true });
    if (again !== typed) {
      throw new AppError('usage.bad-argument', {
        argument: words.wordFor('secret', kind),
        reason: 'typed-differently',
      });
    }
  }
  return typed;
}

/** As `findSecret`, for a secret that the command cannot do without. */
export async function needSecret(
  kind: SecretKind,
  sources: SecretSources,
  from: SecretReader,
  words: Words,
): Promise<string> {
  const secret = await findSecret(kind, sources, from, words);
  if (secret === undefined) throw new AppError('usage.secret-missing', { what: kind });
  return secret;
}

/**
 * The content of a secret's file without the newline that editors add. Where files have an owner and a mode, one that the
 * group or others can read is refused: it is no longer a secret. The mode is that of the opened file, so it cannot be swapped.
 */
export async function readSecretFile(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new AppError('usage.bad-argument', { argument: path, reason: 'unreadable-file' }, { cause: error });
  });
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new AppError('usage.secret-file-mode', { path, mode: (mode & 0o777).toString(8).padStart(4, '0') });
    }
    if (size > maxSecretFileBytes) throw new AppError('usage.bad-argument', { argument: path, reason: 'too-large' });
    const text = await file.readFile('utf8').catch((error: unknown) => {
      throw new AppError('usage.bad-argument', { argument: path, reason: 'unreadable-file' }, { cause: error });
    });
    return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  } finally {
    await file.close();
  }
}
