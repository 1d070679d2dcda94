import { readFile } from 'node:fs/promises';

/**
 * Takes the English words from a kit's text file, as a person would copy them from the paper: the numbered words of the second
 * list. Used by the demo only; `recover` asks a person.
 */
export async function wordsOfKit(textFile: string): Promise<string> {
  const text = await readFile(textFile, 'utf8');
  const byNumber = new Map<number, string>();
  // The list comes before the instructions, which are numbered as well: the first of each number counts.
  for (const [, number, word] of text.matchAll(/(\d{1,2})\.\s+([a-z]+)/g)) {
    if (!byNumber.has(Number(number))) byNumber.set(Number(number), word ?? '');
  }
  return Array.from({ length: 24 }, (_, n) => byNumber.get(n + 1) ?? '').join(' ');
}
