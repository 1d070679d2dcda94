import type { WireError } from '../../../shared/errors/app-error.ts';
import { wordsOfSheet } from '../../../shared/model/sheet-words.ts';

/** The words of a sheet as the engine will count them, whether typed, scanned or pasted from its file. */
export function wordsIn(text: string): string[] {
  return wordsOfSheet(text).map((word) => word.normalize('NFC'));
}

/** Places (from 1) of the words that an error points at: one, two that have changed places, or none. */
export function wrongWords({ code, facts }: WireError): number[] {
  if (code !== 'keys.unknown-word' && code !== 'keys.wrong-word') return [];
  return [facts['position'], facts['swappedWith']].filter((place) => typeof place === 'number');
}
