import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileDurably } from './write-file-durably.ts';

describe('writeFileDurably', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-file-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('writes and replaces a file that only its owner may read', async () => {
    const path = join(dir, 'a.json');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeFileDurably(path, 'new 新');
    expect(await readFile(path, 'utf8')).toBe('new 新');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['a.json']);
  });

  it('keeps what is there and leaves nothing behind when it cannot be replaced', async () => {
    const path = join(dir, 'folder');
    await mkdir(join(path, 'inner'), { recursive: true });
    await expect(writeFileDurably(path, 'x')).rejects.toThrow();
    expect(await readdir(dir)).toEqual(['folder']);
  });

  it('shows every reader the old content or the new', async () => {
    const path = join(dir, 'a.json');
    await writeFileDurably(path, 'a'.repeat(10_000));
    const writing = (async () => {
      for (const letter of 'bcdefgh') await writeFileDurably(path, letter.repeat(10_000));
    })();
    for (let n = 0; n < 50; n++) expect(await readFile(path, 'utf8')).toMatch(/^(.)\1{9999}$/);
    await writing;
  });
});
