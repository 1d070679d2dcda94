import { expect, it } from 'vitest';
import { ListedNames } from './listed-names.ts';

it('gives back every name it was told, over many slabs', () => {
  const names = Array.from({ length: 20_000 }, (_, n) => `chunks/ab/${String(n).padStart(3 + (n % 60), '0')}`);
  const listed = new ListedNames(names.length);
  for (const name of names) listed.add(name);
  expect(listed.isFull).toBe(false);
  expect(listed.toSet()).toEqual(new Set(names));
});

it('keeps nothing beyond its limit, and says so', () => {
  const listed = new ListedNames(2);
  for (const name of ['a', 'b']) listed.add(name);
  expect(listed.toSet()).toEqual(new Set(['a', 'b']));
  listed.add('c');
  expect([listed.isFull, listed.toSet().size]).toEqual([true, 0]);
});
