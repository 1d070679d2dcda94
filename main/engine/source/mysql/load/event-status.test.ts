import { describe, expect, it } from 'vitest';
import { asDisabledEvent, asEnabledEvent, asHeldEvent, isHeldEvent } from './event-status.ts';
import { plainQuoting } from './sql-tokens.ts';

const printed = (status: string) =>
  `CREATE DEFINER=\`r\`@\`h\` EVENT \`PRESERVE ENABLE\` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ${status} COMMENT 'ENABLE' DO SET @a='ENABLE'`;

describe('the status of an event', () => {
  it('is switched, and nothing else that is called so', () => {
    expect(asDisabledEvent(printed('ENABLE'))).toBe(printed('DISABLE'));
    expect(asDisabledEvent(printed('DISABLE ON SLAVE'))).toBe(printed('DISABLE ON SLAVE'));
    for (const off of ['DISABLE', 'DISABLE ON SLAVE', 'DISABLE ON REPLICA'])
      expect(asEnabledEvent(printed(off))).toBe(printed('ENABLE'));
    expect(
      ['ENABLE', 'DISABLE', 'DISABLE ON SLAVE', 'DISABLE ON REPLICA'].map((each) => isHeldEvent(printed(each))),
    ).toEqual([false, false, true, true]);
  });

  it.each([
    [printed('ENABLE'), printed('DISABLE ON SLAVE')],
    [printed('DISABLE'), printed('DISABLE')],
    [printed('DISABLE ON SLAVE'), printed('DISABLE ON SLAVE')],
    [
      'create event e on schedule every 1 hour do call x()',
      'create event e on schedule every 1 hour DISABLE ON SLAVE do call x()',
    ],
    [
      "CREATE OR REPLACE EVENT IF NOT EXISTS shop.do ON SCHEDULE AT (SELECT 1) COMMENT 'DO' DO BEGIN SELECT 'x'; DO 1; END",
      "CREATE OR REPLACE EVENT IF NOT EXISTS shop.do ON SCHEDULE AT (SELECT 1) DISABLE ON SLAVE COMMENT 'DO' DO BEGIN SELECT 'x'; DO 1; END",
    ],
    ['ALTER DEFINER=CURRENT_USER EVENT `e` ENABLE', 'ALTER DEFINER=CURRENT_USER EVENT `e` DISABLE ON SLAVE'],
    ['ALTER EVENT e /* now */ enable DO ENABLE()', 'ALTER EVENT e /* now */ DISABLE ON SLAVE DO ENABLE()'],
    ['ALTER EVENT e DISABLE', 'ALTER EVENT e DISABLE'],
    ['ALTER EVENT e RENAME TO f', 'ALTER EVENT e RENAME TO f'],
    ['ALTER EVENT e DO SELECT 1', 'ALTER EVENT e DO SELECT 1'],
    ['DROP EVENT e', 'DROP EVENT e'],
    ['CREATE TABLE event (enable INT)', 'CREATE TABLE event (enable INT)'],
    ["INSERT INTO event VALUES ('CREATE EVENT e ENABLE')", "INSERT INTO event VALUES ('CREATE EVENT e ENABLE')"],
    [
      'CREATE TRIGGER t AFTER INSERT ON event FOR EACH ROW SET @enable = 1',
      'CREATE TRIGGER t AFTER INSERT ON event FOR EACH ROW SET @enable = 1',
    ],
  ])('of %s is held', (statement, held) => {
    expect(asHeldEvent(statement, plainQuoting)).toBe(held);
  });

  it.each([
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY /*!999999 DISABLE */ DO SELECT 1',
    '/*!50106 CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1 */',
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 'open",
  ])('of %s nobody can tell', (statement) => {
    expect(asHeldEvent(statement, plainQuoting)).toBeNull();
  });
});
