/**
 * Watches the sources: a change in main/ or shared/ rebuilds and restarts the app, a change in renderer/ rebuilds the
 * page (Ctrl+R in the window shows it). Ends when the window is closed or on Ctrl+C.
 */
import { existsSync } from 'node:fs';
import { context } from 'esbuild';
import { buildRenderer, copyAssets } from './build.mjs';
import { bundles, missingEntries } from './lib/bundles.mjs';
import { launch, requireScreen } from './lib/launch.mjs';
import { inRoot } from './lib/paths.mjs';

/** Several bundles share most sources, so one save ends several builds; the app restarts once they have settled. */
const settleMs = 300;

let app;
let timer;
let ending = false;

async function restart() {
  const previous = app;
  app = undefined;
  if (previous !== undefined && previous.exitCode === null && previous.signalCode === null) {
    const ended = new Promise((resolve) => previous.once('exit', resolve));
    previous.kill();
    await ended;
  }
  if (ending || !existsSync(inRoot('dist', 'app', 'index.js'))) return;
  const started = await launch(process.argv.slice(2));
  app = started;
  started.once('exit', () => {
    if (started === app) end(0);
  });
}

function end(exitCode) {
  ending = true;
  app?.kill();
  process.exit(exitCode);
}

const restartWhenSettled = {
  name: 'restart-when-settled',
  setup({ onEnd }) {
    onEnd(({ errors }) => {
      if (errors.length > 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        restart().catch((error) => {
          console.error(error.message);
          end(1);
        });
      }, settleMs);
    });
  },
};

try {
  requireScreen();
  const missing = missingEntries();
  for (const entry of missing) console.error(`Left out: ${entry} does not exist yet.`);
  copyAssets();
  if (!missing.some((entry) => entry.startsWith('renderer/'))) {
    const watcher = await buildRenderer({ watch: true });
    await new Promise((resolve) => {
      watcher.on('event', ({ code }) => {
        if (code === 'END' || code === 'ERROR') resolve();
        if (code === 'END') console.error('Page built.');
      });
    });
  }
  for (const { entry, options } of bundles()) {
    if (missing.includes(entry)) continue;
    const watched = await context({ ...options, plugins: [...(options.plugins ?? []), restartWhenSettled] });
    await watched.watch();
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
