import { describe, expect, it } from 'vitest';
import { plainQuoting } from '../load/sql-tokens.ts';
import { beginsTransaction } from './begins-transaction.ts';

describe('beginsTransaction', () => {
  it.each([
    // As MySQL 9.7 wrote them.
    [true, "CREATE TABLE `copied` (\n  `id` int NOT NULL DEFAULT '0'\n) START TRANSACTION ENGINE=InnoDB"],
    [true, 'CREATE TABLE `copied` (`id` int) ENGINE=InnoDB START TRANSACTION'],
    [false, "CREATE TABLE t (a INT COMMENT 'START TRANSACTION')"],
    [false, 'CREATE TABLE `START` (`TRANSACTION` int)'],
    [false, 'CREATE PROCEDURE p() BEGIN START TRANSACTION; END'],
    [false, 'START TRANSACTION'],
  ])('%s: %s', (expected, text) => {
    expect(beginsTransaction(text, plainQuoting)).toBe(expected);
  });
});
