import { hash } from 'node:crypto';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { sheetWordCount, wordsOfSheet } from '../../../../shared/model/sheet-words.ts';

/**
 * BIP39 phrases of 24 words for 256 bits, in English and in Simplified Chinese (one character per word). Only the word
 * numbers count: the key is made from the entropy itself, not with BIP39's PBKDF2, so both languages open the same lock.
 */
export const listLength = 2048;

export interface RecoveryWords {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

const chineseIndex = indexOf(chinese);
const englishIndex = indexOf(english);

function indexOf(list: readonly string[]): ReadonlyMap<string, number> {
  return new Map(list.map((word, index) => [word.normalize('NFKD'), index]));
}

/** `entropy` is 32 bytes. */
export function wordsOfEntropy(entropy: Uint8Array): RecoveryWords {
  const bits = Uint8Array.of(...entropy, checksumOf(entropy));
  const numbers = Array.from({ length: sheetWordCount }, (_, word) => {
    let number = 0;
    for (let bit = word * 11; bit < word * 11 + 11; bit++) {
      number = (number << 1) | (((bits[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    return number;
  });
  return { zh: numbers.map((number) => chinese[number] ?? ''), en: numbers.map((number) => english[number] ?? '') };
}

/**
 * Word numbers (0 to 2047) of what a person typed, scanned, or has as the file of a sheet (`wordsOfSheet`). The language is read off the
 * words; case, width, line breaks, punctuation and the row numbers of the printed sheet do not matter; Chinese needs no spaces.
 * Errors: `keys.word-count` {found}; `keys.unknown-word` {position} from 1. Never the word: it is a secret.
 */
export function wordNumbersOf(text: string): number[] {
  const words = wordsOfSheet(text);
  if (words.length !== sheetWordCount)
    throw new AppError('keys.word-count', { found: words.length, count: words.length });
  const index = words.some((word) => /\p{Script=Han}/u.test(word)) ? chineseIndex : englishIndex;
  return words.map((word, at) => {
    const number = index.get(word);
    if (number === undefined) throw new AppError('keys.unknown-word', { position: at + 1 });
    return number;
  });
}

/** The entropy behind 24 word numbers, or undefined when the checksum does not hold. */
export function entropyOfNumbers(numbers: readonly number[]): Uint8Array | undefined {
  const bytes = new Uint8Array(33);
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  for (const number of numbers) {
    pending = (pending << 11) | number;
    pendingBits += 11;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[at++] = (pending >> pendingBits) & 0xff;
      pending &= (1 << pendingBits) - 1;
    }
  }
  const entropy = bytes.subarray(0, 32);
  return checksumOf(entropy) === bytes[32] ? entropy : undefined;
}

function checksumOf(entropy: Uint8Array): number {
  return hash('sha256', entropy, 'buffer')[0] ?? 0;
}
