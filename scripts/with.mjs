/**
 * Prepares this machine for a profile, then runs a command with the project's own programs first on the PATH:
 *
 *   node scripts/with.mjs <base|servers|bench|app|test> [-- command arguments]
 *
 * Needs Node 20 or newer and no packages, because it is what installs them. Says nothing when everything is in place.
 */
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { ensurePackages, ownNode } from './lib/packages.mjs';
import { inRoot } from './lib/paths.mjs';
import { endLike, run } from './lib/run.mjs';
import { ensureSystem, profiles } from './lib/system.mjs';

const isWindows = process.platform === 'win32';

const [profile, separator, ...command] = process.argv.slice(2);
if (!profiles.includes(profile) || (separator !== undefined && separator !== '--')) {
  console.error(`Usage: node scripts/with.mjs <${profiles.join('|')}> [-- command arguments]`);
  process.exit(2);
}
try {
  await ensurePackages();
  await ensureSystem(profile);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
if (command.length > 0) endLike(await start(command));

function start([name, ...args]) {
  const env = { ...process.env, ...withOwnPrograms() };
  if (name === 'node') return run(ownNode(), args, { env });
  const script = scriptOf(name);
  if (script !== undefined) return run(ownNode(), [script, ...args], { env });
  return run(name, args, { env });
}

/** The PATH under whatever spelling this system has for it: two spellings in one environment would be undefined. */
function withOwnPrograms() {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const own = [inRoot('node_modules', 'node', 'bin'), inRoot('node_modules', '.bin')];
  const others = (process.env[key] ?? '').split(delimiter).filter((folder) => folder !== '' && !own.includes(folder));
  return { [key]: [...own, ...others].join(delimiter) };
}

/** Windows cannot start the shims in node_modules/.bin without a shell, so the one we use is started by its script. */
function scriptOf(name) {
  if (!isWindows || name !== 'tsc') return undefined;
  const { bin } = JSON.parse(readFileSync(inRoot('node_modules', 'typescript', 'package.json'), 'utf8'));
  return inRoot('node_modules', 'typescript', bin.tsc);
}
