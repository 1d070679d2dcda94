import { badArgument } from './bad-argument.ts';

export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** From the path of the URL, or null. */
  readonly database: string | null;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  readonly database: number;
}

export interface SshAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/**
 * Reads `mysql://user@host:port/`. Parts may be percent-encoded. A password in the URL is refused: the arguments of a
 * process can be read by everyone on the machine, and the message must not repeat it.
 */
export function parseMysqlUrl(text: string, argument = '--mysql'): MysqlAddress {
  const shape = /^(?:mysql|mariadb):\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/?#@]+)(?::(\d+))?(?:\/([^/?#]*))?$/i.exec(text);
  if (shape === null) {
    throw badArgument(argument, /:\/\/.*:.*@/.test(text) ? 'password-in-url' : 'not-a-mysql-url');
  }
  const [, userPart, hostPart = '', portPart, databasePart = ''] = shape;
  if (userPart?.includes(':')) throw badArgument(argument, 'password-in-url');
  if (userPart === undefined || userPart === '') throw badArgument(argument, 'user-missing');
  const database = decoded(databasePart, argument);
  return {
    host: withoutBrackets(decoded(hostPart, argument)),
    port: portOf(portPart, 3306, argument),
    user: decoded(userPart, argument),
    database: database === '' ? null : database,
  };
}

/** Reads `redis://[user@]host[:port][/database]`; the port defaults to 6379, the database to 0. */
export function parseRedisUrl(text: string, argument = '--redis'): RedisAddress {
  const shape = /^redis:\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/?#@]+)(?::(\d+))?(?:\/(\d{0,3}))?$/i.exec(text);
  if (shape === null) throw badArgument(argument, 'not-an-address');
  const [, userPart, hostPart = '', portPart, databasePart = ''] = shape;
  if (userPart?.includes(':')) throw badArgument(argument, 'password-in-url');
  return {
    host: withoutBrackets(decoded(hostPart, argument)),
    port: portOf(portPart, 6379, argument),
    user: userPart === undefined || userPart === '' ? null : decoded(userPart, argument),
    database: Number(databasePart),
  };
}

/** Reads `user@host:port`; the port defaults to 22, an IPv6 address stands in brackets. */
export function parseSshAddress(text: string, argument = '--ssh'): SshAddress {
  const shape = /^(?:ssh:\/\/)?(.+)@(\[[^\]]+\]|[^:@/[\]]+)(?::(\d+))?$/.exec(text);
  if (shape === null) throw badArgument(argument, 'not-an-address');
  const [, user = '', host = '', port] = shape;
  if (user.includes(':')) throw badArgument(argument, 'password-in-url');
  return { host: withoutBrackets(host), port: portOf(port, 22, argument), user };
}

export function parseFingerprint(text: string): string {
  const fingerprint = text.replace(/=+$/, '');
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint)) throw badArgument('--ssh-host-key', 'not-a-fingerprint');
  return fingerprint;
}

function portOf(text: string | undefined, otherwise: number, argument: string): number {
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (port < 1 || port > 65_535) throw badArgument(argument, 'not-a-port');
  return port;
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function decoded(text: string, argument: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw badArgument(argument, 'not-a-mysql-url', { cause: error });
  }
}
