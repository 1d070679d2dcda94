import type { SeededRandom } from '../../../../../backend/testing/model-disk/seeded-random.ts';
import { times } from './step.ts';

const words = [
  '发卡',
  '点券 🎫',
  "O'Neil",
  'back\\\\slash',
  'tab\\tnew\\nline',
  'ümläut',
  '',
  ' end ',
  '\\0zero',
  '𝄞 clef',
  'DROP TABLE x;',
  '日本語',
];

export function text(random: SeededRandom): string {
  return `'${times(random.below(4), () => random.pick(words).replaceAll("'", "''")).join(' ')}'`;
}

export function bytes(random: SeededRandom, most = 300): string {
  const count = random.below(most);
  return count === 0 ? "''" : `x'${times(count, () => random.below(256).toString(16).padStart(2, '0')).join('')}'`;
}

export function decimal(random: SeededRandom): string {
  return `${random.pick(['', '-'])}${random.below(1e9)}.${String(random.below(10_000)).padStart(4, '0')}`;
}

export function moment(random: SeededRandom): string {
  const two = (below: number, from = 0) => String(from + random.below(below)).padStart(2, '0');
  return `'${1990 + random.below(45)}-${two(12, 1)}-${two(28, 1)} ${two(24)}:${two(60)}:${two(60)}.${String(random.below(1e6)).padStart(6, '0')}'`;
}

export function json(random: SeededRandom): string {
  const value = (depth: number): unknown => {
    const kinds = depth > 2 ? 4 : 6;
    switch (random.below(kinds)) {
      case 0:
        return random.below(1e6);
      case 1:
        return random.pick(['卡', 'a"b', '', 'x'.repeat(random.below(300))]);
      case 2:
        return random.pick([true, false, null]);
      case 3:
        return random.below(1e6) / 1000;
      case 4:
        return times(random.below(4), () => value(depth + 1));
      default:
        return Object.fromEntries(times(random.below(4), (n) => [`k${n}`, value(depth + 1)]));
    }
  };
  const document = JSON.stringify({ a: value(0), b: { c: value(1) }, list: [1, 2, value(1)] });
  return `'${document.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A value, or NULL now and then. */
export function orNull(random: SeededRandom, make: (random: SeededRandom) => string): string {
  return random.below(5) === 0 ? 'NULL' : make(random);
}
