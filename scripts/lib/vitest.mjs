/** Running one Vitest project and counting what its JSON report says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, root } from './paths.mjs';
import { run } from './run.mjs';

/**
 * Runs a project with its output streaming here. Resolves to `{ passed, failed, skipped }`; a crash is one failure, and
 * so is a project in which no test was found.
 */
export async function runVitest(project, { timeoutMs, env = process.env, filters = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shouhu-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const result = await run(
      process.execPath,
      [
        inRoot('node_modules', 'vitest', 'vitest.mjs'),
        'run',
        `--project=${project}`,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...filters,
      ],
      { cwd: root, env, timeoutMs },
    );
    if (result.timedOut) console.error(`${project}: stopped after ${Math.round(timeoutMs / 60_000)} minutes.`);
    return countVitest(readReport(report), result.exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The numbers of a JSON report (undefined when there is none). A file that failed without a failed test in it could not
 * be loaded: one failure. A run that ended badly without naming a failure (an unhandled error, a crash, no report) is
 * one failure too.
 */
export function countVitest(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const files = report.testResults ?? [];
  const states = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const count = (...wanted) => states.filter((status) => wanted.includes(status)).length;
  const passed = count('passed');
  const brokenFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const failed = count('failed') + brokenFiles;
  const silent = failed === 0 && exitCode !== 0 ? 1 : 0;
  return { passed, failed: failed + silent, skipped: states.length - passed - count('failed') };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest died before it could write one.
    return undefined;
  }
}
