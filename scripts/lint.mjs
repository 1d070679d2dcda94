/**
 * ESLint, Prettier, the shape of the changelog, and words that must not be in any tracked file:
 *
 *   node scripts/lint.mjs [--fix]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { changelogProblems } from './lib/changelog.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { wordProblems } from './lib/words.mjs';

const fix = process.argv.includes('--fix');
const cache = inRoot('node_modules', '.cache', 'shouhu');
mkdirSync(cache, { recursive: true });

const checks = [
  [
    'eslint',
    () => tool('eslint/bin/eslint.js', [...cached('eslint'), '--max-warnings=0', ...(fix ? ['--fix'] : []), '.']),
  ],
  [
    'prettier',
    () =>
      tool('prettier/bin/prettier.cjs', [...cached('prettier'), '--log-level=warn', fix ? '--write' : '--check', '.']),
  ],
  ['changelog', () => report(changelogProblems(readText('CHANGELOG.md')))],
  ['words', () => report(trackedFiles().flatMap((path) => wordProblems(path, readText(path))))],
];

let failed = 0;
for (const [name, check] of checks) {
  if (await check()) continue;
  failed += 1;
  console.error(`lint: ${name} is not satisfied.`);
}
if (failed === 0) console.log(`lint: ${checks.map(([name]) => name).join(', ')} are satisfied.`);
process.exit(failed === 0 ? 0 : 1);

async function tool(script, args) {
  const { exitCode } = await run(process.execPath, [inRoot('node_modules', ...script.split('/')), ...args], {
    cwd: root,
  });
  return exitCode === 0;
}

function cached(name) {
  return ['--cache', '--cache-strategy', 'content', '--cache-location', `${cache}/${name}`];
}

function report(problems) {
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

/** Without git (an unpacked archive) there is nothing tracked to look at. */
function trackedFiles() {
  if (!existsSync(inRoot('.git'))) return [];
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(inRoot(path)));
}

/** Undefined when the file is missing or not text. */
function readText(path) {
  if (!existsSync(inRoot(path))) return undefined;
  const bytes = readFileSync(inRoot(path));
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
}
