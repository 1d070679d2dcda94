import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { warnings } from '../backup/testing/owner-rig.ts';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { AccountMaker, dropStatement, readAccounts } from '../source/mysql/accounts/index.ts';
import { connectMysql } from '../source/mysql/index.ts';
import { openLoadSession } from '../source/mysql/load/index.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import {
  accessOf,
  ask,
  intoServer,
  login,
  startAccountRig,
  testimonyOf,
  type AccountRig,
} from './testing/account-rig.ts';

const shop = [
  'CREATE DATABASE shop',
  'CREATE TABLE shop.orders (id INT PRIMARY KEY, amount DECIMAL(10,2), `b``x` INT)',
  'INSERT INTO shop.orders VALUES (1, 9.90, 1), (2, 20.00, 2)',
  'CREATE PROCEDURE shop.p() SELECT COUNT(*) FROM shop.orders',
  'CREATE FUNCTION shop.f() RETURNS INT DETERMINISTIC RETURN 7',
];

const passwordHash = '*2B602296A79E0A8784ACC5C88D92E46588CCA3C3';
const accounts = [
  "CREATE USER 'shop'@'localhost' IDENTIFIED BY 'pw1'",
  "CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'pw1' WITH MAX_STATEMENT_TIME 12.5",
  "CREATE USER 'web'@'10.0.%' IDENTIFIED BY 'pw2' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 100 MAX_USER_CONNECTIONS 3",
  "CREATE USER 'o''neil`张三'@'%' IDENTIFIED BY 'pw3' ACCOUNT LOCK",
  "CREATE USER 'expired'@'%' IDENTIFIED BY 'pw4' PASSWORD EXPIRE INTERVAL 30 DAY",
  "ALTER USER 'expired'@'%' PASSWORD EXPIRE",
  "CREATE USER 'paper'@'%' REQUIRE ISSUER '/C=CN/O=a''b; DROP USER x' AND SUBJECT '/CN=x' AND CIPHER 'AES256-SHA'",
  "CREATE USER 'both'@'192.168.0.0/255.255.0.0' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('x')",
  'CREATE ROLE reader',
  'CREATE ROLE `店长``2`',
  'GRANT reader TO `店长``2`',
  'GRANT SELECT ON shop.* TO reader',
  'GRANT INSERT ON shop.orders TO `店长``2`',
  "GRANT `店长``2` TO 'shop'@'localhost' WITH ADMIN OPTION",
  "GRANT reader TO 'shop'@'localhost' WITH ADMIN OPTION",
  "SET DEFAULT ROLE `店长``2` FOR 'shop'@'localhost'",
  "GRANT ALL ON shop.* TO 'shop'@'127.0.0.1'",
  "GRANT SELECT (id, `b``x`), UPDATE (amount) ON shop.orders TO 'shop'@'localhost'",
  "GRANT EXECUTE ON PROCEDURE shop.p TO 'shop'@'localhost' WITH GRANT OPTION",
  "GRANT EXECUTE ON FUNCTION shop.f TO 'shop'@'localhost'",
  "GRANT SELECT, PROCESS, BINLOG ADMIN ON *.* TO 'web'@'10.0.%' WITH GRANT OPTION",
  "GRANT ALL ON `sho\\_%`.* TO 'web'@'10.0.%' WITH GRANT OPTION",
  "GRANT SELECT ON mysql.user TO 'web'@'10.0.%'",
  "GRANT PROXY ON 'shop'@'localhost' TO 'web'@'10.0.%' WITH GRANT OPTION",
  'GRANT SELECT ON shop.orders TO PUBLIC',
  "CREATE DEFINER='shop'@'localhost' SQL SECURITY DEFINER VIEW shop.totals AS SELECT SUM(amount) AS total FROM shop.orders",
];

function server(extraArgs: readonly string[] = []): Promise<PrivateServer> {
  return startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64, extraArgs });
}

type Testimony = Record<string, string[]>;

