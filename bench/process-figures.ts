import { readFile } from 'node:fs/promises';

/** What Linux tells about a process, with all its threads. Undefined on other systems and for a process that is gone. */

const ticksPerSecond = 100;

/** User and system time so far, in seconds. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The program's name stands in brackets and may hold spaces: count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory the process has held at once, in bytes. */
export const peakMemoryBytes = (pid: number): Promise<number | undefined> => statusBytes(pid, 'VmHWM');

/** The memory it holds now, in bytes. */
export const residentBytes = (pid: number): Promise<number | undefined> => statusBytes(pid, 'VmRSS');

async function statusBytes(pid: number, field: string): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => undefined);
  const kib = status === undefined ? null : new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status);
  return kib === null ? undefined : Number(kib[1]) * 1024;
}
