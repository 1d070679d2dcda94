import type { Flavour } from '../../../../shared/model/database.ts';
import { quoteTable, type MysqlConnection } from '../../source/mysql/index.ts';
import { openLoadSession, type LoadSession } from '../../source/mysql/load/index.ts';
import { never, type SourceServer } from '../../source/mysql/testing/source-server.ts';

/** A shop in two databases, with everything a server can hang on a table, and an older one of its kind beside it, where a restore would have put it. */

export const lives = ['shop', 'pay'] as const;
export const besides = ['shop__r', 'pay__r'] as const;

function shopSql(shop: string, pay: string, age: 'now' | 'then', flavour: Flavour): string[] {
  const isNow = age === 'now';
  return [
    `CREATE DATABASE ${shop} CHARACTER SET utf8mb4`,
    `CREATE DATABASE ${pay} CHARACTER SET utf8mb4`,
    `CREATE TABLE ${shop}.orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, who VARCHAR(40) NOT NULL, stamp VARCHAR(40), g INT AS (CHAR_LENGTH(who)) STORED) ENGINE=InnoDB`,
    `CREATE TABLE ${shop}.items (id INT PRIMARY KEY, order_id INT, KEY (order_id), CONSTRAINT items_of FOREIGN KEY (order_id) REFERENCES ${shop}.orders (id) ON DELETE CASCADE) ENGINE=InnoDB`,
    `CREATE TABLE ${shop}.cards (id INT NOT NULL, day INT NOT NULL, PRIMARY KEY (id, day)) ENGINE=InnoDB PARTITION BY HASH (day) PARTITIONS 3`,
    `CREATE TABLE ${pay}.bills (id INT PRIMARY KEY, order_id INT, KEY (order_id), CONSTRAINT bill_of FOREIGN KEY (order_id) REFERENCES ${shop}.orders (id)) ENGINE=InnoDB`,
    ...(isNow
      ? [`CREATE TABLE ${shop}.only_now (id INT PRIMARY KEY) ENGINE=InnoDB`, `INSERT INTO ${shop}.only_now VALUES (1)`]
      : [
          `CREATE TABLE ${shop}.only_then (id INT PRIMARY KEY) ENGINE=InnoDB`,
          `INSERT INTO ${shop}.only_then VALUES (7)`,
        ]),
    ...(flavour === 'mariadb'
      ? [
          `CREATE SEQUENCE ${shop}.numbers START WITH ${isNow ? 50 : 20}`,
          `CREATE TABLE ${shop}.tickets (id INT NOT NULL DEFAULT NEXTVAL(${shop}.numbers) PRIMARY KEY, t INT) ENGINE=InnoDB`,
        ]
      : []),
    `INSERT INTO ${shop}.orders (id, who, stamp) VALUES (1, 'first', 'old'), (2, '${age}', 'old')${isNow ? ", (3, 'lost', 'old')" : ''}`,
    `INSERT INTO ${shop}.items VALUES (1, 1), (2, 2)`,
    `INSERT INTO ${shop}.cards VALUES (1, 1), (2, 5)`,
    `INSERT INTO ${pay}.bills VALUES (1, 1)`,
    `CREATE FUNCTION ${shop}.tag() RETURNS VARCHAR(40) DETERMINISTIC RETURN '${age}'`,
    `CREATE PROCEDURE ${shop}.tidy() DELETE FROM ${shop}.items WHERE id < 0`,
    `CREATE TRIGGER ${shop}.orders_stamp BEFORE INSERT ON ${shop}.orders FOR EACH ROW SET NEW.stamp = CONCAT('${age}-', NEW.who)`,
    `CREATE TRIGGER ${shop}.items_gone AFTER DELETE ON ${shop}.items FOR EACH ROW INSERT INTO ${shop}.cards VALUES (OLD.id + 1000, 1)`,
    ...(isNow
      ? [`CREATE TRIGGER ${shop}.cards_now BEFORE INSERT ON ${shop}.cards FOR EACH ROW SET NEW.day = NEW.day + 0`]
      : []),
    `CREATE VIEW ${shop}.who AS SELECT id, who${isNow ? ', stamp' : ''} FROM ${shop}.orders`,
    `CREATE VIEW ${pay}.owed AS SELECT b.id, w.who FROM ${pay}.bills b JOIN ${shop}.who w ON w.id = b.order_id`,
    `CREATE EVENT ${shop}.nightly ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' ${isNow ? 'ENABLE' : 'DISABLE'} DO DELETE FROM ${shop}.items WHERE id = ${isNow ? -1 : -2}`,
  ];
}

