import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { atProcessExit } from './exit-cleanup.ts';
import { birthMark, isAlive, thisPlace } from './process-mark.ts';
import { runCommand } from './run-command.ts';

/**
 * Temporary folders that say whose they are. A folder is removed when its work is done, when the process exits, and, if the
 * process was killed, by the sweep at the next start: the sweep first ends the server that may still run in it.
 *
 * The sweep touches a folder only when it is certain: ours by user id, made on this machine (and in this container), and
 * its owner no longer alive.
 */
export interface OwnedFolder {
  readonly path: string;
  /** Remembers the child that works in the folder, so that a sweep can end it. */
  recordServer(pid: number): Promise<void>;
  remove(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly born: string;
  readonly place: string;
}

const ownerFile = 'owner.json';
const serverPidFile = 'server.pid';
const unownedGraceMs = 10 * 60_000;
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Makes `<parent>/<prefix>XXXXXX`, mode 0700. */
export async function createOwnedFolder(parent: string, prefix: string): Promise<OwnedFolder> {
  const path = await mkdtemp(join(parent, prefix));
  const forget = atProcessExit(() => rmSync(path, removal));
  const owner: Owner = { pid: process.pid, born: birthMark(process.pid), place: thisPlace() };
  await writeFile(join(path, ownerFile), JSON.stringify(owner), { mode: 0o600 });
  return {
    path,
    recordServer: (pid) => writeFile(join(path, serverPidFile), String(pid), { mode: 0o600 }),
    remove: async () => {
      await rm(path, removal);
      forget();
    },
  };
}

/** Removes what killed processes left behind in `parent`. Never fails: what cannot be removed now waits for the next sweep. */
export async function sweepOwnedFolders(parent: string, prefix: string): Promise<string[]> {
  const removed: string[] = [];
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(parent, name);
    try {
      if (!(await isAbandoned(path))) continue;
      await endServerIn(path);
      await rm(path, removal);
      removed.push(path);
    } catch {
      // Somebody else is sweeping it, or a file is still held open: the next sweep sees it again.
    }
  }
  return removed;
}

async function isAbandoned(path: string): Promise<boolean> {
  const stat = await lstat(path);
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) return false;
  const owner = await readOwner(path);
  if (owner === undefined) return systemClock.nowMs() - stat.mtimeMs > unownedGraceMs;
  if (owner.place !== thisPlace()) return false;
  if (!isAlive(owner.pid)) return true;
  const born = birthMark(owner.pid);
  return born !== '' && owner.born !== '' && born !== owner.born;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, ownerFile), 'utf8')) as Owner;
  } catch {
    return undefined; // Not written yet, or cut off by the kill: the folder's age decides.
  }
}

async function endServerIn(path: string): Promise<void> {
  const pid = Number(await readFile(join(path, serverPidFile), 'utf8').catch(() => '0'));
  if (!(Number.isSafeInteger(pid) && pid > 1) || !isAlive(pid)) return;
  if (!(await commandLine(pid)).includes(path)) return;
  process.kill(pid, 'SIGKILL');
}

/** Empty when it cannot be told: then nothing is killed. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const question: [string, string[]] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).CommandLine`],
        ]
      : ['/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)]];
  const result = await runCommand(...question, { timeoutMs: 10_000 });
  return result.stdout;
}
