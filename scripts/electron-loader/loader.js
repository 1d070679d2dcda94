/**
 * Gives an Electron without a `default_app` the meaning of `electron [-r module] <app> [arguments]`: modules first, then
 * the first argument that is no switch is the app's folder or file. Awaited at the top level, so that the app's own code
 * runs before Electron says it is ready.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const { modules, target } = read(process.argv.slice(1));
if (target === undefined) {
  console.error('Usage: electron [-r module] <folder of the app> [arguments]');
  app.exit(2);
} else {
  for (const module of modules) require(resolve(module));
  await load(resolve(target));
}

function read([argument, ...others], modules = []) {
  if (argument === undefined || !argument.startsWith('-')) return { modules, target: argument };
  if (argument === '-r') return read(others.slice(1), [...modules, others[0]]);
  return read(others, modules);
}

async function load(path) {
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  const packageFile = join(path, 'package.json');
  const hasPackage = existsSync(packageFile);
  if (hasPackage) {
    const { name, productName, version } = JSON.parse(readFileSync(packageFile, 'utf8'));
    app.name = productName ?? name ?? 'Electron';
    if (version !== undefined) app.setVersion(version);
    app.setDesktopName(`${app.name}.desktop`);
  }
  const main = require.resolve(path);
  app.setAppPath(hasPackage ? path : dirname(main));
  await import(pathToFileURL(main).href);
}
