import { writeFile } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../engine/demo/cutting-proxy.ts';
import { newSshKey } from '../engine/demo/embedded-ssh-server.ts';
import { startPrivateSshd } from '../engine/demo/private-sshd.ts';
import {
  codeOf,
  expectFailure,
  expectNoSecretsInHome,
  expectNothingLost,
  query,
  shopDatabase,
  startCliRig,
  until,
  type CliRig,
  type World,
} from './testing/cli-rig.ts';

/** Servers that are closed, changed, busy, empty or cut off: a coded refusal each time, and the snapshot from before stays good. */
vi.setConfig({ maxConcurrency: 3 });
let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
  await rig.prepared();
});
afterAll(() => rig.stop());

const password = ['--mysql-password-env', 'DB'];
const shop = ['--databases', shopDatabase];
const urlOf = (port: number, user = rig.server.user) => `mysql://${user}@127.0.0.1:${port}/`;
const addSource = (world: World, name: string, port: number, ...flags: string[]) =>
  world.run(['source', 'add', name, '--mysql', urlOf(port), ...password, ...flags]);

function sshFlags({ sshd } = rig, key = sshd.clientKeyPath): string[] {
  return ['--ssh', `${sshd.user}@${sshd.host}:${sshd.port}`, '--ssh-key', key];
}

async function names(world: World): Promise<unknown[]> {
  const { json } = await world.run(['source', 'list', '--lang', 'zh']);
  return (json['sources'] as { name: string }[]).map(({ name }) => name);
}

describe.concurrent('a source that cannot be reached', () => {
  it('refuses a wrong MySQL password, when it is added and when it was changed later', async () => {
    const world = await rig.prepared();
    const wrong = { env: { DB: 'not-the-password' } };
    const args = ['source', 'add', 'wrong', '--mysql', rig.mysqlUrl, ...password];
    expectFailure(await world.run(args, wrong), 5, 'mysql.auth-failed');
    expect(await names(world)).toEqual(['shop']);
    await query(rig.server, `CREATE USER later@'%' IDENTIFIED BY 'first-password'; GRANT ALL ON *.* TO later@'%'`);
    const later = ['source', 'add', 'later', '--mysql', urlOf(rig.server.port ?? 0, 'later'), ...password, ...shop];
    expect(await world.run(later, { env: { DB: 'first-password' } })).toMatchObject({ exitCode: 0 });
    await query(rig.server, "ALTER USER later@'%' IDENTIFIED BY 'second-password'");
    expectFailure(await world.run(['backup', 'later']), 5, 'mysql.auth-failed');
    expectFailure(await world.run(['source', 'test', 'later', '--lang', 'zh']), 5, 'mysql.auth-failed');
    await expectNothingLost(rig, world);
  });

  it('tells closed ports apart: SSH, MySQL behind SSH, MySQL itself', async () => {
    const world = await rig.prepared();
    // Nobody listens there, and nobody will while the test runs: the port is reserved.
    const closed = 1;
    const { user, clientKeyPath } = rig.sshd;
    const noSsh = ['--ssh', `${user}@127.0.0.1:${closed}`, '--ssh-key', clientKeyPath, '--trust-first'];
    expectFailure(await addSource(world, 'a', rig.server.port ?? 0, ...noSsh), 4, 'tunnel.unreachable');
    const behind = await addSource(world, 'b', closed, ...sshFlags(), '--trust-first');
    expectFailure(behind, 4, 'tunnel.forward-refused');
    expectFailure(await addSource(world, 'c', closed), 4, 'mysql.unreachable');
    expect(await names(world)).toEqual(['shop']);
    await expectNoSecretsInHome(rig, world);
  });

  it('stops at an unknown host key, a wrong pin and a wrong SSH key', async () => {
    const world = await rig.prepared();
    const port = rig.server.port ?? 0;
    const { hostKeyFingerprint } = rig.sshd;
    const unknown = expectFailure(await addSource(world, 'a', port, ...sshFlags()), 5, 'tunnel.host-key-unknown');
    expect(unknown).toMatchObject({ fingerprint: hostKeyFingerprint });
    const pin = `SHA256:${'a'.repeat(43)}`;
    const wrongPin = await addSource(world, 'b', port, ...sshFlags(), '--ssh-host-key', pin);
    const facts = expectFailure(wrongPin, 5, 'tunnel.host-key-changed');
    expect(Object.values(facts)).toEqual(expect.arrayContaining([hostKeyFingerprint, pin]));
    await writeFile(world.path('other-key'), newSshKey().private, { mode: 0o600 });
    const wrongKey = await addSource(world, 'c', port, ...sshFlags(rig, world.path('other-key')), '--trust-first');
    expectFailure(wrongKey, 5, 'tunnel.auth-failed');
    await writeFile(world.path('no-key'), 'not a key', { mode: 0o600 });
    const noKey = await addSource(world, 'd', port, ...sshFlags(rig, world.path('no-key')), '--trust-first');
    expectFailure(noKey, 2, 'tunnel.key-unreadable');
    expect(await names(world)).toEqual(['shop']);
  });

  it('shows both fingerprints when the host key has changed, and backs up nothing', async () => {
    const world = await rig.prepared();
    const sshd = await startPrivateSshd({ dir: world.path('sshd') });
    try {
      const before = sshd.hostKeyFingerprint;
      const flags = [...sshFlags({ ...rig, sshd }), '--trust-first', ...shop];
      expect(await addSource(world, 'far', rig.server.port ?? 0, ...flags)).toMatchObject({ exitCode: 0 });
      await sshd.restartWithNewHostKey();
      const facts = expectFailure(await world.run(['backup', 'far', '--lang=zh']), 5, 'tunnel.host-key-changed');
      expect(Object.values(facts)).toEqual(expect.arrayContaining([before, sshd.hostKeyFingerprint]));
      expectFailure(await world.run(['source', 'test', 'far']), 5, 'tunnel.host-key-changed');
      await expectNothingLost(rig, world);
    } finally {
      await sshd.stop();
    }
  });
});

