import type { PrivateServer } from '../../../sandbox/index.ts';
import { runClient } from './zoo-server.ts';

/**
 * What a server says about its databases, asked through the stock client and computed by the server alone: the engine's readers,
 * digests and parsers take no part. By subject, sorted lines each, so that two servers are compared with one `toEqual`.
 */
export type Testimony = ReadonlyMap<string, readonly string[]>;

const ofTheServer = "('mysql', 'information_schema', 'performance_schema', 'sys')";
/** Larger tables are compared by a hash per row: megabytes of hex say no more to a reader. */
const hashedAboveRows = 2000;

export async function testimonyOf(server: PrivateServer): Promise<Testimony> {
  const questions = [...(await tableQuestions(server)), ...(await objectQuestions(server))];
  const script = questions.flatMap(([subject, sql]) => [`SELECT '@@@ ${hex(subject)}'`, sql]);
  const output = await runClient(server, [preludes[server.flavour], ...script, ''].join(';\n'));
  const testimony = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of output.split('\n').slice(0, -1)) {
    const subject = /^@@@ ([0-9A-F]*)$/.exec(line)?.[1];
    if (subject === undefined) lines.push(line);
    else testimony.set(text(subject), (lines = []));
  }
  for (const [subject, said] of testimony) {
    testimony.set(subject, said.map(settled(server)).sort());
    // MySQL gives a table with a key over a JSON array another checksum each time it is asked.
    const isArrayKeyed = said.some((line) => line.includes('CREATE TABLE') && /\bKEY .* array\)/.test(line));
    if (server.flavour === 'mysql' && isArrayKeyed) testimony.delete(subject.replace(/create table$/, 'checksum'));
  }
  return testimony;
}

const plainSession = "SET SESSION sql_mode = '', time_zone = '+00:00', group_concat_max_len = 1000000";
const preludes = {
  mariadb: `${plainSession}, max_statement_time = 0`,
  // Counters as they are, not as they were a day ago; keys that the server made are part of the table.
  mysql: `${plainSession}, max_execution_time = 0, information_schema_stats_expiry = 0, show_gipk_in_create_table_and_information_schema = ON`,
};

/** MySQL prints a column's character set only where somebody once wrote it; its collation says the same. */
function settled({ flavour }: PrivateServer): (line: string) => string {
  return (line) => (flavour === 'mysql' ? line.replaceAll(/ CHARACTER SET \w+(?= COLLATE \w)/g, '') : line);
}

type Question = readonly [subject: string, sql: string];

async function tableQuestions(server: PrivateServer): Promise<Question[]> {
  const questions: Question[] = [];
  const columns = await columnsByTable(server);
  const tables = await ask(
    server,
    `SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(TABLE_TYPE) FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN ${ofTheServer}`,
  );
  const isBase = (type: string) => type === 'BASE TABLE' || type === 'SYSTEM VERSIONED';
  const base = tables.filter(([, , type = '']) => isBase(type));
  // HEX of a text: of a number it would be another number.
  const counts = await ask(
    server,
    base
      .map(
        ([database = '', table = '']) => `SELECT HEX(CAST(COUNT(*) AS CHAR)) FROM ${quote(database)}.${quote(table)}`,
      )
      .join(';\n'),
  );
  const rowsOf = new Map(base.map(([database, table], n) => [`${database}\n${table}`, Number(counts[n]?.[0])]));
  for (const [database = '', table = '', type = ''] of tables) {
    const name = `${quote(database)}.${quote(table)}`;
    const say = (what: string, sql: string) => questions.push([`${database} | ${table} | ${what}`, sql]);
    if (type === 'VIEW') say('create view', `SHOW CREATE VIEW ${name}`);
    if (type === 'SEQUENCE') {
      say('create sequence', `SHOW CREATE SEQUENCE ${name}`);
      say(
        'state',
        `SELECT next_not_cached_value, minimum_value, maximum_value, start_value, increment, cache_size, cycle_option, cycle_count FROM ${name}`,
      );
    }
    if (!isBase(type)) continue;
    const rows = rowsOf.get(`${database}\n${table}`) ?? 0;
    say('create table', `SHOW CREATE TABLE ${name}`);
    say(
      'about',
      `SELECT ENGINE, ROW_FORMAT, AUTO_INCREMENT, TABLE_COLLATION, TABLE_COMMENT FROM information_schema.TABLES WHERE BINARY TABLE_SCHEMA = ${literal(database)} AND BINARY TABLE_NAME = ${literal(table)}`,
    );
    say('count', `SELECT COUNT(*) FROM ${name}`);
    // The checksum takes the hidden columns of a system-versioned table in, which say when the row was written.
    if (type === 'BASE TABLE') say('checksum', `CHECKSUM TABLE ${name} EXTENDED`);
    say('rows', rowsSql(name, columns.get(`${database}\n${table}`) ?? [], rows > hashedAboveRows));
  }
  return questions;
}

