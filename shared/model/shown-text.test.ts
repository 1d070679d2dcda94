import { describe, expect, it } from 'vitest';
import { shownLine, shownText } from './shown-text.ts';

describe('shownLine', () => {
  it.each([
    ['a colour and a title', 'a\u001b[31mred\u001b]0;title\u0007', 'a<U+001B>[31mred<U+001B>]0;title<U+0007>'],
    ['the one-byte introducer', '\u009b2J', '<U+009B>2J'],
    ['a line typed over', 'failed\rdone\u0008', 'failed<U+000D>done<U+0008>'],
    ['a line of its own', 'shop\n✓ all is well\r\nmore', 'shop↵✓ all is well↵more'],
    ['an override of the order', '\u202egpj.exe\u2069', '<U+202E>gpj.exe<U+2069>'],
    ['marks, separators and tags', '\u200f\u061c\u2028\ufeff\u{e0041}', '<U+200F><U+061C><U+2028><U+FEFF><U+E0041>'],
    ['nothing that is seen', 'sh\u200bop', 'sh<U+200B>op'],
    ['a tab', 'a\tb', 'a b'],
  ])('shows %s as what it is', (_what, text, shown) => {
    expect(shownLine(text)).toBe(shown);
  });

  it.each(['小店的订单表', 'Ünïcode é', '👩‍💻', 'نمی‌خواهم', '守护'])('leaves %s as it is', (text) => {
    expect(shownLine(text)).toBe(text);
  });
});

it('shownText keeps the lines of a text', () => {
  expect(shownText('one\r\ntwo\u001b[2J\n')).toBe('one\ntwo<U+001B>[2J\n');
});