describe.concurrent('a server that gives less than it should', () => {
  it('refuses an account that sees one table only', async () => {
    const world = await rig.prepared();
    await query(
      rig.server,
      `CREATE USER narrow@'%' IDENTIFIED BY 'narrow-password'; GRANT SELECT ON ${shopDatabase}.goods TO narrow@'%'`,
    );
    const args = ['source', 'add', 'narrow', '--mysql', urlOf(rig.server.port ?? 0, 'narrow'), ...password, ...shop];
    expectFailure(await world.run(args, { env: { DB: 'narrow-password' } }), 5, 'mysql.no-privilege');
    expect(await names(world)).toEqual(['shop']);
  });

  it('restores nothing with an account that may only read, and says what that means', async () => {
    const world = await rig.prepared();
    await query(
      rig.server,
      "CREATE USER reader@'%' IDENTIFIED BY 'reader-password'; GRANT SELECT ON *.* TO reader@'%'",
    );
    const into = ['--into', urlOf(rig.server.port ?? 0, 'reader'), '--as', 'shop_by_reader', ...password];
    const refused = await world.run(['restore', 'shop', ...into], { env: { DB: 'reader-password' } });
    expectFailure(refused, 5, 'restore.no-privilege');
    expect(await query(rig.server, "SHOW DATABASES LIKE 'shop_by_reader'")).toEqual([]);
  });

  it('names a missing database, and never calls an empty one a backup', async () => {
    const world = await rig.prepared();
    const port = rig.server.port ?? 0;
    const missing = await addSource(world, 'a', port, '--databases', 'nowhere');
    expect(expectFailure(missing, 1, 'mysql.database-missing')).toMatchObject({ database: 'nowhere' });
    await query(
      rig.server,
      'CREATE DATABASE hollow; CREATE TABLE hollow.t (id INT PRIMARY KEY); INSERT INTO hollow.t VALUES (1)',
    );
    expect(await addSource(world, 'hollow', port, '--databases', 'hollow')).toMatchObject({ exitCode: 0 });
    expect(await world.run(['backup', 'hollow'])).toMatchObject({ exitCode: 0 });
    await query(rig.server, 'DROP TABLE hollow.t');
    expectFailure(await world.run(['backup', 'hollow']), 3, 'mysql.database-empty');
    await query(rig.server, 'DROP DATABASE hollow');
    expectFailure(await world.run(['backup', 'hollow']), 1, 'mysql.database-missing');
    const { json } = await world.run(['snapshots', 'hollow']);
    expect(json['snapshots']).toHaveLength(1);
    await expectNothingLost(rig, world);
  });

  it('never fills a database that exists, and leaves no file half written', async () => {
    const world = await rig.prepared();
    await query(
      rig.server,
      'CREATE DATABASE taken; CREATE TABLE taken.t (id INT PRIMARY KEY); INSERT INTO taken.t VALUES (7)',
    );
    const into = ['restore', 'shop', '--into', rig.mysqlUrl, ...password];
    expect(expectFailure(await world.run(into), 5, 'restore.target-exists')).toMatchObject({ target: shopDatabase });
    expectFailure(await world.run([...into, '--as', 'taken']), 5, 'restore.target-exists');
    expect(await query(rig.server, 'SELECT id FROM taken.t')).toEqual([{ id: 7 }]);
    await writeFile(world.path('there.sql'), 'mine');
    expectFailure(await world.run(['export', 'latest', '--sql', 'there.sql']), 5, 'restore.target-exists');
    expectFailure(await world.run(['restore', 'shop', '--into', 'sql:there.sql']), 5, 'restore.target-exists');
    const wrong = await world.run([...into, '--as', 'x'], { env: { DB: 'wrong' } });
    expectFailure(wrong, 5, 'mysql.auth-failed');
  });
});

