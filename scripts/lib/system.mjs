/**
 * What each profile needs from the operating system, and how to get it. Present things are recognised by program or
 * library, whoever installed them. Debian and Ubuntu as root: installed here; anywhere else: one sentence each. No
 * packages.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const isWindows = process.platform === 'win32';
const isLinux = process.platform === 'linux';

/**
 * `deb` names may be given as a list: the first one this release knows is taken (the 64-bit-time releases renamed
 * libraries). `brew` and `windows` are what to do elsewhere; a need without them does not exist there.
 */
const needs = {
  mariadb: {
    what: 'MariaDB server',
    programs: ['mariadbd', 'mariadb-install-db'],
    deb: 'mariadb-server',
    brew: 'brew install mariadb',
    windows: 'winget install MariaDB.Server',
  },
  sshd: {
    what: 'OpenSSH server',
    programs: ['sshd', 'ssh-keygen'],
    deb: 'openssh-server',
    brew: 'brew install openssh',
    windows: 'Add-WindowsCapability -Online -Name OpenSSH.Server (in PowerShell, as administrator)',
  },
  mariadbClient: {
    what: 'MariaDB client programs',
    programs: ['mariadb', 'mariadb-dump'],
    deb: 'mariadb-client',
    brew: 'brew install mariadb',
    windows: 'winget install MariaDB.Server',
  },
  zstd: {
    what: 'zstd',
    programs: ['zstd'],
    deb: 'zstd',
    brew: 'brew install zstd',
    windows: 'winget install Meta.Zstandard',
  },
  openssl: {
    what: 'OpenSSL',
    programs: ['openssl'],
    deb: 'openssl',
    brew: 'brew install openssl',
    windows: 'winget install ShiningLight.OpenSSL.Light',
  },
  mydumper: {
    what: 'mydumper (a peer to measure against)',
    programs: ['mydumper', 'myloader'],
    deb: 'mydumper',
    brew: 'brew install mydumper',
    optional: true,
  },
  restic: {
    what: 'restic (a peer to measure against)',
    programs: ['restic'],
    deb: 'restic',
    brew: 'brew install restic',
    windows: 'winget install restic.restic',
    optional: true,
  },
  redis: {
    what: 'Redis',
    programs: ['redis-server'],
    deb: 'redis-server',
    brew: 'brew install redis',
    windows: 'https://redis.io/docs/latest/operate/oss_and_stack/install/',
    optional: true,
  },
  gtk: { what: "Electron's library GTK 3", libraries: ['libgtk-3.so.0'], deb: ['libgtk-3-0t64', 'libgtk-3-0'] },
  nss: { what: "Electron's library NSS", libraries: ['libnss3.so'], deb: 'libnss3' },
  alsa: { what: "Electron's library ALSA", libraries: ['libasound.so.2'], deb: ['libasound2t64', 'libasound2'] },
  gbm: { what: "Electron's library GBM", libraries: ['libgbm.so.1'], deb: 'libgbm1' },
  xss: { what: "Electron's library Xss", libraries: ['libXss.so.1'], deb: 'libxss1' },
  atk: {
    what: "Electron's library ATK bridge",
    libraries: ['libatk-bridge-2.0.so.0'],
    deb: ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  },
  xshmfence: { what: "Electron's library xshmfence", libraries: ['libxshmfence.so.1'], deb: 'libxshmfence1' },
  xvfb: { what: 'Xvfb, a screen for tests', programs: ['Xvfb'], linuxOnly: true, deb: 'xvfb' },
  debootstrap: { what: 'debootstrap', programs: ['debootstrap'], linuxOnly: true, deb: 'debootstrap' },
  chinese: { what: 'a font with Chinese characters', font: true, deb: 'fonts-noto-cjk', optional: true },
};
const servers = ['mariadb', 'sshd', 'redis'];
const app = ['gtk', 'nss', 'alsa', 'gbm', 'xss', 'atk', 'xshmfence', 'chinese'];
const byProfile = {
  base: [],
  servers,
  bench: [...servers, 'mariadbClient', 'zstd', 'openssl', 'mydumper', 'restic'],
  app,
  test: [...servers, ...app, 'xvfb'],
  debian: ['debootstrap'],
};

export const profiles = Object.keys(byProfile);

