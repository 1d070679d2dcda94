import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteHistory, SiteSummary } from '../../../../shared/model/site-files.ts';
import { chunkName } from '../../repository/index.ts';
import { exportGit } from '../../restore/site/export-git.ts';
import { keepHistory, type KeptHistory } from './keep-history.ts';
import { noSiteRules } from './site-rules.ts';
import { startSiteRig } from './testing/site-rig.ts';

const never = new AbortController().signal;
const run = promisify(execFile);
const snapshotId = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';

let rig: Awaited<ReturnType<typeof startSiteRig>>;
let nights: SiteSummary[] = [];
let exports = 0;
beforeEach(async () => {
  rig = await startSiteRig();
  nights = [];
});
afterEach(() => rig.stop());

const at = (path: string) => join(rig.site, path);

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(at(path), '..'), { recursive: true });
  await writeFile(at(path), content);
  // Every second another time, so that what changed is seen.
  exports += 1;
  await utimes(at(path), 1_600_000_000 + exports, 1_600_000_000 + exports);
}

/** A night's files and their history. */
async function night(config: readonly string[] = []): Promise<KeptHistory & { readonly of: SiteHistory }> {
  const rules = { ...noSiteRules, config };
  const { site } = await rig.keep({ rules });
  const kept = await keepHistory({
    site: site!,
    folders: [rig.site],
    earlier: nights,
    rules,
    snapshot: { id: snapshotId, at: new Date(rig.clock.nowMs()).toISOString() },
    repository: rig.repository,
    pool: rig.pool,
    onProgress: () => undefined,
    signal: never,
  });
  nights.unshift({ ...site!, ...(kept.history === null ? {} : { history: kept.history }) });
  return { ...kept, of: kept.history! };
}

async function exported(history: SiteHistory) {
  exports += 1;
  const folder = join(rig.dir, `git-${exports}`);
  await exportGit({
    history,
    pack: async (id) => (await rig.repository.getObject(id, { expectedKind: 'git-pack', signal: never })).payload,
    folder,
    onProgress: () => undefined,
    signal: never,
  });
  const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args], { encoding: 'latin1' })).stdout;
  // Nothing in it is missing, wrong, or what a strict server would refuse.
  expect(await git('fsck', '--strict', '--full')).toBe('');
  return { folder, git };
}

const below = () => rig.site.slice(1);

