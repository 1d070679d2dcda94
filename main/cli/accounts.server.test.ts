import { readFile } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrivateServer } from '../engine/sandbox/index.ts';
import { secretEnv, startCliRig, type CliRig, type World } from './testing/cli-rig.ts';

/** Accounts as the owner of a shop asks for them on the command line, for a shop that was backed up without them so far. */
describe('accounts on the command line', () => {
  let rig: CliRig;
  let world: World;
  beforeAll(async () => {
    rig = await startCliRig();
    world = await rig.prepared();
    await run(rig.server, "CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'old password of the shop'");
    await run(rig.server, "GRANT SELECT ON dujiaoka.* TO 'shop'@'127.0.0.1'");
  });
  afterAll(() => rig.stop());

  async function run(server: PrivateServer, sql: string): Promise<void> {
    const client = await createConnection({ ...server.connection });
    await client.query(sql);
    await client.end();
  }

  it('are kept from the day on which they are asked for, in the same timeline', async () => {
    const set = await world.run(['source', 'set', 'shop', '--accounts', 'on']);
    expect(set).toMatchObject({ exitCode: 0, json: { ok: true, source: { name: 'shop', accounts: true } } });
    const backup = await world.run(['backup', 'shop']);
    expect(backup.exitCode).toBe(0);
    expect(backup.json['checks']).toContainEqual({ id: 'accounts-read', ok: true, facts: { accounts: 3 } });
    // The same source as before: what had not changed was not read again.
    expect((backup.json['read'] as { rangesReused: number }).rangesReused).toBeGreaterThan(0);

    const { id } = backup.json['snapshot'] as { id: string };
    const shown = await world.run(['show', id]);
    expect(shown.json['manifest']).toMatchObject({
      accounts: { users: ['root@127.0.0.1', 'root@localhost', 'shop@127.0.0.1'], roles: [] },
    });
    const text = await world.run(['show', id, '--lang', 'en'], { asText: true });
    expect(text.stdout).toContain('Accounts kept: 3 users, 0 roles: root@127.0.0.1, root@localhost, shop@127.0.0.1');
    for (const { stdout, stderr } of [backup, shown, text]) expect(stdout + stderr).not.toMatch(/\*[0-9A-F]{40}/);
    const audit = await world.run(['audit']);
    expect(JSON.stringify(audit.json)).toContain('source.set');
  });

  it('come back on another server and into a file, and log in', async () => {
    const other = await rig.otherServer();
    const url = `mysql://root@127.0.0.1:${other.port ?? 0}/`;
    const into = ['--into', url, '--mysql-password-env', 'OTHER', '--accounts'];
    const restored = await world.run(['restore', 'shop', ...into], { env: { OTHER: other.password } });
    expect(restored).toMatchObject({
      exitCode: 0,
      json: { accounts: { created: ['shop@127.0.0.1'], existing: ['root@127.0.0.1', 'root@localhost'] } },
    });
    const place = { host: '127.0.0.1', port: other.port ?? 0, user: 'shop', password: 'old password of the shop' };
    const client = await createConnection({ ...place, rowsAsArray: true });
    const [rows] = await client.query('SELECT COUNT(*) FROM dujiaoka.orders');
    expect(Number((rows as number[][])[0]?.[0])).toBeGreaterThan(0);
    client.destroy();

    const file = world.path('shop.sql');
    const [latest] = (await world.run(['snapshots', 'shop'])).json['snapshots'] as { id: string }[];
    const exported = await world.run(['export', latest?.id ?? '', '--sql', file, '--accounts']);
    expect(exported.json['notes']).toContain('accounts-in-file');
    expect(await readFile(file, 'utf8')).toContain('CREATE USER `shop`@`127.0.0.1`');
    expect(exported.stdout + restored.stdout).not.toContain(secretEnv.MAIN);
  });
});
