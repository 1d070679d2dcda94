import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../engine/platform/run-command.ts';
import {
  expectFailure,
  bucket,
  checksums,
  expectNoSecretsInHome,
  loadWithClient,
  query,
  shopDatabase,
  startCliRig,
  until,
  wordsFile,
  type CliRig,
  type Ended,
} from './testing/cli-rig.ts';
import type { PrivateServer } from '../engine/sandbox/index.ts';
import { openCardShop, sellCards } from './testing/card-shop.ts';

/** Every verb as the contract writes it: one JSON document, its field names, numbers for sizes, ISO times, exit code 0. */
vi.setConfig({ maxConcurrency: 3 });
let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
  await rig.prepared();
});
afterAll(() => rig.stop());

const count = z.int().nonnegative();
const iso = z.iso.datetime();
const ms = z.number().nonnegative();
const ledger = z.looseObject({
  name: z.string(),
  currency: z.string(),
  rows: count,
  sum: z.string(),
  serverSum: z.string(),
  equal: z.literal(true),
});
const restoreEntry = z.looseObject({
  id: z.uuid(),
  at: iso,
  source: z.string(),
  snapshot: z.uuid(),
  stoppedAt: iso,
  databases: z.array(z.looseObject({ name: z.string(), beside: z.string(), before: z.string().nullable() })).min(1),
  state: z.enum(['beside', 'swapping', 'swapped', 'undoing', 'undone']),
});
const shapes = {
  restores: z.looseObject({ restores: z.array(restoreEntry) }),
  swapped: z.looseObject({
    restore: restoreEntry,
    safetySnapshot: z.uuid().nullable(),
    attempts: z.array(z.looseObject({ waitedMs: ms, ok: z.boolean() })).min(1),
    tables: count,
    heldMs: ms,
    notes: z.array(z.string()),
    durationMs: ms,
  }),
  backup: z.looseObject({
    snapshot: z.looseObject({
      id: z.uuid(),
      at: iso,
      coordinate: z.looseObject({ file: z.string(), position: count }),
      tables: count,
      rows: count,
      chunks: count,
    }),
    read: z.looseObject({ bytesFromServer: count, rowsFetched: count, rangesReused: count, rangesTotal: count }),
    written: z.looseObject({ objects: count, bytes: count }),
    ledgers: z.array(ledger).min(1),
    checks: z.array(z.looseObject({ id: z.string(), ok: z.literal(true), facts: z.looseObject({}) })).min(1),
    durationMs: ms,
  }),
  snapshots: z.looseObject({
    snapshots: z.array(z.looseObject({ id: z.uuid(), at: iso, source: z.literal('shop'), bytes: count, rows: count })),
  }),
  show: z.looseObject({
    tables: z.array(z.looseObject({ database: z.string(), name: z.string(), rows: count })).length(8),
    rows: z.literal(5000),
    ledgers: z.array(ledger).length(1),
    copies: z.array(z.looseObject({ destination: z.string(), state: z.string(), at: iso })).length(2),
  }),
  copy: z.looseObject({ objectsCopied: count, bytesCopied: count, objectsSkipped: count, durationMs: ms }),
  verify: z.looseObject({
    objects: count,
    read: count,
    bytesRead: count,
    damaged: z.array(z.looseObject({ object: z.string(), reason: z.string() })),
    missing: z.array(z.string()),
    healed: z.array(z.string()),
  }),
  restore: z.looseObject({
    database: z.string(),
    tables: count,
    rows: count,
    digest: z.looseObject({ ranges: count, equal: z.literal(true) }),
    ledgers: z.array(ledger),
    stoppedAt: iso,
    resale: z.looseObject({ cards: count, orders: count, csv: z.string().nullable() }),
    swap: z.string().nullable(),
    undo: z.string().nullable(),
    durationMs: ms,
  }),
  checklist: z.looseObject({
    items: z.array(
      z.looseObject({
        id: z.string(),
        state: z.enum(['ok', 'warn', 'fail', 'unknown']),
        evidence: z.array(z.unknown()),
        since: iso.nullable(),
        todo: z.string().nullable(),
      }),
    ),
  }),
  recover: z.looseObject({ sources: z.array(z.string()), snapshots: count, durationMs: ms }),
};

function expectDone(ended: Ended, shape: z.ZodType = z.unknown()): Ended {
  expect(ended, ended.stdout).toMatchObject({ exitCode: 0, json: { ok: true } });
  const parsed = shape.safeParse(ended.json);
  expect(parsed.error?.issues ?? []).toEqual([]);
  return ended;
}

const s3Flags = () => [
  '--bucket',
  bucket,
  '--endpoint',
  rig.s3.endpoint,
  '--access-key-env',
  'AK',
  '--secret-key-env',
  'SK',
];
const intoServer = () => ['--into', rig.mysqlUrl, '--mysql-password-env', 'DB'];

