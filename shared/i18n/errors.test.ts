import { describe, expect, it } from 'vitest';
import { errorCodes } from '../errors/app-error.ts';
import { fillSentence, placeholdersOf } from './error-text.ts';
import { errorsEn } from './errors.en.ts';
import { errorsZh } from './errors.zh.ts';

describe.each([
  ['zh', errorsZh],
  ['en', errorsEn],
] as const)('error sentences in %s', (_, sentences) => {
  it('cover the whole catalog and nothing else', () => {
    expect(Object.keys(sentences).sort()).toEqual([...errorCodes].sort());
  });

  it.each(errorCodes)('say for %s what happened and what to do', (code) => {
    expect(sentences[code].message.trim()).toMatch(/[。.]$/);
    expect(sentences[code].remedy.trim()).toMatch(/[。.]$/);
  });
});

describe('error sentences', () => {
  it.each(errorCodes)('ask for the same facts of %s in both languages', (code) => {
    for (const part of ['message', 'remedy'] as const) {
      expect(placeholdersOf(errorsZh[code][part])).toEqual(placeholdersOf(errorsEn[code][part]));
    }
  });

  it('are Chinese in Chinese', () => {
    for (const code of errorCodes) expect(errorsZh[code].message).toMatch(/\p{Script=Han}/u);
  });
});

describe('fillSentence', () => {
  it('fills facts and leaves an ellipsis where one is not there', () => {
    expect(fillSentence('{{a}} of {{b}}, {{a}}', { a: 1 })).toBe('1 of …, 1');
  });

  it('takes a fact as it is, also one that looks like a pattern', () => {
    expect(fillSentence('<{{a}}>', { a: '$& {{b}}', b: 'x' })).toBe('<$& {{b}}>');
  });
});
