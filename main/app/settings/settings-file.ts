import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from './write-file-atomically.ts';

const windowSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  maximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowSchema>;

const settingsSchema = z.strictObject({
  version: z.literal(1),
  /** Null: the language of the system. */
  language: z.enum(['zh', 'en']).nullable(),
  window: windowSchema.nullable(),
});
type Settings = z.infer<typeof settingsSchema>;

const fresh: Settings = { version: 1, language: null, window: null };

/**
 * What this computer's app remembers about itself: no secret, and nothing that a backup depends on. A file that cannot be
 * read is as good as none.
 */
export class SettingsFile {
  readonly #path: string;
  #settings: Settings;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
  }

  static async open(path: string): Promise<SettingsFile> {
    return new SettingsFile(path, await read(path));
  }

  get current(): Settings {
    return this.#settings;
  }

  /** Takes effect at once; resolves when it is on the disk. */
  update(changes: Partial<Omit<Settings, 'version'>>): Promise<void> {
    this.#settings = { ...this.#settings, ...changes };
    const content = `${JSON.stringify(this.#settings, null, 2)}\n`;
    const written = this.#writing.then(() => writeFileAtomically(this.#path, content));
    this.#writing = written.catch(() => undefined); // whoever asked is told; the next write starts afresh
    return written;
  }
}

async function read(path: string): Promise<Settings> {
  try {
    return settingsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing, damaged, or of a later version: the app works with nothing remembered.
    return fresh;
  }
}
