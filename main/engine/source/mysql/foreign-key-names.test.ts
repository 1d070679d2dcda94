import { expect, it } from 'vitest';
import { escapeForeignKeys, withForeignKeysUnescaped, withoutUnreadableForeignKeys } from './foreign-key-names.ts';

const entries = (...lines: string[]) => ['CREATE TABLE `t` (', lines.join(',\n'), ') ENGINE=InnoDB'].join('\n');
const column = '  `f``k` int(11) DEFAULT NULL';
const plain = '  CONSTRAINT `plain` FOREIGN KEY (`x`, `y`) REFERENCES `p``a` (`x`, `y`) ON DELETE CASCADE';
const right = '  CONSTRAINT `a``, ``b` FOREIGN KEY (`f``k`) REFERENCES `q``1`.`p``a` (`i``d`) ON DELETE SET NULL';
// As MariaDB 11.8.6 prints it.
const wrong = '  CONSTRAINT `a`, `b` FOREIGN KEY (`f`k`) REFERENCES `q``1`.`p``a` (`i`d`) ON DELETE SET NULL';
const parent = { database: 'q`1', table: 'p`a' };
const keys = [
  { constraint: 'a`, `b', parent, columns: ['f`k'], referenced: ['i`d'] },
  { constraint: 'plain', parent, columns: ['x', 'y'], referenced: ['x', 'y'] },
];

it('doubles the backticks that the server did not', () => {
  expect(escapeForeignKeys(entries(column, plain, wrong), keys)).toBe(entries(column, plain, right));
  expect(escapeForeignKeys(entries(column, right, plain), keys)).toBe(entries(column, right, plain));
});

it('knows how such a server says a right statement', () => {
  expect(withForeignKeysUnescaped(entries(column, right, plain))).toBe(entries(column, wrong, plain));
});

it('leaves a foreign key out that cannot be read, and nothing else', () => {
  const check = "  CONSTRAINT `c` CHECK (`x` <> '` FOREIGN KEY (')";
  expect(withoutUnreadableForeignKeys(entries(column, right, check, plain, wrong))).toEqual({
    ddl: entries(column, right, check, plain),
    leftOut: ['a`, `b'],
  });
  expect(withoutUnreadableForeignKeys(entries(column, right, check))).toEqual({
    ddl: entries(column, right, check),
    leftOut: [],
  });
});
