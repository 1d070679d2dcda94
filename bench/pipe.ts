import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateServer } from '../main/engine/sandbox/index.ts';

/** What a careful administrator would type instead: dump, compress, encrypt, one after the other in a shell pipe. */
export interface PipeRun {
  readonly wallMs: number;
  /** Of all programs of the pipe. */
  readonly cpuMs: number;
}

export interface PipeFiles {
  readonly dir: string;
  readonly optionFile: string;
  readonly keyFile: string;
}

/** Password and key in files, as they should be: arguments can be read by everybody. */
export async function preparePipe(dir: string, name: string, server: PrivateServer): Promise<PipeFiles> {
  const optionFile = join(dir, `${name}.cnf`);
  const keyFile = join(dir, `${name}.key`);
  const { host, port } = { host: '127.0.0.1', port: server.port ?? 0 };
  await writeFile(
    optionFile,
    `[client]\nuser=${server.user}\npassword=${server.password}\nhost=${host}\nport=${port}\nprotocol=tcp\n`,
    { mode: 0o600 },
  );
  await writeFile(keyFile, 'a passphrase for the benchmark only\n', { mode: 0o600 });
  return { dir, optionFile, keyFile };
}

/** `mariadb-dump | zstd -3 | openssl` into `file`, which is on the disk when it ends. */
export function dumpPipe(
  { optionFile, keyFile }: PipeFiles,
  database: string,
  file: string,
  signal: AbortSignal,
): Promise<PipeRun> {
  return runShell(
    `mariadb-dump --defaults-extra-file="$1" --single-transaction --quick --databases "$2" | zstd -q -3 | ` +
      `openssl enc -aes-256-ctr -pbkdf2 -pass "file:$3" -out "$4" && sync "$4"`,
    [optionFile, database, keyFile, file],
    signal,
  );
}

/** Size of the dump as SQL text. */
export async function dumpBytes({ optionFile }: PipeFiles, database: string, signal: AbortSignal): Promise<number> {
  const script = 'mariadb-dump --defaults-extra-file="$1" --single-transaction --quick --databases "$2" | wc -c';
  const { output } = await runShell(script, [optionFile, database], signal);
  return Number(output.trim());
}

/** `openssl | zstd -dc | mariadb`: the way back. */
export function loadPipe({ optionFile, keyFile }: PipeFiles, file: string, signal: AbortSignal): Promise<PipeRun> {
  return runShell(
    `openssl enc -d -aes-256-ctr -pbkdf2 -pass "file:$1" -in "$2" | zstd -q -dc | mariadb --defaults-extra-file="$3"`,
    [keyFile, file, optionFile],
    signal,
  );
}

/** `times` prints, last, the user and system time of all children. */
export async function runShell(
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<PipeRun & { readonly output: string }> {
  const startedMs = performance.now();
  const child = spawn('bash', ['-c', `set -e -o pipefail\n${script}\ntimes >&2`, 'bench', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wallMs = performance.now() - startedMs;
  if (exitCode !== 0) throw new Error(`The pipe failed (${exitCode}): ${errors.trim()}`);
  return { wallMs, cpuMs: childMs(errors), output };
}

function childMs(times: string): number {
  const last = times.trim().split('\n').at(-1) ?? '';
  return [...last.matchAll(/(\d+)m([\d.,]+)s/g)].reduce(
    (sum, [, minutes = '0', seconds = '0']) => sum + (Number(minutes) * 60 + Number(seconds.replace(',', '.'))) * 1000,
    0,
  );
}
