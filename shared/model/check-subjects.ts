import type { CheckResult } from './snapshot.ts';

/** Facts that say what a check is about, as lists of names. */
const subjects = ['tables', 'objects', 'columns', 'ledgers', 'destinations', 'folder', 'files'] as const;

/** The names that a check complains of, for people; '' when it has nothing to say. */
export function subjectsOf({ ok, facts }: CheckResult): string {
  if (ok && facts['warning'] !== true) return '';
  return subjects.flatMap((subject) => (typeof facts[subject] === 'string' ? [facts[subject]] : [])).join(', ');
}

/** A check or a step of a live test that held, but names something to look at: nothing is missing from the snapshot. */
export function isWarning({ ok, facts }: Pick<CheckResult, 'ok' | 'facts'>): boolean {
  return ok && facts['warning'] === true;
}
