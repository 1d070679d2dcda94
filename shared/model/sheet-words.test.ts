import { describe, expect, it } from 'vitest';
import { sheetQr, wordsOfSheet } from './sheet-words.ts';

const english = Array.from({ length: 24 }, (_, at) => 'abcdefghijklmnopqrstuvwx'[at]?.repeat(4) ?? '');
const chinese = Array.from('的一是在不了有和人这中大为上个国我以要他时来用们');
const repositoryId = '0192aabb-ccdd-7eee-8fff-001122334455';

const numbered = (words: readonly string[]): string => words.map((word, at) => `${at + 1}. ${word}`).join('  ');

describe('wordsOfSheet', () => {
  it.each([
    ['as they are typed', english.join(' '), english],
    ['in Chinese without spaces', chinese.join(''), chinese],
    ['numbered', numbered(english), english],
    ['as a QR code', sheetQr('vault', repositoryId, english), english],
    ['as a QR code with a line end behind it', `${sheetQr('main', repositoryId, english)}\r\n`, english],
    ['from two lists: the first', `标题\n${numbered(chinese)}\nTitle\n${numbered(english)}`, chinese],
    [
      'between numbered sentences',
      `1. 在新电脑上\n2. 接上\n${numbered(english)}\n1. Install Shouhu\n2. Connect`,
      english,
    ],
    ['from the cells of a page', english.map((word, at) => `<td>${at + 1}. ${word}</td>`).join(''), english],
  ])('takes words %s', (_how, text, words) => {
    expect(wordsOfSheet(text)).toEqual(words);
  });

  it.each([
    ['a word is missing', english.slice(1).join(' '), 23],
    ['a number is missing from the list', `sheet: ${numbered(english).replace(' 7.', ' ')}`, 25],
    ['the list ends early', `sheet ${numbered(english.slice(0, 20))}`, 21],
    ['there are none', '12. 7', 0],
  ])('gives what is there when %s', (_what, text, count) => {
    expect(wordsOfSheet(text)).toHaveLength(count);
  });
});

describe('sheetQr', () => {
  it('has only characters that a QR code packs tightly', () => {
    expect(sheetQr('main', repositoryId, english)).toMatch(/^SHOUHU-KIT-1:MAIN:[0-9A-F-]{36}:[A-Z ]+$/);
  });
});
