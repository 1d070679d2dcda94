import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

const passedOn = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'SystemRoot',
  'USERPROFILE',
  'SSH_AUTH_SOCK',
];

/**
 * The environment children get: a short list of harmless names, so that no secret the parent was given by
 * environment variable travels further.
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

/**
 * Runs a program to its end, without a shell, and gives back what it printed (at most 16 MiB). A non-zero exit code is a
 * result, not an error; a program that cannot be started rejects with Node's own error (`ENOENT` …), an abort with the
 * signal's reason.
 */
export function runCommand(program: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      {
        env: childEnvironment(options.env),
        cwd: options.cwd,
        signal: options.signal,
        timeout: options.timeoutMs ?? 0,
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (options.signal?.aborted === true) {
          reject(options.signal.reason instanceof Error ? options.signal.reason : new Error('aborted'));
          return;
        }
        const code = error === null ? 0 : error.code;
        if (error !== null && typeof code !== 'number' && error.killed !== true) {
          reject(error instanceof Error ? error : new Error('the program could not be started'));
          return;
        }
        resolve({ exitCode: typeof code === 'number' ? code : 124, stdout, stderr });
      },
    );
    if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  });
}
