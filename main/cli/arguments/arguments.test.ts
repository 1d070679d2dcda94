import { describe, expect, it } from 'vitest';
import { parseFingerprint, parseMysqlUrl, parseSshAddress } from './addresses.ts';
import { parsePercent, parseRate, parseSecondsAsMs, parseTables } from './values.ts';

describe('parseMysqlUrl', () => {
  it.each([
    ['mysql://root@127.0.0.1:3307/', { host: '127.0.0.1', port: 3307, user: 'root', database: null }],
    ['mysql://root@db', { host: 'db', port: 3306, user: 'root', database: null }],
    [
      'mariadb://shop%40home@db.example.cn/shop',
      { host: 'db.example.cn', port: 3306, user: 'shop@home', database: 'shop' },
    ],
    ['mysql://%E5%BA%97@[::1]:3306/', { host: '::1', port: 3306, user: '店', database: null }],
  ])('reads %s', (text, address) => {
    expect(parseMysqlUrl(text)).toEqual(address);
  });

  it.each([
    ['mysql://root:secret@db/', 'password-in-url'],
    ['mysql://root:se/cr@et@db/', 'password-in-url'],
    ['mysql://root:@db/', 'password-in-url'],
    ['mysql://db:3306/', 'user-missing'],
    ['http://root@db/', 'not-a-mysql-url'],
    ['mysql://root@db:3306/?ssl=1', 'not-a-mysql-url'],
    ['mysql://root@db:99999/', 'not-a-port'],
    ['mysql://%ZZ@db/', 'not-a-mysql-url'],
    ['root@db', 'not-a-mysql-url'],
  ])('refuses %s and repeats no secret', (text, reason) => {
    expect(() => parseMysqlUrl(text)).toThrow(
      expect.objectContaining({ code: 'usage.bad-argument', facts: { argument: '--mysql', reason } }),
    );
  });
});

describe('parseSshAddress', () => {
  it.each([
    ['me@host', { host: 'host', port: 22, user: 'me' }],
    ['me@host:2222', { host: 'host', port: 2222, user: 'me' }],
    ['ssh://me@[fe80::1]:2200', { host: 'fe80::1', port: 2200, user: 'me' }],
  ])('reads %s', (text, address) => {
    expect(parseSshAddress(text)).toEqual(address);
  });

  it.each(['host', 'me@', '@host', 'me@host:x', 'me:pw@host', 'me@host:0'])('refuses %s', (text) => {
    expect(() => parseSshAddress(text)).toThrow(expect.objectContaining({ code: 'usage.bad-argument' }));
  });
});

describe('parseFingerprint', () => {
  const fingerprint = `SHA256:${'a'.repeat(43)}`;
  it('takes what ssh-keygen prints, also with padding', () => {
    expect(parseFingerprint(`${fingerprint}=`)).toBe(fingerprint);
    expect(() => parseFingerprint('MD5:00')).toThrow(expect.objectContaining({ code: 'usage.bad-argument' }));
  });
});

describe('parseSecondsAsMs', () => {
  it.each([
    ['30', 30_000],
    ['0.5', 500],
    ['1.0001', 1001],
    ['2147483', 2_147_483_000],
  ])('reads %s', (text, ms) => {
    expect(parseSecondsAsMs(text, '--for')).toBe(ms);
  });

  it.each(['0', '-1', '1e3', '2147484', '999999999', 'a day', ''])('refuses %j', (text) => {
    expect(() => parseSecondsAsMs(text, '--for')).toThrow(
      expect.objectContaining({ facts: { argument: '--for', reason: 'not-seconds' } }),
    );
  });
});

describe('parseRate', () => {
  it.each([
    ['10Mbit', 1_250_000],
    ['10mbit/s', 1_250_000],
    ['20Mbps', 2_500_000],
    ['800Kbit', 100_000],
    ['1Gbit', 125_000_000],
    ['2MB', 2_000_000],
    ['1.5 MB/s', 1_500_000],
    ['500KB', 500_000],
    ['1MiB', 1_048_576],
  ])('reads %s as bytes per second', (text, bytesPerSecond) => {
    expect(parseRate(text)).toBe(bytesPerSecond);
  });

  it.each(['10', '10Mb', '0Mbit', '-1MB', 'fast', '10 TB', ''])('does not guess %s', (text) => {
    expect(() => parseRate(text)).toThrow(expect.objectContaining({ code: 'usage.bad-argument' }));
  });
});

describe('parsePercent', () => {
  it('reads all, 10 and 10%', () => {
    expect([parsePercent('all'), parsePercent('10'), parsePercent('2.5%')]).toEqual([100, 10, 2.5]);
  });

  it.each(['0', '101', 'half', '-5', ''])('refuses %s', (text) => {
    expect(() => parsePercent(text)).toThrow(expect.objectContaining({ code: 'usage.bad-argument' }));
  });
});

describe('parseTables', () => {
  it('wants the database with each table', () => {
    expect(parseTables('shop.orders, shop.a.b')).toEqual(['shop.orders', 'shop.a.b']);
    expect(() => parseTables('orders')).toThrow(expect.objectContaining({ code: 'usage.bad-argument' }));
  });
});