/** A source of its own behind a slow line, so that a run can be met in the middle. */
async function slowSource(world: World): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy({ host: '127.0.0.1', port: rig.server.port ?? 0 });
  expect(await addSource(world, 'slow', proxy.port, ...shop)).toMatchObject({ exitCode: 0 });
  proxy.setQuality({ bytesPerSecond: 30_000 });
  return proxy;
}

async function startedBackup(world: World, proxy: CuttingProxy) {
  const before = proxy.passed.down;
  const started = world.start(['backup', 'slow', '--to', 'main']);
  let hasEnded = false;
  void started.ended.finally(() => (hasEnded = true)).catch(() => undefined);
  await until('the backup reads rows', () => proxy.passed.down - before > 120_000 || hasEnded, 60_000);
  expect(hasEnded).toBe(false);
  return started;
}

describe.concurrent('a run that is ended from outside', () => {
  it('exits 4 when the connection is cut, and the next run is green', async () => {
    const world = await rig.prepared();
    const proxy = await slowSource(world);
    try {
      const started = await startedBackup(world, proxy);
      proxy.cut();
      expectFailure(await started.ended, 4, 'mysql.connection-lost');
      expect((await world.run(['snapshots', 'slow'])).json['snapshots']).toEqual([]);
      proxy.setQuality({});
      expect((await world.run(['backup', 'slow'])).json).toMatchObject({ ok: true, snapshot: { rows: 5000 } });
      await expectNothingLost(rig, world);
    } finally {
      await proxy.stop();
    }
  });

  it('refuses a second backup of the same source, and the first is unharmed', async () => {
    const world = await rig.prepared();
    const proxy = await slowSource(world);
    try {
      const first = await startedBackup(world, proxy);
      expectFailure(await world.run(['backup', 'slow', '--lang', 'zh']), 5, 'backup.already-running');
      expect(await world.run(['backup', 'shop'])).toMatchObject({ exitCode: 0 });
      proxy.setQuality({});
      expect((await first.ended).json).toMatchObject({ ok: true, snapshot: { rows: 5000 } });
    } finally {
      await proxy.stop();
    }
  });

  it('stops at Ctrl-C in a backup, over a slow line with 130, and the next run is green', async () => {
    const world = await rig.prepared();
    const proxy = await slowSource(world);
    try {
      const started = await startedBackup(world, proxy);
      started.child.kill('SIGINT');
      expectFailure(await started.ended, 130, 'cancelled');
      proxy.setQuality({});
      expect((await world.run(['backup', 'slow'])).json).toMatchObject({ ok: true, snapshot: { rows: 5000 } });
      await expectNothingLost(rig, world);
    } finally {
      await proxy.stop();
    }
  });

  it('leaves a valid repository behind after kill -9, and the next run is green', async () => {
    const world = await rig.prepared();
    const proxy = await slowSource(world);
    try {
      const started = await startedBackup(world, proxy);
      started.child.kill('SIGKILL');
      expect((await started.ended).exitCode).toBeNull();
      proxy.setQuality({});
      expect((await world.run(['backup', 'slow'])).json).toMatchObject({ ok: true, snapshot: { rows: 5000 } });
      await expectNothingLost(rig, world);
    } finally {
      await proxy.stop();
    }
  });

  it('leaves no half database after Ctrl-C in a restore', async () => {
    const world = await rig.prepared();
    const proxy = await startCuttingProxy({ host: '127.0.0.1', port: rig.server.port ?? 0 });
    try {
      proxy.setQuality({ bytesPerSecond: 30_000 });
      const args = ['restore', 'shop', '--into', urlOf(proxy.port), ...password, '--as', 'half', '--open-vault'];
      const started = world.start(args);
      await until('rows arrive', () => proxy.passed.up > 100_000, 60_000);
      started.child.kill('SIGINT');
      expectFailure(await started.ended, 130, 'cancelled');
      expect(await query(rig.server, "SHOW DATABASES LIKE 'half'")).toEqual([]);
      proxy.setQuality({});
      expect((await world.run(args)).json).toMatchObject({ ok: true, digest: { equal: true } });
      await query(rig.server, 'DROP DATABASE half');
    } finally {
      await proxy.stop();
    }
  });
});

describe('a server whose lock somebody else holds', () => {
  it.each(['BACKUP STAGE START', `LOCK TABLES ${shopDatabase}.carmis WRITE`])(
    'gives up while %s is held, and backs up when the lock is free',
    async (lock) => {
      const world = await rig.prepared();
      const holder = await createConnection({ ...rig.server.connection });
      try {
        await holder.query(lock);
        const ended = await world.run(['backup', 'shop']);
        expectFailure(ended, 1, 'mysql.lock-timeout');
      } finally {
        await holder.end();
      }
      const again = await world.run(['backup', 'shop']);
      expect([again.exitCode, codeOf(again)]).toEqual([0, undefined]);
    },
  );
});
