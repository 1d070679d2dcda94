import { describe, expect, it } from 'vitest';
import { compareVersions, installHint, parseVersion, type ServerBinaries } from './find-server.ts';
import { initialiseCommand, initStatements, serverArguments, type ServerSettings } from './server-arguments.ts';

const mariadb: ServerBinaries = {
  flavour: 'mariadb',
  version: '10.11.19',
  serverPath: '/usr/sbin/mariadbd',
  installDbPath: '/usr/bin/mariadb-install-db',
};
const mysql: ServerBinaries = {
  flavour: 'mysql',
  version: '9.7.0',
  serverPath: '/usr/sbin/mysqld',
  installDbPath: null,
};

describe('the arguments of a private server', () => {
  it('begin with --no-defaults, so that no option file of the machine is read', () => {
    expect(serverArguments(mariadb, someSettings(), '/d/init.sql')[0]).toBe('--no-defaults');
    expect(initialiseCommand(mariadb, '/d/data')[1][0]).toBe('--no-defaults');
    expect(initialiseCommand(mysql, '/d/data')[1][0]).toBe('--no-defaults');
  });

  it('keep a server without a port off the network', () => {
    const args = serverArguments(mariadb, someSettings({ port: null }), '/d/init.sql');
    expect(args).toContain('--skip-networking');
    expect(args.join(' ')).not.toContain('--port');
  });

  it('bind a port to the loopback address only', () => {
    const args = serverArguments(mariadb, someSettings({ port: 3399 }), '/d/init.sql');
    expect(args).toContain('--bind-address=127.0.0.1');
    expect(args).toContain('--port=3399');
  });

  it('switch the binlog off where it is on by default', () => {
    expect(serverArguments(mysql, someSettings(), '/d/init.sql')).toContain('--skip-log-bin');
    expect(serverArguments(mariadb, someSettings({ binlog: true }), '/d/init.sql')).toContain('--binlog-format=ROW');
  });

  it('tell MySQL its rule for the case of names when its folder is filled: later it takes no other', () => {
    const args = ['--lower-case-table-names=1', '--server-id=7'];
    expect(initialiseCommand(mysql, '/d/data', args)[1]).toContain('--lower-case-table-names=1');
    expect(initialiseCommand(mysql, '/d/data', args)[1]).not.toContain('--server-id=7');
    expect(initialiseCommand(mariadb, '/d/data', args)[1].join(' ')).not.toContain('lower-case');
  });

  it('put the caller’s own arguments last, so that they win', () => {
    expect(serverArguments(mysql, someSettings({ extraArgs: ['--server-id=7'] }), '/d/i').at(-1)).toBe('--server-id=7');
  });

  it('name the redo log as the version does', () => {
    const none = someSettings({ durability: 'none' });
    expect(serverArguments(mysql, none, '/d/i')).toContain('--innodb-redo-log-capacity=64M');
    expect(serverArguments({ ...mysql, version: '5.7.44' }, none, '/d/i')).toContain('--innodb-log-file-size=48M');
  });
});

describe('the init file', () => {
  it('leaves no account without a password on MariaDB', () => {
    const lines = initStatements(mariadb, 'pass-word_1').split('\n');
    expect(lines.findIndex((line) => line.startsWith('DELETE'))).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes("IDENTIFIED BY 'pass-word_1'"))).toHaveLength(2);
  });

  it('stays out of the binlog', () => {
    expect(initStatements(mysql, 'x')).toMatch(/^SET SESSION sql_log_bin = 0;/);
  });

  it('refuses a password that could end its quotes', () => {
    expect(() => initStatements(mysql, "x' OR '")).toThrow('quoting');
  });
});

describe('finding servers', () => {
  it.each([
    ['/usr/sbin/mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64', 'mariadb', '10.11.19'],
    ['/usr/sbin/mysqld  Ver 9.7.0 for Linux on x86_64 (Debian)', 'mysql', '9.7.0'],
    ['mysqld  Ver 5.7.44-log for Linux on x86_64 (MySQL Community Server (GPL))', 'mysql', '5.7.44'],
  ])('reads %s', (text, flavour, version) => {
    expect(parseVersion(text)).toEqual({ flavour, version });
  });

  it('orders versions by number, not by letters', () => {
    expect(compareVersions('10.11.2', '10.6.20')).toBeGreaterThan(0);
    expect(compareVersions('8.0.9', '8.0.30')).toBeLessThan(0);
    expect(compareVersions('8.4.0', '8.4.0')).toBe(0);
  });

  it('has an install hint for every system', () => {
    expect(installHint('auto', 'darwin')).toContain('brew');
    expect(installHint('mysql', 'win32')).toContain('winget');
    expect(installHint('mariadb', 'linux')).toContain('apt-get');
  });
});

function someSettings(changes: Partial<ServerSettings> = {}): ServerSettings {
  return {
    dir: '/d',
    dataDir: '/d/data',
    socketPath: '/d/s.sock',
    port: null,
    binlog: false,
    durability: 'normal',
    memoryMb: 64,
    extraArgs: [],
    ...changes,
  };
}
