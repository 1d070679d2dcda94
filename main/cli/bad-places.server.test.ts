import { chmod, mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFakeS3, type FakeS3Server } from '../engine/demo/fake-s3/fake-s3-server.ts';
import { startPrivateServer } from '../engine/sandbox/index.ts';
import { runCommand } from '../engine/platform/run-command.ts';
import {
  expectFailure,
  expectNoSecretsInHome,
  expectNothingLost,
  filesBelow,
  flipBit,
  query,
  secretEnv,
  startCliRig,
  wordsFile,
  type CliRig,
  type Json,
  type World,
} from './testing/cli-rig.ts';

/** Disks, buckets, repositories and keys in every bad state: a coded refusal, a remedy, and nothing lost. */
vi.setConfig({ maxConcurrency: 3 });
let rig: CliRig;
const mounts: string[] = [];
beforeAll(async () => {
  rig = await startCliRig();
  await rig.prepared();
});
afterAll(async () => {
  // A test that failed in the middle may have left two on one folder.
  for (const path of [...mounts, ...mounts]) await runCommand('umount', ['-l', path]).catch(() => undefined);
  await rig.stop();
});

/** A small disk of its own, or undefined where mounting is forbidden (containers, everybody but root). */
async function smallDisk(path: string, megabytes: number): Promise<boolean> {
  await mkdir(path);
  const tried = await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]).catch(() => null);
  if (tried?.exitCode !== 0) {
    console.warn(`skipped: a small disk cannot be mounted here: ${tried?.stderr.trim() ?? 'no mount program'}`);
    return false;
  }
  mounts.push(path);
  return true;
}

