import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import type { RestoreTarget, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { PrivateServer } from '../../sandbox/index.ts';
import { quoteTable } from '../../source/mysql/index.ts';
import { openEngine, type Engine } from '../index.ts';

/** One home with one disk, any number of servers as sources, and restores from one server into another, through the engine's verbs. */
export interface CompatRig {
  readonly engine: Engine;
  /** Where its one copy lies. */
  readonly diskDir: string;
  /** Adds the server's database as a source of the same name and backs it up. */
  backUp(server: PrivateServer, database: string): Promise<VerbOutput<'backup.run'>>;
  /** Brings the newest snapshot of `database` into `server`, under another name where that is given. */
  restore(database: string, server: PrivateServer, as?: string): Promise<VerbOutput<'restore.run'>>;
  /** What would come in the way of that, or be another way. */
  check(database: string, server: PrivateServer): Promise<VerbOutput<'restore.check'>>;
  /** Brings it into a throw-away server that the engine chooses. */
  rehearse(database: string): Promise<VerbOutput<'restore.run'>>;
  close(): Promise<void>;
}

export const passphraseOfRig = 'correct horse battery staple';

export async function startCompatRig(): Promise<CompatRig> {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-compat-'));
  await mkdir(join(dir, 'disk'));
  const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'en' });
  const passphrases = { passphrase: passphraseOfRig, vaultPassphrase: 'another horse for the vault' };
  await engine.call('home.init', { ...passphrases, kitDir: null, language: 'en' });
  const disk = { name: 'disk', place: null, kind: 'disk', path: join(dir, 'disk'), role: 'main' } as const;
  await engine.call('destination.add', disk);
  const wanted = (database: string, into: RestoreTarget, as?: string) => ({
    source: database,
    snapshot: 'latest',
    from: null,
    databases: [],
    tables: [],
    into,
    as: as ?? null,
    vault: { passphrase: passphrases.vaultPassphrase },
  });
  const restore = (database: string, into: RestoreTarget, as?: string) =>
    engine.call('restore.run', wanted(database, into, as));
  return {
    engine,
    diskDir: join(dir, 'disk'),
    async backUp(server, database) {
      await engine.call('source.add', {
        name: database,
        mysql: accessOf(server),
        ssh: null,
        databases: [database],
        preset: 'auto',
        secretColumns: [],
        ledgers: [],
        files: [],
      });
      return engine.call('backup.run', { source: database, to: [], maxBytesPerSecond: null });
    },
    restore: (database, server, as) =>
      restore(database, { kind: 'server', target: { ...accessOf(server), ssh: null } }, as),
    check: (database, server) =>
      engine.call('restore.check', wanted(database, { kind: 'server', target: { ...accessOf(server), ssh: null } })),
    rehearse: (database) => restore(database, { kind: 'sandbox' }),
    async close() {
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function accessOf({ port, user, password }: PrivateServer): {
  host: string;
  port: number;
  user: string;
  password: string;
} {
  return { host: '127.0.0.1', port: port ?? 0, user, password };
}

/** Runs statements with the plain driver, none of the engine's code between. */
export async function runOn(server: PrivateServer, ...statements: readonly string[]): Promise<void> {
  await withClient(server, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

export async function databasesOf(server: PrivateServer): Promise<string[]> {
  return withClient(server, async (client) =>
    textRows(await client.query('SHOW DATABASES')).map(([name]) => name ?? ''),
  );
}

/** The first column of a query's rows, as the server's text. */
export async function valuesOf(server: PrivateServer, sql: string): Promise<(string | null)[]> {
  return withClient(server, async (client) => textRows(await client.query(sql)).map(([value]) => value ?? null));
}

/** `SHOW CREATE TABLE` or `VIEW` by name, without counters. */
export async function createStatements(server: PrivateServer, database: string): Promise<Record<string, string>> {
  return withClient(server, async (client) => {
    const statements: Record<string, string> = {};
    for (const name of await tablesOf(client, database, '%')) {
      const [row] = textRows(await client.query(`SHOW CREATE TABLE ${quoteTable(database, name)}`));
      statements[name] = (row?.[1] ?? '').replace(/ AUTO_INCREMENT=\d+/, '').replaceAll(`\`${database}\`.`, '');
    }
    return statements;
  });
}

/**
 * An independent witness: rows and a SHA-256 of all values as a plain client receives them, per table, whatever order they come in.
 * The checksums of two flavours (CHECKSUM TABLE) cannot be compared, these can.
 */
export async function checksums(server: PrivateServer, database: string): Promise<Record<string, string>> {
  return withClient(server, async (client) => {
    const sums: Record<string, string> = {};
    for (const name of await tablesOf(client, database, 'BASE TABLE')) {
      const rows = textRows(await client.query(`SELECT * FROM ${quoteTable(database, name)}`));
      const lines = rows.map((row) => JSON.stringify(row)).sort();
      sums[name] = `${lines.length} ${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
    }
    return sums;
  });
}

async function tablesOf(client: Connection, database: string, type: string): Promise<string[]> {
  const rows = textRows(
    await client.query(
      `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' AND TABLE_TYPE LIKE '${type}' ORDER BY 1`,
    ),
  );
  return rows.map(([name]) => name ?? '');
}

async function withClient<T>(server: PrivateServer, work: (client: Connection) => Promise<T>): Promise<T> {
  const client = await createConnection({
    ...accessOf(server),
    charset: 'utf8mb4',
    multipleStatements: true,
    rowsAsArray: true,
    // Every value as the bytes that the server sent.
    typeCast: false,
  });
  try {
    await client.query("SET time_zone = '+00:00', sql_mode = ''");
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** Text as UTF-8; bytes that are none would read alike, so those are kept in hex. */
function textRows([rows]: [unknown, unknown]): (string | null)[][] {
  return (rows as (Buffer | null)[][]).map((row) =>
    row.map((value) => {
      if (value === null) return null;
      const text = value.toString('utf8');
      return Buffer.from(text, 'utf8').equals(value) ? text : `0x${value.toString('hex')}`;
    }),
  );
}
