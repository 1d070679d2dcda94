/** Builds if anything has changed since the last build, then opens the app. Arguments go to the app. */
import { build, stampFile } from './build.mjs';
import { launch, requireScreen } from './lib/launch.mjs';
import { endLike } from './lib/run.mjs';
import { isStale } from './lib/stale.mjs';

try {
  requireScreen();
  if (isStale(stampFile)) await build({ strict: true });
  const app = await launch(process.argv.slice(2));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => app.kill(signal));
  app.once('error', (error) => {
    console.error(`Electron does not start: ${error.message}`);
    process.exit(1);
  });
  app.once('exit', (exitCode, signal) => endLike({ exitCode: exitCode ?? 1, signal }));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
