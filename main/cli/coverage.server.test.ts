import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerbOutput } from '../../shared/ipc/engine-verbs.ts';
import { startCliRig, type CliRig, type Json, type World } from './testing/cli-rig.ts';

type Coverage = VerbOutput<'coverage.show'>;

/** What the owner of a shop is told of a server on which more lives than was chosen. Real MariaDB, real sshd, one home over all tests. */
describe('what is on the server and in no backup', () => {
  let rig: CliRig;
  let world: World;
  let sites = '';
  const at = (path: string) => join(sites, path);

  async function put(path: string, content = 'x'): Promise<void> {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), content);
  }
  async function sql(...statements: readonly string[]): Promise<void> {
    const { port, user, password } = rig.server;
    const client = await createConnection({ host: '127.0.0.1', port: port ?? 0, user, password });
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      client.destroy();
    }
  }
  async function coverage(...flags: readonly string[]): Promise<Coverage> {
    const ended = await world.run(['coverage', 'site', ...flags]);
    expect(ended.exitCode, ended.stdout).toBe(0);
    return ended.json as unknown as Coverage;
  }
  const stateOf = ({ things }: Coverage, id: string) => {
    const found = things.find((thing) => thing.id === id);
    return found === undefined ? null : [found.state, found.reason];
  };
  /** What this machine has besides is not the test's business. */
  const ids = ({ things }: Coverage, state: string) =>
    things.filter((thing) => thing.state === state && isOurs(thing.id)).map(({ id }) => id);
  const isOurs = (id: string) => id.includes(sites) || /^(?:database|table|view|routine|accounts)/.test(id);
  const checklist = async () => {
    const { json } = await world.run(['checklist', 'site']);
    return (json['items'] as Json[]).find(({ id }) => id === 'coverage') as Json & { evidence: Json[] };
  };

  beforeAll(async () => {
    rig = await startCliRig();
    world = await rig.prepared();
    sites = world.path('sites');
    await put('shop/.env', 'APP_KEY=base64:not-a-joke');
    await put('shop/index.php');
    const { sshd, mysqlUrl, server } = rig;
    const added = await world.run(
      [
        ...['source', 'add', 'site', '--mysql', mysqlUrl, '--mysql-password-env', 'DB', '--databases', 'dujiaoka'],
        ...['--ssh', `${sshd.user}@${sshd.host}:${sshd.port}`, '--ssh-key', sshd.clientKeyPath, '--trust-first'],
        ...['--files', at('shop')],
      ],
      { env: { DB: server.password } },
    );
    expect(added.exitCode).toBe(0);
  });
  afterAll(async () => {
    await sql('DROP DATABASE IF EXISTS old_shop', 'DROP DATABASE IF EXISTS blog');
    await rig.stop();
  });

  it('is not known before anybody looked, and each backup looks', async () => {
    expect(await coverage('--last')).toMatchObject({ lookedAt: null, things: [] });
    expect((await world.run(['backup', 'site'])).exitCode).toBe(0);
    const seen = await coverage('--last');
    expect(stateOf(seen, 'table:dujiaoka.carmis')).toEqual(['kept', null]);
    expect(stateOf(seen, `folder:${at('shop')}`)).toEqual(['kept', null]);
    expect(stateOf(seen, `key-file:${at('shop/.env')}`)).toEqual(['kept', null]);
    expect(stateOf(seen, 'accounts:users')).toEqual(['open', 'not-chosen']);
    const [snapshot] = (await world.run(['snapshots', 'site'])).json['snapshots'] as Json[];
    expect(seen.things.find(({ id }) => id === 'table:dujiaoka.carmis')?.by?.snapshot).toBe(snapshot?.['id']);
  });

  it('is found: a database, a folder and a key file that nobody chose', async () => {
    await sql(
      'CREATE DATABASE old_shop',
      'CREATE TABLE old_shop.orders (id INT PRIMARY KEY)',
      'CREATE VIEW old_shop.all_orders AS SELECT id FROM old_shop.orders',
      'CREATE DATABASE blog',
      'CREATE TABLE blog.posts (id INT PRIMARY KEY)',
    );
    await put('pay/notify.php');
    await put('pay/cert/apiclient_key.pem');
    await put('shop/storage/framework/cache/hidden.key');
    const seen = await coverage();
    expect(ids(seen, 'open')).toEqual(
      expect.arrayContaining(['database:old_shop', 'database:blog', `folder:${at('pay')}`, 'accounts:users']),
    );
    // A table goes with its database, and a key with its folder, until these were answered.
    expect(stateOf(seen, 'table:old_shop.orders')).toBeNull();
    expect(stateOf(seen, `key-file:${at('pay/cert/apiclient_key.pem')}`)).toBeNull();
    const item = await checklist();
    expect(item).toMatchObject({ state: 'fail', todo: 'answer-coverage' });
    const open = item.evidence.find(({ id }) => id === 'coverage-open');
    expect(open?.['facts']).toMatchObject({ open: seen.figures.open, all: seen.figures.all });
    const told = await world.run(['coverage', 'site', '--last', '--lang', 'en'], { asText: true });
    expect(told.stdout).toContain(`${seen.figures.open} of ${seen.figures.all} things on the server are in no backup`);
    expect(told.stdout).toContain('✗ database old_shop  nobody has chosen yet  (can be added)\n    database:old_shop');
  });

  it('is accepted with a reason, remembered, and asked about again when something comes to it', async () => {
    await coverage('--accept', 'database:old_shop', '--accept', `folder:${at('pay')}`, '--reason', '2019 年的老店');
    let seen = await coverage();
    expect(stateOf(seen, 'database:old_shop')).toEqual(['accepted', 'not-chosen']);
    expect(seen.things.find(({ id }) => id === 'database:old_shop')?.accepted?.reason).toBe('2019 年的老店');
    expect(stateOf(seen, 'table:old_shop.orders')).toBeNull();
    await sql('CREATE TABLE old_shop.cards (id INT PRIMARY KEY)');
    await put('pay/cert/alipay.key');
    seen = await coverage();
    expect(stateOf(seen, 'table:old_shop.cards')).toEqual(['open', 'came-later']);
    expect(stateOf(seen, `key-file:${at('pay/cert/alipay.key')}`)).toEqual(['open', 'came-later']);
    expect(stateOf(seen, 'database:old_shop')?.[0]).toBe('accepted');
    expect(await readFile(join(world.home, 'settings.json'), 'utf8')).toContain('"database:old_shop"');
    seen = await coverage('--ask-again', 'database:old_shop');
    expect(stateOf(seen, 'database:old_shop')).toEqual(['open', 'not-chosen']);
    expect((await world.run(['audit'])).stdout).toContain('2019 年的老店');
  });

  it('is refused in words when it is not on the list', async () => {
    const unknown = { exitCode: 2, json: { error: { code: 'coverage.thing-unknown' } } };
    expect(await world.run(['coverage', 'site', '--accept', 'database:nowhere'])).toMatchObject(unknown);
    expect(await world.run(['coverage', 'site', '--ask-again', 'database:blog'])).toMatchObject(unknown);
    expect(await world.run(['coverage', 'site', '--reason', 'why'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['coverage', 'site', '--keep', 'unseen:nothing'])).toMatchObject(unknown);
  });

  it('is kept from the next backup on by one word', async () => {
    await sql('DROP DATABASE old_shop');
    const seen = await coverage('--keep', 'database:blog', '--keep', 'accounts:users', '--keep', `folder:${at('pay')}`);
    expect(stateOf(seen, 'database:blog')).toEqual(['next', 'next-backup']);
    expect(stateOf(seen, `folder:${at('pay')}`)).toEqual(['next', 'next-backup']);
    expect((await world.run(['backup', 'site'])).exitCode).toBe(0);
    const after = await coverage('--last');
    for (const id of ['database:blog', 'table:blog.posts', 'accounts:users', `folder:${at('pay')}`])
      expect(stateOf(after, id), id).toEqual(['kept', null]);
    expect(stateOf(after, `key-file:${at('pay/cert/alipay.key')}`)).toEqual(['kept', null]);
    expect(stateOf(after, 'database:old_shop')).toBeNull();
    expect(ids(after, 'open')).toEqual([]);
    await sql('CREATE TABLE blog.drafts (id INT PRIMARY KEY)');
    expect(stateOf(await coverage(), 'table:blog.drafts')).toEqual(['next', 'next-backup']);
  });

  it('is kept by itself where it is a single file, shown, and brought back into a folder', async () => {
    const key = world.path('loose.key');
    await writeFile(key, 'pay-key');
    const set = await world.run(['source', 'set', 'site', '--item', key, '--item', 'none']);
    expect(set).toMatchObject({ exitCode: 0, json: { source: { items: [key] } } });
    expect(await world.run(['source', 'set', 'site', '--item', 'not/absolute'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['source', 'set', 'shop', '--item', key])).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'files.no-ssh' } },
    });
    expect((await world.run(['backup', 'site'])).exitCode).toBe(0);
    const listed = (await world.run(['files', 'list', 'site', '/@server'])).json['entries'] as Json[];
    expect(listed.find(({ type }) => type === 'file')).toMatchObject({ folder: '/@server', path: key.slice(1) });
    const restored = await world.run([
      'files',
      'restore',
      'site',
      '--path',
      '/@server',
      '--to-dir',
      world.path('back'),
    ]);
    expect(restored.exitCode, restored.stdout).toBe(0);
    expect(await readFile(join(world.path('back'), key.slice(1)), 'utf8')).toBe('pay-key');
    // There is no such folder on the server to lie beside: it comes into the login's own.
    const beside = await world.run(['files', 'restore', 'site', '--path', '/@server', '--to-server']);
    expect(beside.exitCode, beside.stdout).toBe(0);
    const [place = ''] = beside.json['places'] as string[];
    expect(place).toMatch(/^\/.+\/server__restore_\d{8}T\d{6}Z$/);
    expect(await readFile(join(place, key.slice(1)), 'utf8')).toBe('pay-key');
    await rm(place, { recursive: true });
  });

  it('that the account may not list is said, and so is a server that does not answer', async () => {
    await sql(
      "CREATE USER IF NOT EXISTS 'narrow'@'%' IDENTIFIED BY 'narrow-pass'",
      "GRANT ALL PRIVILEGES ON blog.* TO 'narrow'@'%'",
    );
    const url = rig.mysqlUrl.replace(rig.server.user, 'narrow');
    const added = await world.run(
      ['source', 'add', 'narrow', '--mysql', url, '--mysql-password-env', 'NARROW', '--databases', 'blog'],
      { env: { NARROW: 'narrow-pass' } },
    );
    expect(added.exitCode, added.stdout).toBe(0);
    const seen = (await world.run(['coverage', 'narrow'])).json as unknown as Coverage;
    const unseen = seen.things.filter(({ kind }) => kind === 'unseen').map(({ id, state }) => `${id} ${state}`);
    expect(unseen).toEqual(['unseen:databases open', 'unseen:files open']);
    expect(seen.things.some(({ id }) => id === 'database:dujiaoka')).toBe(false);
    await sql("DROP USER 'narrow'@'%'");
    const lost = await world.run(['coverage', 'narrow']);
    expect(lost.exitCode).not.toBe(0);
    const kept = (await world.run(['coverage', 'narrow', '--last'])).json as unknown as Coverage;
    expect(kept).toMatchObject({ lookedAt: seen.lookedAt, failed: { code: 'mysql.auth-failed' } });
  });
});