interface ColumnFacts {
  readonly name: string;
  readonly dataType: string;
}

async function columnsByTable(server: PrivateServer): Promise<Map<string, ColumnFacts[]>> {
  const columns = new Map<string, ColumnFacts[]>();
  const rows = await ask(
    server,
    `SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(COLUMN_NAME), HEX(DATA_TYPE), HEX(IFNULL(GENERATION_EXPRESSION, '')) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN ${ofTheServer} ORDER BY ORDINAL_POSITION`,
  );
  for (const [database = '', table = '', name = '', dataType = '', expression = ''] of rows) {
    // When a row was written is another time on the copy.
    if (expression === 'ROW START' || expression === 'ROW END') continue;
    const key = `${database}\n${table}`;
    columns.set(key, [...(columns.get(key) ?? []), { name, dataType }]);
  }
  return columns;
}

function rowsSql(table: string, columns: readonly ColumnFacts[], hashed: boolean): string {
  const values = columns.map(({ name, dataType }) => {
    const column = quote(name);
    // A FLOAT prints six digits only; as a double it prints all that it holds. CHECKSUM TABLE sees its very bits.
    const exact = dataType === 'float' ? `${column} * 1e0` : dataType === 'bit' ? `${column} + 0` : column;
    const isInternal = ['uuid', 'inet4', 'inet6'].includes(dataType);
    const bytes = `CAST(${isInternal ? `CAST(${exact} AS CHAR)` : exact} AS BINARY)`;
    return hashed ? `IFNULL(SHA2(${bytes}, 256), 'NULL')` : `IFNULL(HEX(${bytes}), 'NULL')`;
  });
  return `SELECT ${hashed ? `SHA2(CONCAT_WS('/', ${values.join(', ')}), 256)` : values.join(', ')} FROM ${table}`;
}

async function objectQuestions(server: PrivateServer): Promise<Question[]> {
  const questions: Question[] = [];
  for (const [database = ''] of await ask(
    server,
    `SELECT HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ${ofTheServer}`,
  )) {
    questions.push([`${database} | database`, `SHOW CREATE DATABASE ${quote(database)}`]);
  }
  const kinds = [
    ['ROUTINES', 'ROUTINE_SCHEMA', 'ROUTINE_NAME', 'ROUTINE_TYPE'],
    ['TRIGGERS', 'TRIGGER_SCHEMA', 'TRIGGER_NAME', "'TRIGGER'"],
    ['EVENTS', 'EVENT_SCHEMA', 'EVENT_NAME', "'EVENT'"],
  ] as const;
  for (const [view, schema, name, kind] of kinds) {
    for (const [database = '', object = '', type = ''] of await ask(
      server,
      `SELECT HEX(${schema}), HEX(${name}), HEX(${kind}) FROM information_schema.${view} WHERE ${schema} NOT IN ${ofTheServer}`,
    )) {
      // Six or seven columns: name, sql_mode, time zone, statement, client's set, connection's and database's collation.
      const sql = `SHOW CREATE ${type} ${quote(database)}.${quote(object)}`;
      const said = type === 'TRIGGER' ? triggerSql(database, object) : sql;
      questions.push([`${database} | ${type.toLowerCase()} ${object}`, said]);
    }
  }
  return questions;
}

/** SHOW CREATE TRIGGER also says when it was created: its other columns, and its place among the triggers of its event. */
function triggerSql(database: string, trigger: string): string {
  return (
    'SELECT EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE, DEFINER, ' +
    'CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM information_schema.TRIGGERS ' +
    `WHERE BINARY TRIGGER_SCHEMA = ${literal(database)} AND BINARY TRIGGER_NAME = ${literal(trigger)}`
  );
}

/** Rows of hex fields, as text. */
async function ask(server: PrivateServer, sql: string): Promise<string[][]> {
  const output = await runClient(server, `${preludes[server.flavour]};\n${sql};\n`);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t').map(text));
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function literal(name: string): string {
  return `CAST(_utf8mb4 x'${hex(name)}' AS BINARY)`;
}

function hex(value: string): string {
  return Buffer.from(value).toString('hex').toUpperCase();
}

function text(value: string): string {
  return Buffer.from(value, 'hex').toString();
}
