import { describe, expect, it } from 'vitest';
import { createsObject, isSafeForClient, type CreateStatement } from './creates-object.ts';

const aStatement = (kind: CreateStatement['kind'], name: string, ddl: string, sqlMode: string | null = null) => ({
  kind,
  name,
  ddl,
  sqlMode,
});

describe('createsObject', () => {
  it.each<[CreateStatement['kind'], string, string, string?]>([
    [
      'table',
      'cards',
      "CREATE TABLE `cards` (\n  `a;b` int COMMENT 'x; \\\\ it''s',\n  KEY `k` (`a;b`)\n) ENGINE=InnoDB",
    ],
    ['table', 'we`ird', 'CREATE TABLE `we``ird` (`n` int)'],
    ['table', 'Cards', 'CREATE TABLE `cards` (`n` int)'],
    [
      'table',
      'p',
      'CREATE TABLE `p` (`d` int)\n/*!50100 PARTITION BY RANGE (`d`) (PARTITION a VALUES LESS THAN (3) ENGINE = InnoDB) */',
    ],
    [
      'sequence',
      's',
      'CREATE SEQUENCE `s` start with 1 minvalue 1 maxvalue 9 increment by 1 cache 10 nocycle ENGINE=InnoDB',
    ],
    [
      'view',
      'v',
      'CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`%` SQL SECURITY DEFINER VIEW `shop`.`v` AS select 1 AS `a;b`',
    ],
    ['view', 'v', "CREATE VIEW `v` AS select '\\\\;' AS `x`"],
    ['procedure', 'p', 'CREATE DEFINER=`a ON b`@`(BEFORE)` PROCEDURE `p`(IN a int)\nBEGIN SELECT 1; SELECT 2; END'],
    ['procedure', 'p (', 'CREATE DEFINER=`r``(`@`h` PROCEDURE `p (`() SELECT 1'],
    ['function', 'f', 'CREATE DEFINER=`r`@`h` AGGREGATE FUNCTION `f`(x INT) RETURNS int(11) BEGIN RETURN 1; END'],
    ['function', 'f', 'CREATE DEFINER=`r`@`h` FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT AS $$ it\'s \\ " $$'],
    ['function', 'f', 'CREATE DEFINER="r"@"h" FUNCTION "f"(a int) RETURNS int RETURN 1', 'ANSI_QUOTES'],
    ['trigger', 'tr', 'CREATE DEFINER=`r`@`h` TRIGGER shop . tr AFTER INSERT ON cards FOR EACH ROW SET @a = 1'],
    [
      'trigger',
      'tr',
      'CREATE OR REPLACE DEFINER=`r`@`h` TRIGGER IF NOT EXISTS /* before */ `tr` BEFORE DELETE ON x FOR EACH ROW SET @a=1',
    ],
    ['event', 'e', "CREATE DEFINER=`role` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO DELETE FROM t"],
    ['event', 'e', 'CREATE DEFINER=CURRENT_USER() EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1'],
  ])('takes a %s that a server printed: %s', (kind, name, ddl, sqlMode) => {
    expect(createsObject(aStatement(kind, name, ddl, sqlMode ?? null), 'shop')).toBe(true);
  });

  it.each<[CreateStatement['kind'], string]>([
    ['table', ''],
    ['table', 'DROP DATABASE mysql'],
    ['table', 'CREATE TABLE `other` (`n` int)'],
    ['table', 'CREATE TABLE `mysql`.`x` (`n` int)'],
    ['table', 'CREATE TABLE `x` (`n` int); DROP DATABASE mysql'],
    ['table', 'CREATE TABLE `x` (`n` int)\n\\! rm -rf /'],
    ['table', "CREATE TABLE `x` (`n` int) COMMENT='open"],
    ['table', 'CREATE TABLE `x` (`n` int) /* open'],
    ['table', 'CREATE TEMPORARY TABLE `x` (`n` int)'],
    ['table', '/*!50000 DROP DATABASE mysql */ CREATE TABLE `x` (`n` int)'],
    ['table', 'CREATE DATABASE `x`'],
    ['table', 'CREATE VIEW `x` AS select 1'],
    ['view', "CREATE VIEW `x` AS select 1; GRANT ALL ON *.* TO 'thief'"],
    ['view', 'CREATE USER x'],
    ['sequence', 'CREATE TABLE `x` (`n` int)'],
    ['procedure', 'CREATE PROCEDURE x /**/ . evil() SELECT 1'],
    ['procedure', 'CREATE PROCEDURE `mysql`.`x`() SELECT 1'],
    ['procedure', 'CREATE FUNCTION `x`() RETURNS int RETURN 1'],
    ['procedure', 'SET GLOBAL general_log_file = (SELECT `x`(1))'],
    ['trigger', 'CREATE TRIGGER `x` /* BEFORE'],
    ['trigger', 'CREATE TRIGGER `y` BEFORE INSERT ON `x` FOR EACH ROW SET @a = 1'],
    ['event', 'ALTER EVENT `x` ON SCHEDULE EVERY 1 DAY DO SELECT 1'],
    ['event', `CREATE ${'/* x */'.repeat(2000)} EVENT \`x\` ON SCHEDULE EVERY 1 DAY DO SELECT 1`],
  ])('refuses for a %s: %s', (kind, ddl) => {
    expect(createsObject(aStatement(kind, 'x', ddl), 'shop')).toBe(false);
  });
});

describe('isSafeForClient', () => {
  it.each([
    'CREATE PROCEDURE p() BEGIN SELECT 1; SELECT \'\\\\! ls\', "`\\"", `delimiter`; END',
    'CREATE PROCEDURE p() BEGIN\n  -- it is a \\! comment\n  SELECT 1; # and \\q another\n /* \\! */ END',
    'CREATE PROCEDURE p() SELECT 1 AS delimiter',
  ])('takes %j', (ddl) => {
    expect(isSafeForClient(aStatement('procedure', 'p', ddl))).toBe(true);
  });

  it.each([
    'CREATE PROCEDURE p() SELECT 1 \\! touch /tmp/x',
    'CREATE PROCEDURE p() SELECT 1\n  DELIMITER ;\nDROP DATABASE x',
    'CREATE PROCEDURE p() SELECT 1 -- comment\ndelimiter ;\nDROP DATABASE x',
    "CREATE PROCEDURE p() SELECT 'open",
  ])('refuses %j', (ddl) => {
    expect(isSafeForClient(aStatement('procedure', 'p', ddl))).toBe(false);
  });
});
