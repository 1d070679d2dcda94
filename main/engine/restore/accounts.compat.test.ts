import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { warnings } from '../backup/testing/owner-rig.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import type { PrivateServer } from '../sandbox/index.ts';
import { compatServers, startCompatServer, type CompatServer } from '../sandbox/testing/compat-servers.ts';
import {
  accessOf,
  ask,
  intoServer,
  login,
  startAccountRig,
  testimonyOf,
  type AccountRig,
} from './testing/account-rig.ts';

/** Accounts of MySQL 9.7, whose hashes are bytes and whose roles are users; and what the flavours do with each other's. */
const kinds = compatServers('mysql');

const shop = [
  // What both flavours know.
  'CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
  'CREATE TABLE shop.orders (id INT PRIMARY KEY, amount DECIMAL(10,2), `b``x` INT)',
  'INSERT INTO shop.orders VALUES (1, 9.90, 1), (2, 20.00, 2)',
  'CREATE PROCEDURE shop.p() SELECT COUNT(*) FROM shop.orders',
];
/** Enough of them that some salts hold bytes which are quotes, backslashes and controls. */
const many = Array.from({ length: 24 }, (_, n) => `CREATE USER 'clerk${n}'@'localhost' IDENTIFIED BY 'secret ${n}'`);
const limits =
  'REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 100 MAX_USER_CONNECTIONS 3 PASSWORD EXPIRE INTERVAL 30 DAY PASSWORD HISTORY 3 ' +
  'PASSWORD REUSE INTERVAL 5 DAY PASSWORD REQUIRE CURRENT OPTIONAL FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME UNBOUNDED';
const accounts = [
  ...many,
  "CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'pw1'",
  `CREATE USER 'web'@'10.0.%' IDENTIFIED BY 'pw2' ${limits} COMMENT 'it''s; "x" \\\\ 注'`,
  "CREATE USER 'o''neil`张三'@'%' IDENTIFIED BY 'pw3' ACCOUNT LOCK",
  "CREATE USER 'expired'@'%' IDENTIFIED WITH sha256_password BY 'pw4' PASSWORD EXPIRE",
  "CREATE USER 'paper'@'%' REQUIRE ISSUER '/C=CN/O=ab' AND SUBJECT '/CN=x; DROP USER x' AND CIPHER 'AES256-SHA'",
  'CREATE ROLE reader, `店长``2`',
  'GRANT reader TO `店长``2`',
  'GRANT SELECT ON shop.* TO reader',
  'GRANT INSERT ON shop.orders TO `店长``2`',
  "GRANT `店长``2`, reader TO 'shop'@'127.0.0.1' WITH ADMIN OPTION",
  "SET DEFAULT ROLE `店长``2`, reader TO 'shop'@'127.0.0.1'",
  "GRANT reader TO 'web'@'10.0.%'",
  "GRANT SELECT (id, `b``x`), UPDATE (amount) ON shop.orders TO 'shop'@'127.0.0.1'",
  "GRANT EXECUTE ON PROCEDURE shop.p TO 'shop'@'127.0.0.1' WITH GRANT OPTION",
  "GRANT SELECT, INSERT, PROCESS, BACKUP_ADMIN ON *.* TO 'web'@'10.0.%' WITH GRANT OPTION",
  "REVOKE INSERT ON mysql.* FROM 'web'@'10.0.%'",
  "GRANT ALL ON `shop`.* TO 'expired'@'%' WITH GRANT OPTION",
  "GRANT PROXY ON 'shop'@'127.0.0.1' TO 'expired'@'%' WITH GRANT OPTION",
  "CREATE DEFINER='shop'@'127.0.0.1' SQL SECURITY DEFINER VIEW shop.totals AS SELECT SUM(amount) AS total FROM shop.orders",
];
const prepare = ['SET GLOBAL partial_revokes = ON', "GRANT PROXY ON ''@'' TO 'root'@'127.0.0.1' WITH GRANT OPTION"];

