/**
 * The compatibility suite: the engine against MySQL 9.7 and MariaDB 11.8, beside the MariaDB of this machine.
 *
 *   node scripts/compat.mjs [file name filter …]
 *
 * A server that is named by its environment variable (scripts/lib/debian-servers.mjs) is taken as it is; the others are
 * fetched once into the cache. The last line is `N passed, N failed, N skipped`.
 */
import { existsSync } from 'node:fs';
import { debianServer, debianServers } from './lib/debian-servers.mjs';
import { runVitest } from './lib/vitest.mjs';

const limitMs = 40 * 60_000;

const env = { ...process.env };
const missing = [];
for (const wanted of debianServers) {
  try {
    env[wanted.variable] = ownServer(wanted) ?? (await debianServer(wanted, { log: (line) => console.error(line) }));
    console.log(`${wanted.what}: ${env[wanted.variable]}`);
  } catch (error) {
    missing.push(error.message);
  }
}
if (missing.length > 0) {
  console.error([...new Set(missing)].join('\n'));
  process.exitCode = 1;
} else {
  const { passed, failed, skipped } = await runVitest('compat', {
    timeoutMs: limitMs,
    env,
    filters: process.argv.slice(2),
  });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

function ownServer({ what, variable }) {
  const path = process.env[variable];
  if (!path) return undefined;
  if (!existsSync(path)) throw new Error(`${what}: ${variable} names ${path}, which is not there.`);
  return path;
}
