import type { WireError } from '../../../shared/errors/app-error.ts';

export const wordCount = 24;

/** The words of a kit as the engine will count them: a Chinese character is a word, other letters as long as they run. */
export function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain.match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{Letter}\p{Mark}])+/gu) ?? [];
}

/** Places (from 1) of the words that an error points at: one, two that have changed places, or none. */
export function wrongWords({ code, facts }: WireError): number[] {
  if (code !== 'keys.unknown-word' && code !== 'keys.wrong-word') return [];
  return [facts['position'], facts['swappedWith']].filter((place) => typeof place === 'number');
}