export async function buildShops(source: SourceServer, flavour: Flavour): Promise<void> {
  for (const row of await source.admin.query('SHOW DATABASES'))
    if (/^(shop|pay)/.test(row.get('database') ?? ''))
      await source.run(`DROP DATABASE \`${row.get('database') ?? ''}\``);
  await source.run(...shopSql('`shop`', '`pay`', 'now', flavour), ...shopSql('`shop__r`', '`pay__r`', 'then', flavour));
}

/** Everything that can be seen of databases, as plain text: an independent witness, none of the code under test in it. */
export async function seen(connection: MysqlConnection, databases: readonly string[]): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const database of databases) {
    const show = async (sql: string, column: string) =>
      ((await connection.query(sql))[0]?.get(column) ?? '').replace(/ AUTO_INCREMENT=\d+/, '');
    const names = async (sql: string) => (await connection.query(sql)).map((row) => [...row.values()][0] ?? '').sort();
    const where = (column: string) => `WHERE ${column} = '${database}'`;
    const tables = await names(`SELECT TABLE_NAME FROM information_schema.TABLES ${where('TABLE_SCHEMA')}`);
    for (const table of tables) {
      const name = quoteTable(database, table);
      all[`${database}.${table}`] = await show(`SHOW CREATE TABLE ${name}`, 'create table');
      const isView = all[`${database}.${table}`] === '';
      if (isView) all[`${database}.${table}`] = await show(`SHOW CREATE VIEW ${name}`, 'create view');
      const rows = (await connection.query(`SELECT * FROM ${name}`)).map((row) => JSON.stringify([...row.values()]));
      if (!all[`${database}.${table}`]?.includes('SEQUENCE')) all[`${database}.${table} rows`] = rows.sort().join('\n');
    }
    const routines = `information_schema.ROUTINES ${where('ROUTINE_SCHEMA')}`;
    for (const name of await names(`SELECT ROUTINE_NAME FROM ${routines} AND ROUTINE_TYPE = 'FUNCTION'`))
      all[`${database}.${name}()`] = await show(
        `SHOW CREATE FUNCTION ${quoteTable(database, name)}`,
        'create function',
      );
    for (const name of await names(`SELECT ROUTINE_NAME FROM ${routines} AND ROUTINE_TYPE = 'PROCEDURE'`))
      all[`${database}.${name}()`] = await show(
        `SHOW CREATE PROCEDURE ${quoteTable(database, name)}`,
        'create procedure',
      );
    for (const name of await names(`SELECT TRIGGER_NAME FROM information_schema.TRIGGERS ${where('TRIGGER_SCHEMA')}`))
      all[`${database}.${name} trigger`] = await show(
        `SHOW CREATE TRIGGER ${quoteTable(database, name)}`,
        'sql original statement',
      );
    for (const name of await names(`SELECT EVENT_NAME FROM information_schema.EVENTS ${where('EVENT_SCHEMA')}`))
      all[`${database}.${name} event`] = await show(`SHOW CREATE EVENT ${quoteTable(database, name)}`, 'create event');
  }
  return all;
}

/** The same with other database names, and events on or off. */
export function renamed(
  all: Record<string, string>,
  names: Readonly<Record<string, string>>,
  events: 'ENABLE' | 'DISABLE',
): Record<string, string> {
  const of = (text: string) =>
    Object.entries(names)
      .reduce((changed, [from, to]) => changed.replaceAll(new RegExp(`\\b${from}\\b(?=[.\`])`, 'g'), to), text)
      .replace(/(PRESERVE) (?:ENABLE|DISABLE)/, `$1 ${events}`);
  return Object.fromEntries(Object.entries(all).map(([key, text]) => [of(key), of(text)]));
}

/** Thrown in the place of a statement: the program is gone, and so are its connections. */
export class Killed extends Error {}

export interface CountedServer {
  readonly open: () => Promise<LoadSession>;
  /** Statements that change something, so far. */
  readonly count: () => number;
  readonly statements: readonly string[];
}

/** Sessions that count the statements that change something. From number `stopAt` on none reaches the server any more: what a kill leaves behind. */
export function countedSessions(source: SourceServer, stopAt = Infinity): CountedServer {
  const statements: string[] = [];
  const sessions: LoadSession[] = [];
  const check = (sql: string) => {
    if (/^(SET|USE|SELECT|SHOW)\b/.test(sql)) {
      if (statements.length >= stopAt) throw new Killed(sql);
      return;
    }
    statements.push(sql);
    if (statements.length < stopAt) return;
    for (const session of sessions) session.destroy();
    throw new Killed(sql);
  };
  return {
    statements,
    count: () => statements.length,
    open: async () => {
      if (statements.length >= stopAt) throw new Killed('open');
      const session = await openLoadSession(source.target, { signal: never });
      sessions.push(session);
      const execute = session.execute.bind(session);
      session.execute = async (sql, signal) => {
        check(sql);
        return execute(sql, signal);
      };
      return session;
    },
  };
}
