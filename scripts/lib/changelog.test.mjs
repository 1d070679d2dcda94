import { expect, it } from 'vitest';
import { changelogProblems } from './changelog.mjs';

const good = `# Changelog

All notable changes.

## [Unreleased]

## [0.2.0] - 2026-11-22

### Added

- Drills.

## [0.1.0] - 2026-10-01

### Fixed

- A leak.
`;

it('accepts the shape of Keep a Changelog', () => {
  expect(changelogProblems(good)).toEqual([]);
});

it('names the line that is out of shape', () => {
  expect(changelogProblems(good.replace('### Added', '### New'))[0]).toMatch(/^CHANGELOG\.md:9:/);
  expect(changelogProblems(good.replace('## [0.2.0] - 2026-11-22', '## 0.2.0'))).toHaveLength(1);
});

it('wants the newest release first and at least one section', () => {
  expect(changelogProblems(good.replace('2026-10-01', '2027-01-01'))).toHaveLength(1);
  expect(changelogProblems('# Changelog\n')).toHaveLength(1);
  expect(changelogProblems(undefined)).toHaveLength(1);
});
