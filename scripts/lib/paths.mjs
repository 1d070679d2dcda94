/** Where things are: the project's root and the folder for downloads that outlive a clone. No packages. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..', '..');

/** A path inside the project. */
export function inRoot(...parts) {
  return join(root, ...parts);
}

/** The folder for large downloads: `$SHOUHU_CACHE`, or the place the operating system has for such things. */
export function cacheFolder(env = process.env, platform = process.platform) {
  if (env.SHOUHU_CACHE) return resolve(env.SHOUHU_CACHE);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'shouhu');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'shouhu', 'Cache');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'shouhu');
}
