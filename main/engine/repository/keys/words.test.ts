import { entropyToMnemonic } from '@scure/bip39';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js';
import { describe, expect, it } from 'vitest';
import { fc } from '../../platform/testing/seeded.ts';
import { aKeyring } from '../testing/keys.ts';
import { unlockWithWords } from './keyring.ts';
import { entropyOfNumbers, wordNumbersOf, wordsOfEntropy } from './words.ts';

const { header, mainKeys, mainWords } = await aKeyring();
const anyEntropy = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('recovery words', () => {
  it('are those of BIP39, in both languages, and lead back to the entropy', () => {
    fc.assert(
      fc.property(anyEntropy, (entropy) => {
        const { zh, en } = wordsOfEntropy(entropy);
        expect(en.join(' ')).toBe(entropyToMnemonic(entropy, english));
        expect(zh.join(' ')).toBe(entropyToMnemonic(entropy, chinese));
        expect(entropyOfNumbers(wordNumbersOf(zh.join('')))).toEqual(entropy);
        expect(entropyOfNumbers(wordNumbersOf(en.join('\n')))).toEqual(entropy);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['numbered lines', (words: readonly string[]) => words.map((word, at) => `${at + 1}. ${word}`).join('\n')],
    ['capitals and tabs', (words: readonly string[]) => words.join('\t').toUpperCase()],
    ['Chinese punctuation', (words: readonly string[]) => words.join('、')],
    [
      'the QR code of the sheet',
      (words: readonly string[]) => `SHOUHU-KIT-1:MAIN:${header.repository}:${words.join(' ')}`.toUpperCase(),
    ],
    ['full-width spaces', (words: readonly string[]) => ` ${words.join('\u3000')} \r\n`],
  ])('may be typed with %s', async (_how, type) => {
    expect(await unlockWithWords(header, type(mainWords.zh))).toEqual(mainKeys);
    expect(await unlockWithWords(header, type(mainWords.en))).toEqual(mainKeys);
  });

  it('are counted, and an unknown one is named by its place, never by its text', async () => {
    await expect(unlockWithWords(header, mainWords.en.slice(1).join(' '))).rejects.toMatchObject({
      code: 'keys.word-count',
      facts: { found: 23 },
    });
    await expect(unlockWithWords(header, '')).rejects.toMatchObject({ code: 'keys.word-count', facts: { found: 0 } });
    const unknown = mainWords.en.with(6, 'shouhuu');
    await expect(unlockWithWords(header, unknown.join(' '))).rejects.toMatchObject({
      code: 'keys.unknown-word',
      facts: { position: 7 },
    });
    const mixed = mainWords.zh.with(2, 'abandon');
    await expect(unlockWithWords(header, mixed.join(''))).rejects.toMatchObject({
      code: 'keys.unknown-word',
      facts: { position: 3 },
    });
  });

  it.each([0, 7, 23])('with one wrong word at place %i are explained, in both languages', async (at) => {
    for (const [words, list] of [
      [mainWords.zh, chinese],
      [mainWords.en, english],
    ] as const) {
      // Two other words, so that at least one of the phrases also breaks the checksum.
      for (const step of [1, 1000]) {
        const wrong = words.with(at, list[(list.indexOf(words[at] ?? '') + step) % 2048] ?? '');
        const opening = unlockWithWords(header, wrong.join(' '));
        await expect(opening).rejects.toMatchObject({ code: 'keys.wrong-word', facts: { position: at + 1 } });
      }
    }
  });

  it('with two neighbours swapped are explained', async () => {
    const at = mainWords.en.findIndex((word, index) => index > 4 && word !== mainWords.en[index + 1]);
    const swapped = mainWords.en.with(at, mainWords.en[at + 1] ?? '').with(at + 1, mainWords.en[at] ?? '');
    await expect(unlockWithWords(header, swapped.join(' '))).rejects.toMatchObject({
      code: 'keys.wrong-word',
      facts: { position: at + 1, swappedWith: at + 2 },
    });
  });

  it('of another repository, or with several wrong ones, are refused without a guess', async () => {
    const other = (await aKeyring()).mainWords;
    await expect(unlockWithWords(header, other.zh.join(''))).rejects.toMatchObject({ code: 'keys.wrong-words' });
    const two = mainWords.en.with(3, 'zoo').with(15, 'abandon');
    await expect(unlockWithWords(header, two.join(' '))).rejects.toMatchObject({ code: 'keys.wrong-words' });
  });

  it('leave the event loop free while they are searched', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await expect(unlockWithWords(header, mainWords.en.with(3, 'zoo').with(15, 'abandon').join(' '))).rejects.toThrow();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});
