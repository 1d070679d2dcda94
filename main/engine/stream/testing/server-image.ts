import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';

/** Everything that the server itself says of some databases, by object: two servers that hold the same say the same. */
export type ServerImage = ReadonlyMap<string, string>;

/** How a server describes what it holds: the plain driver asks, and the sums are the server's own. */
export class ServerWitness {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async of({ target }: SourceServer): Promise<ServerWitness> {
    const { socketPath = '', user, password } = target;
    return new ServerWitness(await createConnection({ socketPath, user, password, charset: 'utf8mb4' }));
  }

  close(): void {
    this.#connection.destroy();
  }

  async imageOf(databases: readonly string[]): Promise<ServerImage> {
    const image = new Map<string, string>();
    const list = databases.map((name) => `'${name}'`).join(', ');
    for (const [name = ''] of await this.#rows(
      `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (${list})`,
    ))
      image.set(`database ${name}`, await this.#shown(`SHOW CREATE DATABASE \`${name}\``));
    const tables = await this.#rows(
      `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${list}) ORDER BY 1, 2`,
    );
    const based: string[] = [];
    for (const [database = '', table = '', type = ''] of tables) {
      const name = `\`${database}\`.\`${table.replaceAll('`', '``')}\``;
      // The next number of a server also counts what was rolled back, which is in no log.
      const shown = (await this.#shown(`SHOW CREATE TABLE ${name}`)).replace(/ AUTO_INCREMENT=\d+/, '');
      image.set(`${type} ${name}`, shown);
      if (type === 'BASE TABLE') based.push(name);
      if (type === 'SEQUENCE') image.set(`next of ${name}`, String(await this.#rows(`SELECT * FROM ${name}`)));
    }
    if (based.length > 0) {
      for (const [name = '', sum = ''] of await this.#rows(`CHECKSUM TABLE ${based.join(', ')} EXTENDED`))
        image.set(`rows of ${name}`, sum);
      const counts = based.map((name) => `(SELECT COUNT(*) FROM ${name})`).join(', ');
      image.set('counts', String(await this.#rows(`SELECT ${counts}`)));
    }
    for (const [what, sql] of objectQueries(list))
      for (const row of await this.#rows(sql)) image.set(`${what} ${row.slice(0, 3).join('.')}`, JSON.stringify(row));
    return image;
  }

  async #shown(sql: string): Promise<string> {
    const [row] = await this.#rows(sql);
    return row?.[1] ?? '';
  }

  async #rows(sql: string): Promise<string[][]> {
    const [rows] = await this.#connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    return (rows as unknown as unknown[][]).map((row) => row.map(String));
  }
}

function objectQueries(list: string): (readonly [string, string])[] {
  const charset = 'CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION';
  return [
    [
      'trigger',
      `SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE, DEFINER, ${charset} FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN (${list}) ORDER BY 1, 2`,
    ],
    [
      'routine',
      `SELECT ROUTINE_SCHEMA, ROUTINE_TYPE, ROUTINE_NAME, DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, DEFINER, ${charset} FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA IN (${list}) ORDER BY 1, 2, 3`,
    ],
    [
      'parameter',
      `SELECT SPECIFIC_SCHEMA, SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER, CHARACTER_SET_NAME FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA IN (${list}) ORDER BY 1, 2, 3`,
    ],
  ];
}

/** The objects that differ, with what each of the two says. */
export function differences(one: ServerImage, other: ServerImage): string[] {
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((key) => one.get(key) !== other.get(key))
    .map((key) => `${key}:\n  ${one.get(key) ?? '(is not there)'}\n  ${other.get(key) ?? '(is not there)'}`);
}
