/** What is built from what: the one list that build, dev and package share. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inRoot, root } from './paths.mjs';

/**
 * Every bundle as `{ entry, options }`, `entry` being the path of its source in the project. Packages stay outside
 * the bundles of the Node side; a sandboxed preload can import nothing, so it carries everything.
 *
 * Worker threads (`*-worker.ts`) are files of their own in dist/engine, wherever the code that starts them is bundled.
 */
export function bundles() {
  const onNode = { ...common, platform: 'node', format: 'esm', packages: 'external', target: 'node24' };
  const workers = workerSources().map((entry) =>
    bundle(entry, { ...onNode, outfile: `dist/engine/${basename(entry, '.ts')}.js` }),
  );
  return [
    bundle('main/engine/entry.ts', { ...onNode, outfile: 'dist/engine/entry.js' }),
    bundle('main/cli/index.ts', { ...onNode, outfile: 'dist/cli/index.js', plugins: [executable] }),
    // Node 20 is what the oldest Electron we start during development carries.
    bundle('main/app/index.ts', { ...onNode, target: 'node20', outfile: 'dist/app/index.js' }),
    bundle('main/preload/index.ts', {
      ...common,
      platform: 'browser',
      format: 'cjs',
      target: 'chrome130',
      external: ['electron'],
      outfile: 'dist/preload/index.cjs',
    }),
    ...workers,
  ];
}

/** Entries that are not there, for a strict build to refuse. */
export function missingEntries() {
  const entries = [...new Set(bundles().map(({ entry }) => entry)), 'renderer/index.html', 'renderer/vite.config.ts'];
  return entries.filter((entry) => !existsSync(inRoot(entry)));
}

const common = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: true,
  logLevel: 'warning',
  charset: 'utf8',
  legalComments: 'none',
};

/** `dist/cli/index.js` is the `shouhu` program: it starts with a line that says so, once. */
const executable = {
  name: 'executable',
  setup({ onLoad }) {
    onLoad({ filter: /main[\\/]cli[\\/]index\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.startsWith('#!') ? source : `#!/usr/bin/env node\n${source}`, loader: 'ts' };
    });
  },
};

function bundle(entry, options) {
  return { entry, options: { ...options, entryPoints: [entry] } };
}

function workerSources() {
  return readdirSync(inRoot('main'), { recursive: true })
    .map((name) => join('main', name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('-worker.ts'))
    .sort();
}
