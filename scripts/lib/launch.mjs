/** Starting the built app in Electron, for people (start, dev). */
import { spawn } from 'node:child_process';
import { electronPath } from '../electron-runtime.mjs';
import { inRoot, root } from './paths.mjs';

/** Rejects with a sentence when there is nothing to show a window on. */
export function requireScreen(env = process.env) {
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)
    throw new Error(
      'There is no screen here (DISPLAY and WAYLAND_DISPLAY are empty), so no window can open. ' +
        'Use the command line instead (npm run shouhu -- --help), or npm run e2e, which brings a virtual screen.',
    );
}

/** Starts Electron on the built app and gives back the child process. */
export async function launch(args = []) {
  const runtime = await electronPath({ log: (line) => console.error(line) });
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE;
  if (runtime.nodeForEngine !== undefined) env.SHOUHU_ENGINE_NODE ??= runtime.nodeForEngine;
  return spawn(runtime.path, [...withoutSandbox(), root, ...args], { env, stdio: 'inherit' });
}

/** Chromium refuses to sandbox for root; a person who works as root on Linux has decided that already. */
function withoutSandbox() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return [];
  return ['-r', inRoot('scripts', 'lib', 'without-sandbox.cjs'), '--no-sandbox'];
}
