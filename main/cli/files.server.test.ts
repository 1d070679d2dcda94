import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectFailure,
  filesBelow,
  secretEnv,
  startCliRig,
  type CliRig,
  type Json,
  type World,
} from './testing/cli-rig.ts';

const run = promisify(execFile);

/** 二维码.png in GBK. */
const gbk = Buffer.from('b6feceacc2eb2e706e67', 'hex');

/** Files of a site as the owner of a shop asks for them on the command line. */
describe('files on the command line', () => {
  let rig: CliRig;
  let world: World;
  let site = '';
  const at = (path: string) => join(site, path);

  beforeAll(async () => {
    rig = await startCliRig();
    world = await rig.prepared();
    site = world.path('wwwroot');
    await mkdir(at('public/uploads'), { recursive: true });
    await mkdir(at('storage/logs'), { recursive: true });
    await writeFile(at('.env'), 'APP_KEY=base64:abc\n');
    await writeFile(at('index.php'), '<?php\necho 1;\n');
    await writeFile(at('storage/logs/laravel.log'), 'noise');
    await writeFile(Buffer.concat([Buffer.from(at('public/uploads/')), gbk]), 'picture');
  });
  afterAll(() => rig.stop());

  async function addShop(): Promise<void> {
    const { sshd, mysqlUrl, server } = rig;
    const added = await world.run(
      [
        ...['source', 'add', 'site', '--mysql', mysqlUrl, '--mysql-password-env', 'DB', '--databases', 'dujiaoka'],
        ...['--ssh', `${sshd.user}@${sshd.host}:${sshd.port}`, '--ssh-key', sshd.clientKeyPath, '--trust-first'],
        ...['--files', site],
      ],
      { env: { DB: server.password } },
    );
    expect(added).toMatchObject({ exitCode: 0, json: { source: { files: [site] } } });
  }

  it('are refused for a shop without SSH, in words', async () => {
    expect(await world.run(['source', 'set', 'shop', '--files', site])).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'files.no-ssh' } },
    });
    expect(await world.run(['source', 'set', 'shop', '--files', 'not/absolute'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['files', 'list', 'shop'])).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'files.none' } },
    });
  });

  it('are chosen from the folders of the server, caches and the program’s own told apart', async () => {
    await addShop();
    const inside = await world.run(['files', 'folders', 'site', `${site}/storage`]);
    expect(inside).toMatchObject({
      exitCode: 0,
      json: {
        folder: `${site}/storage`,
        parent: site,
        folders: [{ path: `${site}/storage/logs`, isCache: true }],
        isCut: false,
        proposed: [],
      },
    });
    expect((await world.run(['files', 'folders', 'site', site])).json['files']).toBe(2);
    const top = await world.run(['files', 'folders', 'site', '--lang', 'en'], { asText: true });
    expect(top.stdout).toContain('Folders in /:');
    expect(top.stdout).toMatch(/^ {2}\/etc$/m);
    expect(top.stdout).not.toMatch(/^ {2}\/(\/|proc$)/m);
    expect(await world.run(['files', 'folders', 'site', `${site}/nothing-here`])).toMatchObject({
      json: { error: { code: 'files.folder-missing' } },
    });
  });

  it('are kept with the backup, in every copy, and shown', async () => {
    const backup = await world.run(['backup', 'site']);
    expect(backup).toMatchObject({
      exitCode: 0,
      json: {
        files: { roots: [site], files: 3, leftOut: 1, unread: 0, read: { files: 3, reused: 0 }, findings: [] },
      },
    });
    // Over a login with a shell more is known of each than size and time.
    expect(backup.json['files']).not.toHaveProperty('byTime');
    const { id } = backup.json['snapshot'] as { id: string };
    expect((await world.run(['show', id, '--lang', 'en'], { asText: true })).stdout).toContain(
      `Files of ${site}: 3 files, 0 links`,
    );
    const listed = await world.run(['files', 'list', 'site', 'public']);
    const paths = (listed.json['entries'] as Json[]).map(({ path }) => path);
    expect(paths).toEqual(['public', 'public/uploads', 'public/uploads/二维码.png']);
    const found = await world.run(['files', 'list', 'site', '--search', 'UPLOADS/']);
    expect((found.json['entries'] as Json[]).map(({ path }) => path)).toEqual(['public/uploads/二维码.png']);
    for (const disk of ['main', 'second'])
      expect((await world.run(['verify', disk, '--read', 'all'])).json).toMatchObject({ damaged: [], missing: [] });
  });

  it('that changed are found, named and remembered in the snapshot', async () => {
    await writeFile(at('index.php'), '<?php\nevil();\n');
    await writeFile(at('public/uploads/shell.php'), '<?php system($_GET[0]);');
    await rm(at('.env'));
    const backup = await world.run(['backup', 'site', '--lang', 'en'], { asText: true });
    expect(backup.exitCode).toBe(0);
    expect(backup.stdout).toContain('Since last time: 1 added, 1 changed, 1 removed.');
    expect(backup.stdout).toContain('! Please look: a configuration file changed (removed) .env');
    expect(backup.stdout).toContain('! Please look: an entry file of the site changed (changed) index.php');
    expect(backup.stdout).toContain('a program among the uploads (added) public/uploads/shell.php');
    // Until somebody has looked, whatever the next night finds.
    expect((await world.run(['backup', 'site'])).json).toMatchObject({ files: { findings: [] } });
    const open = await world.run(['files', 'findings', 'site']);
    expect((open.json['findings'] as Json[]).map(({ path }) => path)).toEqual([
      '.env',
      'index.php',
      'public/uploads/shell.php',
    ]);
    const alarm = async () =>
      ((await world.run(['checklist', 'site'])).json['items'] as Json[]).find(({ id }) => id === 'alarm');
    expect(await alarm()).toMatchObject({ state: 'warn', evidence: [{ id: 'files-alarm', facts: { count: 3 } }] });

    // Tidying up waits for somebody to look, and knows of which snapshot.
    const [, odd] = (await world.run(['snapshots', 'site'])).json['snapshots'] as { id: string }[];
    const waitingFor = async () => {
      const { kept } = (await world.run(['prune', 'main', '--dry-run'])).json as {
        kept: { snapshot: string; reasons: { id: string }[] }[];
      };
      return kept
        .filter(({ reasons }) => reasons.some(({ id }) => id === 'to-look-at'))
        .map(({ snapshot }) => snapshot);
    };
    expect(await waitingFor()).toEqual([odd!.id]);

    // One by one: what was not looked at stays. An id that nobody was shown writes nothing down.
    const [config, ...others] = (open.json['findings'] as Json[]).map(({ id }) => String(id));
    const seen = (...ids: readonly string[]) => world.run(['files', 'findings', 'site', ...ids, '--seen']);
    expectFailure(await seen(others[0]!, '000000000000'), 2, 'files.finding-unknown');
    expectFailure(await world.run(['files', 'findings', 'site', others[0]!]), 2, 'usage.bad-argument');
    expect((await seen(config!)).json).toMatchObject({ seen: [config] });
    expect(((await seen(config!)).json['findings'] as Json[]).map(({ id }) => id)).toEqual(others);
    expect(await alarm()).toMatchObject({ state: 'warn', evidence: [{ facts: { count: 2 } }] });
    expect((await seen()).json).toMatchObject({ seen: others });
    expect(await alarm()).toMatchObject({ state: 'unknown' });
    expect(await waitingFor()).toEqual([]);
    expect((await world.run(['files', 'findings', 'site'])).json['findings']).toEqual([]);

    const [, changed, first] = (await world.run(['snapshots', 'site'])).json['snapshots'] as { id: string }[];
    const diff = await world.run(['files', 'diff', 'site', '--from', first!.id, '--to', changed!.id]);
    expect(diff.json).toMatchObject({ counts: { added: 1, changed: 1, removed: 1, mode: 0 } });
    expect((diff.json['changes'] as Json[]).map(({ path, change }) => `${String(change)} ${String(path)}`)).toEqual([
      'removed .env',
      'changed index.php',
      'added public/uploads/shell.php',
    ]);
  });

  it('show line by line what changed inside, and no password unless it is asked for', async () => {
    const [, changed, first] = (await world.run(['snapshots', 'site'])).json['snapshots'] as { id: string }[];
    const points = ['--from', first!.id, '--to', changed!.id];
    const hidden = await world.run(['files', 'diff', 'site', '--text', ...points]);
    expect(hidden.stdout).not.toContain('base64:abc');
    expect(hidden.json).toMatchObject({
      more: 0,
      files: [
        { path: '.env', change: 'removed', kind: 'text', hidden: 1, hunks: [{ lines: ['-APP_KEY=••••••(1)'] }] },
        { path: 'index.php', kind: 'text', hunks: [{ lines: [' <?php', '-echo 1;', '+evil();'] }] },
        {
          path: 'public/uploads/shell.php',
          change: 'added',
          hunks: [{ lines: ['+<?php system($_GET[0]);', '\\ No newline at end of file'] }],
        },
      ],
    });
    const open = await world.run(
      ['files', 'diff', 'site', '.env', '--text', '--show-secrets', ...points, '--lang', 'en'],
      {
        asText: true,
      },
    );
    expect(open.stdout).toContain('.env (removed)\n@@ -1,1 +0,0 @@\n-APP_KEY=base64:abc');
    expect(await readFile(join(world.home, 'audit.jsonl'), 'utf8')).toContain('files.secrets-shown');
    expect(await world.run(['files', 'diff', 'site', '--show-secrets'])).toMatchObject({ exitCode: 2 });
  });

  it('have a history that any git opens, from any copy', async () => {
    const folder = world.path('history');
    const exported = await world.run(['files', 'export-git', 'site', folder, '--from', 'second']);
    expect(exported).toMatchObject({ exitCode: 0, json: { place: folder, commits: 2, files: 2, isBehind: false } });
    const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args])).stdout;
    expect(await git('fsck', '--strict')).toBe('');
    expect(await git('show', `main~1:${site.slice(1)}/.env`)).toBe('APP_KEY=base64:abc\n');
    expect(await git('diff', '--stat', 'main~1', 'main')).toContain('3 files changed');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await world.run(['files', 'export-git', 'site', folder])).toMatchObject({
      exitCode: 5,
      json: { error: { code: 'files.target-not-empty' } },
    });
    expect(await world.run(['files', 'export-git', 'shop', world.path('no')])).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'files.no-history' } },
    });
    const said = await world.run(['show', 'latest', '--lang', 'en'], { asText: true });
    expect(said.exitCode).toBe(0);
  });

  it('have a history that recover.mjs writes too, without Shouhu', async () => {
    const [newest] = (await world.run(['snapshots', 'site'])).json['snapshots'] as { id: string }[];
    const folder = world.path('history-bare');
    const recover = (...more: string[]) =>
      run(
        process.execPath,
        [
          world.path('second/recover.mjs'),
          ...['--git', folder, '--snapshot', newest!.id, '--passphrase-env', 'MAIN', '--lang', 'en', ...more],
        ],
        { env: { ...process.env, ...secretEnv } },
      );
    expect((await recover()).stdout).toContain('2 commits');
    const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args])).stdout;
    expect(await git('fsck', '--strict', '--full')).toBe('');
    for (const name of (await readdir(join(folder, 'objects/pack'))).filter((each) => each.endsWith('.idx')))
      await git('verify-pack', `objects/pack/${name}`);
    expect(await git('show', `main~1:${site.slice(1)}/.env`)).toBe('APP_KEY=base64:abc\n');
    await expect(recover()).rejects.toMatchObject({ code: 5 });
  });

  it('have a history that is checked and healed like everything else', async () => {
    const [newest] = (await world.run(['snapshots', 'site'])).json['snapshots'] as { id: string }[];
    const shown = (await world.run(['show', newest?.id ?? ''])).json as {
      manifest: { site: { history: { packs: { chunk: string }[] } } };
    };
    const [pack] = shown.manifest.site.history.packs;
    const path = (await filesBelow(world.path('second/chunks'))).find((each) => each.endsWith(pack?.chunk ?? '-'));
    await rm(path ?? '');
    const checked = await world.run(['verify', 'second']);
    expect(checked.exitCode, checked.stdout).toBe(3);
    expect(checked.stdout).toContain(pack?.chunk);
    // One copy does not have it: another gives it.
    const [gone, healed] = [world.path('history-gone'), world.path('history-healed')];
    expect(await world.run(['files', 'export-git', 'site', gone, '--from', 'second'])).toMatchObject({ exitCode: 3 });
    expect((await world.run(['verify', 'second', '--heal-from', 'main'])).exitCode).toBe(0);
    expect(await world.run(['files', 'export-git', 'site', healed, '--from', 'second'])).toMatchObject({ exitCode: 0 });
    expect((await run('git', ['-C', healed, 'fsck', '--strict'])).stdout).toBe('');
  });

  it('come back into a folder and onto the server beside, and never over anything', async () => {
    const [, , before] = (await world.run(['snapshots', 'site'])).json['snapshots'] as [Json, Json, { id: string }];
    const folder = world.path('back');
    const restored = await world.run(['files', 'restore', 'site', '--snapshot', before.id, '--to-dir', folder]);
    expect(restored).toMatchObject({ exitCode: 0, json: { files: 3, places: [folder], unread: [] } });
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe('APP_KEY=base64:abc\n');
    expect(await readdir(join(folder, 'public/uploads'), { encoding: 'buffer' })).toEqual([gbk]);
    expect(await world.run(['files', 'restore', 'site', '--to-dir', folder])).toMatchObject({
      exitCode: 5,
      json: { error: { code: 'files.target-not-empty' } },
    });

    const beside = await world.run([
      'files',
      'restore',
      'site',
      '--snapshot',
      before.id,
      '--path',
      '.env',
      '--to-server',
    ]);
    expect(beside).toMatchObject({ exitCode: 0, json: { files: 1 } });
    const [place = ''] = beside.json['places'] as string[];
    expect(place).toMatch(/wwwroot__restore_\d{8}T\d{6}Z$/);
    expect(await readFile(join(place, '.env'), 'utf8')).toBe('APP_KEY=base64:abc\n');
    await expect(stat(at('.env'))).rejects.toThrow();
    expect(
      await world.run(['files', 'restore', 'site', '--path', 'no/such', '--to-dir', world.path('none')]),
    ).toMatchObject({ exitCode: 2, json: { error: { code: 'files.path-unknown' } } });
  });

  it('that cannot be had fail their check; the database is kept, and the next night compares all the same', async () => {
    await world.run(['source', 'set', 'site', '--files', '/no/such/folder']);
    const red = await world.run(['backup', 'site']);
    expect(red).toMatchObject({ exitCode: 3, json: { ok: false, error: { code: 'files.folder-missing' } } });
    await world.run(['source', 'set', 'site', '--files', site, '--leave-out', 'public']);
    const green = await world.run(['backup', 'site']);
    expect(green).toMatchObject({ exitCode: 0, json: { files: { read: { files: 1 }, changes: { removed: 2 } } } });
    expect((await world.run(['backup', 'site', '--no-files'])).json).not.toHaveProperty('files');
    expect((await world.run(['files', 'list', 'site'])).json['entries']).toHaveLength(2);
  });

  it('are still asked for after everything was lost', async () => {
    const bare = await rig.bare();
    const recovered = await bare.run(['recover', '--from', world.path('main'), '--passphrase-env', 'MAIN'], {
      env: { MAIN: secretEnv.MAIN },
    });
    expect(recovered.exitCode).toBe(0);
    const { json } = await bare.run(['source', 'list']);
    expect((json['sources'] as Json[]).find(({ name }) => name === 'site')).toMatchObject({ files: [site] });
    const folder = bare.path('back');
    expect(await bare.run(['files', 'restore', 'site', '--to-dir', folder])).toMatchObject({ exitCode: 0 });
  });
});
