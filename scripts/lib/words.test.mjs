import { expect, it } from 'vitest';
import { wordProblems } from './words.mjs';

/** Written in pieces, like the check itself, so that this file passes it. */
const folder = ['', 'work', ''].join('/');
const host = ['https:', '', 'registry.example.test', 'x'].join('/');

it('finds a path of one machine, but not a folder that happens to have the name', () => {
  expect(wordProblems('a.ts', `first\nconst x = '${folder}main/x';`)).toEqual([
    `a.ts:2: names a path of one machine: ${folder}`,
  ]);
  expect(wordProblems('a.ts', `join('e2e${folder}x')`)).toEqual([]);
});

it('finds registry hosts in texts and where packages came from in lock files', () => {
  expect(wordProblems('README.md', host)).toHaveLength(1);
  expect(wordProblems('package-lock.json', '"resolved": "https://a.test/b.tgz"')).toHaveLength(1);
  expect(wordProblems('.npmrc', 'registry=x')).toHaveLength(1);
  expect(wordProblems('picture.png', undefined)).toEqual([]);
});
