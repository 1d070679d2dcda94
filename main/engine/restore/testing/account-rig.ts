import { createConnection, type Connection } from 'mysql2/promise';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { startOwner, type OwnerRig } from '../../backup/testing/owner-rig.ts';
import type { PrivateServer } from '../../sandbox/index.ts';

/** Private servers with accounts, and an owner who keeps and restores them through the engine's verbs. */
export interface AccountRig extends Pick<OwnerRig, 'engine' | 'diskPath' | 'expectSound'> {
  /** Adds the server's databases as a source that keeps accounts, unless it says otherwise. */
  addSource(name: string, server: PrivateServer, fields?: Partial<VerbInput<'source.add'>>): Promise<void>;
  backUp(source: string): Promise<VerbOutput<'backup.run'>>;
  restore(
    source: string,
    into: VerbInput<'restore.run'>['into'],
    fields?: Partial<VerbInput<'restore.run'>>,
  ): Promise<VerbOutput<'restore.run'>>;
  close(): Promise<void>;
}

export async function startAccountRig(): Promise<AccountRig> {
  const owner = await startOwner();
  return {
    ...owner,
    addSource: (name, server, fields = {}) =>
      owner.addSource(name, accessOf(server), { databases: ['shop'], accounts: true, ...fields }),
    backUp: (source) => owner.engine.call('backup.run', { source, to: [], maxBytesPerSecond: null }),
    restore: (source, into, fields = {}) =>
      owner.engine.call('restore.run', {
        source,
        snapshot: 'latest',
        from: null,
        databases: [],
        tables: [],
        into,
        as: null,
        vault: null,
        accounts: true,
        ...fields,
      }),
  };
}

export function accessOf({ port, user, password }: PrivateServer): {
  host: string;
  port: number;
  user: string;
  password: string;
} {
  return { host: '127.0.0.1', port: port ?? 0, user, password };
}

export function intoServer(server: PrivateServer): VerbInput<'restore.run'>['into'] {
  return { kind: 'server', target: { ...accessOf(server), ssh: null } };
}

/** Runs statements as root@localhost with the plain driver, none of the engine's code between; gives the first column of the last one. */
export async function ask(server: PrivateServer, ...statements: readonly string[]): Promise<string[]> {
  const client = await createConnection({
    socketPath: server.socketPath,
    user: 'root',
    password: server.password,
    charset: 'utf8mb4',
    rowsAsArray: true,
  });
  try {
    let rows: unknown = [];
    for (const statement of statements) [rows] = await client.query(statement);
    return Array.isArray(rows) ? rows.map((row) => String((row as unknown[])[0])) : [];
  } finally {
    client.destroy();
  }
}

/** A login with a password over TCP, as a shop's program does it, and what it sees. */
export async function login(server: PrivateServer, user: string, password: string): Promise<Connection> {
  return createConnection({ host: '127.0.0.1', port: server.port ?? 0, user, password, rowsAsArray: true });
}

/**
 * An independent witness: everything the server itself says of every account that is not its own or the tests' administrator, by name, the
 * lines of one account in an order that says nothing.
 */
export async function testimonyOf(server: PrivateServer): Promise<Record<string, string[]>> {
  const isMysql = server.flavour === 'mysql';
  const isRole = isMysql ? "'N'" : 'is_role';
  const names = await ask(
    server,
    `SELECT CONCAT_WS('\\n', ${isRole}, User, Host) FROM mysql.user WHERE User NOT IN ('root', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema')`,
  );
  const said: Record<string, string[]> = {};
  for (const line of names) {
    const [role, user = '', host = ''] = line.split('\n');
    const quoted = (text: string) => `\`${text.replaceAll('`', '``')}\``;
    const name = user === 'PUBLIC' ? user : role === 'Y' ? quoted(user) : `${quoted(user)}@${quoted(host)}`;
    const hex = isMysql ? ['SET print_identified_with_as_hex = 1'] : [];
    const created = role === 'Y' ? [] : await ask(server, ...hex, `SHOW CREATE USER ${name}`);
    said[name] = [...created, ...(await ask(server, `SHOW GRANTS FOR ${name}`))].sort();
  }
  return said;
}
