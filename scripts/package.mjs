/**
 * Builds strictly, then makes the installers of this platform in release/:
 *
 *   node scripts/package.mjs [--dir]
 *
 * With `--dir`, and where the official Electron cannot be fetched, only the unpacked program is made; from the fallback
 * Electron that is a test of the packaging, not something to give to people. The fuses are read back from what was made.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Platform, build as makeInstallers } from 'electron-builder';
import { build } from './build.mjs';
import { electronPath } from './electron-runtime.mjs';
import { fuseProblems } from './lib/fuses.mjs';
import { inRoot, root } from './lib/paths.mjs';

/** What was packed, as `{ program, wanted }`: the fuses are set after the hook that fills this. */
const packed = [];

try {
  rmSync(inRoot('dist'), { recursive: true, force: true });
  rmSync(inRoot('release'), { recursive: true, force: true });
  await build({ strict: true });
  const runtime = await electronPath({ log: (line) => console.error(line) });
  const isFallback = runtime.kind === 'fallback';
  if (isFallback) console.error(`Packing Electron ${runtime.version} unpacked, to test the packaging only.`);
  const folderOnly = isFallback || process.argv.includes('--dir');
  await makeInstallers({
    projectDir: root,
    targets: Platform.current().createTarget(folderOnly ? 'dir' : undefined),
    publish: 'never',
    config: {
      extends: inRoot('electron-builder.yml'),
      afterPack: (context) => {
        packed.push({ program: programOf(context), wanted: context.packager.config.electronFuses });
        // The loader of the fallback would win over the packed app.
        if (isFallback) rmSync(join(context.appOutDir, 'resources', 'app'), { recursive: true, force: true });
      },
      ...(isFallback ? { electronDist: dirname(runtime.path), electronVersion: runtime.version } : {}),
    },
  });
  for (const { program, wanted } of packed) {
    const problems = await fuseProblems(program, wanted);
    if (problems.length > 0) throw new Error(`${program} must not be given to people:\n${problems.join('\n')}`);
    console.log(`Fuses are as asked for in ${program}.`);
  }
  if (packed.length === 0) throw new Error('Nothing was packed.');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

function programOf({ appOutDir, packager, electronPlatformName }) {
  const { productFilename } = packager.appInfo;
  if (electronPlatformName === 'darwin') return join(appOutDir, `${productFilename}.app`);
  return join(appOutDir, electronPlatformName === 'win32' ? `${productFilename}.exe` : packager.executableName);
}
