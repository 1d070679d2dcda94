import type { WireError } from '../../../shared/errors/app-error.ts';

export const wordCount = 24;

/** The words of a kit as the engine will count them: a Chinese character is a word, other letters as long as they run. */
export function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain.match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{Letter}\p{Mark}])+/gu) ?? [];
}

/** From 1; null when the error is not about one word. */
export function wrongPosition({ code, facts }: WireError): number | null {
  if (code !== 'keys.unknown-word' && code !== 'keys.wrong-word') return null;
  return typeof facts['position'] === 'number' ? facts['position'] : null;
}
