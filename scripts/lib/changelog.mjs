/** The shape of CHANGELOG.md: Keep a Changelog, newest first, so that a release note can be cut out of it. */
const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const release = /^## \[(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\] - (\d{4}-\d{2}-\d{2})$/;

/** One sentence per thing that is wrong; none when the text is in shape. */
export function changelogProblems(text) {
  if (text === undefined) return ['CHANGELOG.md is missing.'];
  const lines = text.split(/\r?\n/);
  const problems = [];
  const say = (index, message) => problems.push(`CHANGELOG.md:${index + 1}: ${message}`);
  if (lines[0] !== '# Changelog') say(0, 'The first line must be "# Changelog".');
  let sections = 0;
  let lastDate;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('## ')) {
      sections += 1;
      const match = release.exec(line);
      if (line === '## [Unreleased]') {
        if (sections > 1) say(index, '[Unreleased] must come first.');
      } else if (match === null) {
        say(index, 'A section is "## [Unreleased]" or "## [1.2.3] - 2026-01-31".');
      } else {
        if (lastDate !== undefined && match[2] > lastDate) say(index, 'The newest release must come first.');
        lastDate = match[2];
      }
    } else if (line.startsWith('### ')) {
      if (!kinds.includes(line.slice(4))) say(index, `A heading under a version is one of ${kinds.join(', ')}.`);
    } else if (/^[-*] *$/.test(line)) {
      say(index, 'An entry has no words.');
    }
  }
  if (sections === 0) say(0, 'There is no version section.');
  return problems;
}
