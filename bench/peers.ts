import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderBytes } from './rig.ts';
import { runShell, type PipeFiles, type PipeRun } from './pipe.ts';

/** mydumper and myloader with two threads, as their manual says: the fastest logical tools an administrator finds in Debian. */
export interface PeerDump extends PipeRun {
  readonly storedBytes: number;
  readonly dir: string;
}

export async function hasMydumper(signal: AbortSignal): Promise<boolean> {
  const { output } = await runShell('command -v mydumper myloader || true', [], signal);
  return output.trim().split('\n').length === 2;
}

/** `mydumper -t 2 -c`, compressed and unencrypted, on the disk when it ends. */
export async function mydumperRun(
  files: PipeFiles,
  database: string,
  name: string,
  signal: AbortSignal,
): Promise<PeerDump> {
  const dir = join(files.dir, name);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir);
  const login = await loginOf(files);
  const run = await runShell(
    'mydumper --defaults-file="$1" -h 127.0.0.1 -P "$2" -t 2 -c -B "$3" -o "$4" -v 1 && sync -f "$4"',
    [files.optionFile, login.port, database, dir],
    signal,
  );
  if (!(await stat(join(dir, 'metadata'))).isFile()) throw new Error('mydumper left no metadata');
  return { ...run, dir, storedBytes: await folderBytes(dir) };
}

/** `myloader -t 2` without the binary log. */
export async function myloaderRun(
  files: PipeFiles,
  database: string,
  dir: string,
  signal: AbortSignal,
): Promise<PipeRun> {
  const login = await loginOf(files);
  return runShell(
    'myloader --defaults-file="$1" -h 127.0.0.1 -P "$2" -t 2 -B "$3" -d "$4" -v 1',
    [files.optionFile, login.port, database, dir],
    signal,
  );
}

async function loginOf({ optionFile }: PipeFiles): Promise<{ readonly port: string }> {
  const port = /^port=(\d+)$/m.exec(await readFile(optionFile, 'utf8'))?.[1];
  if (port === undefined) throw new Error('no port in the option file');
  return { port };
}
