import { describe, expect, it } from 'vitest';
import { invisibleParts, isGranted, parseGrant } from './privileges.ts';

describe('a line of SHOW GRANTS', () => {
  it.each<[string, string[], string | null, string | null]>([
    [
      "GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` IDENTIFIED BY PASSWORD '*X' WITH GRANT OPTION",
      ['ALL PRIVILEGES'],
      null,
      null,
    ],
    [
      'GRANT SELECT, TRIGGER, SHOW VIEW ON `shop\\_1`.* TO `u`@`%`',
      ['SELECT', 'TRIGGER', 'SHOW VIEW'],
      'shop\\_1',
      null,
    ],
    ['GRANT SELECT (`a`, `b`), INSERT ON `d``b`.`t` TO `u`@`%`', ['INSERT'], 'd`b', 't'],
    ['GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `u`@`%`', ['EXECUTE'], 'shop', 'p'],
    ['GRANT BACKUP_ADMIN,SHOW_ROUTINE ON *.* TO `u`@`%`', ['BACKUP_ADMIN', 'SHOW_ROUTINE'], null, null],
  ])('%s', (line, privileges, database, object) => {
    expect(parseGrant(line)).toEqual({ privileges: new Set(privileges), database, object });
  });

  it.each([
    'GRANT `reading`@`%` TO `u`@`%`',
    "GRANT PROXY ON ''@'' TO 'root'@'localhost'",
    'SET DEFAULT ROLE `r` FOR `u`@`%`',
  ])('%s grants nothing on databases', (line) => {
    expect(parseGrant(line)).toBeNull();
  });
});

describe('what an account can see', () => {
  it.each<[string, string, boolean]>([
    ['shop\\_1', 'shop_1', true],
    ['shop\\_1', 'shopx1', false],
    ['shop_1', 'shopx1', true],
    ['shop%', 'shop_backup', true],
    ['sho+p', 'shop', false],
  ])('a grant on %s covers %s: %s', (pattern, database, covers) => {
    const grant = parseGrant(`GRANT TRIGGER ON \`${pattern}\`.* TO \`u\`@\`%\``)!;

    expect(isGranted([grant], database, ['TRIGGER'])).toBe(covers);
  });

  it('a right on one table is no right on the database', () => {
    const grant = parseGrant('GRANT TRIGGER ON `shop`.`t` TO `u`@`%`')!;

    expect(isGranted([grant], 'shop', ['TRIGGER'])).toBe(false);
  });

  it('names the first missing right of each database', () => {
    const grants = ['GRANT SELECT, TRIGGER ON `a`.* TO `u`@`%`', 'GRANT ALL PRIVILEGES ON `b`.* TO `u`@`%`'].map(
      (line) => parseGrant(line)!,
    );

    expect(invisibleParts(grants, ['a', 'b', 'c'])).toEqual([
      { database: 'a', privilege: 'EXECUTE' },
      { database: 'c', privilege: 'TRIGGER' },
      { database: 'c', privilege: 'EXECUTE' },
    ]);
  });
});