/** PUBLIC is changed by no restore. */
function without(all: Testimony, ...names: readonly string[]): Testimony {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

describe('accounts of a MariaDB server', () => {
  let source: PrivateServer;
  let rig: AccountRig;
  let before: Record<string, string[]>;
  beforeAll(async () => {
    source = await server();
    await ask(source, ...shop, ...accounts);
    before = await testimonyOf(source);
    rig = await startAccountRig();
    await rig.addSource('shop', source);
  });
  afterAll(async () => {
    await rig.close();
    await source.stop();
  });

  async function withTarget(use: (target: PrivateServer) => Promise<void>, ...prepare: string[]): Promise<void> {
    const target = await server();
    try {
      await ask(target, "GRANT PROXY ON ''@'%' TO 'root'@'127.0.0.1' WITH GRANT OPTION", ...prepare);
      await use(target);
    } finally {
      await target.stop();
    }
  }

  it('come back on another server with everything the server says of them, and log in with their old passwords', async () => {
    const { checks } = await rig.backUp('shop');
    expect(checks.find(({ id }) => id === 'accounts-read')).toEqual({
      id: 'accounts-read',
      ok: true,
      facts: { accounts: 12 },
    });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    await rig.expectSound();

    await withTarget(async (target) => {
      const restored = await rig.restore('shop', intoServer(target));
      expect(without(await testimonyOf(target), 'PUBLIC')).toEqual(without(before, 'PUBLIC'));
      expect(restored.accounts?.created.sort()).toEqual(
        [
          ...['both@192.168.0.0/255.255.0.0', 'expired@%', "o'neil`张三@%", 'paper@%', 'reader', 'shop@127.0.0.1'],
          ...['shop@localhost', 'web@10.0.%', '店长`2'],
        ].sort(),
      );
      expect(restored.accounts?.existing.sort()).toEqual(['root@127.0.0.1', 'root@localhost']);
      expect([...restored.notes].sort()).toEqual([
        'account-exists: root@127.0.0.1',
        'account-exists: root@localhost',
        'everybody-left-alone: PUBLIC · shop.orders',
      ]);
      expect(restored.digest.equal).toBe(true);
      // The roles are administered by whom they were, not by whoever restored.
      expect(await ask(target, "SELECT CONCAT(User, ' ', Role) FROM mysql.roles_mapping WHERE User = 'root'")).toEqual(
        [],
      );

      const client = await login(target, 'shop', 'pw1');
      const [rows] = await client.query('SELECT SUM(amount) FROM shop.orders');
      expect(rows).toEqual([['29.90']]);
      client.destroy();
      await expect(login(target, 'shop', 'wrong')).rejects.toMatchObject({ errno: 1045 });
      // The definer was there before the view, so the view is still its own.
      const [view] = await ask(target, "SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_NAME = 'totals'");
      expect(view).toBe('shop@localhost');
    });
  });

  it('that are there already stay exactly as they are', async () => {
    const own = [
      "CREATE USER 'shop'@'localhost' IDENTIFIED BY 'quite another'",
      'CREATE DATABASE blog',
      "GRANT SELECT ON blog.* TO 'shop'@'localhost'",
      'CREATE ROLE reader',
    ];
    await withTarget(
      async (target) => {
        const untouched = await testimonyOf(target);
        const { notes, accounts: seen } = await rig.restore('shop', intoServer(target));
        const after = await testimonyOf(target);
        for (const name of ['`shop`@`localhost`', '`reader`']) expect(after[name]).toEqual(untouched[name]);
        expect(seen?.existing).toEqual(expect.arrayContaining(['shop@localhost', 'reader']));
        expect(notes).toEqual(expect.arrayContaining(['account-exists: shop@localhost', 'account-exists: reader']));
        // Nobody else can give it on, so whoever made it still may.
        expect(notes).toContain('role-administered: 店长`2');
        expect(after['`shop`@`127.0.0.1`']).toEqual(before['`shop`@`127.0.0.1`']);
      },
      ...own,
    );
  });

  it('get no right on a database that was there before', async () => {
    await ask(source, "CREATE USER 'wide'@'%' IDENTIFIED BY 'w'", "GRANT SELECT ON `%`.* TO 'wide'@'%'");
    await ask(source, "GRANT DELETE ON blog.* TO 'wide'@'%'", "GRANT INSERT ON `sh%`.* TO 'wide'@'%'");
    await rig.backUp('shop');
    await ask(source, "DROP USER 'wide'@'%'");
    await withTarget(async (target) => {
      const { notes } = await rig.restore('shop', intoServer(target));
      expect(await ask(target, "SHOW GRANTS FOR 'wide'@'%'")).toEqual([
        expect.stringMatching(/^GRANT USAGE ON \*\.\* TO `wide`@`%`/),
        'GRANT INSERT ON `sh%`.* TO `wide`@`%`',
      ]);
      expect(notes).toEqual(
        expect.arrayContaining(['right-left-out: wide@% · %.*', 'right-left-out: wide@% · blog.*']),
      );
    }, 'CREATE DATABASE blog');
  });

  it('beside the live database get no right at all, and say so', async () => {
    await rig.backUp('shop');
    await withTarget(async (target) => {
      const { notes } = await rig.restore('shop', intoServer(target), { as: 'shop_copy' });
      expect(await ask(target, "SHOW GRANTS FOR 'web'@'10.0.%'")).toEqual([
        expect.stringMatching(/^GRANT USAGE ON \*\.\* TO `web`@`10\.0\.%`/),
      ]);
      expect(notes).toEqual(
        expect.arrayContaining(['account-without-rights: web@10.0.%', 'account-without-rights: shop@127.0.0.1']),
      );
    });
    const { accounts: seen } = await rig.restore('shop', { kind: 'same' });
    expect(seen?.created).toEqual([]);
    expect(await testimonyOf(source)).toEqual(before);
  });

  it('are taken away again when the restore fails, and those that were there are not', async () => {
    const own = await startAccountRig();
    try {
      await own.addSource('shop', source);
      await own.backUp('shop');
      const { snapshots } = await own.engine.call('snapshots.list', { source: 'shop', atDestination: null });
      const { manifest } = await own.engine.call('snapshot.show', { snapshot: snapshots[0]?.id ?? '' });
      // The plan can be read and everything be created; the rows cannot.
      const records = [manifest.accounts?.chunk, ...manifest.databases.map(({ schemaChunk }) => schemaChunk)];
      const named = new Set([...records, ...manifest.tables.map(({ tableChunk }) => tableChunk)]);
      const files = await readdir(own.diskPath, { recursive: true, withFileTypes: true });
      const rows = files.filter(({ name, parentPath }) => /[\\/]chunks[\\/]/.test(parentPath) && !named.has(name));
      expect(rows.length).toBeGreaterThan(0);
      for (const { name, parentPath } of rows) await rm(join(parentPath, name));

      const anothers = "CREATE USER 'shop'@'localhost' IDENTIFIED BY 'quite another'";
      await withTarget(async (target) => {
        const untouched = await testimonyOf(target);
        await expect(own.restore('shop', intoServer(target))).rejects.toMatchObject({
          code: 'repository.missing-object',
          facts: expect.not.objectContaining({ leftBehind: expect.anything() as unknown }) as unknown,
        });
        expect(await testimonyOf(target)).toEqual(untouched);
        expect(await ask(target, 'SHOW DATABASES')).not.toContain('shop');
      }, anothers);
    } finally {
      await own.close();
    }
  });

  it('can be taken away after their rights were given too', async () => {
    await withTarget(async (target) => {
      await ask(target, ...shop);
      const never = new AbortController().signal;
      const reading = await readAccounts({ ...accessOf(source) }, never);
      if (reading.kind !== 'read') throw reading.error;
      const untouched = await testimonyOf(target);
      const session = await openLoadSession({ ...accessOf(target) }, { signal: never });
      try {
        const maker = new AccountMaker(session, reading.accounts, 'mariadb', never);
        await maker.create();
        await maker.grant(new Set(['shop']));
        expect(without(await testimonyOf(target), 'PUBLIC')).toEqual(without(before, 'PUBLIC'));
        for (const account of maker.made) await session.execute(dropStatement(account), never);
      } finally {
        session.close();
      }
      expect(await testimonyOf(target)).toEqual(untouched);
    });
  });

  it('are not made by an account that may not, and the data come back all the same', async () => {
    await rig.backUp('shop');
    await withTarget(
      async (target) => {
        const mysql = { ...accessOf(target), user: 'limited', password: 'l' };
        const restored = await rig.restore('shop', { kind: 'server', target: { ...mysql, ssh: null } });
        expect(restored.digest.equal).toBe(true);
        expect(restored.accounts).toEqual({ created: [], existing: [] });
        expect(restored.notes).toEqual(
          expect.arrayContaining([
            'account-denied: web@10.0.%',
            'account-denied: reader',
            'account-denied: shop@localhost',
          ]),
        );
        expect(Object.keys(await testimonyOf(target))).toEqual(['`limited`@`127.0.0.1`']);
      },
      "CREATE USER 'limited'@'127.0.0.1' IDENTIFIED BY 'l'",
      "GRANT ALL ON shop.* TO 'limited'@'127.0.0.1'",
    );
  });

  it('are left out with some tables only, and in a throw-away server are made like anywhere', async () => {
    await rig.backUp('shop');
    const some = await rig.restore('shop', { kind: 'sandbox' }, { tables: ['orders'] });
    expect([some.notes, some.accounts]).toEqual([['accounts-left-out', 'objects-left-out'], undefined]);
    const whole = await rig.restore('shop', { kind: 'sandbox' });
    expect(whole.accounts?.created).toContain('shop@localhost');
  });

  it('are in the SQL file when asked for, and loading it a second time changes nobody', async () => {
    await rig.backUp('shop');
    await withTempDir('shouhu-accounts-', async (dir) => {
      const plain = join(dir, 'plain.sql');
      await rig.restore('shop', { kind: 'sql', path: plain }, { accounts: false });
      expect(await readFile(plain, 'utf8')).not.toMatch(/CREATE USER|GRANT |IDENTIFIED/);
      const path = join(dir, 'shop.sql');
      const { notes } = await rig.restore('shop', { kind: 'sql', path });
      expect(notes).toContain('accounts-in-file');
      const known = "`o'neil``张三`@`%`";
      await withTarget(async (target) => {
        const untouched = (await testimonyOf(target))[known];
        for (let time = 0; time < 2; time++) {
          const args = [`--socket=${target.socketPath}`, '-uroot', '--default-character-set=utf8mb4'];
          if (time === 1) await ask(target, 'DROP DATABASE shop');
          const options = { stdin: await readFile(path, 'utf8'), env: { MYSQL_PWD: target.password } };
          expect(await runCommand('mariadb', args, options)).toMatchObject({ exitCode: 0, stderr: '' });
        }
        const after = await testimonyOf(target);
        expect(after[known]).toEqual(untouched);
        expect(without(after, 'PUBLIC', known)).toEqual(without(before, 'PUBLIC', known));
      }, "CREATE USER 'o''neil`张三'@'%' IDENTIFIED BY 'of this server'");
    });
  });

  it('that somebody holds a lock on are given up, and an end is an end', async () => {
    const holder = await connectMysql(accessOf(source));
    try {
      await holder.query('LOCK TABLES mysql.global_priv WRITE');
      const reading = await readAccounts(accessOf(source), new AbortController().signal);
      expect(reading).toMatchObject({ kind: 'unreadable', error: { code: 'mysql.lock-timeout' } });
      const stop = new AbortController();
      const stopped = readAccounts(accessOf(source), stop.signal);
      stop.abort(new Error('the owner stops'));
      await expect(stopped).rejects.toThrow('the owner stops');
    } finally {
      holder.close();
    }
  });

  it('are passed over by the reader that comes with every copy', async () => {
    await rig.backUp('shop');
    await withTempDir('shouhu-accounts-', async (dir) => {
      const [script] = (await readdir(rig.diskPath, { recursive: true })).filter((name) => /recover\.mjs$/.test(name));
      const place = join(rig.diskPath, script ?? '', '..');
      const sql = join(dir, 'shop.sql');
      const args = [join(place, 'recover.mjs'), '--repository', place, '--sql', sql, '--passphrase-env', 'P'];
      const env = { P: 'correct horse battery staple' };
      expect(await runCommand(process.execPath, args, { env })).toMatchObject({ exitCode: 0 });
      const text = await readFile(sql, 'utf8');
      expect(text).toContain('INSERT INTO `orders`');
      expect(text).not.toMatch(/CREATE USER|GRANT |IDENTIFIED/);
    });
  });

  it('leave no hash in anything but the encrypted objects', async () => {
    await rig.backUp('shop');
    const [first] = (await rig.engine.call('snapshots.list', { source: 'shop', atDestination: null })).snapshots;
    const shown = await rig.engine.call('snapshot.show', { snapshot: first?.id ?? '' });
    expect(shown.manifest.accounts).toMatchObject({
      users: expect.arrayContaining(['shop@localhost', 'web@10.0.%']) as string[],
      roles: ['PUBLIC', 'reader', '店长`2'],
    });
    const hash = Buffer.from(passwordHash.slice(1));
    expect(before['`shop`@`localhost`']?.join('\n')).toContain(passwordHash);
    expect(JSON.stringify(shown)).not.toContain(passwordHash.slice(1));
    const home = join(rig.diskPath, '..');
    const files = (await readdir(home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['catalog.sqlite', 'audit.jsonl']));
    for (const { parentPath, name } of files)
      expect([name, (await readFile(join(parentPath, name))).includes(hash)]).toEqual([name, false]);
  });
});

describe('accounts that nobody asked for', () => {
  it('are not read at all', async () => {
    const source = await server(['--general-log=1', '--log-output=TABLE']);
    const rig = await startAccountRig();
    try {
      await ask(source, ...shop, "CREATE USER 'shop'@'localhost' IDENTIFIED BY 'pw1'");
      await rig.addSource('off', source, { accounts: false });
      await rig.addSource('on', source);
      const asked = async (name: string) => {
        await ask(source, 'TRUNCATE mysql.general_log');
        const { checks } = await rig.backUp(name);
        const log = await ask(source, "SELECT argument FROM mysql.general_log WHERE command_type = 'Query'");
        expect(log.length).toBeGreaterThan(10);
        const about = log.filter((text) =>
          /SHOW CREATE USER|SHOW GRANTS FOR|is_role|roles_mapping|global_priv/i.test(text),
        );
        return { about: about.length, checks: checks.filter(({ id }) => id === 'accounts-read').length };
      };
      expect(await asked('off')).toEqual({ about: 0, checks: 0 });
      // The same look does find them when they are asked for.
      const on = await asked('on');
      expect(on.about).toBeGreaterThan(2);
      expect(on.checks).toBe(1);

      const target = await server();
      try {
        const { snapshots } = await rig.engine.call('snapshots.list', { source: 'off', atDestination: null });
        const asking = { snapshot: snapshots[0]?.id ?? '' };
        const { notes, accounts: seen } = await rig.restore('off', intoServer(target), asking);
        expect([notes, seen]).toEqual([['accounts-not-kept'], undefined]);
        const without = await rig.restore('on', { kind: 'sandbox' }, { accounts: false });
        expect([without.notes, without.accounts]).toEqual([[], undefined]);
      } finally {
        await target.stop();
      }
    } finally {
      await rig.close();
      await source.stop();
    }
  });
});

describe('an account that may not look at accounts', () => {
  it('keeps a green snapshot with a warning that says why', async () => {
    const source = await server();
    const rig = await startAccountRig();
    try {
      await ask(
        source,
        ...shop,
        "CREATE USER 'backup'@'127.0.0.1' IDENTIFIED BY 'b'",
        "GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO 'backup'@'127.0.0.1'",
        "GRANT SELECT ON mysql.proc TO 'backup'@'127.0.0.1'",
        "CREATE USER 'half'@'127.0.0.1' IDENTIFIED BY 'b'",
        "GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO 'half'@'127.0.0.1'",
        "GRANT SELECT ON mysql.proc TO 'half'@'127.0.0.1'",
        "GRANT SELECT ON mysql.user TO 'half'@'127.0.0.1'",
      );
      const as = (user: string) => ({ ...accessOf(source), user, password: 'b' });
      await rig.addSource('blind', source, { mysql: as('backup') });
      await rig.addSource('half', source, { mysql: as('half') });

      const blind = await rig.backUp('blind');
      expect(blind.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(warnings(blind)['accounts-read']).toEqual({
        error: 'mysql.no-privilege',
        privilege: 'SELECT',
        statement: 'SELECT',
        warning: true,
      });
      const half = await rig.backUp('half');
      expect(half.checks.filter(({ ok }) => !ok)).toEqual([]);
      const objects = 'root@localhost (denied), root@127.0.0.1 (denied), backup@127.0.0.1 (denied)';
      expect(warnings(half)['accounts-read']).toMatchObject({ accounts: 1, lacking: 3 });
      expect(String(warnings(half)['accounts-read']?.['objects']).split(', ').sort()).toEqual(
        objects.split(', ').sort(),
      );
    } finally {
      await rig.close();
      await source.stop();
    }
  });
});
