/** A screen for tests on machines that have none. */
import { spawn } from 'node:child_process';

const startLimitMs = 15_000;

/**
 * Gives `{ display, close }`: the screen that is there, or an Xvfb of our own on a number that it picks itself.
 * Elsewhere than on Linux `display` is undefined, and nothing is needed.
 */
export async function openScreen(env = process.env) {
  const nothing = () => {};
  if (process.platform !== 'linux') return { display: undefined, close: nothing };
  if (env.DISPLAY) return { display: env.DISPLAY, close: nothing };
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGTERM');
  process.once('exit', kill);
  const close = () => {
    process.off('exit', kill);
    kill();
  };
  try {
    return { display: `:${await displayNumber(child)}`, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Xvfb writes the number it chose to the descriptor we gave it, once it accepts connections. */
function displayNumber(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaint = '';
    const timer = setTimeout(
      () => reject(new Error(`Xvfb did not start in ${startLimitMs / 1000} s. ${complaint}`)),
      startLimitMs,
    );
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.stdio[3].on('data', (chunk) => {
      said += chunk;
      if (!said.includes('\n')) return;
      clearTimeout(timer);
      resolve(said.trim());
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb does not start: ${error.message}`));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb ended with code ${code}. ${complaint}`));
    });
  });
}
