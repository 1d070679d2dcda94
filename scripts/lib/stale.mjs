/** Whether dist/ is older than what it was built from. */
import { readdirSync, statSync } from 'node:fs';
import { inRoot } from './paths.mjs';

const sources = [
  'main',
  'shared',
  'renderer',
  'assets',
  'scripts/lib/bundles.mjs',
  'scripts/build.mjs',
  'package-lock.json',
];

/** True when any source was changed, added or removed after the stamp of the last build, or when there is none. */
export function isStale(stampFile) {
  const builtAtMs = changedAtMs(stampFile);
  return builtAtMs === undefined || sources.some((source) => newestMs(inRoot(source)) > builtAtMs);
}

/** A folder's own time counts too: it moves when a file is added or removed. */
function newestMs(path) {
  const own = changedAtMs(path);
  if (own === undefined) return 0;
  if (!statSync(path).isDirectory()) return own;
  return Math.max(own, ...readdirSync(path, { withFileTypes: true }).map((entry) => newestMs(`${path}/${entry.name}`)));
}

function changedAtMs(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    // Not there.
    return undefined;
  }
}