describe.concurrent('setting up', () => {
  it('init writes two kits of text and page, and no secret stays in the home', async () => {
    const world = await rig.bare();
    const flags = ['--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit'];
    const done = expectDone(await world.run(['init', ...flags]));
    expect(done.json).toMatchObject({ repositoryId: expect.any(String), words: null });
    const files = await readdir(world.path('kit'));
    expect(files.filter((name) => /\.(?:html|pdf)$/.test(name))).toHaveLength(2);
    expect(files.filter((name) => name.endsWith('.txt'))).toHaveLength(2);
    await expectNoSecretsInHome(rig, world);
  });

  it('init without a kit folder shows the words once; secrets may come from files; --home and = are understood', async () => {
    const world = await rig.bare();
    await writeFile(world.path('pass'), '八个字的口令刚好\n', { mode: 0o600 });
    await writeFile(world.path('vault'), 'vault pass', { mode: 0o600 });
    const flags = [`--home=${world.path('elsewhere')}`, '--passphrase-file=pass', '--vault-passphrase-file', 'vault'];
    const done = expectDone(await world.run(['--lang=zh', 'init', ...flags]));
    const { words } = done.json as { words: { main: string[]; vault: string[] } };
    expect([words.main.length, words.vault.length]).toEqual([24, 24]);
    expect(words.main.join('')).toMatch(/^\p{Script=Han}{24}$/u);
    expect((await stat(world.path('elsewhere/keyring.json'))).isFile()).toBe(true);
    await expect(stat(world.home)).rejects.toThrow('ENOENT');
    const other = await world.run(['source', 'list', '--home', world.path('elsewhere'), '--passphrase-file', 'pass']);
    expect(expectDone(other).json).toMatchObject({ sources: [] });
  });

  it('a source behind ssh: trusted at first sight or pinned, listed, tested, backed up, removed', async () => {
    const world = await rig.prepared();
    const { host, port, user, clientKeyPath, hostKeyFingerprint } = rig.sshd;
    const ssh = ['--ssh', `${user}@${host}:${port}`, '--ssh-key', clientKeyPath];
    const mysql = ['--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', shopDatabase];
    const trusted = await world.run(['source', 'add', 'tunnelled', ...mysql, ...ssh, '--trust-first']);
    expect(expectDone(trusted).json).toMatchObject({
      source: { name: 'tunnelled', ssh: { hostKey: { fingerprint: hostKeyFingerprint } }, preset: 'dujiaoka-2.x' },
    });
    const preset = ['--preset', 'none', '--secret', 'carmis.carmi', `--ssh-host-key=${hostKeyFingerprint}`];
    const pinned = await world.run(['source', 'add', 'pinned', ...mysql, ...ssh, ...preset]);
    expect(expectDone(pinned).json).toMatchObject({ source: { preset: null, secretColumns: ['carmis.carmi'] } });
    const { json } = expectDone(await world.run(['source', 'list']));
    expect(json['sources']).toMatchObject([{ name: 'shop' }, { name: 'tunnelled' }, { name: 'pinned' }]);
    const tested = expectDone(await world.run(['source', 'test', 'tunnelled']));
    expect(tested.json['steps']).toMatchObject([
      { id: 'ssh' },
      { id: 'login' },
      { id: 'privileges' },
      { id: 'tables' },
    ]);
    expectDone(await world.run(['backup', 'tunnelled', '--to', 'main,second', '--max-rate', '100Mbit']), shapes.backup);
    expect(expectDone(await world.run(['source', 'remove', 'tunnelled'])).json).toMatchObject({ removed: 'tunnelled' });
    const left = expectDone(await world.run(['snapshots', 'tunnelled']));
    expect(left.json['snapshots']).toHaveLength(1);
    await expectNoSecretsInHome(rig, world);
  });

  it('destinations: disks with role and place, a bucket; listed, tested, removed', async () => {
    const world = await rig.prepared();
    const usb = ['--disk', world.path('usb'), '--role', 'cold', '--place', '上海'];
    expect(expectDone(await world.run(['destination', 'add', 'usb', ...usb])).json).toMatchObject({
      destination: { name: 'usb', role: 'cold', place: '上海' },
    });
    const cloud = [
      'destination',
      'add',
      'cloud',
      '--s3',
      'custom',
      ...s3Flags(),
      '--prefix',
      'setup',
      '--region',
      'cn',
    ];
    expect(expectDone(await world.run(cloud)).json).toMatchObject({ destination: { role: 'cloud', kind: 's3' } });
    const list = expectDone(await world.run(['destination', 'list']));
    expect(list.json['destinations']).toMatchObject([
      { name: 'main' },
      { name: 'second' },
      { name: 'usb' },
      { name: 'cloud' },
    ]);
    expectDone(await world.run(['destination', 'test', 'cloud']));
    expectDone(await world.run(['copy', '--snapshot', 'all', '--from', 'main', '--to', 'cloud']), shapes.copy);
    expectDone(await world.run(['verify', 'cloud']), shapes.verify);
    const there = expectDone(await world.run(['snapshots', 'shop', '--at-destination', 'cloud']), shapes.snapshots);
    expect(there.json['snapshots']).toHaveLength(1);
    expectDone(await world.run(['destination', 'remove', 'cloud']));
    await expectNoSecretsInHome(rig, world);
  });

  it('a second computer with the same keys takes over an existing repository', async () => {
    const first = await rig.prepared();
    const second = await rig.bare();
    const recovered = await second.run(['recover', '--from', first.path('main'), '--passphrase-env', 'MAIN']);
    expectDone(recovered, shapes.recover);
    const adopted = await second.run(['destination', 'add', 'shared', '--disk', first.path('second')]);
    expectDone(adopted);
    const there = expectDone(await second.run(['snapshots', '--at-destination', 'shared']));
    expect(there.json['snapshots']).toHaveLength(1);
  });
});

describe.concurrent('looking', () => {
  it('snapshots, show, checklist, doctor and audit answer in their fields', async () => {
    const world = await rig.prepared();
    const { json } = expectDone(await world.run(['snapshots', 'shop']), shapes.snapshots);
    const [{ id }] = json['snapshots'] as [{ id: string }];
    expectDone(await world.run(['show', id]), shapes.show);
    expectDone(await world.run(['show', id.slice(0, 6)]), shapes.show);
    const { items } = expectDone(await world.run(['checklist', 'shop']), shapes.checklist).json as {
      items: { id: string }[];
    };
    expect(items.map((item) => item.id)).toEqual([
      'replica',
      'daily-snapshot-second-disk',
      'two-clouds-encrypted',
      'weekly-cold-offsite',
      'restore-tested',
      'card-vault',
      'coverage',
      'recovery-kit',
      'stream-rpo',
      'alarm',
    ]);
    const doctor = expectDone(await world.run(['doctor', '--lang', 'zh']));
    expect(doctor.json['findings']).toMatchObject([
      { id: 'node', ok: true, title: expect.stringMatching(/./) },
      {},
      {},
      {},
      {},
      {},
    ]);
    expect(expectDone(await world.run(['audit'])).json).toMatchObject({
      intact: true,
      entries: [{ action: 'home.init' }, {}, {}, {}, { action: 'backup', facts: { green: true } }],
    });
  });

  it('speaks Chinese and English, on stdout only its result', async () => {
    const world = await rig.prepared();
    const zh = await world.run(['--lang', 'zh', 'snapshots'], { asText: true });
    expect(zh).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/数据源/) });
    const en = await world.run(['snapshots', '--lang=en'], { asText: true });
    expect(en).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/Source/) });
    const system = await world.run(['snapshots'], { asText: true, env: { LANG: 'zh_CN.UTF-8' } });
    expect(system.stdout).toBe(zh.stdout);
  });

  it('a deleted catalog is read again from the copies', async () => {
    const world = await rig.prepared();
    for (const name of ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm']) {
      await rm(`${world.home}/${name}`, { force: true });
    }
    const { json } = expectDone(await world.run(['snapshots', 'shop']), shapes.snapshots);
    expect(json['snapshots']).toMatchObject([
      { rows: 5000, copies: [{ destination: 'main' }, { destination: 'second' }] },
    ]);
    const again = expectDone(await world.run(['backup', 'shop']), shapes.backup);
    expect(again.json).toMatchObject({ read: { rowsFetched: 0, rangesReused: rangesIn(again.json) } });
  });
});

