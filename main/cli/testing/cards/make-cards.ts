import type { SeededRandom } from '../../../engine/backend/testing/model-disk/seeded-random.ts';

/** A card as a shop has it in its stock, and what in it is random: whoever sees a core has seen this card and no other text. */
export interface Card {
  readonly text: string;
  readonly cores: readonly string[];
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';
const capitals = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const digits = '0123456789';
/** 512 common characters: nine bits each. */
const firstHan = 0x4e00;
const hanCount = 512;

/** The shapes that card shops sell, in turn: keys with dashes, bare codes, accounts with Chinese passwords, long texts, links, numbers, what has to be escaped. */
export function makeCards(count: number, random: SeededRandom): Card[] {
  return Array.from({ length: count }, (_, at) => shapes[at % shapes.length]?.(random) ?? dashed(random));
}

type Shape = (random: SeededRandom) => Card;

const from = (random: SeededRandom, alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('');
const han = (random: SeededRandom, length: number) =>
  Array.from({ length }, () => String.fromCodePoint(firstHan + random.below(hanCount))).join('');

const dashed: Shape = (random) => {
  const text = [5, 5, 5, 5].map((length) => from(random, capitals, length)).join('-');
  return { text, cores: [text] };
};
const bare: Shape = (random) => {
  const text = from(random, letters, 16);
  return { text, cores: [text] };
};
const account: Shape = (random) => {
  const [user, password] = [from(random, letters, 14), han(random, 12)];
  return { text: `账号：${user}----密码：${password}`, cores: [user, password] };
};
const long: Shape = (random) => {
  const lines = Array.from({ length: 6 }, () => from(random, letters, 40));
  return { text: ['-----BEGIN LICENSE-----', ...lines, '-----END LICENSE-----'].join('\r\n'), cores: lines };
};
const link: Shape = (random) => {
  const code = from(random, letters, 20);
  return { text: `https://redeem.example/?lang=zh&code=${code}&n=1`, cores: [code] };
};
const numbers: Shape = (random) => {
  const text = from(random, digits, 24);
  return { text, cores: [text] };
};
const escaped: Shape = (random) => {
  const [left, right] = [from(random, letters, 15), from(random, letters, 15)];
  return { text: `'${left}'\\\t"${right}"; -- %_`, cores: [left, right] };
};

const shapes: readonly Shape[] = [dashed, bare, account, long, link, numbers, escaped];