describe.skipIf(kinds.length === 0)('accounts of MySQL 9.7', () => {
  let source: PrivateServer;
  let rig: AccountRig;
  let before: Record<string, string[]>;
  beforeAll(async () => {
    source = await startCompatServer('mysql');
    await ask(source, 'SET GLOBAL partial_revokes = ON', ...shop, ...accounts);
    before = await testimonyOf(source);
    rig = await startAccountRig();
    await rig.addSource('shop', source);
    await rig.backUp('shop');
  });
  afterAll(async () => {
    await rig.close();
    await source.stop();
  });

  async function withTarget(
    kind: CompatServer,
    statements: readonly string[],
    use: (target: PrivateServer) => Promise<void>,
  ): Promise<void> {
    const target = await startCompatServer(kind);
    try {
      if (statements.length > 0) await ask(target, ...statements);
      await use(target);
    } finally {
      await target.stop();
    }
  }

  it('come back on another server with everything the server says of them, and log in with their old passwords', async () => {
    await withTarget('mysql', prepare, async (target) => {
      const { notes, digest } = await rig.restore('shop', intoServer(target));
      expect(digest.equal).toBe(true);
      expect([...notes].sort()).toEqual(['account-exists: root@127.0.0.1', 'account-exists: root@localhost']);
      expect(await testimonyOf(target)).toEqual(before);
      const client = await login(target, 'shop', 'pw1');
      expect((await client.query('SELECT SUM(amount) FROM shop.orders'))[0]).toEqual([['29.90']]);
      client.destroy();
    });
  });

  it('come back from the SQL file, which can be loaded where they are already', async () => {
    await withTempDir('shouhu-accounts-', async (dir) => {
      const path = join(dir, 'shop.sql');
      await rig.restore('shop', { kind: 'sql', path });
      const known = '`clerk3`@`localhost`';
      const own = "CREATE USER 'clerk3'@'localhost' IDENTIFIED BY 'of this server'";
      await withTarget('mysql', [...prepare, own], async (target) => {
        const untouched = (await testimonyOf(target))[known];
        const load = (to: PrivateServer, input: Buffer) =>
          execFileSync('mariadb', [`--socket=${to.socketPath}`, '-uroot', '--default-character-set=utf8mb4'], {
            input,
            env: { ...process.env, MYSQL_PWD: to.password },
          });
        const text = await readFile(path);
        load(target, text);
        expect(await testimonyOf(target)).toEqual({ ...before, [known]: untouched });
        await ask(target, 'DROP DATABASE shop');
        load(target, text);
        expect((await testimonyOf(target))[known]).toEqual(untouched);
        // MariaDB does not know what these hashes are: the text sees it, and its data still come in.
        await withTarget('local', [], (mariadb) => {
          expect(() => load(mariadb, text)).not.toThrow();
          return testimonyOf(mariadb).then((seen) => expect(Object.keys(seen)).toEqual([]));
        });
      });
    });
  });

  it('get no right at all where a part of it cannot be taken away again', async () => {
    await withTarget('mysql', prepare.slice(1), async (target) => {
      const { notes } = await rig.restore('shop', intoServer(target));
      expect(notes).toContain('account-without-rights: web@10.0.%');
      expect(notes).toContainEqual(expect.stringMatching(/^right-not-given: web@10\.0\.% · mysql\.\* \(/));
      expect(await ask(target, "SHOW GRANTS FOR 'web'@'10.0.%'")).toEqual(['GRANT USAGE ON *.* TO `web`@`10.0.%`']);
    });
  });

  it('say when a password cannot be kept', async () => {
    await ask(
      source,
      "CREATE USER 'turning'@'%' IDENTIFIED BY 'old'",
      "ALTER USER 'turning'@'%' IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD",
      // The server itself does not quote what it shows of this one.
      `CREATE USER 'quoting'@'%' REQUIRE ISSUER '/O=a''b'`,
      "CREATE USER 'looker'@'127.0.0.1' IDENTIFIED BY 'l'",
      "GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO 'looker'@'127.0.0.1'",
      "GRANT SHOW_ROUTINE, PROCESS ON *.* TO 'looker'@'127.0.0.1'",
    );
    try {
      const output = await rig.backUp('shop');
      expect(output.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(warnings(output)['accounts-read']).toMatchObject({
        lacking: 2,
        objects: 'turning@% (second-password), quoting@% (not-understood)',
      });
      await rig.addSource('blind', source, { mysql: { ...accessOf(source), user: 'looker', password: 'l' } });
      const blind = await rig.backUp('blind');
      expect(blind.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(warnings(blind)['accounts-read']).toMatchObject({ error: 'mysql.no-privilege', privilege: 'SELECT' });
    } finally {
      await ask(source, "DROP USER 'turning'@'%', 'quoting'@'%', 'looker'@'127.0.0.1'");
    }
  });

  it('are named one by one on a server of the other flavour, and the data come back', async () => {
    await rig.backUp('shop');
    await withTarget('local', [], async (target) => {
      const restored = await rig.restore('shop', intoServer(target));
      expect(restored.digest.equal).toBe(true);
      expect(restored.accounts).toEqual({ created: [], existing: [] });
      expect(restored.notes.filter((note) => note.startsWith('account-other-flavour: '))).toHaveLength(
        Object.keys(before).length + 2,
      );
      expect(await testimonyOf(target)).toEqual({});
    });
    const own = await startAccountRig();
    try {
      await withTarget('local', [...shop, "CREATE USER 'shop'@'%' IDENTIFIED BY 'pw'"], async (mariadb) => {
        await own.addSource('shop', mariadb);
        await own.backUp('shop');
        await withTarget('mysql', [], async (target) => {
          const { notes, digest } = await own.restore('shop', intoServer(target));
          expect(digest.equal).toBe(true);
          expect(notes).toContain('account-other-flavour: shop@%');
          expect(await testimonyOf(target)).toEqual({});
        });
      });
    } finally {
      await own.close();
    }
  });
});

const newer = compatServers('mariadb');

describe.skipIf(newer.length === 0)('accounts of the MariaDB of this machine on MariaDB 11.8', () => {
  it('come back and log in', async () => {
    const source = await startCompatServer('local');
    const target = await startCompatServer('mariadb');
    const rig = await startAccountRig();
    try {
      await ask(source, ...shop, "CREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'pw1' WITH MAX_USER_CONNECTIONS 5");
      await ask(source, 'CREATE ROLE reader', 'GRANT SELECT ON shop.* TO reader', "GRANT reader TO 'shop'@'127.0.0.1'");
      await ask(source, "SET DEFAULT ROLE reader FOR 'shop'@'127.0.0.1'");
      await rig.addSource('shop', source);
      await rig.backUp('shop');
      const { notes } = await rig.restore('shop', intoServer(target));
      expect(notes.filter((note) => !/account-exists: root|role-administered: reader/.test(note))).toEqual([]);
      const client = await login(target, 'shop', 'pw1');
      expect((await client.query('SELECT SUM(amount) FROM shop.orders'))[0]).toEqual([['29.90']]);
      client.destroy();
    } finally {
      await rig.close();
      await source.stop();
      await target.stop();
    }
  });
});
