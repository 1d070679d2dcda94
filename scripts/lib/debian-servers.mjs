/**
 * Servers of other Debian releases than this machine's, for the compatibility suite: each in a folder of the
 * user's cache, made once with debootstrap. They are started without chroot, by a small program beside the folder that
 * uses the release's own loader and libraries, so every path means the same to the server and to the tests. No packages.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';
import { cacheFolder } from './paths.mjs';
import { run } from './run.mjs';
import { ensureSystem } from './system.mjs';

/**
 * `variable` names the environment variable that the tests read, and that a person may set to a server of their own.
 * `programs` become `<folder>/server/<path>`: `mariadb-install-db` expects an installation to look like this. `messages` is where
 * a database server finds its own texts; Ceph has none, but `libraries` in a folder of their own.
 */
export const debianServers = [
  {
    what: 'MySQL 9.7',
    variable: 'SHOUHU_COMPAT_MYSQL',
    release: 'sid',
    packages: ['mysql-server-core'],
    server: 'sbin/mysqld',
    programs: ['bin/mysqlbinlog'],
    scripts: [],
    messages: 'share/mysql',
  },
  {
    what: 'MariaDB 11.8',
    variable: 'SHOUHU_COMPAT_MARIADB',
    release: 'trixie',
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    server: 'sbin/mariadbd',
    programs: ['bin/my_print_defaults', 'bin/resolveip'],
    scripts: ['bin/mariadb-install-db'],
    messages: 'share/mariadb',
  },
  {
    what: 'Ceph radosgw',
    variable: 'SHOUHU_COMPAT_RADOSGW',
    release: 'sid',
    packages: ['radosgw'],
    server: 'bin/radosgw',
    programs: ['bin/radosgw-admin'],
    scripts: [],
    libraries: 'ceph',
  },
];

const defaultMirror = 'http://deb.debian.org/debian';
const halfMade = 'debian-making-';
const minutes = 60_000;

/**
 * The server's program, made at the first call. Rejects with one sentence when it cannot be had here.
 *
 * @param {typeof debianServers[number]} wanted
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function debianServer(wanted, { log = () => {} } = {}) {
  const folder = join(cacheFolder(), `debian-${wanted.release}-${wanted.packages[0]}-${process.arch}`);
  const program = join(folder, 'server', wanted.server);
  const isWhole = () => [wanted.server, ...wanted.programs].every((each) => existsSync(join(folder, 'server', each)));
  if (isWhole()) return program;
  if (process.platform !== 'linux' || process.getuid() !== 0) throw new Error(sentence(wanted));
  await ensureSystem('debian');
  mkdirSync(cacheFolder(), { recursive: true });
  await withLock(
    join(cacheFolder(), 'debian-servers.lock'),
    async () => {
      if (!existsSync(program)) await make(wanted, folder, log);
      // One that was made when fewer programs were asked for.
      else if (!isWhole()) writeStarters(wanted, folder);
    },
    () => log(`Another process is fetching ${wanted.what}; waiting for it.`),
  );
  return program;
}

function sentence({ what, variable, release, packages, server }) {
  const own = `set ${variable} to the path of its server program (${basename(server)})`;
  if (process.platform !== 'linux') return `${what} is missing. Install it, and ${own}.`;
  return `${what} is missing. Run this once as root on Debian, which fetches ${packages[0]} of ${release}; or install it, and ${own}.`;
}

async function make(wanted, folder, log) {
  const { what, release, packages } = wanted;
  log(`Fetching ${what} from Debian ${release} (once, about 250 MB).`);
  // We hold the lock: whatever half-made folder is here was left by a process that died.
  for (const name of names(cacheFolder()).filter((each) => each.startsWith(halfMade)))
    await remove(join(cacheFolder(), name));
  const half = mkdtempSync(join(cacheFolder(), halfMade));
  chmodSync(half, 0o755);
  try {
    const root = join(half, 'root');
    const { exitCode } = await run(
      'debootstrap',
      ['--variant=minbase', `--include=${packages.join(',')}`, release, root, mirror()],
      { timeoutMs: 20 * minutes, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (exitCode !== 0)
      throw new Error(`${what} could not be fetched from ${mirror()}. Check the network and try again.`);
    for (const unneeded of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'])
      rmSync(join(root, unneeded), { recursive: true, force: true });
    layOut(wanted, half);
    renameSync(half, folder);
  } catch (error) {
    await remove(half);
    throw error;
  }
  log(`${what} is ready in ${folder}.`);
}

/** A debootstrap that was stopped leaves the kernel's file systems mounted in its folder. */
async function remove(folder) {
  for (const mounted of ['proc', 'sys'])
    await run('umount', ['-l', join(folder, 'root', mounted)], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

/** `server/` beside `root/`: an installation as its scripts expect it, with starters in place of programs. */
function layOut(wanted, folder) {
  for (const each of ['bin', 'sbin']) mkdirSync(join(folder, 'server', each), { recursive: true });
  for (const each of ['lib', 'share', ...wanted.scripts])
    symlinkSync(join('..', each.includes('/') ? '..' : '', 'root', 'usr', each), join(folder, 'server', each));
  writeStarters(wanted, folder);
}

function writeStarters({ server, programs, messages, libraries }, folder) {
  const loader = loaderOf(join(folder, 'root'), libraries);
  const ofServer =
    messages === undefined
      ? []
      : [
          `--basedir="$here/server"`,
          `--lc-messages-dir="$here/server/${messages}"`,
          `--character-sets-dir="$here/server/${messages}/charsets"`,
          '--plugin-dir="$here/server/lib/mysql/plugin"',
        ];
  for (const each of [server, ...programs])
    writeFileSync(join(folder, 'server', each), starter(each, loader, each === server ? ofServer : []), {
      mode: 0o755,
    });
}

/** The folder may be moved: everything is found from the starter's own place. `"$@"` first, for --no-defaults. */
function starter(path, { program, libraries }, args) {
  return [
    '#!/bin/sh',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1',
    `exec "$here/root/${program}" --library-path "${libraries.map((each) => `$here/root/${each}`).join(':')}" "$here/root/usr/${path}" "$@" ${args.join(' ')}`,
    '',
  ].join('\n');
}

function loaderOf(root, ownLibraries) {
  for (const folder of ['lib64', 'lib']) {
    const name = names(join(root, folder)).find((each) => /^ld-linux.*\.so\.\d+$/.test(each));
    const triplet = names(join(root, 'usr', 'lib')).find((each) => /^[\w]+-linux-gnu\w*$/.test(each));
    if (name !== undefined && triplet !== undefined)
      return {
        program: `${folder}/${name}`,
        libraries: [`usr/lib/${triplet}`].concat(
          ownLibraries === undefined ? [] : `usr/lib/${triplet}/${ownLibraries}`,
        ),
      };
  }
  throw new Error(`There is no loader in ${root}.`);
}

/** Where this machine gets its own packages; Debian's usual place on a relative of Debian. */
function mirror() {
  try {
    const targets = execFileSync(
      'apt-get',
      ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Identifier: Packages'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    return /^Debian (\S+\/debian)\/?$/m.exec(targets)?.[1] ?? defaultMirror;
  } catch {
    // No apt-get: debootstrap works without it.
    return defaultMirror;
  }
}

function names(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