describe.concurrent('restoring', () => {
  it('into another server under a new name, with the vault open, equals the shop', async () => {
    const world = await rig.prepared();
    const vault = ['--open-vault', '--vault-passphrase-env', 'VAULT'];
    const done = expectDone(
      await world.run(['restore', 'shop', ...intoServer(), '--as', 'r_open', ...vault]),
      shapes.restore,
    );
    expect(done.json).toMatchObject({
      database: 'r_open',
      tables: 8,
      rows: 5000,
      vault: 'open',
      ledgers: [{ equal: true }],
    });
    expect(await checksums(rig.server, 'r_open')).toEqual(await checksums(rig.server, shopDatabase));
    const copies = expectDone(await world.run(['show', 'latest'])).json['copies'];
    expect(copies).toMatchObject([{ destination: 'main', state: 'totals-matched' }, {}]);
    await expectNoSecretsInHome(rig, world);
  });

  it('keeps the names on a fresh server, and opens the vault with its words', async () => {
    const world = await rig.prepared();
    const other = await rig.otherServer();
    const url = `mysql://${other.user}@127.0.0.1:${other.port ?? 0}/`;
    const words = await wordsFile(world, 'vault');
    const args = [
      'restore',
      'shop',
      '--into',
      url,
      '--mysql-password-env',
      'OTHER',
      '--open-vault',
      '--vault-words-file',
      words,
    ];
    const done = expectDone(await world.run(args, { env: { OTHER: other.password } }), shapes.restore);
    expect(done.json).toMatchObject({ database: shopDatabase });
    expect(await checksums(other, shopDatabase)).toEqual(await checksums(rig.server, shopDatabase));
    await query(other, `DROP DATABASE ${shopDatabase}`);
  });

  it('some tables through ssh, with the vault closed', async () => {
    const world = await rig.prepared();
    const { host, port, user, clientKeyPath, hostKeyFingerprint } = rig.sshd;
    const ssh = ['--ssh', `${user}@${host}:${port}`, '--ssh-key', clientKeyPath, '--ssh-host-key', hostKeyFingerprint];
    const tables = ['--tables', `${shopDatabase}.goods,${shopDatabase}.carmis`, '--resale-guard', 'off'];
    const wanted = ['restore', 'shop', ...intoServer(), ...ssh, ...tables, '--as', 'r_some'];
    // Through the tunnel the server itself is asked how much room it has.
    const { json: looked } = expectDone(await world.run([...wanted, '--dry-run']));
    expect((looked['checks'] as Record<string, unknown>[])[0]).toMatchObject({
      id: 'room',
      state: 'ok',
      facts: { path: expect.any(String) as string },
    });
    const done = await world.run(wanted);
    expect(expectDone(done, shapes.restore).json).toMatchObject({ database: 'r_some', tables: 2, vault: 'closed' });
    const cards = await query(
      rig.server,
      `SELECT COUNT(*) AS n FROM r_some.carmis JOIN ${shopDatabase}.carmis USING (id, carmi)`,
    );
    expect(cards).toMatchObject([{ n: 0 }]);
  });

  it('into a throw-away server, and beside the live database', async () => {
    const world = await rig.prepared();
    const sandbox = expectDone(await world.run(['restore', 'shop', '--into', 'sandbox']), shapes.restore);
    expect(sandbox.json).toMatchObject({ rows: 5000, database: shopDatabase });
    // Nobody will ever sell from a throw-away server.
    expect(sandbox.json['programNotes']).toBeUndefined();
    const same = expectDone(await world.run(['restore', 'shop', '--into=same', '--snapshot=latest']), shapes.restore);
    expect(same.json['programNotes']).toMatchObject([
      { program: { zh: expect.stringContaining('独角数卡') as string } },
      { text: { en: expect.stringContaining('admin_users') as string } },
    ]);
    expect(same.json['database']).toMatch(/^dujiaoka__restore_\d{8}_\d{4,6}$/);
    await query(rig.server, `DROP DATABASE \`${String(same.json['database'])}\``);
  });

  it('as a file: restore sql:, export, export .zst, all read by the stock client', async () => {
    const world = await rig.prepared();
    const open = ['--open-vault'];
    const file = expectDone(
      await world.run(['restore', 'shop', '--into', 'sql:one.sql', '--as', 'r_file', ...open]),
      shapes.restore,
    );
    expect(file.json).toMatchObject({ database: 'r_file', file: world.path('one.sql') });
    await loadWithClient(rig.server, world.path('one.sql'));
    const wanted = await checksums(rig.server, shopDatabase);
    expect(await checksums(rig.server, 'r_file')).toEqual(wanted);

    const other = await rig.otherServer();
    const plain = expectDone(await world.run(['export', 'latest', '--sql', 'two.sql', ...open]));
    expect(plain.json).toMatchObject({ bytes: (await stat(world.path('two.sql'))).size, rows: 5000 });
    const packed = expectDone(await world.run(['export', 'latest', '--sql=three.sql.zst', ...open]));
    expect(packed.json).toMatchObject({ bytes: (await stat(world.path('three.sql.zst'))).size });
    const unpacked = zstdDecompressSync(await readFile(world.path('three.sql.zst')));
    expect(unpacked.equals(await readFile(world.path('two.sql')))).toBe(true);
    await query(other, 'CREATE DATABASE r_mark');
    await loadWithClient(other, world.path('two.sql'));
    expect(await checksums(other, shopDatabase)).toEqual(wanted);
    await query(other, `DROP DATABASE ${shopDatabase}`);

    const some = expectDone(
      await world.run(['export', 'latest', '--sql', 'four.sql', '--tables', `${shopDatabase}.carmis`]),
    );
    expect(some.json).toMatchObject({ tables: 1, vault: 'closed' });
    const text = await readFile(world.path('four.sql'), 'utf8');
    for (const secret of rig.secrets) expect(text).not.toContain(secret);
  });
});

