/** Where a folder of the server stands to what is kept: chosen itself, inside of one that is, left out of it, or none of that. */
export type FolderPlace = 'kept' | 'inside' | 'skipped' | 'outside';

export function placeOf(path: string, kept: readonly string[], leaveOut: readonly string[]): FolderPlace {
  if (kept.some((each) => trimmed(each) === trimmed(path))) return 'kept';
  const rule = leaveOutRule(path, kept);
  if (rule === null) return 'outside';
  return leaveOut.some((each) => rule === each || rule.startsWith(`${each}/`)) ? 'skipped' : 'inside';
}

/** The path below the kept folder around it, as a rule is written; null where there is none, or where the rule would mean something else. */
export function leaveOutRule(path: string, kept: readonly string[]): string | null {
  const around = kept.map(trimmed).find((each) => path.startsWith(`${each}/`));
  if (around === undefined) return null;
  const rule = path.slice(around.length + 1);
  // A star in a name would stand for any text.
  return rule.includes('*') ? null : rule;
}

function trimmed(folder: string): string {
  return folder.replace(/\/+$/, '');
}
