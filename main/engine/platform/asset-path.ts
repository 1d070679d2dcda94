import { fileURLToPath } from 'node:url';

/**
 * Absolute path of a file under `assets/`. Run from source this file is main/engine/platform/asset-path.ts; in a bundle it is
 * part of dist/<engine|cli>/*.js and the assets are copied to dist/assets.
 */
export function assetPath(relative: string): string {
  const base = import.meta.url.endsWith('.ts') ? '../../../assets/' : '../assets/';
  return fileURLToPath(new URL(base + relative, import.meta.url));
}

/** URL of a worker thread's file: the source itself under plain Node, its bundle next to ours otherwise. */
export function workerUrl(sourceUrl: URL, bundledName: string): URL {
  return import.meta.url.endsWith('.ts') ? sourceUrl : new URL(`../engine/${bundledName}`, import.meta.url);
}
