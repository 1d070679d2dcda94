import { describe, expect, it } from 'vitest';
import type { QueryEvent } from '../query-event.ts';
import { namedHere } from './named-here.ts';

const renames = new Map([['shop', 'shop__restore_1']]);
const query = (text: Buffer | string, charset?: number) =>
  ({
    query: Buffer.from(text),
    database: 'shop',
    settings: charset === undefined ? {} : { charset: [charset, charset, charset] },
  }) as unknown as QueryEvent;
const renamed = (text: string) => namedHere(query(text), renames)?.toString('utf8') ?? null;

describe('namedHere', () => {
  it.each([
    ['DROP TABLE `shop`.`orders`', 'DROP TABLE `shop__restore_1`.`orders`'],
    ['ALTER TABLE shop.orders ADD 备注 TEXT', 'ALTER TABLE `shop__restore_1`.orders ADD 备注 TEXT'],
    ["INSERT INTO orders VALUES ('shop') /* of shop */", "INSERT INTO orders VALUES ('shop') /* of shop */"],
    ['DROP TABLE shop_old', 'DROP TABLE shop_old'],
  ])('%s', (from, to) => {
    expect(renamed(from)).toBe(to);
  });

  it.each([
    ['a name that may mean something else', 'CREATE DATABASE shop'],
    ['a name in a comment that servers run', 'CREATE TABLE t (a INT) /*!50100 DATA DIRECTORY shop */'],
    ['a quote that never ends', "CREATE TABLE shop.t (a INT DEFAULT '"],
  ])('is silent about %s', (_, text) => {
    expect(renamed(text)).toBeNull();
  });

  it('does not write a character set that it cannot', () => {
    const gbk = Buffer.from([...Buffer.from("ALTER TABLE shop.t COMMENT '"), 0xb5, 0xa5, ...Buffer.from("'")]);
    expect(namedHere(query(gbk, 28), renames)).toBeNull();
    expect(namedHere(query(gbk, 28), new Map([['other', 'x']]))).toEqual(gbk);
  });
});
