import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { describeError } from '../../../../shared/errors/redact.ts';
import { mapConnectError, mapQueryError, serverErrno } from './map-error.ts';

const place = { host: 'db', port: 3306, user: 'shop' };

describe('an error of a statement', () => {
  it.each<[number, string, string, Record<string, unknown>]>([
    [
      1227,
      'Access denied; you need (at least one of) the RELOAD privilege(s) for this operation',
      'mysql.no-privilege',
      { privilege: 'RELOAD' },
    ],
    [
      1142,
      "SELECT command denied to user 'u'@'h' for table `db`.`cards`",
      'mysql.no-privilege',
      { privilege: 'SELECT' },
    ],
    [1044, "Access denied for user 'u'@'h' to database 'shop'", 'mysql.no-privilege', { statement: 'LOCK TABLES' }],
    [1370, "execute command denied to user 'u'@'h' for routine 'a.b'", 'mysql.no-privilege', { privilege: 'EXECUTE' }],
    [1049, "Unknown database 'shop'", 'mysql.database-missing', { database: 'shop' }],
    [1205, 'Lock wait timeout exceeded', 'mysql.lock-timeout', { waitedMs: 1200 }],
    [1213, 'Deadlock found', 'mysql.lock-timeout', { waitedMs: 1200 }],
    [1927, 'Connection was killed', 'mysql.connection-lost', { host: 'db', port: 3306 }],
    [1064, 'You have an error in your SQL syntax', 'mysql.query-failed', { errno: 1064 }],
  ])('%i becomes a code', (errno, message, code, facts) => {
    const error = mapQueryError(serverError(errno, message), { ...place, waitedMs: 1200.4, statement: 'LOCK TABLES' });

    expect(error).toMatchObject({ code, facts });
    expect(serverErrno(error)).toBe(errno);
  });

  it.each([1146, 1412, 1054, 1176])('%i means a moved schema only inside a snapshot', (errno) => {
    const error = serverError(errno, 'gone');

    expect(mapQueryError(error, { ...place, database: 'd', table: 't' })).toMatchObject({
      code: 'mysql.schema-moved',
      facts: { database: 'd', table: 't' },
    });
    expect(mapQueryError(error, place).code).toBe('mysql.query-failed');
  });

  it.each([
    "Duplicate entry 'KA'-MI-1' for key 'PRIMARY'",
    'Incorrect string value: "KA-MI-1"',
    "near 'KA-MI-1' at line 1",
    'Unknown column `KA-MI-1`',
  ])('says nothing that stood between quotes: %s', (message) => {
    const { facts } = mapQueryError(serverError(1062, message), place);

    expect(JSON.stringify(facts)).not.toContain('MI-1');
  });

  it('says nothing of it in a log either, where causes are written down', () => {
    const thrown = Object.assign(serverError(1062, "Duplicate entry 'KA-MI-1\nline two' for key 'carmi'"), {
      sql: "INSERT INTO carmis VALUES ('KA-MI-1')",
      sqlMessage: "Duplicate entry 'KA-MI-1' for key 'carmi'",
    });
    const mapped = mapQueryError(thrown, place);

    const written = describeError(mapped);
    expect(written).toContain('Duplicate entry');
    expect(written).toContain('map-error.test.ts');
    expect(`${written}${inspect(mapped, { depth: 9 })}`).not.toContain('MI-1');
    expect(serverErrno(mapped)).toBe(1062);
  });

  it('without a number of the server is a lost connection', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104 });

    expect(mapQueryError(reset, place)).toMatchObject({
      code: 'mysql.connection-lost',
      facts: { reason: 'ECONNRESET' },
    });
  });

  it('passes through when it has a code already', () => {
    const known = new AppError('tunnel.lost');

    expect(mapQueryError(known, place)).toBe(known);
    expect(mapConnectError(known, place)).toBe(known);
  });
});

describe('an error of a login', () => {
  it.each<[number, string, Record<string, unknown>]>([
    [1045, 'mysql.auth-failed', { user: 'shop', host: 'db', reason: 'password' }],
    [1698, 'mysql.auth-failed', { reason: 'method' }],
    [1862, 'mysql.auth-failed', { reason: 'password-expired' }],
    [1130, 'mysql.auth-failed', { reason: 'host-not-allowed' }],
    [1040, 'mysql.unreachable', { reason: 'too-many-connections' }],
    [1129, 'mysql.unreachable', { reason: 'host-blocked' }],
  ])('%i becomes a code', (errno, code, facts) => {
    expect(mapConnectError(serverError(errno, 'x'), place)).toMatchObject({ code, facts });
  });
});

function serverError(errno: number, message: string): Error {
  return Object.assign(new Error(message), { errno, code: 'ER_X', sqlState: 'HY000' });
}
