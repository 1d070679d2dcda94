/** Starting programs from the scripts: no shell, streaming output, time limits that end the whole family. No packages. */
import { spawn } from 'node:child_process';

/** What a program gets for ending its own children, which may not be in its process group. */
const graceMs = 5_000;
const isWindows = process.platform === 'win32';
const signalsPassedOn = isWindows ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end and gives back `{ exitCode, signal, timedOut }`. Its output goes straight to ours. With
 * `timeoutMs` the program and its process group are told to end when the time is up, and killed soon after. A program that cannot be started
 * counts as exit code 127, with the reason on stderr.
 */
export function run(program, args, { cwd, env, timeoutMs, stdio = 'inherit' } = {}) {
  const ownGroup = timeoutMs !== undefined && !isWindows;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio, detached: ownGroup, windowsHide: true });
    let timedOut = false;
    let killer;
    const end = (signal) => {
      try {
        if (ownGroup) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has just ended by itself.
      }
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end('SIGTERM');
            killer = setTimeout(end, graceMs, 'SIGKILL');
          }, timeoutMs);
    const passOn = signalsPassedOn.map((signal) => [signal, () => end(signal)]);
    for (const [signal, listener] of passOn) process.on(signal, listener);
    const done = (result) => {
      clearTimeout(timer);
      clearTimeout(killer);
      for (const [signal, listener] of passOn) process.off(signal, listener);
      resolve(result);
    };
    child.once('error', (error) => {
      console.error(`${program}: ${error.message}`);
      done({ exitCode: 127, signal: null, timedOut: false });
    });
    child.once('exit', (exitCode, signal) => done({ exitCode: exitCode ?? 1, signal, timedOut }));
  });
}

/** Ends this process the way the child ended: the same exit code, or the same signal. */
export function endLike({ exitCode, signal }) {
  if (signal === null) process.exit(exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // A signal that is ignored must not turn a killed run into a green one.
  setTimeout(() => process.exit(1), 1000);
}
