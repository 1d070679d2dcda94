/**
 * End-to-end tests: builds the app, finds an Electron and a screen, runs the specs in e2e/specs.
 *
 *   node scripts/e2e.mjs [file name filter …]
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { build } from './build.mjs';
import { electronPath } from './electron-runtime.mjs';
import { inRoot } from './lib/paths.mjs';
import { openScreen } from './lib/screen.mjs';
import { closingLine } from './lib/summary.mjs';
import { runVitest } from './lib/vitest.mjs';

/** Runs the specs and resolves to `{ passed, failed, skipped }`. Rejects when the app cannot be built or started. */
export async function runE2e({ timeoutMs, filters = [] } = {}) {
  const log = (line) => console.error(line);
  if (!hasSpecs()) throw new Error('There are no specs in e2e/specs.');
  await build({ strict: true, log });
  const runtime = await electronPath({ log });
  log(`Electron ${runtime.version} (${runtime.kind}).`);
  rmSync(inRoot('e2e', '.out'), { recursive: true, force: true });
  const screen = await openScreen();
  try {
    const env = { ...process.env, SHOUHU_ELECTRON: runtime.path };
    if (runtime.nodeForEngine !== undefined) env.SHOUHU_ENGINE_NODE = runtime.nodeForEngine;
    if (screen.display !== undefined) env.DISPLAY = screen.display;
    return await runVitest('e2e', { timeoutMs, env, filters });
  } finally {
    screen.close();
  }
}

function hasSpecs() {
  const folder = inRoot('e2e', 'specs');
  return existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.spec.ts'));
}

if (import.meta.main) {
  try {
    const count = await runE2e({ filters: process.argv.slice(2) });
    console.log(closingLine(count));
    process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
