import { expect, it } from 'vitest';
import { closingLine, total } from './summary.mjs';
import { countVitest } from './vitest.mjs';

const file = (status, ...states) => ({ status, assertionResults: states.map((state) => ({ status: state })) });

it('adds up all steps and names skipped tests only when there are any', () => {
  const sum = total([
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 20, failed: 2, skipped: 3 },
  ]);
  expect(closingLine(sum)).toBe('21 passed, 2 failed, 3 skipped');
  expect(closingLine({ passed: 4, failed: 0, skipped: 0 })).toBe('4 passed, 0 failed');
});

it('counts tests by their state', () => {
  const report = { testResults: [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')] };
  expect(countVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

it('counts a file that could not be loaded as a failure', () => {
  expect(countVitest({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toMatchObject({ failed: 1 });
});

it('never turns a crash into a green run', () => {
  expect(countVitest(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(countVitest({ testResults: [file('passed', 'passed')] }, 1)).toMatchObject({ passed: 1, failed: 1 });
});
