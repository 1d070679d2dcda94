import { expect, it } from 'vitest';
import type { BackupFiles } from '../../../shared/model/site-files.ts';
import { wordsIn } from '../language.ts';
import { filesLines } from './files.ts';

const kept: BackupFiles = {
  roots: ['/www/shop'],
  files: 3,
  folders: 1,
  links: 0,
  bytes: 300,
  unread: 0,
  leftOut: 0,
  read: { files: 3, bytes: 300, reused: 0 },
  findings: [],
};

it.each([
  ['zh', '只看了大小和时间'],
  ['en', 'by size and time alone'],
] as const)('says in %s when nobody could see more of files than size and time', (language, said) => {
  const linesOf = (files: BackupFiles) => filesLines(files, wordsIn(language)).join('\n');
  expect(linesOf(kept)).not.toContain(said);
  expect(linesOf({ ...kept, byTime: true })).toContain(said);
  expect(linesOf({ ...kept, files: 0, byTime: true })).not.toContain(said);
});
