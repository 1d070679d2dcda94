import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aKeyring, TestClock } from '../../repository/testing/keys.ts';
import { Home } from './home.ts';

describe('Home', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-home-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('gives keys to the first of two that make them at the same time', async () => {
    const [a, b] = [await aKeyring(), await aKeyring()];
    const homes = [await Home.open(dir, new TestClock()), await Home.open(dir, new TestClock())];

    const outcomes = await Promise.allSettled([homes[0]!.writeKeyring(a.header), homes[1]!.writeKeyring(b.header)]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const kept = outcomes[0].status === 'fulfilled' ? a : b;
    expect((await homes[0]!.readKeyring()).repository).toBe(kept.header.repository);
  });

  it('never takes keys that cannot be read for a new home', async () => {
    const home = await Home.open(dir, new TestClock());
    await symlink('keyring.json', join(dir, 'keyring.json'));

    await expect(home.isInitialised()).rejects.toMatchObject({ code: 'home.damaged', facts: { file: 'keyring.json' } });
    await expect(home.writeKeyring((await aKeyring()).header)).rejects.toMatchObject({ code: 'home.damaged' });
    expect(await readdir(dir)).toContain('keyring.json');
  });

  it('is not made where a file is in the way, and the attempt ends', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(Home.open(join(dir, 'file', 'home'), new TestClock())).rejects.toMatchObject({
      code: 'usage.bad-argument',
    });
  });

  it('tells that a keyring is damaged', async () => {
    const home = await Home.open(dir, new TestClock());
    await expect(home.readKeyring()).rejects.toMatchObject({ code: 'home.not-initialised' });
    await mkdir(join(dir, 'sub'));
    const { header } = await aKeyring();
    await home.writeKeyring(header);
    await expect(home.assertNew()).rejects.toMatchObject({ code: 'home.already-initialised' });
  });
});
