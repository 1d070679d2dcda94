import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { writeFileDurably } from '../../platform/write-file-durably.ts';
import { parseHeader, serializeHeader, type RepositoryHeader } from '../../repository/index.ts';
import { AuditLog } from './audit-log.ts';
import { withHomeLock } from './home-lock.ts';
import { KeyBook, type KeyBookContent } from './key-book.ts';
import { RestoreBook } from './restore-book.ts';
import { SettingsFile } from './settings-file.ts';
import { UnfinishedFiles } from './unfinished-files.ts';

/**
 * One installation's folder: `keyring.json` (the repository header: wrapped keys, no secret in clear), `settings.json`,
 * `keys.json`, `restores.json`, `unfinished.json`, `audit.jsonl`, `catalog.sqlite`, `home.lock`. Errors: `home.not-initialised`, `home.already-initialised` {home}, `home.damaged` {file}.
 */
export class Home {
  readonly dir: string;
  readonly settings: SettingsFile;
  readonly audit: AuditLog;
  readonly keyBook: KeyBook;
  readonly restores: RestoreBook;
  readonly unfinished: UnfinishedFiles;

  private constructor(dir: string, clock: Clock) {
    this.dir = dir;
    this.settings = new SettingsFile(dir);
    this.audit = new AuditLog(dir, clock);
    this.keyBook = new KeyBook(dir);
    this.restores = new RestoreBook(dir);
    this.unfinished = new UnfinishedFiles(dir);
  }

  /** Makes the folder when it is not there. Errors: those of `makeFolder`. */
  static async open(dir: string, clock: Clock): Promise<Home> {
    await makeFolder(dir);
    return new Home(dir, clock);
  }

  get catalogPath(): string {
    return join(this.dir, 'catalog.sqlite');
  }

  get #keyringPath(): string {
    return join(this.dir, 'keyring.json');
  }

  async isInitialised(): Promise<boolean> {
    try {
      await stat(this.#keyringPath);
      return true;
    } catch (error) {
      // Only "not there" means new: keys that cannot be read today must never be written over.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw new AppError('home.damaged', { file: 'keyring.json' }, { cause: error });
    }
  }

  async readKeyring(): Promise<RepositoryHeader> {
    if (!(await this.isInitialised())) throw new AppError('home.not-initialised', { home: this.dir });
    const bytes = await readFile(this.#keyringPath);
    try {
      return parseHeader(bytes);
    } catch (error) {
      if (isAppErrorOf(error, 'repository.newer-format')) throw error;
      throw new AppError('home.damaged', { file: 'keyring.json' }, { cause: error });
    }
  }

  async assertNew(): Promise<void> {
    if (await this.isInitialised()) throw new AppError('home.already-initialised', { home: this.dir });
  }

  /** Of two that make keys for one home at the same time, the second is refused: its kit would open nothing. */
  async writeKeyring(header: RepositoryHeader): Promise<void> {
    await withHomeLock(this.dir, async () => {
      await this.assertNew();
      await this.#write(header);
    });
  }

  /**
   * Puts a header with other slots in the place of `base`. The book is written first: it says that `base` is superseded and that every copy
   * of `destinationIds` is behind, which is harmless while the keyring still is `base`. Error: `home.in-use` when another program has
   * changed the keyring since `base` was read.
   */
  async replaceKeyring(
    base: RepositoryHeader,
    next: RepositoryHeader,
    destinationIds: readonly string[],
    note: (book: KeyBookContent) => KeyBookContent,
  ): Promise<void> {
    await withHomeLock(this.dir, async () => {
      if ((await this.readKeyring()).mac !== base.mac) throw new AppError('home.in-use', { home: this.dir });
      await this.keyBook.updateLocked((book) => ({
        ...note(book),
        // A header that comes back (a sheet added and revoked again) is no longer an old one.
        superseded: [...new Set([...book.superseded, base.mac])].filter((mac) => mac !== next.mac),
        behind: { ...book.behind, ...Object.fromEntries(destinationIds.map((id) => [id, 'owed' as const])) },
      }));
      await this.#write(next);
    });
  }

  async #write(header: RepositoryHeader): Promise<void> {
    await writeFileDurably(this.#keyringPath, Buffer.from(serializeHeader(header)).toString('utf8'));
  }
}

/** `SHOUHU_HOME`, or the folder where the operating system keeps a program's data. */
export function defaultHomeDir(): string {
  const given = process.env['SHOUHU_HOME'];
  if (given !== undefined && given !== '') return given;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Shouhu');
  if (process.platform === 'win32')
    return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Shouhu');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'shouhu');
}
