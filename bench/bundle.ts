import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the engine as a build does (scripts/lib/bundles.mjs), so that what is measured is what people run: sources would pay
 * for their types to be stripped, in memory too, once per thread. Gives the path of the process to start.
 */
export async function bundleEngine(dir: string): Promise<string> {
  const bundle = async (entry: string, outfile: string): Promise<string> => {
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      target: 'node24',
      sourcemap: true,
      logLevel: 'warning',
    });
    return outfile;
  };
  await mkdir(join(dir, 'dist'), { recursive: true });
  // The bundle looks for packages and assets beside itself.
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction');
  await symlink(join(root, 'assets'), join(dir, 'dist', 'assets'), 'junction');
  await bundle('main/engine/chunk-pool/chunk-worker.ts', join(dir, 'dist', 'engine', 'chunk-worker.js'));
  return bundle('bench/engine-process.ts', join(dir, 'dist', 'bench', 'engine-process.js'));
}
