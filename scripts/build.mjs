/**
 * Builds everything into dist/:
 *
 *   node scripts/build.mjs [--strict] [--no-renderer]
 *
 * A part whose source does not exist is left out with a line that says so; with `--strict` that is an error, so that
 * nothing incomplete can be packaged.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build as esbuild } from 'esbuild';
import { bundles, missingEntries } from './lib/bundles.mjs';
import { inRoot } from './lib/paths.mjs';

/** Says when the last complete build was made; `isStale` in lib/stale.mjs compares it with the sources. */
export const stampFile = inRoot('dist', '.built');

/** Builds. Resolves to the list of what was left out; rejects when something does not compile or, strictly, is missing. */
export async function build({ strict = false, renderer = true, log = console.log } = {}) {
  const startedAtMs = Date.now();
  const missing = missingEntries();
  if (strict && missing.length > 0) throw new Error(`Cannot build: ${missing.join(', ')} missing.`);
  for (const entry of missing) log(`Left out: ${entry} does not exist yet.`);
  rmSync(stampFile, { force: true });
  mkdirSync(inRoot('dist'), { recursive: true });
  const present = bundles().filter(({ entry }) => !missing.includes(entry));
  await buildBundles(present);
  const hasPage = !missing.some((entry) => entry.startsWith('renderer/'));
  if (renderer && hasPage) await buildRenderer();
  if (renderer) writeFileSync(stampFile, `${missing.join('\n')}\n`);
  log(
    `Built ${present.length} bundles${renderer && hasPage ? ' and the page' : ''} in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s.`,
  );
  return missing;
}

/** Builds the programs that run on Node, with the files they read, and leaves the stamp of the last complete build alone. */
export async function buildBundles(wanted = bundles()) {
  await Promise.all(wanted.map(({ options }) => esbuild(options)));
  if (existsSync(inRoot('dist', 'cli', 'index.js'))) chmodSync(inRoot('dist', 'cli', 'index.js'), 0o755);
  copyAssets();
}

/** Builds the page with its own configuration; `watch` keeps rebuilding and resolves to Rollup's watcher. */
export async function buildRenderer({ watch = false } = {}) {
  const vite = await import('vite');
  return vite.build({
    root: inRoot('renderer'),
    configFile: inRoot('renderer', 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: inRoot('dist', 'renderer'), emptyOutDir: true, ...(watch ? { watch: {} } : {}) },
  });
}

/** Copies what programs read at run time. What only the installer needs (assets/build) stays out. */
export function copyAssets() {
  const from = inRoot('assets');
  if (!existsSync(from)) return;
  rmSync(inRoot('dist', 'assets'), { recursive: true, force: true });
  cpSync(from, inRoot('dist', 'assets'), { recursive: true, filter: (path) => path !== inRoot('assets', 'build') });
}

if (import.meta.main) {
  try {
    await build({ strict: process.argv.includes('--strict'), renderer: !process.argv.includes('--no-renderer') });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
