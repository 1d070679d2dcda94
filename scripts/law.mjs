/**
 * The dependency law of .dependency-cruiser.mjs over all sources. A cruise that sees too few of the files on disk
 * fails, because a cruiser that cannot read the sources finds no violations either.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, format } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { inRoot, root } from './lib/paths.mjs';

const folders = ['main', 'shared', 'renderer', 'e2e', 'bench'];
const floor = 0.9;

process.chdir(root);
const present = folders.filter((folder) => existsSync(inRoot(folder)));
const onDisk = present.flatMap(sourcesIn);
const options = await extractOptions('./.dependency-cruiser.mjs');
const { output: result } = await cruise(present, options, undefined, { tsConfig: extractTSConfig('tsconfig.json') });

const cruised = new Set(result.modules.map(({ source }) => source));
const unseen = onDisk.filter((path) => !cruised.has(path));
const seen = onDisk.length - unseen.length;
const { output, exitCode } = await format(result, { outputType: 'err-long' });
process.stdout.write(output);
console.log(`law: ${seen} of ${onDisk.length} source files were looked at (${cruised.size} modules).`);
if (seen < onDisk.length * floor || seen === 0) {
  console.error(`law: that is too few to believe the result. Not seen: ${unseen.slice(0, 10).join(', ')}`);
  process.exit(1);
}
process.exit(exitCode === 0 ? 0 : 1);

/** Every TypeScript source of a folder, tests and declarations aside. */
function sourcesIn(folder) {
  return readdirSync(inRoot(folder), { recursive: true })
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .filter(
      (path) => /\.tsx?$/.test(path) && !/\.(test|spec)\.tsx?$|\.d\.ts$|(^|\/)(node_modules|\.out|dist)\//.test(path),
    );
}
