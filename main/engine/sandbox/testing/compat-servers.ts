import { existsSync } from 'node:fs';
import type { Flavour } from '../../../../shared/model/database.ts';
import { startPrivateServer, type PrivateServer, type PrivateServerOptions } from '../index.ts';

/**
 * The servers of the compatibility suite, by the environment variables that scripts/compat.mjs sets. `local` is the MariaDB of this
 * machine, whatever version that is.
 */
export type CompatServer = 'mysql' | 'mariadb' | 'local';

export const compatServerNames: Readonly<Record<CompatServer, string>> = {
  mysql: 'MySQL 9.7',
  mariadb: 'MariaDB 11.8',
  local: 'the MariaDB of this machine',
};

const variables = { mysql: 'SHOUHU_COMPAT_MYSQL', mariadb: 'SHOUHU_COMPAT_MARIADB', local: '' } as const;

/** Those of `wanted` that can be started here; the others are named on the console, because their tests are skipped. */
export function compatServers<K extends CompatServer>(...wanted: readonly K[]): K[] {
  return wanted.filter((kind) => {
    if (kind === 'local' || programOf(kind) !== undefined) return true;
    const variable = variables[kind];
    console.warn(`skipped: no ${compatServerNames[kind]}; npm run test:compat fetches it, or ${variable} names one`);
    return false;
  });
}

export function startCompatServer(kind: CompatServer, options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const given: PrivateServerOptions = { binlog: true, durability: 'none', memoryMb: 64, ...options };
  if (kind === 'local') return startPrivateServer({ kind: 'mariadb', ...given });
  const serverPath = programOf(kind);
  if (serverPath === undefined) throw new Error(`${variables[kind]} names no server program`);
  return startPrivateServer({ serverPath, ...given });
}

export function flavourOf(kind: CompatServer): Flavour {
  return kind === 'mysql' ? 'mysql' : 'mariadb';
}

function programOf(kind: 'mysql' | 'mariadb'): string | undefined {
  const path = process.env[variables[kind]];
  return path !== undefined && existsSync(path) ? path : undefined;
}
