import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { atProcessExit } from './exit-cleanup.ts';
import { childEnvironment } from './run-command.ts';

/**
 * A long-running child that does not outlive this process: it is killed when the process exits, and on Linux the kernel
 * kills it even when the process itself is killed (parent-death signal by `setpriv`). The kernel looks at the thread that
 * started the child, so start it from the main thread.
 *
 * A child that was forgotten does not keep the process alive.
 */
export interface BoundChild {
  readonly pid: number;
  /** Settles when the child has ended; never rejects. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** Asks politely, kills after `graceMs`, resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
}

export interface BoundChildOptions {
  /** Gets stdout and stderr, appended. */
  readonly logFile: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const setprivPaths = ['/usr/bin/setpriv', '/bin/setpriv'];

/** Rejects with Node's own error (`ENOENT`, `EACCES` …) when the program cannot be started. */
export async function startBoundChild(
  program: string,
  args: readonly string[],
  options: BoundChildOptions,
): Promise<BoundChild> {
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const [command, commandArgs] = withParentDeathSignal(program, args);
    const child = spawn(command, commandArgs, {
      stdio: ['ignore', log.fd, log.fd],
      env: childEnvironment(options.env),
      cwd: options.cwd,
      windowsHide: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.on('error', () => {
      // A signal that could not be delivered; `exit` tells what became of the child.
    });
    let ended = false;
    const end = new Promise<void>((resolve) => {
      child.once('exit', () => {
        ended = true;
        forget();
        resolve();
      });
    });
    const forget = atProcessExit(() => child.kill('SIGKILL'));
    child.unref();
    return {
      pid: child.pid ?? 0,
      ended: end,
      hasEnded: () => ended,
      stop: async (graceMs) => {
        child.ref();
        if (!ended) child.kill('SIGTERM');
        const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
        await end;
        clearTimeout(killer);
      },
    };
  } finally {
    await log.close();
  }
}

function withParentDeathSignal(program: string, args: readonly string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? setprivPaths.find((path) => existsSync(path)) : undefined;
  return setpriv === undefined ? [program, [...args]] : [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]];
}