/** Makes sure of everything the profile needs. Rejects with one sentence per missing thing. */
export async function ensureSystem(profile) {
  const wanted = byProfile[profile].map((name) => needs[name]);
  let missing = wanted.filter((need) => !isPresent(need));
  if (missing.length === 0) return;
  if (isDebian() && process.getuid() === 0) {
    await aptInstall(missing);
    libraryList = undefined;
    missing = missing.filter((need) => !isPresent(need));
  }
  for (const need of missing.filter(({ optional }) => optional)) console.error(`Optional: ${sentence(need)}`);
  const required = missing.filter(({ optional }) => !optional);
  if (required.length > 0) throw new Error([...new Set(required.map(sentence))].join('\n'));
}

function isPresent({ programs = [], libraries = [], font = false, linuxOnly = false }) {
  if ((linuxOnly || font || libraries.length > 0) && !isLinux) return true;
  return (
    programs.every((name) => findProgram(name) !== undefined) &&
    libraries.every(hasLibrary) &&
    (!font || hasChineseFont())
  );
}

/** Servers live where an ordinary user's PATH does not look. */
function programFolders() {
  const path = (process.env.PATH ?? process.env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  if (isWindows) {
    const files = process.env.ProgramFiles ?? 'C:\\Program Files';
    const mariadb = namesIn(files)
      .filter((name) => name.startsWith('MariaDB '))
      .map((name) => join(files, name, 'bin'));
    return [
      ...path,
      ...mariadb,
      join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'OpenSSH'),
      join(files, 'OpenSSH'),
    ];
  }
  const brew = ['/opt/homebrew', '/usr/local'].flatMap((prefix) => [
    `${prefix}/bin`,
    `${prefix}/sbin`,
    `${prefix}/opt/mariadb/bin`,
  ]);
  return [...path, '/usr/sbin', '/sbin', '/usr/libexec', ...brew];
}

function findProgram(name) {
  const names = isWindows ? [`${name}.exe`, `${name}.bat`] : [name];
  for (const folder of programFolders()) {
    const found = names.map((file) => join(folder, file)).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  return undefined;
}

let libraryList;

function hasLibrary(name) {
  libraryList ??= output('/sbin/ldconfig', ['-p']) ?? output('ldconfig', ['-p']) ?? '';
  // A system without ldconfig (musl) cannot be asked: the program itself will say what it misses.
  return libraryList === '' || libraryList.includes(`\t${name} `);
}

const knownFonts = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc',
];

function hasChineseFont() {
  if (knownFonts.some((file) => existsSync(file))) return true;
  return (output('fc-list', [':lang=zh', 'family']) ?? '').trim() !== '';
}

function sentence({ what, programs = [], deb, brew, windows }) {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  const subject = missing.length > 0 ? `${what} (${missing.join(', ')}) is missing` : `${what} is missing`;
  if (process.platform === 'darwin') return `${subject}. Install it with: ${brew}`;
  if (isWindows) return `${subject}. Install it with: ${windows ?? 'your own means; there is no package for Windows'}`;
  if (isDebian()) return `${subject}. Install it with: sudo apt-get install -y --no-install-recommends ${debName(deb)}`;
  return `${subject}. Install it with your distribution's package manager (Debian calls it ${debName(deb)}).`;
}

function isDebian() {
  if (!isLinux || findProgram('apt-get') === undefined) return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    // No such file: some other Linux.
    return false;
  }
}

function debName(deb) {
  const names = [deb].flat();
  return names.find((name) => output('apt-cache', ['show', name]) !== undefined) ?? names.at(-1);
}

async function aptInstall(missing) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  console.error(`Installing with apt-get: ${missing.map(({ what }) => what).join(', ')}.`);
  // Package lists that cannot be refreshed may still be good enough.
  await run('apt-get', ['update', ...quiet], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const names = [...new Set(missing.map(({ deb }) => debName(deb)))];
  await withoutServices(() =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...quiet, ...names], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
}

/**
 * Installing a server package would start the server on its usual port. Our tests start their own, privately, so for
 * the time of the installation Debian's policy hook says no.
 */
async function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  const remove = () => rmSync(policy, { force: true });
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.once('exit', remove);
  try {
    return await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function output(program, args) {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch {
    // Not there, or it said no.
    return undefined;
  }
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    // Not there.
    return [];
  }
}
