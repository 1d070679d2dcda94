import { readFile, readdir } from 'node:fs/promises';
import type { ElectronApplication } from 'playwright-core';

/**
 * The process id of the app's engine, read from the system's list of processes (Linux): a plain Node that runs the
 * engine's entry, or the utility process that Electron reports under our name.
 */
export async function enginePid(app: ElectronApplication): Promise<number> {
  const own = await app.evaluate(({ app: electronApp }) => ({
    main: process.pid,
    utility: electronApp.getAppMetrics().find(({ name }) => name === 'Shouhu Engine')?.pid,
  }));
  if (own.utility !== undefined) return own.utility;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [parent, command] = await Promise.all([parentOf(pid), commandOf(pid)]);
    if (parent === own.main && command.includes('/engine/entry.js')) return Number(pid);
  }
  throw new Error('The app has no engine process.');
}

async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

async function commandOf(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
