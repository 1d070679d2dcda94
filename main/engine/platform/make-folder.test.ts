import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';
import { withTempDir } from './temp-dir.ts';

it('makes a folder and those above it, for this user alone', () =>
  withTempDir('folder', async (dir) => {
    const path = join(dir, 'a', 'b', 'c');

    await Promise.all([makeFolder(path), makeFolder(path)]);

    expect((await stat(path)).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect((await stat(join(dir, 'a'))).mode & 0o777).toBe(0o700);
  }));

it('leaves a folder that is there as it is', () =>
  withTempDir('folder', async (dir) => {
    await mkdir(join(dir, 'shared'));
    await chmod(join(dir, 'shared'), 0o755);

    await makeFolder(join(dir, 'shared'));
    await makeFolder('/');

    if (process.platform !== 'win32') expect((await stat(join(dir, 'shared'))).mode & 0o777).toBe(0o755);
  }));

it('refuses a path with a file in it', () =>
  withTempDir('folder', async (dir) => {
    await writeFile(join(dir, 'file'), '');
    await symlink(join(dir, 'nowhere'), join(dir, 'dangling'));

    for (const argument of [join(dir, 'file'), join(dir, 'file', 'below'), join(dir, 'dangling')])
      await expect(makeFolder(argument)).rejects.toMatchObject({ code: 'usage.bad-argument', facts: { argument } });
  }));

it('gives up where nobody can make a folder', async (test) => {
  if (process.platform !== 'linux') {
    console.warn('skipped: only Linux has a file system of which that is known (/proc)');
    return test.skip();
  }
  await expect(makeFolder('/proc/nope/home')).rejects.toMatchObject({
    code: 'backend.permission',
    facts: { path: '/proc/nope' },
  });
});
