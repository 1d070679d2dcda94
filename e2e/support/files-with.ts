import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The files below a folder that hold this text, in either of the two ways in which programs write text. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const forms = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A file that went away while we looked holds nothing.
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (forms.some((form) => content.includes(form))) found.push(path);
  }
  return found;
}
