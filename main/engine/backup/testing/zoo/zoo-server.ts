import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../platform/run-command.ts';
import { findServerBinaries, type PrivateServer } from '../../../sandbox/index.ts';
import type { MysqlTarget } from '../../../source/mysql/index.ts';
import { onMysql } from './mysql/on-mysql.ts';
import { scriptOf } from './mysql/sql-script.ts';

const client = ['/usr/bin/mariadb', '/usr/bin/mysql'].find((path) => existsSync(path)) ?? '';

/** Why this machine cannot run the zoo, or null. */
export async function whyNoZoo(): Promise<string | null> {
  if (client === '') return 'no mysql client on this machine';
  const flavours = (await findServerBinaries()).map(({ flavour }) => flavour);
  return flavours.includes('mariadb') ? null : 'no MariaDB server on this machine';
}

/** Runs SQL through the stock client and gives what it prints: nothing of the engine is on the way. */
export function runClient(server: PrivateServer, sql: string): Promise<string> {
  return runClientIn('utf8mb4', server, sql);
}

/** The same by a client in another character set: `sql` is the statements' octets in it. */
export async function runClientIn(charset: string, server: PrivateServer, sql: string | Uint8Array): Promise<string> {
  const args = [
    ...['--no-defaults', `--default-character-set=${charset}`, '--batch', '--skip-column-names'],
    ...['--binary-mode', '--comments', '--max-allowed-packet=1G'],
    ...[`--socket=${server.socketPath}`, '-u', server.user],
  ];
  const result = await runCommand(client, args, { stdin: sql, env: { MYSQL_PWD: server.password } });
  if (result.exitCode !== 0) throw new Error(`the client failed: ${result.stderr.slice(0, 2000)}`);
  return result.stdout;
}

/** Fills a server with one theme of the zoo. */
export async function loadTheme(server: PrivateServer, theme: string): Promise<void> {
  const script = await textOf(`${theme}.sql`);
  await runClient(server, server.flavour === 'mysql' ? scriptOf(onMysql(theme, script)) : script);
}

/** A theme that only MySQL can hold. */
export async function loadMysqlTheme(server: PrivateServer, theme: string): Promise<void> {
  await runClient(server, await textOf(`mysql/${theme}.sql`));
}

function textOf(file: string): Promise<string> {
  return readFile(fileURLToPath(new URL(file, import.meta.url)), 'utf8');
}

export function targetOf({ socketPath, port, user, password }: PrivateServer): MysqlTarget {
  return { host: '127.0.0.1', port: port ?? 0, socketPath, user, password };
}
