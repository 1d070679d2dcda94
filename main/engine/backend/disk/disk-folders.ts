import { join } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { errnoOf, isMissing } from './disk-errors.ts';
import { syncFolder, type DiskWays } from './durable-file.ts';

/**
 * The sub-folders of a disk store, remembered so that a put costs no look at the way to it. Only real folders count: a symbolic
 * link (or Windows junction) could lead out of the root. `''` is the root itself, which is never made here.
 */
export class DiskFolders {
  readonly #root: string;
  readonly #ways: DiskWays;
  #known = new Map<string, Promise<void>>();
  /** Folders that were seen or made. */
  #there = new Set<string>();
  /** Folders whose own name, in the folder above, is durable. */
  #durable = new Set<string>();

  constructor(root: string, ways: DiskWays) {
    this.#root = root;
    this.#ways = ways;
  }

  /** Makes the folder and those above it, one by one; `makeDurable` is another step. A link or file in the way is `backend.io`. */
  ensure(folder: string): Promise<void> {
    if (folder === '') return Promise.resolve();
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const made = this.#make(folder);
    this.#known.set(folder, made);
    made.catch(() => {
      if (this.#known.get(folder) === made) this.#known.delete(folder);
    });
    return made;
  }

  /** True when the folder is there and every step to it is a real folder. */
  async isReal(folder: string): Promise<boolean> {
    if (folder === '') return true;
    const known = this.#known.get(folder);
    if (known !== undefined) {
      try {
        await known;
        return true;
      } catch {
        // A failed `ensure` proves nothing; look for ourselves.
      }
    }
    if (!(await this.isReal(parentOf(folder))) || !(await this.#isFolder(folder))) return false;
    this.saw(folder);
    return true;
  }

  /** A listing, or a look at it, has shown a real folder below real folders. */
  saw(folder: string): void {
    this.#known.set(folder, Promise.resolve());
    this.#there.add(folder);
  }

  /**
   * Makes the folder's name and those of the folders above it durable. Who finds a folder cannot know that: whoever made it may have died
   * before it could sync the folder above, and then a pulled plug takes all of it. Costs one sync for each folder above, once.
   */
  async makeDurable(folder: string): Promise<void> {
    if (folder === '' || this.#durable.has(folder)) return;
    const above = parentOf(folder);
    await this.makeDurable(above);
    const settled = [...this.#there, folder].filter((each) => each !== '' && parentOf(each) === above);
    await syncFolder(this.#ways, join(this.#root, above));
    for (const each of settled) this.#durable.add(each);
  }

  forget(): void {
    this.#known = new Map();
    this.#there = new Set();
    this.#durable = new Set();
  }

  async #make(folder: string): Promise<void> {
    const parent = parentOf(folder);
    await this.ensure(parent);
    if (await this.#isFolder(folder)) {
      this.#there.add(folder);
      return;
    }
    try {
      await this.#ways.files.mkdir(join(this.#root, folder));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      if (!(await this.#isFolder(folder))) throw new AppError('backend.io', { reason: 'ENOTDIR', folder });
    }
    this.#there.add(folder);
  }

  async #isFolder(folder: string): Promise<boolean> {
    try {
      return (await this.#ways.files.lstat(join(this.#root, folder))).isDirectory();
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}

function parentOf(folder: string): string {
  const slash = folder.lastIndexOf('/');
  return slash < 0 ? '' : folder.slice(0, slash);
}
