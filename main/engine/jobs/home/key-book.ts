import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { writeFileDurably } from '../../platform/write-file-durably.ts';
import { withHomeLock } from './home-lock.ts';

/** Why a copy still has an older header: it was not there, or another computer has changed its header since. */
export const behindReasonSchema = z.enum(['owed', 'changed-elsewhere']);

const keyBookSchema = z.strictObject({
  version: z.literal(1),
  /** MACs of the headers that this home has replaced. A copy that has one of them may be given the new one; no other may. */
  superseded: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  /** By destination id. */
  behind: z.record(z.uuid(), behindReasonSchema),
  /** Whose sheet it is, by slot id. Kept here alone: a header lies in clouds, and is public. */
  holders: z.record(z.uuid(), z.string()),
});
export type KeyBookContent = z.infer<typeof keyBookSchema>;

/** A map of the book without one of its entries. */
export function withoutEntry<V>(entries: Readonly<Record<string, V>>, id: string): Record<string, V> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== id));
}

const empty: KeyBookContent = { version: 1, superseded: [], behind: {}, holders: {} };

/**
 * `keys.json` of a home: what a repository's header cannot say. A header has no counter (FORMAT.md §2), so only whoever has replaced one
 * knows which of two is older. Errors: `home.damaged` {file}; `home.in-use`.
 */
export class KeyBook {
  readonly #dir: string;

  constructor(homeDir: string) {
    this.#dir = homeDir;
  }

  async read(): Promise<KeyBookContent> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty;
      throw error;
    }
    try {
      return keyBookSchema.parse(JSON.parse(text));
    } catch (error) {
      throw new AppError('home.damaged', { file: 'keys.json' }, { cause: error });
    }
  }

  /** Reads, changes and writes as one step, for all processes on this home. */
  update(change: (book: KeyBookContent) => KeyBookContent): Promise<void> {
    return withHomeLock(this.#dir, () => this.updateLocked(change));
  }

  /** As `update`, for a caller that holds the home's lock. */
  async updateLocked(change: (book: KeyBookContent) => KeyBookContent): Promise<void> {
    const changed = keyBookSchema.parse(change(await this.read()));
    await writeFileDurably(this.#path, `${JSON.stringify(changed, null, 2)}\n`);
  }

  get #path(): string {
    return join(this.#dir, 'keys.json');
  }
}
