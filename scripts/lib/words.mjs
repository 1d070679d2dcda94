/**
 * Things that tie a file to the machine it was written on. Written in pieces here, so that this file passes its own
 * check.
 */
const workFolder = ['', 'work', ''].join('/');
const patterns = [
  { pattern: new RegExp(`(?<![\\w.\\-/}])${workFolder}(?=[\\w.])`), say: 'a path of one machine' },
  {
    pattern: new RegExp(
      `${['https?:', '', '[^/\\s"\'`]*'].join('/')}(?:registry|verdaccio|artifactory|nexus)[.:\\-/]`,
      'i',
    ),
    say: 'a package registry host',
  },
  { pattern: /^\s*(?:@[\w-]+:)?registry\s*=/m, say: 'a package registry setting', only: /(^|\/)\.npmrc$/ },
  { pattern: /"resolved": "http/, say: 'the host a package came from', only: /(^|\/)package-lock\.json$/ },
];

/** One sentence per thing found in the text of a tracked file (undefined for files that are not text). */
export function wordProblems(path, text) {
  if (text === undefined) return [];
  const problems = [];
  for (const { pattern, say, only } of patterns) {
    if (only !== undefined && !only.test(path)) continue;
    const match = pattern.exec(text);
    if (match === null) continue;
    const line = text.slice(0, match.index).split('\n').length;
    problems.push(`${path}:${line}: names ${say}: ${match[0].trim()}`);
  }
  return problems;
}