describe('the history of config and code', () => {
  it('is a repository that git opens: names in any bytes, links, bits, and each change', async () => {
    await put('config.php', "<?php return ['password' => 'one'];\n");
    await put('.env', 'APP_KEY=1\n');
    await put('artisan', '#!/usr/bin/env php\n');
    await chmod(at('artisan'), 0o755);
    await put('模板/商品.html', '<p>商品</p>');
    await put('a\nb.php', '<?php\n');
    await writeFile(
      Buffer.concat([Buffer.from(`${rig.site}/`), Buffer.from('c9ccc6b72e706870', 'hex')]),
      '<?php // gbk',
    );
    await symlink('../nowhere', at('link'));
    await put('uploads/1.jpg', randomBytes(100));
    await put('uploads/shell.php', '<?php system($_GET[0]);');
    await put('dump.sql', 'INSERT');
    await put('big.js', 'x'.repeat(600_000));
    await put('odd.php', Buffer.from([0, 1, 2]));
    const first = await night();
    expect(first).toMatchObject({ isNew: true, checks: [], of: { files: 8 } });
    expect(Object.fromEntries(first.of.outside.map(({ reason, names }) => [reason, names]))).toEqual({
      upload: ['uploads/1.jpg'],
      'no-code': ['dump.sql'],
      'too-large': ['big.js'],
      binary: ['odd.php'],
    });
    await put('config.php', "<?php return ['password' => 'two'];\n");
    await rm(at('.env'));
    const second = await night();
    expect(second.written.objects).toBe(1);
    const { git, folder } = await exported(second.of);
    expect((await git('log', '--format=%H')).trim().split('\n')).toEqual([second.of.commit, first.of.commit]);
    expect(await git('log', '-1', '--format=%an %ae %at')).toBe(
      `Shouhu shouhu@localhost ${Math.floor(rig.clock.nowMs() / 1000)}\n`,
    );
    expect(await git('log', '-1', '--format=%B')).toContain('0 added, 1 changed, 1 removed');
    expect(await git('log', '-1', '--format=%B')).toContain(snapshotId);
    expect(await git('show', `main~1:${below()}/.env`)).toBe('APP_KEY=1\n');
    expect(await git('diff', 'main~1', 'main', '--', `${below()}/config.php`)).toContain(
      "+<?php return ['password' => 'two'];",
    );
    const listed = (await git('ls-tree', '-r', '-z', 'main')).split('\0').filter((line) => line !== '');
    const names = listed.map(
      (line) => `${line.slice(0, 6)} ${line.slice(line.indexOf('\t') + 1 + below().length + 1)}`,
    );
    expect(names.sort()).toEqual(
      [
        '100755 artisan',
        '120000 link',
        '100644 a\nb.php',
        '100644 config.php',
        '100644 uploads/shell.php',
        `100644 ${Buffer.from('模板/商品.html').toString('latin1')}`,
        `100644 ${Buffer.from('c9ccc6b72e706870', 'hex').toString('latin1')}`,
      ].sort(),
    );
    expect(await git('show', `main:${below()}/link`)).toBe('../nowhere');
    await expect(
      exportGit({
        history: second.of,
        pack: () => Promise.reject(new Error('not asked')),
        folder,
        onProgress: () => undefined,
        signal: never,
      }),
    ).rejects.toMatchObject({ code: 'files.target-not-empty' });
  });

  it('costs nothing where nothing of it changed, and the same content has the same tree', async () => {
    await put('index.php', '<?php echo 1;');
    await put('uploads/1.jpg', randomBytes(100));
    const first = await night();
    const same = await night();
    expect(same).toMatchObject({ isNew: false, written: { objects: 0 }, of: { commit: first.of.commit } });
    await put('uploads/2.jpg', randomBytes(100));
    const uploaded = await night();
    expect(uploaded).toMatchObject({ isNew: false, written: { objects: 0 }, of: { commit: first.of.commit } });
    expect(uploaded.of.outside).toEqual([{ reason: 'upload', files: 2, names: ['uploads/1.jpg', 'uploads/2.jpg'] }]);
    await put('index.php', '<?php echo 2;');
    await night();
    await put('index.php', '<?php echo 1;');
    const back = await night();
    const { git } = await exported(back.of);
    expect(await git('rev-parse', 'main^{tree}')).toBe(await git('rev-parse', 'main~2^{tree}'));
  });

  it('takes no name with which a folder could give orders to git', async () => {
    await put('.git/config', '[core]\n\tfsmonitor = evil\n');
    await put('sub/.GIT/hooks/post-checkout.sh', 'evil');
    await put('git~1/x.php', 'evil');
    await put('.gitmodules', '[submodule "x"]\n\tpath = -x\n\turl = --upload-pack=evil\n');
    await put('x\\.git\\y.php', 'evil');
    await symlink('/etc/passwd', at('.gitattributes'));
    await put('ok.php', 'ok');
    const kept = await night(['.git/config', '.gitmodules']);
    const { git } = await exported(kept.of);
    expect((await git('ls-tree', '-r', '--name-only', 'main')).trim()).toBe(`${below()}/ok.php`);
    expect(kept.of.outside.find(({ reason }) => reason === 'git-name')?.files).toBeGreaterThanOrEqual(5);
  });

  it('stays whole over many nights, in few packs', async () => {
    for (let n = 0; n < 60; n++) {
      await put(`n/${n % 7}.php`, `<?php // ${n}`);
      await night();
    }
    expect(nights[0]!.history!.packs.length).toBeLessThan(30);
    const { git } = await exported(nights[0]!.history!);
    expect((await git('rev-list', '--count', 'main')).trim()).toBe('60');
    // What the newest snapshot names is all that it takes: the others' manifests may have gone.
    await rig.publish(nights[0]!);
  });

  it('begins anew where a pack of it is gone, says so, and never stops the backup', async () => {
    await put('index.php', '<?php echo 1;');
    const first = await night();
    const [pack] = first.of.packs;
    rig.blobs.delete(chunkName(pack!.chunk));
    rig.repository.distrust([pack!.chunk]);
    await put('index.php', '<?php echo 2;');
    const second = await night();
    expect(second).toMatchObject({
      isNew: true,
      checks: [{ id: 'history-kept', ok: true, facts: { begunAnew: true, warning: true } }],
    });
    const { git } = await exported(second.of);
    expect((await git('rev-list', '--count', 'main')).trim()).toBe('1');
  });

  it('is not told by what was read on a night that wrote none', async () => {
    await put('index.php', '<?php echo 1;');
    await night();
    await put('index.php', '<?php echo 2;');
    const { site } = await rig.keep();
    // The commit is of the night before; the files are of this one.
    nights.unshift({ ...site!, history: { ...nights[0]!.history!, behind: true } });
    const third = await night();
    expect(third.of.behind).toBeUndefined();
    const { git } = await exported(third.of);
    expect(await git('show', `main:${below()}/index.php`)).toBe('<?php echo 2;');
  });

  it('leaves nothing of an export that was not whole', async () => {
    await put('index.php', '<?php echo 1;');
    const { of: history } = await night();
    const folder = join(rig.dir, 'cut');
    const asking = exportGit({
      history: { ...history, commit: 'f'.repeat(40) },
      pack: async (id) => (await rig.repository.getObject(id, { expectedKind: 'git-pack', signal: never })).payload,
      folder,
      onProgress: () => undefined,
      signal: never,
    });
    await expect(asking).rejects.toMatchObject({ code: 'repository.damaged' });
    expect(await readdir(folder)).toEqual([]);
  });
});
