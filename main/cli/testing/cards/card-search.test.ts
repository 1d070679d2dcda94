import { expect, it } from 'vitest';
import { seededRandom } from '../../../engine/backend/testing/model-disk/seeded-random.ts';
import { CardSearch } from './card-search.ts';
import { makeCards } from './make-cards.ts';

/** The search that the test of ten thousand cards relies on: whatever it does not find is taken for not there. */
const random = seededRandom(20261123);
const cards = makeCards(10_000, random);
const search = new CardSearch(cards);
const noise = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));

const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  plain: (text) => Buffer.from(text),
  'base64, wherever it begins': (text) =>
    Buffer.from(Buffer.concat([noise(random.below(50)), Buffer.from(text), noise(7)]).toString('base64')),
  base64url: (text) =>
    Buffer.from(Buffer.concat([noise(random.below(50)), Buffer.from(text), noise(7)]).toString('base64url')),
  hex: (text) => Buffer.from(Buffer.from(text).toString('hex')),
  'hex in capitals': (text) => Buffer.from(Buffer.from(text).toString('hex').toUpperCase()),
  'URL-encoded': (text) => Buffer.from(encodeURIComponent(text)),
  'URL-encoded, small letters': (text) =>
    Buffer.from(encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase())),
  'UTF-16, little end first': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16, big end first': (text) => Buffer.from(text, 'utf16le').swap16(),
  'JSON in ASCII': (text) =>
    Buffer.from(
      JSON.stringify(text).replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ),
  // Logs and error messages keep a part.
  'cut at its end': (text) => Buffer.from(text.slice(0, Math.ceil(text.length * 0.9))),
  'cut at its start': (text) => Buffer.from(text.slice(Math.floor(text.length * 0.1))),
};

it.each(Object.entries(encodings))('finds every card: %s', (_, encode) => {
  for (const [at, { text }] of cards.entries()) {
    const found = search.find(Buffer.concat([noise(random.below(9)), encode(text), noise(5)]), 1);
    expect(
      found.map(({ card }) => card),
      text,
    ).toEqual([at]);
  }
});

it('finds one card in megabytes', () => {
  const hay = Buffer.alloc(8 * 1024 * 1024, 'Nothing to be sold here. 没有可卖的东西。 3a7f00c2d91b ');
  hay.write(cards[4321]?.text ?? '', 5_555_555);
  expect(search.find(hay, 10).map(({ card }) => card)).toContain(4321);
});

it('finds none where there is none', () => {
  const others = makeCards(2_000, seededRandom(7)).map(({ text }) => text);
  expect(search.find(Buffer.from(others.join('\n')))).toEqual([]);
  expect(search.find(Buffer.from(Buffer.from(others.join('\n')).toString('base64')))).toEqual([]);
  expect(search.find(Buffer.from(Buffer.from(others.join('\n')).toString('hex')))).toEqual([]);
});
