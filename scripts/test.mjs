/**
 * Everything that can be checked, one step after the other:
 *
 *   node scripts/test.mjs [--no-e2e]
 *
 * A failing step does not stop the others: one run tells all. The last line is `N passed, N failed`; each static check
 * counts as one. The exit code is zero only if something passed and nothing failed.
 */
import { performance } from 'node:perf_hooks';
import { runE2e } from './e2e.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { closingLine, total } from './lib/summary.mjs';
import { runVitest } from './lib/vitest.mjs';

const minutes = 60_000;

const steps = [
  ['typecheck', () => check(inRoot('node_modules', 'typescript', 'bin', 'tsc'), ['-b'])],
  ['lint', () => check(inRoot('scripts', 'lint.mjs'))],
  ['law', () => check(inRoot('scripts', 'law.mjs'))],
  ['unit', () => runVitest('unit', { timeoutMs: 12 * minutes })],
  ['servers', () => runVitest('servers', { timeoutMs: 30 * minutes })],
  ...(process.argv.includes('--no-e2e') ? [] : [['e2e', () => runE2e({ timeoutMs: 12 * minutes })]]),
];

const counts = [];
const summary = [];
for (const [name, step] of steps) {
  console.log(`\n=== ${name} ===`);
  const startedAtMs = performance.now();
  const count = await attempt(name, step);
  const line = `${name.padEnd(10)} ${closingLine(count)} in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`;
  console.log(`--- ${line}`);
  counts.push(count);
  summary.push(line);
}
const sum = total(counts);
console.log(`\n=== summary ===\n${summary.join('\n')}\n`);
console.log(closingLine(sum));
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

async function attempt(name, step) {
  try {
    return await step();
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function check(script, args = []) {
  const { exitCode, timedOut } = await run(process.execPath, [script, ...args], { cwd: root, timeoutMs: 6 * minutes });
  if (timedOut) console.error('Stopped: this takes too long.');
  return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}