describe('swap and undo', () => {
  const states = async (world: Awaited<ReturnType<typeof rig.prepared>>) => {
    const { json } = expectDone(await world.run(['restores']), shapes.restores);
    return (json['restores'] as { state: string }[]).map(({ state }) => state);
  };

  it('puts a restore into its shop, keeps what it had, and takes it back', async () => {
    const world = await rig.prepared();
    await query(rig.server, 'CREATE DATABASE r_tiny');
    await query(rig.server, 'CREATE TABLE r_tiny.orders (id INT PRIMARY KEY, paid INT)');
    await query(rig.server, 'INSERT INTO r_tiny.orders VALUES (1, 10), (2, 20)');
    const url = ['--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', 'r_tiny', '--preset', 'none'];
    expectDone(await world.run(['source', 'add', 'tiny', ...url]));
    expectDone(await world.run(['backup', 'tiny']));
    await query(rig.server, 'DELETE FROM r_tiny.orders WHERE id = 1');
    await query(rig.server, 'INSERT INTO r_tiny.orders VALUES (3, 30)');

    const looked = expectDone(await world.run(['restore', 'tiny', '--into', 'same', '--dry-run', '--lang', 'zh']));
    const checks = looked.json['checks'] as { id: string; state: string; text: string }[];
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.find(({ id }) => id === 'room')?.text).toContain('放得下');
    expect(await states(world)).toEqual([]);
    const taken = await world.run(['restore', 'tiny', '--into', 'same', '--as', 'r_tiny', '--dry-run']);
    expectFailure(taken, 3, 'restore.target-exists');

    const restored = expectDone(await world.run(['restore', 'tiny', '--into', 'same', '--swap']), shapes.restore).json;

    const rows = () => query(rig.server, 'SELECT id FROM r_tiny.orders ORDER BY id');
    expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
    const id = String(restored['undo']);
    expect(restored).toMatchObject({
      swap: null,
      swapped: {
        comparison: { totals: { comeBack: 1, goAway: 1, change: 0, complete: true } },
        restore: { state: 'swapped' },
      },
    });
    // What was there before the swap is a snapshot now: with the order of after the first one.
    const { json: show } = expectDone(await world.run(['snapshots', 'tiny']));
    expect((show['snapshots'] as { id: string }[]).map((each) => each.id)).toContain(
      (restored['swapped'] as { safetySnapshot: string }).safetySnapshot,
    );
    expect((show['snapshots'] as unknown[]).length).toBe(2);
    expect(await world.run(['swap', id])).toMatchObject({ exitCode: 5, json: { error: { code: 'swap.wrong-state' } } });

    expectDone(await world.run(['undo', id.slice(0, 8)]), shapes.swapped);
    expect(await rows()).toEqual([{ id: 2 }, { id: 3 }]);
    expect(await states(world)).toEqual(['undone']);
    expectDone(await world.run(['swap', id]), shapes.swapped);
    expect(await rows()).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('overwrites only what was typed in full, and twice keeps both', async () => {
    const world = await rig.prepared();
    await query(rig.server, 'CREATE DATABASE r_over');
    await query(rig.server, 'CREATE TABLE r_over.old (id INT PRIMARY KEY)');
    const flags = ['restore', 'shop', ...intoServer(), '--as', 'r_over', '--open-vault'];
    const refused = await world.run([...flags, '--overwrite', 'r_over']);
    expect(refused).toMatchObject({ exitCode: 5, json: { error: { code: 'restore.confirmation-missing' } } });
    const first = expectDone(await world.run([...flags, '--overwrite', '127.0.0.1/r_over']), shapes.restore);
    expect(await checksums(rig.server, 'r_over')).toEqual(await checksums(rig.server, shopDatabase));
    await query(rig.server, 'CREATE TABLE r_over.later (id INT PRIMARY KEY)');
    const second = expectDone(await world.run([...flags, '--overwrite', '127.0.0.1/r_over']), shapes.restore);
    expect(await states(world)).toEqual(['swapped', 'swapped']);
    const early = await world.run(['undo', String(first.json['undo'])]);
    expect(early).toMatchObject({ exitCode: 5, json: { error: { code: 'swap.newer-first' } } });
    expectDone(await world.run(['undo', String(second.json['undo'])]), shapes.swapped);
    expect(Object.keys(await checksums(rig.server, 'r_over'))).toContain('later');
    expectDone(await world.run(['undo', String(first.json['undo'])]), shapes.swapped);
    expect(Object.keys(await checksums(rig.server, 'r_over'))).toEqual(['old']);
    await expectNoSecretsInHome(rig, world);
  });
});

describe.concurrent('recovering on a bare computer', () => {
  it('from a disk with the words, which unlock every later verb as well', async () => {
    const world = await rig.prepared();
    const words = await wordsFile(world, 'main');
    const bare = await rig.bare();
    const recovered = await bare.run(['recover', '--from', world.path('second'), '--words-file', words]);
    expect(expectDone(recovered, shapes.recover).json).toMatchObject({ sources: ['shop'], snapshots: 1 });
    const vault = ['--open-vault', '--vault-passphrase-env', 'VAULT'];
    const flags = [...intoServer(), '--as', 'r_words', ...vault, '--words-file', words];
    expectDone(await bare.run(['restore', 'shop', '--from', 'recovered', ...flags]), shapes.restore);
    expect(await checksums(rig.server, 'r_words')).toEqual(await checksums(rig.server, shopDatabase));
    expectDone(await bare.run(['verify', 'recovered', '--words-file', words]), shapes.verify);
    await expectNoSecretsInHome(rig, bare);
  });

  it('from S3 with the passphrase', async () => {
    const world = await rig.prepared();
    const flags = ['--s3', 'custom', ...s3Flags(), '--prefix', 'recover/here'];
    expectDone(await world.run(['destination', 'add', 'cloud', ...flags]));
    expectDone(await world.run(['copy', '--from', 'main', '--to', 'cloud']), shapes.copy);
    const bare = await rig.bare();
    expectDone(await bare.run(['recover', ...flags, '--passphrase-env', 'MAIN']), shapes.recover);
    expectDone(await bare.run(['export', 'latest', '--sql', 'cloud.sql']));
    await expectNoSecretsInHome(rig, bare);
  });

  it.each(['open', 'closed'])('with recover.mjs from a copy and nothing else, vault %s', async (vault) => {
    const world = await rig.prepared();
    const script = world.path('second/recover.mjs');
    const sql = world.path(`${vault}.sql`);
    const words = ['--words-file', await wordsFile(world, 'main')];
    const card = vault === 'open' ? ['--vault-words-file', await wordsFile(world, 'vault')] : [];
    const args = [script, '--repository', world.path('second'), '--sql', sql, ...words, ...card];
    expect(await runCommand(process.execPath, args)).toMatchObject({ exitCode: 0 });
    const text = await readFile(sql, 'utf8');
    await writeFile(sql, text.replaceAll('`dujiaoka`', `\`r_script_${vault}\``));
    await loadWithClient(rig.server, sql);
    const wanted = await checksums(rig.server, shopDatabase);
    const found = await checksums(rig.server, `r_script_${vault}`);
    if (vault === 'open') expect(found).toEqual(wanted);
    else {
      expect(found).toMatchObject({ goods: wanted['goods'], pays: wanted['pays'] });
      for (const secret of rig.secrets) expect(text).not.toContain(secret);
    }
  });
});

describe('after selling cards', () => {
  it('the second backup fetches what changed and keeps the rest', async () => {
    const world = await rig.prepared();
    await query(rig.server, `UPDATE ${shopDatabase}.carmis SET status = 3 - status WHERE id <= 20`);
    const second = expectDone(await world.run(['backup', 'shop']), shapes.backup);
    expect(second.json).toMatchObject({ snapshot: { rows: 5000 }, read: { rangesReused: rangesIn(second.json) - 1 } });
    const third = expectDone(await world.run(['backup', 'shop', '--to=second']), shapes.backup);
    expect(third.json).toMatchObject({ read: { rowsFetched: 0, rangesReused: rangesIn(third.json) } });
    const { json } = expectDone(await world.run(['snapshots']), shapes.snapshots);
    expect(json['snapshots']).toHaveLength(3);
    const some = expectDone(await world.run(['verify', 'main', '--read', '10']), shapes.verify);
    expect(some.json['read']).not.toBe(some.json['objects']);
  });
});

/** A shop with so many cards on the rig's server, and a home of its own that has backed it up. */
async function backedUpCardShop(shop: string, cards: number) {
  await openCardShop(rig.server, shop, cards);
  rig.secrets.add('CARD-SECRET-7');
  const world = await rig.bare();
  const run = async (...args: string[]) => expectDone(await world.run(args)).json;
  await run('init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit');
  await run('source', 'add', shop, '--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', shop);
  await run('destination', 'add', 'main', '--disk', 'main');
  await run('backup', shop);
  return { world, run };
}

function rangesIn(json: Record<string, unknown>): number {
  const { rangesTotal } = json['read'] as { readonly rangesTotal: number };
  expect(rangesTotal).toBeGreaterThan(5);
  return rangesTotal;
}

/** All that is no table, as the server shows it. */
async function objectsOf(server: PrivateServer, database: string): Promise<unknown[]> {
  const shown: unknown[] = [];
  for (const [kind, from] of [
    ['VIEW', `VIEWS WHERE TABLE_SCHEMA`],
    ['TRIGGER', 'TRIGGERS WHERE TRIGGER_SCHEMA'],
    ['PROCEDURE', 'ROUTINES WHERE ROUTINE_SCHEMA'],
    ['EVENT', 'EVENTS WHERE EVENT_SCHEMA'],
  ] as const) {
    const column = { VIEW: 'TABLE_NAME', TRIGGER: 'TRIGGER_NAME', PROCEDURE: 'ROUTINE_NAME', EVENT: 'EVENT_NAME' }[
      kind
    ];
    const names = await query(
      server,
      `SELECT ${column} AS name FROM information_schema.${from} = '${database}' ORDER BY 1`,
    );
    for (const { name } of names) {
      const [row] = await query(server, `SHOW CREATE ${kind} ${database}.${String(name)}`);
      shown.push({ ...row, Created: undefined });
    }
  }
  return shown;
}

describe('following the log', () => {
  it('stream goes on from the snapshot, into every copy; events name what took rows and tables away', async () => {
    const world = await rig.prepared();
    const name = `${shopDatabase}.spare_parts`;
    await query(rig.server, `CREATE TABLE ${name} (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(20)) ENGINE=InnoDB`);
    await query(rig.server, `INSERT INTO ${name} (note) VALUES ${Array.from({ length: 60 }, () => "('x')").join()}`);
    await query(rig.server, `UPDATE ${shopDatabase}.carmis SET carmi = CONCAT('needle-', id) WHERE id <= 40`);
    const first = await world.run(['stream', 'shop', '--until-caught-up']);
    expect(first).toMatchObject({ exitCode: 0, json: { gaps: [], copies: [{ ok: true }, { ok: true }] } });
    const place = z.looseObject({ file: z.string(), position: count });
    const shape = z.looseObject({
      from: place,
      to: place,
      segments: z.int().positive(),
      events: z.int().positive(),
      bytes: z.int().positive(),
      gaps: z.array(z.looseObject({})).length(0),
      rpoMs: ms,
    });
    expect(shape.parse(first.json)).toBeDefined();

    await query(rig.server, `DELETE FROM ${name} WHERE id <= 50; TRUNCATE ${name}; DROP TABLE ${name}`);
    const second = await world.run(['stream', 'shop', '--for', '1', '--to', 'main', 'second']);
    expect(second).toMatchObject({ exitCode: 0, json: { from: first.json['to'], gaps: [] } });
    await expectNoSecretsInHome(rig, world);
    const events = async (...flags: string[]) => {
      const { json, exitCode } = await world.run(['events', 'shop', ...flags]);
      expect(exitCode).toBe(0);
      return json['events'] as { kind: string; tables: string[]; id: string; at: string; rows: number | null }[];
    };
    expect((await events('--destructive', '--table', name)).map(({ kind }) => kind)).toEqual([
      'truncate',
      'drop-table',
    ]);
    const all = await events('--table', 'spare_parts');
    expect(all.map(({ kind }) => kind)).toEqual(['ddl', 'mass-delete', 'truncate', 'drop-table']);
    expect(all[1]).toMatchObject({ rows: 50, tables: [name] });
    expect(all.every(({ at }) => iso.safeParse(at).success)).toBe(true);
    // Of cards fewer rows are enough, and no text is shown.
    const cards = await events('--destructive', '--table', 'carmis');
    expect(cards.at(-1)).toMatchObject({ kind: 'mass-update', rows: 40, statement: null });
    expect(await events('--since', all[3]!.at.replace(/\.\d+Z/, '.999Z'), '--until', '2099-01-01')).toEqual([]);
    const { stdout } = await world.run(['events', 'shop', '--lang', 'zh', '--destructive'], { asText: true });
    expect(stdout).toContain('删表');
    expect(stdout).not.toContain('needle');
    const { json } = await world.run(['checklist', 'shop']);
    const item = (json['items'] as { id: string; state: string; evidence: { id: string; facts: object }[] }[]).find(
      ({ id }) => id === 'stream-rpo',
    );
    expect(item?.state).not.toBe('unknown');
    expect(item?.evidence.map(({ facts }) => facts)).toMatchObject([
      { seconds: expect.any(Number) as number },
      { seconds: expect.any(Number) as number },
    ]);
    const verified = await world.run(['verify', 'second', '--read', 'all']);
    expect(verified).toMatchObject({ exitCode: 0, json: { damaged: [], missing: [] } });
    const none = await world.run(['events', 'shop', '--home', world.path('elsewhere')]);
    expect(none.exitCode).toBe(2);
    const out = ['events', 'shop', '--export-log', 'log'];
    const open = ['--open-vault', '--vault-passphrase-env', 'VAULT'];
    expectFailure(await world.run(out), 5, 'keys.vault-closed');
    const exported = await world.run([...out, ...open]);
    expect(exported).toMatchObject({ exitCode: 0, json: { vault: 'open', gaps: [], files: [{ afterGap: false }] } });
    expectFailure(await world.run([...out, ...open]), 5, 'restore.target-exists');
    expectFailure(await world.run([...out, '--destructive']), 2, 'usage.bad-argument');
  });

  it('no card that was sold after the moment is for sale again, and every order of it is listed', async () => {
    const shop = 'kaka';
    const { world, run } = await backedUpCardShop(shop, 400);
    await query(rig.server, `CREATE TABLE ${shop}.a_new_day (id INT PRIMARY KEY)`);
    await sellCards(rig.server, shop, 300);
    // A column called like its database: where that has another name, nobody can tell the two apart in a statement.
    await query(rig.server, `ALTER TABLE ${shop}.carmis ADD COLUMN ${shop} INT NOT NULL DEFAULT 7`);
    const cards = await checksums(rig.server, shop);
    await query(rig.server, `DROP TABLE ${shop}.carmis, ${shop}.orders`);
    await run('stream', shop, '--until-caught-up');
    const events = (await run('events', shop))['events'] as { id: string; kind: string; tables: string[] }[];
    const before = (table: string) => events.find(({ tables }) => tables.includes(`${shop}.${table}`))?.id ?? '';
    const dropped = events.find(({ kind }) => kind === 'drop-table')?.id ?? '';

    const open = ['restore', shop, '--into', 'same', '--open-vault', '--lang', 'zh'];
    const restored = await run(...open, '--before-event', before('a_new_day'));
    const resale = restored['resale'] as Record<string, unknown>;
    expect(resale).toMatchObject({ cards: 300, orders: 300, complete: true, unread: [] });
    const forSale = `SELECT GROUP_CONCAT(id ORDER BY id) AS ids FROM \`${String(restored['database'])}\`.carmis WHERE status = 1`;
    await query(rig.server, 'SET GLOBAL group_concat_max_len = 100000');
    const ids = Array.from({ length: 100 }, (_, n) => 301 + n).join();
    expect(await query(rig.server, forSale)).toEqual([{ ids }]);
    const csv = String(resale['csv']);
    expect((await stat(csv)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF"订单号",/);
    expect(lines.slice(1).map((line) => line.split('","')[0])).toEqual(
      Array.from({ length: 300 }, (_, n) => `"SN-${7001 + n}`),
    );
    expect(lines[1]).toContain(`"'=会员"`);
    await expectNoSecretsInHome(rig, world);

    // Nothing was sold after the tables were gone.
    const last = await run(...open, '--before-event', dropped);
    expect(last['resale']).toMatchObject({ cards: 0, csv: null });
    expect(last).toMatchObject({ digest: { equal: true }, undo: null });
    expect(last['notes']).toContainEqual(expect.stringContaining('through-scratch: MariaDB'));
    expect(await checksums(rig.server, String(last['database']))).toEqual(cards);
    expect(restored['notes']).not.toContainEqual(expect.stringContaining('through-scratch'));
    // What was sold is seen without a card of it.
    await run('stream', shop, '--until-caught-up');
    const closed = await run('restore', shop, '--into', 'same', '--before-event', before('a_new_day'));
    expect(closed).toMatchObject({ vault: 'closed', resale: { cards: 300, orders: 300, complete: true, unread: [] } });
    const text = await world.run(['restore', shop, '--into', 'same', '--lang', 'zh'], { asText: true });
    expect(text.stdout).toContain('保险库没有打开');
    const refused = await world.run(['restore', shop, '--into', 'sql:all.sql', '--resale-guard', 'on']);
    expect(refused).toMatchObject({ exitCode: 2, json: { error: { code: 'usage.bad-argument' } } });
  });

  it('what is sold until a swap or an undo is sold in what comes in as well', async () => {
    const shop = 'kaka_open';
    const { world, run } = await backedUpCardShop(shop, 60);
    const restored = await run('restore', shop, '--into', 'same', '--open-vault');
    const sold = () => query(rig.server, `SELECT COUNT(*) AS n FROM ${shop}.carmis WHERE status = 2 AND id < 20`);
    // The shop stays open while somebody looks at the comparison.
    await sellCards(rig.server, shop, 5);
    const swapped = await run('swap', String(restored['restoreId']), '--without-safety-snapshot');
    expect(swapped['resale']).toMatchObject({ cards: 5, orders: 5, complete: true });
    expect(await sold()).toEqual([{ n: 5 }]);
    await query(
      rig.server,
      `USE ${shop};
       INSERT INTO orders (id, order_sn, goods_id, title, actual_price, email, buy_ip, status, created_at)
         VALUES (8001, 'SN-8001', 1, 'x', 9.90, 'b@example.com', '::1', 4, UTC_TIMESTAMP());
       UPDATE carmis SET status = 2 WHERE id = 12`,
    );
    const { stdout } = await world.run(['undo', String(restored['restoreId']), '--lang', 'zh'], { asText: true });
    expect(stdout).toContain('1 张');
    expect(await sold()).toEqual([{ n: 6 }]);
    await query(rig.server, `UPDATE ${shop}.carmis SET status = 1 WHERE id = 12`);
    const again = await run(
      'swap',
      String(restored['restoreId']),
      '--without-safety-snapshot',
      '--resale-guard',
      'off',
    );
    expect(again['resale']).toBeUndefined();
    await expectNoSecretsInHome(rig, world);
  });

  it('a restore that is killed while it does the log again goes on, and equals', async () => {
    const shop = 'kaka_killed';
    const { world, run } = await backedUpCardShop(shop, 30);
    // Each with a savepoint is a transaction of its own on the target, too: many small steps.
    const steps = Array.from(
      { length: 300 },
      (_, n) => `BEGIN; UPDATE carmis SET carmi = CONCAT('${n}-', id) WHERE id < 9; SAVEPOINT a;
        INSERT INTO orders (order_sn, goods_id, title, actual_price, email, buy_ip, status, created_at)
          VALUES ('K-${n}', 1, 'x', 1.05, 'b@example.com', '::1', 4, UTC_TIMESTAMP()); COMMIT`,
    );
    await query(rig.server, `USE ${shop}; ${steps.join(';')}`);
    const wanted = await checksums(rig.server, shop);
    await query(rig.server, `DROP TABLE ${shop}.carmis`);
    await run('stream', shop, '--until-caught-up');
    const events = (await run('events', shop, '--destructive'))['events'] as { id: string }[];
    const wish = ['restore', shop, '--into', 'same', '--open-vault', '--before-event', events.at(-1)?.id ?? ''];
    const databases = async () => (await query(rig.server, 'SHOW DATABASES')).map((row) => String(row['Database']));
    const restoredOnes = async () => (await databases()).filter((name) => name.startsWith(`${shop}__`));
    /** Kills the process with its work half done, and gives the database that notes how far it came. */
    const kill = async (args: readonly string[], ours: (name: string) => boolean) => {
      const started = world.start(args);
      let mark = '';
      await until('some of the log is done again', async () => {
        mark = (await databases()).find((name) => name.endsWith('__replay') && ours(name)) ?? '';
        const progress = `SELECT COUNT(DISTINCT order_sn) AS n FROM \`${mark.replace(/__replay$/, '')}\`.orders`;
        return mark !== '' && Number((await query(rig.server, progress))[0]?.['n']) > 20;
      });
      started.child.kill('SIGKILL');
      expect((await started.ended).exitCode).toBeNull();
      return mark;
    };
    const first = await kill(wish, () => true);
    const [half, ...none] = (await restoredOnes()).filter((name) => name !== first);
    expect(none).toEqual([]);
    const listed = await run('restores', shop);
    expect(listed['unfinished']).toMatchObject([{ source: shop, databases: [half] }]);
    const done = await run(...wish);
    expect(done).toMatchObject({ database: half, digest: { equal: true } });
    // Counted on from the snapshot's by the log, over what was done before the kill as well.
    expect(done['ledgers']).toMatchObject([{ rows: 300, sum: '315.00', serverSum: '315.00', equal: true }]);
    expect(done['notes']).not.toContainEqual(expect.stringContaining('ledger-unproven'));
    expect(done['notes']).toContainEqual(expect.stringContaining('went-on: '));
    expect(await checksums(rig.server, String(half))).toEqual(wanted);
    expect(await restoredOnes()).toEqual([half]);
    expect((await run('restores', shop))['unfinished']).toEqual([]);

    // Nobody can tell whether that step was done: what the restore made is taken away, and it begins anew.
    const other = [...wish, '--as', 'kaka_again'];
    const ours = (name: string) => name.startsWith('kaka_again');
    await query(rig.server, `UPDATE ${await kill(other, ours)}.progress SET begun = 1`);
    const again = await run(...other);
    expect(again['notes']).not.toContainEqual(expect.stringContaining('went-on: '));
    expect(await checksums(rig.server, 'kaka_again')).toEqual(wanted);

    // A database that somebody made meanwhile under the same name is not touched, whatever the book says.
    const last = [...wish, '--as', 'kaka_mine'];
    await kill(last, (name) => name.startsWith('kaka_mine'));
    await query(
      rig.server,
      'DROP DATABASE kaka_mine; CREATE DATABASE kaka_mine; CREATE TABLE kaka_mine.notes (id INT)',
    );
    expectFailure(await world.run(last), 5, 'restore.target-exists');
    expect(await query(rig.server, 'SHOW TABLES FROM kaka_mine')).toEqual([{ Tables_in_kaka_mine: 'notes' }]);
    expect(await databases()).not.toContain('kaka_mine__replay');
    await expectNoSecretsInHome(rig, world);
  });

  it('restore brings back the moment before the tables were dropped, to the cent', async () => {
    const world = await rig.prepared();
    const teller = "CREATE USER teller@'%'; GRANT SELECT ON *.* TO teller@'%'";
    await query(rig.server, teller);
    // Tables that came and went since the shop was prepared are nothing that a closed restore can go through.
    await world.run(['backup', 'shop']);
    await world.run(['stream', 'shop', '--until-caught-up']);
    await query(
      rig.server,
      `USE ${shopDatabase};
       UPDATE carmis SET status = 2, carmi = CONCAT(carmi, '-x') WHERE id BETWEEN 100 AND 140;
       UPDATE orders SET status = 4, actual_price = actual_price + 0.35 WHERE id <= 30;
       DELETE FROM orders WHERE id BETWEEN 31 AND 40;
       ALTER TABLE goods ADD COLUMN note_of_test VARCHAR(20) DEFAULT 'x';
       UPDATE goods SET note_of_test = '改过' LIMIT 3;
       CREATE DEFINER = 'teller'@'%' VIEW cheap AS SELECT id, gd_name AS 名 FROM goods WHERE actual_price < 100;
       CREATE VIEW cheaper AS SELECT 名 FROM cheap WHERE id < 5;
       CREATE TRIGGER goods_noted BEFORE UPDATE ON goods FOR EACH ROW SET NEW.note_of_test = CONCAT('\\'', NEW.id);
       CREATE PROCEDURE raise_prices(IN by_cent INT) UPDATE goods SET actual_price = actual_price + by_cent / 100;
       CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 03:00:00' DO CALL raise_prices(1)`,
    );
    const wanted = await checksums(rig.server, shopDatabase);
    const objects = await objectsOf(rig.server, shopDatabase);
    await query(rig.server, `USE ${shopDatabase}; SET foreign_key_checks = 0; DROP TABLE orders; TRUNCATE carmis`);
    await world.run(['stream', 'shop', '--until-caught-up']);
    const { json } = await world.run(['events', 'shop', '--destructive', '--table', `${shopDatabase}.orders`]);
    const drop = (json['events'] as { id: string; kind: string }[]).at(-1);
    expect(drop?.kind).toBe('drop-table');

    const before = ['restore', 'shop', '--before-event', drop?.id ?? '', '--open-vault'];
    const beside = expectDone(await world.run([...before, '--into', 'same']), shapes.restore);
    expect(beside.json).toMatchObject({ digest: { equal: true } });
    expect(await checksums(rig.server, String(beside.json['database']))).toEqual(wanted);
    expect(beside.json['ledgers']).toMatchObject([{ equal: true }]);
    // The log's event does not run beside the one in the shop; a swap will start it.
    expect(
      await query(
        rig.server,
        `SELECT STATUS AS s FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${String(beside.json['database'])}'`,
      ),
    ).toEqual([{ s: 'SLAVESIDE_DISABLED' }]);
    const book = await readFile(world.path('home/restores.json'), 'utf8');
    expect(book).toContain(`"${shopDatabase}.nightly"`);
    // Compared with what the log says, not with itself.
    expect(beside.json['notes']).not.toContainEqual(expect.stringContaining('ledger-unproven'));
    const sandbox = expectDone(await world.run([...before, '--into', 'sandbox']), shapes.restore);
    expect(sandbox.json).toMatchObject({ rows: beside.json['rows'], stoppedAt: beside.json['stoppedAt'] });
    await query(rig.server, `DROP DATABASE \`${String(beside.json['database'])}\``);
    await mkdir(world.path('tmp'));
    const env = { TMPDIR: world.path('tmp') };
    const file = expectDone(await world.run([...before, '--into', 'sql:moment.sql'], { env }), shapes.restore);
    expect(file.json).toMatchObject({
      file: world.path('moment.sql'),
      rows: beside.json['rows'],
      ledgers: beside.json['ledgers'],
      replay: { to: { file: expect.any(String) as string } },
    });
    expect(file.json['notes']).toContainEqual(expect.stringContaining('through-scratch: MariaDB'));
    const other = await rig.otherServer();
    await query(other, teller);
    await loadWithClient(other, world.path('moment.sql'));
    expect(await checksums(other, shopDatabase)).toEqual(wanted);
    expect(await objectsOf(other, shopDatabase)).toEqual(objects);
    await query(other, `DROP DATABASE ${shopDatabase}`);
    expectFailure(await world.run([...before, '--into', 'sql:moment.sql']), 5, 'restore.target-exists');
    // The servers and their folders are gone.
    expect((await readdir(world.path('tmp'))).filter((name) => name.startsWith('shouhu-'))).toEqual([]);

    // Without the vault everything but the cards.
    const flags = before.filter((flag) => flag !== '--open-vault').concat('--into', 'same');
    const closed = expectDone(await world.run(flags), shapes.restore);
    expect(closed.json).toMatchObject({ vault: 'closed', ledgers: [{ equal: true }], rows: beside.json['rows'] });
    expect(closed.json['notes']).not.toContainEqual(expect.stringContaining('ledger-unproven'));
    const name = `\`${String(closed.json['database'])}\``;
    const sold = 'SELECT COUNT(*) AS n, SUM(status = 2) AS sold, COUNT(carmi) AS cards';
    expect(await query(rig.server, `${sold} FROM ${name}.carmis WHERE id BETWEEN 100 AND 140`)).toMatchObject([
      { n: 41, sold: '41' },
    ]);
    expect(await query(rig.server, `SELECT id FROM ${name}.carmis WHERE carmi LIKE '%-x'`)).toEqual([]);
    await query(rig.server, `DROP DATABASE ${name}`);

    const at = (moment: string) => world.run(['restore', 'shop', '--into', 'sandbox', '--open-vault', '--at', moment]);
    expect(await at('2001-01-01')).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'restore.before-snapshots' } },
    });
    await query(
      rig.server,
      `USE ${shopDatabase}; SET SESSION binlog_format = STATEMENT;
       INSERT INTO carmis (id, goods_id, status, is_loop, carmi) VALUES (900001, 1, 1, 0, 'TOLD-BY-TEXT');
       SET SESSION binlog_format = ROW`,
    );
    await world.run(['stream', 'shop', '--until-caught-up']);
    // What the restores beside the shop made and dropped for themselves frightens nobody.
    const { json: seen } = await world.run(['events', 'shop', '--destructive']);
    expect((seen['events'] as { id: string }[]).map(({ id }) => id)).toContain(drop?.id);
    expect(JSON.stringify(seen['events'])).not.toMatch(/__shouhu_under_way|__replay/);
    const late = await at('2099-01-01');
    expect(late).toMatchObject({ exitCode: 2, json: { error: { code: 'restore.behind-log' } } });
    const { facts } = late.json['error'] as { facts: { nearest: string } };
    expect(expectDone(await at(facts.nearest), shapes.restore).json['stoppedAt']).toBe(facts.nearest);
    // A card in the text of a statement cannot be told from the rest: there the vault is needed, and it is said before anything is done.
    const sealed = await world.run(['restore', 'shop', '--into', 'sandbox', '--at', facts.nearest]);
    expect(sealed).toMatchObject({ exitCode: 5, json: { error: { code: 'restore.log-sealed' } } });
    const { facts: reach } = sealed.json['error'] as { facts: { nearest: string } };
    expect(Date.parse(reach.nearest)).toBeLessThanOrEqual(Date.parse(facts.nearest));
    const unknown = await world.run(['restore', 'shop', '--into', 'sandbox', '--before-event', 'binlog.000001:4:0']);
    expect(unknown).toMatchObject({ exitCode: 2, json: { error: { code: 'stream.event-unknown' } } });
  });
});
