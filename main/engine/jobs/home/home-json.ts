import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { writeFileDurably } from '../../platform/write-file-durably.ts';
import { withHomeLock } from './home-lock.ts';

/**
 * One JSON file of a home. Read afresh for every use, so that the app and the command line on the same home see each other's changes; a
 * file that is not there is empty. Errors: `home.damaged` {file}; of a change also `home.in-use`.
 */
export class HomeJson<T> {
  readonly #dir: string;
  readonly #name: string;
  readonly #schema: z.ZodType<T>;
  readonly #empty: T;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(homeDir: string, name: string, schema: z.ZodType<T>, empty: T) {
    this.#dir = homeDir;
    this.#name = name;
    this.#schema = schema;
    this.#empty = empty;
  }

  async read(): Promise<T> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return this.#empty;
      throw error;
    }
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (error) {
      throw new AppError('home.damaged', { file: this.#name }, { cause: error });
    }
  }

  /** Reads, changes and writes as one step, for all processes on this home; gives back what was written. */
  update(change: (content: T) => T): Promise<T> {
    const next = this.#writing.then(() => withHomeLock(this.#dir, () => this.updateLocked(change)));
    // The chain goes on after a failed write; the failure itself reaches the caller through `next`.
    this.#writing = next.catch(() => undefined);
    return next;
  }

  /** As `update`, for a caller that holds the home's lock. */
  async updateLocked(change: (content: T) => T): Promise<T> {
    const changed = this.#schema.parse(change(await this.read()));
    await writeFileDurably(this.#path, `${JSON.stringify(changed, null, 2)}\n`);
    return changed;
  }

  get #path(): string {
    return join(this.#dir, this.#name);
  }
}
