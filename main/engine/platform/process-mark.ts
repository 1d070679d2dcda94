import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who a process is, so that a later one with the same number is not taken for it. Means something on the computer that made it only. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the kernel's own count; '' where the system does not show it. */
  readonly born: string;
  /** The computer, and inside it the container. */
  readonly place: string;
  /** Which start of the computer; '' where the system does not show it. */
  readonly boot: string;
}

/** Of a process that runs now on this computer. */
export function processMark(pid: number): ProcessMark {
  return { pid, born: birthMark(pid), place: thisPlace(), boot: thisBoot() };
}

/** True only where it can be proven: the process ran on this computer, since its last start, and is there no more. */
export function isProvenGone(mark: ProcessMark): boolean {
  if (mark.place !== thisPlace() || mark.boot !== thisBoot()) return false;
  if (!isAlive(mark.pid)) return true;
  const born = birthMark(mark.pid);
  return born !== '' && mark.born !== '' && born !== mark.born;
}

/** True also for a process of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from a later one with the same number: its start time, where the system shows it; else empty. */
export function birthMark(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // Already gone, or no file can be opened just now: nothing is concluded from it.
  }
}

/** Process numbers mean something only on this machine and inside this container. */
export function thisPlace(): string {
  if (process.platform !== 'linux') return hostname();
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname(); // A kernel without namespaces.
  }
}

/** Two computers may bear one name; no two starts of any bear one of these (Linux, proc(5)). */
function thisBoot(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
