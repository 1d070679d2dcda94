import { dirname, join } from 'node:path';
import { compareVersions, type ServerBinaries } from './find-server.ts';

/** What a private server is started with, as values: no process, no file. Sizes are MiB. */
export interface ServerSettings {
  readonly dir: string;
  readonly dataDir: string;
  readonly socketPath: string | null;
  /** null: no network at all. */
  readonly port: number | null;
  readonly binlog: boolean;
  readonly durability: 'none' | 'normal';
  readonly memoryMb: number;
  readonly extraArgs: readonly string[];
}

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? ['--user=root'] : [];

/** The password travels in the init file, never here: arguments can be read by every user of the machine. */
export function serverArguments(binaries: ServerBinaries, settings: ServerSettings, initFile: string): string[] {
  const isMysql = binaries.flavour === 'mysql';
  return [
    '--no-defaults', // must be the first
    ...asRoot,
    `--datadir=${settings.dataDir}`,
    `--tmpdir=${join(settings.dir, 'tmp')}`,
    `--secure-file-priv=${join(settings.dir, 'files')}`,
    `--pid-file=${join(settings.dir, 'mysqld.pid')}`,
    `--init-file=${initFile}`,
    ...(settings.socketPath === null ? [] : [`--socket=${settings.socketPath}`]),
    ...(settings.port === null ? ['--skip-networking'] : ['--bind-address=127.0.0.1', `--port=${settings.port}`]),
    '--skip-name-resolve',
    '--local-infile=1',
    '--character-set-server=utf8mb4',
    '--max-allowed-packet=1G',
    // A restored event must not run in a drill.
    '--event-scheduler=OFF',
    '--performance-schema=OFF',
    ...(isMysql ? ['--loose-mysqlx=OFF', '--loose-admin-port=0'] : []),
    `--innodb-buffer-pool-size=${settings.memoryMb}M`,
    ...durabilityArguments(binaries, settings.durability),
    ...binlogArguments(binaries, settings),
    ...settings.extraArgs,
  ];
}

function durabilityArguments(binaries: ServerBinaries, durability: 'none' | 'normal'): string[] {
  if (durability === 'normal') return [];
  const logSize = hasRedoLogCapacity(binaries) ? '--innodb-redo-log-capacity=64M' : '--innodb-log-file-size=48M';
  return ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--sync-binlog=0', logSize];
}

function binlogArguments(binaries: ServerBinaries, settings: ServerSettings): string[] {
  if (settings.binlog) {
    return [`--log-bin=${join(settings.dataDir, 'binlog')}`, '--binlog-format=ROW', '--server-id=1'];
  }
  return binaries.flavour === 'mysql' ? ['--skip-log-bin'] : [];
}

function hasRedoLogCapacity(binaries: ServerBinaries): boolean {
  return binaries.flavour === 'mysql' && compareVersions(binaries.version, '8.0.30') >= 0;
}

/**
 * The program and arguments that fill an empty data folder. No password exists yet; the init file sets it at first start. MySQL 8
 * keeps its rule for the case of names for life: of `extraArgs` that one is needed already here.
 */
export function initialiseCommand(
  binaries: ServerBinaries,
  dataDir: string,
  extraArgs: readonly string[] = [],
): [string, string[]] {
  if (binaries.installDbPath === null) {
    const forLife = extraArgs.filter((each) => each.startsWith('--lower-case-table-names='));
    return [
      binaries.serverPath,
      ['--no-defaults', '--initialize-insecure', ...asRoot, `--datadir=${dataDir}`, ...forLife],
    ];
  }
  if (process.platform === 'win32') return [binaries.installDbPath, [`--datadir=${dataDir}`]];
  const base = dirname(dirname(binaries.serverPath));
  const own = base === '/usr' ? [] : [`--basedir=${base}`];
  return [
    binaries.installDbPath,
    [
      ...['--no-defaults', ...own, ...asRoot, `--datadir=${dataDir}`, '--auth-root-authentication-method=normal'],
      ...['--skip-test-db', '--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'],
      '--innodb-log-file-size=48M',
    ],
  ];
}

/**
 * The init file: one administrator, reachable from the socket and from 127.0.0.1, and nobody else (MariaDB creates
 * password-less ones for the host's other names). It runs before the server accepts its first connection and leaves no
 * trace in the binlog. One statement per line: that is how servers read it.
 */
export function initStatements(binaries: ServerBinaries, password: string): string {
  if (!/^[\w-]+$/.test(password)) throw new Error('the password must need no quoting');
  const others =
    binaries.flavour === 'mariadb'
      ? [
          compareVersions(binaries.version, '10.4.0') >= 0
            ? "DELETE FROM mysql.global_priv WHERE NOT (User = 'root' AND Host = 'localhost') AND User <> 'mariadb.sys';"
            : "DELETE FROM mysql.user WHERE NOT (User = 'root' AND Host = 'localhost');",
          'FLUSH PRIVILEGES;',
        ]
      : [];
  return [
    'SET SESSION sql_log_bin = 0;',
    ...others,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;",
    '',
  ].join('\n');
}
