import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SchemaObject } from '../../../../shared/model/database.ts';
import { aSnapshot, startSource, tableNamed, type SourceServer } from './testing/source-server.ts';
import type { MysqlSnapshot } from './types.ts';

let source: SourceServer;
let snapshot: MysqlSnapshot;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop CHARACTER SET gbk',
    'CREATE SEQUENCE shop.numbers START WITH 5 INCREMENT BY 3 CACHE 10',
    'CREATE TABLE shop.cards (id int DEFAULT nextval(shop.numbers) PRIMARY KEY, secret varchar(50), twice int AS (id * 2) STORED, seen datetime DEFAULT CURRENT_TIMESTAMP, hidden int INVISIBLE DEFAULT 1)',
    'CREATE TABLE shop.by_unique (a int NOT NULL, b varchar(20) NOT NULL, c int, UNIQUE KEY `ab ``x``` (a, b))',
    'CREATE TABLE shop.by_nullable (a int, UNIQUE (a))',
    'CREATE TABLE shop.by_prefix (a varchar(100) NOT NULL, UNIQUE (a(5)))',
    "CREATE TABLE shop.by_enum (a enum('x','y') NOT NULL PRIMARY KEY)",
    'CREATE TABLE shop.by_secret (secret varchar(50) NOT NULL PRIMARY KEY, n int NOT NULL, UNIQUE KEY n (n))',
    "CREATE TABLE shop.by_ignored (e enum('x') PRIMARY KEY, a int NOT NULL, UNIQUE KEY a (a) IGNORED)",
    // Named against the alphabet: z is used by a.
    'CREATE VIEW shop.z_base AS SELECT id FROM shop.cards',
    'CREATE VIEW shop.a_top AS SELECT id FROM shop.z_base',
    'CREATE VIEW shop.m_join AS SELECT a.id FROM shop.a_top a JOIN shop.z_base z ON z.id = a.id',
    "SET SESSION sql_mode = 'ANSI_QUOTES'",
    'CREATE FUNCTION shop.tax(n decimal(10,2)) RETURNS decimal(10,2) DETERMINISTIC RETURN n * 0.06',
    "SET SESSION sql_mode = ''",
    "CREATE PROCEDURE shop.`odd 名`() BEGIN /* 守护; DELIMITER ;; */ SELECT '中文;'; END",
    'CREATE TRIGGER shop.t2 BEFORE INSERT ON shop.cards FOR EACH ROW SET @x = 2',
    'CREATE TRIGGER shop.t9 BEFORE INSERT ON shop.cards FOR EACH ROW PRECEDES t2 SET @x = 1',
    "CREATE EVENT shop.nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DISABLE DO DELETE FROM shop.by_enum",
    'SELECT nextval(shop.numbers), nextval(shop.numbers)',
  );
  snapshot = await aSnapshot(source.target, { databases: ['shop'], isSecret: (_, __, column) => column === 'secret' });
});
afterAll(async () => {
  await snapshot.close();
  await source.stop();
});

describe('a described database', () => {
  it('keeps its defaults and its objects in an order that can be created', () => {
    const [database] = snapshot.databases;

    expect(database).toMatchObject({ name: 'shop', characterSet: 'gbk', collation: 'gbk_chinese_ci' });
    expect(database?.objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'sequence numbers',
      'function tax',
      'procedure odd 名',
      'view z_base',
      'view a_top',
      'view m_join',
      'trigger t9',
      'trigger t2',
      'event nightly',
    ]);
  });

  it('keeps bodies and the session they need', () => {
    expect(objectNamed('odd 名').ddl).toContain("BEGIN /* 守护; DELIMITER ;; */ SELECT '中文;'; END");
    expect(objectNamed('tax').sqlMode).toBe('ANSI_QUOTES');
    expect(objectNamed('nightly')).toMatchObject({ timeZone: '+00:00', characterSetClient: 'utf8mb4' });
    expect(objectNamed('numbers').nextValue).toBe('35');
  });

  it('lists stored columns only, with their secrets', () => {
    expect(tableNamed(snapshot, 'cards').columns.map(({ name, secret }) => [name, secret])).toEqual([
      ['id', false],
      ['secret', true],
      ['seen', false],
      ['hidden', false],
    ]);
  });

  it.each([
    ['cards', ['id']],
    ['by_unique', ['a', 'b']],
    ['by_nullable', null],
    ['by_prefix', null],
    ['by_enum', null],
    ['by_secret', ['n']],
    ['by_ignored', null],
  ])('orders %s by %j', (name, key) => {
    expect(tableNamed(snapshot, name).key).toEqual(key);
  });
});

it('reads a body in the character set of its author', async () => {
  const author = await source.openAdmin();
  // The driver follows this: the statement travels, and is kept by the server, as gbk bytes.
  await author.query('SET character_set_client = gbk, collation_connection = gbk_chinese_ci');
  await author.query("CREATE PROCEDURE shop.cafe() SELECT '守护'");
  author.close();
  const now = await aSnapshot(source.target, { databases: ['shop'] });
  const found = now.databases[0]?.objects.find(({ name }) => name === 'cafe');
  await now.close();

  expect(found).toMatchObject({ characterSetClient: 'gbk', collationConnection: 'gbk_chinese_ci' });
  expect(found?.ddl).toContain("'守护'");
  await source.run('DROP PROCEDURE shop.cafe');
});

it('refuses what it cannot carry instead of leaving it out', async () => {
  await source.run(
    'CREATE DATABASE oracle',
    'CREATE TABLE oracle.t (id int PRIMARY KEY)',
    "SET SESSION sql_mode = 'ORACLE'",
    'CREATE PACKAGE oracle.p AS FUNCTION f RETURN INT; END',
    "SET SESSION sql_mode = ''",
  );

  await expect(aSnapshot(source.target, { databases: ['oracle'] })).rejects.toMatchObject({
    code: 'mysql.unsupported',
  });
  await source.run('DROP DATABASE oracle');
});

it('shows an invalid view as the server does', async () => {
  await source.run(
    'CREATE TABLE shop.gone (id int)',
    'CREATE VIEW shop.broken AS SELECT id FROM shop.gone',
    'DROP TABLE shop.gone',
  );
  const now = await aSnapshot(source.target, { databases: ['shop'] });
  await now.close();

  expect(now.databases[0]?.objects.find(({ name }) => name === 'broken')?.ddl).toContain('`shop`.`gone`');
  await source.run('DROP VIEW shop.broken');
});

function objectNamed(name: string): SchemaObject {
  const found = snapshot.databases[0]?.objects.find((object) => object.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}
