import { readdir, readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** Every living process below `pid`, itself not included. Empty on Windows, where nothing here starts trees. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = process.platform === 'linux' ? await parentsFromProc() : await parentsFromPs();
  const below = new Set<number>();
  for (let found = [pid]; found.length > 0;) {
    found = [...parents].flatMap(([child, parent]) => (found.includes(parent) && !below.has(child) ? [child] : []));
    found.forEach((child) => below.add(child));
  }
  return [...below];
}

async function parentsFromProc(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''); // gone since the listing
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  return parents;
}

async function parentsFromPs(): Promise<Map<number, number>> {
  if (process.platform === 'win32') return new Map();
  const { stdout } = await runCommand('/bin/ps', ['-A', '-o', 'pid=,ppid='], { timeoutMs: 10_000 });
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(lines.flatMap(([child, parent]) => (child && parent ? [[child, parent] as const] : [])));
}
