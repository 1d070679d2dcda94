/**
 * The packages of package-lock.json and the Node 24 among them. A stamp in node_modules remembers what was found in
 * order, so that the next run only compares a hash. No packages.
 */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { inRoot, root } from './paths.mjs';

const isWindows = process.platform === 'win32';
const stampFile = inRoot('node_modules', '.shouhu-stamp');

/** The Node that package.json brings along, whatever Node started us. */
export function ownNode() {
  return inRoot('node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');
}

/** Installs what is missing or out of date. Rejects with a sentence that says what to do. */
export async function ensurePackages() {
  if (readStamp() === expectedStamp()) return;
  const lock = join(tmpdir(), `shouhu-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  const waiting = () => console.error('Another run is installing packages; waiting for it.');
  await withLock(lock, install, waiting);
}

async function install() {
  if (readStamp() === expectedStamp()) return;
  if (!isInstalled()) await installAll();
  if (nodeMajor() !== wantedNode().major) await installNode();
  writeStamp();
}

function writeStamp() {
  const temporary = `${stampFile}.${process.pid}`;
  try {
    writeFileSync(temporary, expectedStamp());
    renameSync(temporary, stampFile);
  } catch (error) {
    // In a tree that only others may write, everything is in order all the same; it is looked at again next time.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

async function installAll() {
  if (isWindows && process.execPath.startsWith(inRoot('node_modules')))
    throw new Error('package-lock.json has changed. Run `npm ci`, then this command again.');
  console.error('Installing the packages of package-lock.json (npm ci); this takes a minute or two.');
  const { exitCode } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  if (exitCode !== 0)
    throw new Error(
      `npm ci ended with exit code ${exitCode}. Its message is above; a network that blocks the package registry is the usual reason.`,
    );
}

/**
 * Puts Node in place by hand where the package's install script could not: scripts may be switched off by the user's
 * configuration (`ignore-scripts`), and that is a decision to respect.
 */
async function installNode() {
  const { name, version } = wantedNode();
  console.error(`Node ${version} is missing from node_modules; fetching ${name}.`);
  const work = mkdtempSync(join(tmpdir(), 'shouhu-node-'));
  try {
    writeFileSync(join(work, 'package.json'), '{"private":true}');
    const { exitCode } = await npm(
      ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
      { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const fetched = join(work, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node');
    if (exitCode === 0 && existsSync(fetched)) {
      mkdirSync(dirname(ownNode()), { recursive: true });
      const temporary = `${ownNode()}.${process.pid}`;
      copyFileSync(fetched, temporary);
      chmodSync(temporary, 0o755);
      renameSync(temporary, ownNode());
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const major = nodeMajor();
  if (major === wantedNode().major) return;
  throw new Error(
    `node_modules/.bin/node should be Node ${wantedNode().major} but ${major === undefined ? 'does not run' : `is Node ${major}`}. ` +
      'If install scripts are switched off (npm config get ignore-scripts), run `npm rebuild node --ignore-scripts=false`; ' +
      `otherwise delete node_modules and run this command again. On a system for which there is no package ${name}, install Node ${version} yourself.`,
  );
}

function wantedNode() {
  const { version } = JSON.parse(readFileSync(inRoot('node_modules', 'node', 'package.json'), 'utf8'));
  const platform = isWindows ? 'win' : process.platform;
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return { version, major: Number(version.split('.')[0]), name: `${prefix}-${platform}-${process.arch}` };
}

function nodeMajor() {
  try {
    const said = execFileSync(ownNode(), ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(/^v(\d+)\./.exec(said)?.[1]);
  } catch {
    // Missing, or made for another machine.
    return undefined;
  }
}

/**
 * Whether node_modules already holds what package-lock.json says, for example because `npm install` was run by hand:
 * npm leaves the list of what it has installed in node_modules.
 */
function isInstalled() {
  const wanted = lockedPackages(inRoot('package-lock.json'));
  const present = lockedPackages(inRoot('node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const found = present[path];
    if (found === undefined ? !entry.optional : found.version !== entry.version) return false;
  }
  return Object.keys(present).every((path) => path in wanted);
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    // Missing or half-written: then nothing is known to be installed.
    return undefined;
  }
}

function readStamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    // Never prepared.
    return undefined;
  }
}

/** What the stamp must say: the lock file, the machine's kind, and the very Node binary that was tried. */
function expectedStamp() {
  const hash = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return `${hash}\n${process.platform}-${process.arch}\n${nodeMark()}\n`;
}

function nodeMark() {
  try {
    const { size, mtimeMs } = statSync(ownNode());
    return `${size} ${Math.round(mtimeMs)}`;
  } catch {
    // Not there. A time that never comes twice keeps the stamp from matching; the slow path finds out why.
    return `missing ${Date.now()}`;
  }
}
