import { expect, it } from 'vitest';
import { exactDecimals } from './json-decimals.ts';

it.each([
  ['{"a": 9.90, "b": [1, {"": 1.00}, 0.5]}', ['$."a" 9.90', '$."b"[1]."" 1.00']],
  ['9.90', ['$ 9.90']],
  ['[[1.5, 2.50], -0.10]', ['$[0][1] 2.50', '$[1] -0.10']],
  ['{"k\\"1.10": "2.20", "\\\\": {"x": [3.30]}, "y": 4.40}', ['$."\\\\"."x"[0] 3.30', '$."y" 4.40']],
  [
    '[123456789012345678901234567890, 12345678901234567.89]',
    ['$[0] 123456789012345678901234567890', '$[1] 12345678901234567.89'],
  ],
  ['[{}, [], {"a": {}}, 1.10]', ['$[3] 1.10']],
])('finds the numbers of %s that text loses', (json, expected) => {
  expect(exactDecimals(json).map(({ path, digits }) => `${path} ${digits}`)).toEqual(expected);
});

it.each([
  '[1.0, 0.1, 1e300, -0.0, 0.30000000000000004, 1234567890123456.5, 0.00001]',
  '[18446744073709551615, -9223372036854775808]',
])('leaves what the server prints of doubles and integers alone: %s', (json) =>
  expect(exactDecimals(json)).toEqual([]),
);