/** Leaves `freeBytes` on the disk. */
async function fillUp(path: string, freeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  await writeFile(join(path, '.ballast'), Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
}

describe.concurrent('a disk that is full, read-only or absent', () => {
  it('full: refused when added, when backed up to, when copied to, and when a file is written', async (test) => {
    const world = await rig.prepared();
    const small = world.path('small');
    if (!(await smallDisk(small, 8))) return test.skip();
    await fillUp(small, 0);
    expectFailure(await world.run(['destination', 'add', 'small', '--disk', small]), 1, 'backend.disk-full');
    await rm(join(small, '.ballast'));
    expect(await world.run(['destination', 'add', 'small', '--disk', small])).toMatchObject({ exitCode: 0 });

    await fillUp(small, 40_000);
    expectFailure(await world.run(['backup', 'shop', '--to', 'small', '--lang', 'zh']), 1, 'backend.disk-full');
    const incomplete = await world.run(['backup', 'shop', '--to', 'main,small']);
    expect(expectFailure(incomplete, 3, 'copy.incomplete')).toMatchObject({ destinations: 'small' });
    expect(incomplete.json).toMatchObject({
      snapshot: { rows: 5000 },
      copies: [{ ok: true }, { errorCode: 'backend.disk-full' }],
    });
    expectFailure(await world.run(['copy', '--from', 'main', '--to', 'small']), 1, 'backend.disk-full');
    expectFailure(await world.run(['export', 'latest', '--sql', join(small, 'shop.sql')]), 1, 'backend.disk-full');
    expect((await readdir(small)).filter((name) => name.includes('.sql'))).toEqual([]);
    const none = await world.run(['snapshots', '--at-destination', 'small']);
    expect(none.json).toMatchObject({ ok: true, snapshots: [] });

    await rm(join(small, '.ballast'));
    expect(await world.run(['copy', '--from', 'main', '--to', 'small'])).toMatchObject({ exitCode: 0 });
    await expectNothingLost(rig, world, 'small');
    await expectNothingLost(rig, world);
  });

  it('a target that is too small: said before, and nothing begins', async (test) => {
    const world = await rig.prepared();
    const small = world.path('target');
    if (!(await smallDisk(small, 220))) return test.skip();
    const target = await startPrivateServer({
      kind: 'mariadb',
      baseDir: small,
      durability: 'none',
      memoryMb: 32,
      extraArgs: ['--innodb-log-file-size=8M'],
    });
    rig.secrets.add(target.password);
    try {
      const url = `mysql://${target.user}@127.0.0.1:${target.port ?? 0}/`;
      const into = ['restore', 'shop', '--into', url, '--mysql-password-env', 'TARGET'];
      const run = (...more: string[]) => world.run([...into, ...more], { env: { TARGET: target.password } });
      const checked = await run('--dry-run');
      expect(checked).toMatchObject({ exitCode: 0, json: { ok: true } });
      const room = (checked.json['checks'] as { id: string; state: string; facts: Record<string, number> }[])[0];
      expect(room).toMatchObject({ id: 'room', state: 'ok' });
      const neededBytes = room?.facts['neededBytes'] ?? 0;
      const databases = () => query(target, 'SHOW DATABASES');
      const before = await databases();

      // A MariaDB whose disk gets full on the way may end itself, and the shop on it: so nothing begins that may not fit.
      await fillUp(small, Math.ceil(neededBytes * 0.9));
      expectFailure(await run('--dry-run', '--lang', 'zh'), 3, 'restore.no-room');
      expectFailure(await run(), 1, 'restore.no-room');
      expect(await databases()).toEqual(before);

      await rm(join(small, '.ballast'));
      await fillUp(small, Math.ceil(neededBytes * 1.2));
      expect((await run('--dry-run')).json).toMatchObject({
        checks: expect.arrayContaining([expect.objectContaining({ id: 'room', state: 'warn' })]) as unknown,
      });
      await rm(join(small, '.ballast'));
      expect(await run()).toMatchObject({ exitCode: 0 });
      await expectNothingLost(rig, world);
    } finally {
      await target.stop();
    }
  });

  it('read-only, unplugged and unmounted: refused, never filled, and good again afterwards', async (test) => {
    const world = await rig.prepared();
    const disk = world.path('disk');
    if (!(await smallDisk(disk, 16))) return test.skip();
    const usb = ['destination', 'add', 'usb', '--disk', disk, '--role', 'cold'];
    expect(await world.run(usb)).toMatchObject({ exitCode: 0 });
    expect(await world.run(['copy', '--from', 'main', '--to', 'usb'])).toMatchObject({ exitCode: 0 });

    await runCommand('mount', ['-o', 'remount,ro', disk]);
    expectFailure(await world.run(['backup', 'shop', '--to', 'usb']), 5, 'backend.read-only');
    expectFailure(await world.run(['destination', 'test', 'usb', '--lang', 'zh']), 5, 'backend.read-only');
    await expectNothingLost(rig, world, 'usb');
    await runCommand('mount', ['-o', 'remount,rw', disk]);

    // A folder where the disk used to be is not the disk.
    await mkdir(world.path('empty'));
    await runCommand('mount', ['--bind', world.path('empty'), disk]);
    expectFailure(await world.run(['backup', 'shop', '--to', 'usb']), 4, 'backend.absent');
    expect(await world.run(['backup', 'shop'])).toMatchObject({
      exitCode: 0,
      json: { copies: [{}, {}, { errorCode: 'backend.absent' }] },
    });
    expectFailure(await world.run(['verify', 'usb']), 4, 'backend.absent');
    expectFailure(await world.run(['destination', 'test', 'usb']), 4, 'backend.absent');
    expect(await readdir(disk)).toEqual([]);
    await runCommand('umount', [disk]);
    // The newest snapshot never came to this disk; the one from before did.
    expectFailure(await world.run(['export', 'latest', '--sql', 'x.sql', '--from', 'usb']), 4, 'restore.no-copy');
    await expectNothingLost(rig, world, 'usb');
  });

  it('a full disk under the home itself: no half keys, and the home goes on when there is space', async (test) => {
    const world = await rig.bare();
    const disk = world.path('disk');
    if (!(await smallDisk(disk, 2))) return test.skip();
    await fillUp(disk, 0);
    const home = ['--home', join(disk, 'home')];
    const init = ['init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit', ...home];
    const full = await world.run(init);
    expect(expectFailure(full, 1, 'backend.disk-full')).toMatchObject({ path: expect.stringContaining(disk) });
    await rm(join(disk, '.ballast'));
    expect(await world.run(init)).toMatchObject({ exitCode: 0 });
    await fillUp(disk, 0);
    expectFailure(await world.run(['destination', 'add', 'main', '--disk', 'main', ...home]), 1, 'backend.disk-full');
    await rm(join(disk, '.ballast'));
    expect(await world.run(['destination', 'list', ...home])).toMatchObject({
      exitCode: 0,
      json: { destinations: [] },
    });
  });

  it('a folder that is gone is absent for every verb, and comes back whole', async () => {
    const world = await rig.prepared();
    await rename(world.path('second'), world.path('unplugged'));
    expectFailure(await world.run(['backup', 'shop', '--to', 'second']), 4, 'backend.absent');
    expectFailure(await world.run(['verify', 'second', '--lang=zh']), 4, 'backend.absent');
    expectFailure(await world.run(['destination', 'test', 'second']), 4, 'backend.absent');
    expectFailure(await world.run(['copy', '--from', 'main', '--to', 'second']), 4, 'backend.absent');
    expectFailure(await world.run(['export', 'latest', '--sql', 'x.sql', '--from', 'second']), 4, 'backend.absent');
    expectFailure(
      await world.run(['recover', '--from', world.path('second'), '--passphrase-env', 'MAIN']),
      4,
      'backend.absent',
    );
    const partly = await world.run(['backup', 'shop']);
    expectFailure(partly, 3, 'copy.incomplete');
    await expect(stat(world.path('second'))).rejects.toThrow('ENOENT');
    await rename(world.path('unplugged'), world.path('second'));
    expect(await world.run(['copy', '--from', 'main', '--to', 'second'])).toMatchObject({ exitCode: 0 });
    await expectNothingLost(rig, world, 'second');
    const nowhere = await world.run(['destination', 'add', 'x', '--disk', world.path('no/such/parent')]);
    expectFailure(nowhere, 4, 'backend.absent');
  });
});

describe.concurrent('a cloud that refuses', () => {
  const keys = ['--access-key-env', 'AK', '--secret-key-env', 'SK'];
  const addCloud = (world: World, s3: FakeS3Server, bucketName = 'shop') => [
    'destination',
    'add',
    'cloud',
    '--s3',
    'custom',
    '--bucket',
    bucketName,
    '--endpoint',
    s3.endpoint,
    ...keys,
  ];
  const cloud = () =>
    startFakeS3({
      accessKeys: [{ accessKeyId: secretEnv.AK, secretAccessKey: secretEnv.SK }],
      buckets: ['shop'],
    });

  it('missing bucket, wrong keys, skewed clock: refused when added, and nothing is saved', async () => {
    const world = await rig.prepared();
    const s3 = await cloud();
    try {
      expectFailure(await world.run(addCloud(world, s3, 'other')), 1, 'backend.bucket-missing');
      const wrongSecret = await world.run(addCloud(world, s3), { env: { SK: 'wrong-secret-key' } });
      expectFailure(wrongSecret, 5, 'backend.access-denied');
      const wrongKey = await world.run(addCloud(world, s3), { env: { AK: 'UNKNOWNKEY' } });
      expectFailure(wrongKey, 5, 'backend.access-denied');
      s3.quirks.alwaysSkewed = true;
      expectFailure(await world.run([...addCloud(world, s3), '--lang', 'zh']), 1, 'backend.clock-skew');
      const { json } = await world.run(['destination', 'list']);
      expect(json['destinations']).toHaveLength(2);
      await expectNoSecretsInHome(rig, world);
    } finally {
      await s3.close();
    }
  });

  it('an endpoint that is down: 4 for what needs it, while the other copies go on', async () => {
    const world = await rig.prepared();
    const s3 = await cloud();
    expect(await world.run(addCloud(world, s3))).toMatchObject({ exitCode: 0 });
    expect(await world.run(['copy', '--from', 'main', '--to', 'cloud'])).toMatchObject({ exitCode: 0 });
    await s3.close();
    expectFailure(await world.run(['verify', 'cloud']), 4, 'backend.unreachable');
    const partly = await world.run(['backup', 'shop', '--lang', 'zh']);
    expect(expectFailure(partly, 3, 'copy.incomplete')).toMatchObject({ destinations: 'cloud' });
    expect(await world.run(['export', 'latest', '--sql', 'still.sql'])).toMatchObject({ exitCode: 0 });
    await expectNothingLost(rig, world);
  });
});

/** The largest chunk of a copy: rows, not a small record. */
async function aChunk(world: World, copy: string): Promise<{ path: string; id: string }> {
  const paths = await filesBelow(world.path(`${copy}/chunks`));
  const sizes = await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
  const path = sizes.sort((a, b) => b.size - a.size)[0]?.path ?? '';
  return { path, id: path.slice(-64) };
}

async function theManifest(world: World, copy: string): Promise<string> {
  const [path = ''] = await filesBelow(world.path(`${copy}/manifests`));
  return path;
}

describe.concurrent('a copy that is damaged', () => {
  it('a flipped bit is found, named, not restored from, worked around, and healed', async () => {
    const world = await rig.prepared();
    const { path, id } = await aChunk(world, 'main');
    await flipBit(path);
    const rotten = await world.run(['verify', 'main', '--lang', 'zh']);
    expectFailure(rotten, 3, 'repository.damaged');
    expect(rotten.json).toMatchObject({
      damaged: [{ object: id, reason: expect.any(String) }],
      missing: [],
      healed: [],
    });
    const open = ['--open-vault'];
    const from = await world.run(['restore', 'shop', '--into', 'sql:no.sql', '--from', 'main', ...open]);
    expect(expectFailure(from, 3, 'repository.damaged')).toMatchObject({ object: id });
    await expect(stat(world.path('no.sql'))).rejects.toThrow('ENOENT');
    expect(await world.run(['destination', 'add', 'third', '--disk', 'third'])).toMatchObject({ exitCode: 0 });
    const spread = await world.run(['copy', '--from', 'main', '--to', 'third']);
    expect(expectFailure(spread, 3, 'repository.damaged')).toMatchObject({ object: id, destination: 'main' });
    expect(spread.json).toMatchObject({ copies: [{ ok: true }], findings: [{ object: id, healed: false }] });
    await expectNothingLost(rig, world, 'third');
    const around = await world.run(['restore', 'shop', '--into', 'sql:yes.sql', ...open]);
    expect(around.json).toMatchObject({ ok: true, from: expect.stringMatching(/second|third/) });
    const healed = await world.run(['verify', 'main', '--heal-from', 'second']);
    expect(healed).toMatchObject({ exitCode: 0, json: { ok: true, healed: [id] } });
    await expectNothingLost(rig, world);
  });

  it('a missing object and a damaged manifest are found, named and healed', async () => {
    const world = await rig.prepared();
    const { path, id } = await aChunk(world, 'second');
    await rm(path);
    const lacking = await world.run(['verify', 'second']);
    expectFailure(lacking, 3, 'repository.missing-object');
    expect(lacking.json).toMatchObject({ damaged: [], missing: [id] });
    const from = await world.run(['export', 'latest', '--sql', 'no.sql', '--from', 'second', '--open-vault']);
    expect(expectFailure(from, 3, 'repository.missing-object')).toMatchObject({ object: id });
    await flipBit(await theManifest(world, 'second'));
    const both = await world.run(['verify', 'second', '--lang', 'zh']);
    expectFailure(both, 3, 'repository.damaged');
    expect((both.json['damaged'] as Json[]).map(({ object }) => object)).toEqual([
      expect.stringMatching(/^manifests\/\d{8}T\d{6}Z-/),
    ]);
    const fromDamaged = await world.run(['export', 'latest', '--sql', 'no.sql', '--from', 'second']);
    expectFailure(fromDamaged, 3, 'repository.damaged');
    expect(await world.run(['export', 'latest', '--sql', 'yes.sql'])).toMatchObject({ exitCode: 0 });
    expect(await world.run(['verify', 'second', '--heal-from', 'main'])).toMatchObject({ exitCode: 0 });
    await expectNothingLost(rig, world, 'second');
  });

  it('a header that was tampered with, truncated, or comes from a newer version', async () => {
    const world = await rig.prepared();
    const path = world.path('second/shouhu.json');
    const text = await readFile(path, 'utf8');
    const put = async (changed: string) => {
      await rm(path);
      await writeFile(path, changed);
    };
    const header = JSON.parse(text) as { format: number; createdAt: string };
    const findsHeader = async (flags: readonly string[] = []) => {
      const found = await world.run(['verify', 'second', ...flags]);
      expectFailure(found, 3, 'repository.damaged');
      expect(found.json).toMatchObject({ damaged: [{ object: 'shouhu.json' }] });
    };
    // A newer version signs what it writes; this digit alone would be a flipped bit.
    await put(JSON.stringify({ ...header, format: 3, mac: '0'.repeat(64) }));
    expectFailure(await world.run(['verify', 'second']), 1, 'repository.newer-format');
    expectFailure(await world.run(['backup', 'shop', '--to', 'second']), 1, 'repository.newer-format');
    const bare = await rig.bare();
    const recover = ['recover', '--from', world.path('second'), '--passphrase-env', 'MAIN'];
    expectFailure(await bare.run(recover), 1, 'repository.newer-format');
    await put(text.replace(header.createdAt, header.createdAt.replace(/^\d{4}/, '2019')));
    await findsHeader(['--lang', 'zh']);
    expectFailure(await bare.run(recover), 3, 'repository.header-damaged');
    await put(text.slice(0, 200));
    await findsHeader();
    const elsewhere = await world.run(['restore', 'shop', '--into', 'sql:yes.sql']);
    expect(elsewhere).toMatchObject({ exitCode: 0, json: { from: 'main' } });
    await put(text);
    await expectNothingLost(rig, world, 'second');
  });

  it('the repository of somebody else, and a folder that holds other things', async () => {
    const world = await rig.prepared();
    const stranger = await rig.bare();
    const flags = ['--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT'];
    await stranger.run(['init', ...flags, '--kit', 'kit']);
    const before = await readFile(world.path('second/shouhu.json'));
    const add = ['destination', 'add', 'theirs', '--disk', world.path('second')];
    expectFailure(await stranger.run(add), 5, 'repository.foreign');
    expectFailure(
      await stranger.run(['recover', '--from', world.path('second'), '--passphrase-env', 'MAIN']),
      5,
      'repository.foreign',
    );
    expect(await readFile(world.path('second/shouhu.json'))).toEqual(before);
    await mkdir(world.path('photos'));
    await writeFile(world.path('photos/one.jpg'), 'x');
    const empty = await stranger.run(['recover', '--from', world.path('photos'), '--passphrase-env', 'MAIN']);
    expectFailure(empty, 1, 'repository.absent');
    const used = await world.run(['destination', 'add', 'usb', '--disk', world.path('photos')]);
    expect(used).toMatchObject({ exitCode: 0, json: { destination: { where: world.path('photos/shouhu') } } });
    await expectNothingLost(rig, world, 'second');
  });
});

describe.concurrent('keys that do not fit', () => {
  it('wrong passphrases and words: refused with their place, and the home stays as it was', async () => {
    const world = await rig.prepared();
    const wrong = ['--passphrase-env', 'WRONG'];
    const env = { WRONG: 'not the passphrase at all' };
    expectFailure(await world.run(['backup', 'shop', ...wrong], { env }), 5, 'keys.wrong-passphrase');
    const vault = ['--open-vault', '--vault-passphrase-env', 'WRONG'];
    const closed = await world.run(['export', 'latest', '--sql', 'x.sql', ...vault], { env });
    expectFailure(closed, 5, 'keys.wrong-passphrase');

    const bare = await rig.bare();
    const recover = (file: string) => bare.run(['recover', '--from', world.path('main'), '--words-file', file]);
    const swapped = await wordsFile(world, 'main', (words) => {
      words[6] = words[6] === 'abandon' ? 'zoo' : 'abandon';
    });
    expect(expectFailure(await recover(swapped), 5, 'keys.wrong-word')).toMatchObject({ position: 7 });
    const unlisted = await wordsFile(world, 'main', (words) => {
      words[11] = 'shouhu';
    });
    expect(expectFailure(await recover(unlisted), 5, 'keys.unknown-word')).toMatchObject({ position: 12 });
    const short = await wordsFile(world, 'main', (words) => {
      words.pop();
    });
    expect(expectFailure(await recover(short), 5, 'keys.word-count')).toMatchObject({ count: 23 });
    expectFailure(await recover(await wordsFile(world, 'vault')), 5, 'keys.wrong-words');
    await expect(stat(join(bare.home, 'keyring.json'))).rejects.toThrow('ENOENT');
    await expectNoSecretsInHome(rig, bare);
    await expectNothingLost(rig, world);
  });

  it('weak and equal passphrases at init leave no keys behind; a second init is refused', async () => {
    const world = await rig.bare();
    const init = (env: Record<string, string>) =>
      world.run(['init', '--passphrase-env', 'P', '--vault-passphrase-env', 'V', '--kit', 'kit', '--lang', 'zh'], {
        env,
      });
    const short = await init({ P: '1234567', V: secretEnv.VAULT });
    expect(expectFailure(short, 2, 'keys.weak-passphrase')).toMatchObject({ reason: 'short', minimum: 8 });
    expectFailure(await init({ P: 'aaaaaaaaaaaa', V: secretEnv.VAULT }), 2, 'keys.weak-passphrase');
    const same = await init({ P: secretEnv.MAIN, V: secretEnv.MAIN });
    expect(expectFailure(same, 2, 'keys.weak-passphrase')).toMatchObject({ reason: 'same-for-both' });
    await expect(stat(world.path('kit'))).rejects.toThrow('ENOENT');
    expectFailure(await world.run(['backup', 'shop']), 2, 'home.not-initialised');
    expect(await init({ P: '12345abc', V: secretEnv.VAULT })).toMatchObject({ exitCode: 0 });
    expectFailure(await init({ P: secretEnv.MAIN, V: secretEnv.VAULT }), 5, 'home.already-initialised');
  });
});

describe.concurrent('wrong usage', () => {
  it('is 2 with a document, and touches nothing', async () => {
    const world = await rig.prepared();
    const cases: [string[], string][] = [
      [['fly'], 'usage.bad-argument'],
      [['backup'], 'usage.bad-argument'],
      [['backup', 'shop', '--sideways'], 'usage.bad-argument'],
      [['restore', 'shop'], 'usage.bad-argument'],
      [['verify', 'main', '--read', '0'], 'usage.bad-argument'],
      [['source', 'add', 'x', '--mysql', 'mysql://root:hunter22@127.0.0.1:3306/'], 'usage.bad-argument'],
      [['restore', 'shop', '--into', 'mysql://root:hunter22@127.0.0.1/'], 'usage.bad-argument'],
      [['restore', 'shop', '--into', 'sql:x.sql', '--tables', 'dujiaoka.nothing'], 'table.unknown'],
      [['backup', 'nobody'], 'source.unknown'],
      [['backup', 'shop', '--to', 'nowhere'], 'destination.unknown'],
      [['verify', 'nowhere'], 'destination.unknown'],
      [['show', 'ffffffff'], 'snapshot.unknown'],
      [['restore', 'shop', '--snapshot', 'ffffffff', '--into', 'sql:x.sql'], 'snapshot.unknown'],
      [['source', 'add', 'shop', '--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB'], 'source.exists'],
      [['destination', 'add', 'main', '--disk', 'again'], 'destination.exists'],
      [['source', 'add', 'x', '--mysql', rig.mysqlUrl, '--mysql-password-env', 'UNSET'], 'usage.secret-missing'],
      [['source', 'add', 'x', '--mysql', rig.mysqlUrl], 'usage.secret-missing'],
      [['backup', 'shop', '--passphrase-env', 'UNSET'], 'usage.secret-missing'],
    ];
    for (const [at, [args, code]] of cases.entries()) {
      const ended = await world.run([...args, '--lang', at % 2 === 0 ? 'zh' : 'en']);
      expectFailure(ended, 2, code);
      expect(`${ended.stdout}${ended.stderr}`).not.toContain('hunter22');
    }
    expect(await readdir(world.dir)).not.toContain('x.sql');
    await expectNothingLost(rig, world);
  });

  it('without --json says the same on stderr and nothing on stdout', async () => {
    const world = await rig.bare();
    const zh = await world.run(['--lang', 'zh', 'backup'], { asText: true });
    expect(zh).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/\p{Script=Han}/u) });
    const en = await world.run(['backup', 'shop', '--lang', 'en'], { asText: true });
    expect(en).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('shouhu init') });
  });

  it('a secret file that others may read is refused with 5', async () => {
    const world = await rig.prepared();
    await writeFile(world.path('pass'), secretEnv.MAIN);
    await chmod(world.path('pass'), 0o644);
    const ended = await world.run(['backup', 'shop', '--passphrase-file', 'pass', '--lang', 'zh']);
    expect(expectFailure(ended, 5, 'usage.secret-file-mode')).toMatchObject({ mode: '0644' });
    await chmod(world.path('pass'), 0o600);
    expect(await world.run(['destination', 'test', 'main', '--passphrase-file', 'pass'])).toMatchObject({
      exitCode: 0,
    });
    const words = await wordsFile(world, 'main');
    await chmod(words, 0o640);
    expectFailure(await world.run(['backup', 'shop', '--words-file', words]), 5, 'usage.secret-file-mode');
  });
});
