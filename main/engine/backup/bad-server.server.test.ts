import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { connectMysql } from '../source/mysql/index.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { green, red, startOwner, warnings, type Access, type OwnerRig } from './testing/owner-rig.ts';

/**
 * Servers with something wrong. One sick object is named and everything else is kept; a server that is merely peculiar gives the same
 * snapshot as any other; what cannot be seen at all is refused. Never a green run with a hole.
 */
let source: SourceServer;
let owner: OwnerRig;
beforeAll(async () => {
  [source, owner] = await Promise.all([startSource(), startOwner()]);
});
afterAll(async () => {
  await owner.close();
  await source.stop();
});

const root = (): Access => accessOf(source.server);

function accessOf({ port, user, password }: PrivateServer): Access {
  return { host: '127.0.0.1', port: port ?? 0, user, password };
}

/** A database with a healthy table `goods` and whatever else, added as the source of the same name. */
async function aShop(name: string, ...statements: readonly string[]): Promise<void> {
  await source.run(
    `CREATE DATABASE ${name}`,
    `CREATE TABLE ${name}.goods (id int PRIMARY KEY, name varchar(50))`,
    `INSERT INTO ${name}.goods SELECT seq, CONCAT('goods ', seq) FROM ${name}.seq_1_to_50`,
    ...statements.map((statement) => statement.replaceAll('@.', `${name}.`)),
  );
}

async function rowsIn(database: string, table: string): Promise<number> {
  const [row] = await source.admin.query(`SELECT COUNT(*) AS n FROM \`${database}\`.\`${table}\``);
  return Number(row?.get('n'));
}

describe('one table that cannot be read', () => {
  it('is named when the right to it is missing, and comes back into the snapshot with the right', async () => {
    await aShop('rights', 'CREATE TABLE @.visits (id int PRIMARY KEY)', 'INSERT INTO @.visits VALUES (1), (2)');
    const account = await aReader('rights', ['goods', 'visits']);
    await owner.addSource('rights', account);
    expect(green(await owner.backUp('rights')).snapshot).toMatchObject({ tables: 2, rows: 52 });
    await source.run("REVOKE SELECT ON rights.visits FROM 'rights'@'%'");

    const seen = await owner.backUp('rights');

    expect(red(seen)).toMatchObject({
      'tables-readable': { tables: 'rights.visits', denied: 'rights.visits' },
      'tables-still-there': { tables: 'rights.visits' },
    });
    const restored = await owner.restore('rights', root(), 'rights_back');
    expect(restored).toMatchObject({ tables: 1, rows: 50, digest: { equal: true } });
    expect(restored.notes).toContain('table-not-kept: rights.visits');
    expect(await rowsIn('rights_back', 'goods')).toBe(50);
    await source.run("GRANT SELECT ON rights.visits TO 'rights'@'%'");
    expect(green(await owner.backUp('rights')).snapshot).toMatchObject({ tables: 2, rows: 52 });
  });

  it('is named when only one of its columns is hidden: its rows would all be there, without it', async () => {
    await aShop('columns', 'CREATE TABLE @.orders (id int PRIMARY KEY, paid int, secret int INVISIBLE DEFAULT 7)');
    await source.run('INSERT INTO columns.orders (id, paid) VALUES (1, 5)');
    const account = await aReader('columns', ['goods', 'orders']);
    await owner.addSource('columns', account);
    green(await owner.backUp('columns'));
    await source.run(
      "REVOKE SELECT ON columns.orders FROM 'columns'@'%'",
      "GRANT SELECT (id, paid) ON columns.orders TO 'columns'@'%'",
    );

    expect(red(await owner.backUp('columns'))['tables-readable']).toEqual({
      tables: 'columns.orders',
      denied: 'columns.orders',
    });
  });

  it.each<[string, string, (path: (ending: string) => string) => Promise<unknown>]>([
    ['of a foreign file format', 'MyISAM', (path) => writeFile(path('MYI'), 'no index')],
    ['without its file', 'MyISAM', (path) => rm(path('MYI'))],
    ['with a file cut short', 'MyISAM', (path) => truncate(path('MYD'), 5000)],
    ['with pages missing', 'Aria', (path) => truncate(path('MAD'), 3 * 8192)],
    [
      'without its tablespace',
      'InnoDB',
      async () => source.run('ALTER TABLE damaged_innodb.visits DISCARD TABLESPACE'),
    ],
  ])('is named when it is damaged: %s (%s)', async (how, engine, damage) => {
    const name = engine === 'InnoDB' ? 'damaged_innodb' : `damaged_${how.replaceAll(' ', '_')}`;
    await aShop(
      name,
      `CREATE TABLE @.visits (id int PRIMARY KEY, agent varchar(200)) ENGINE=${engine}`,
      "INSERT INTO @.visits SELECT seq, REPEAT('x', 150) FROM @.seq_1_to_500",
    );
    await owner.addSource(name, root());
    green(await owner.backUp(name));
    await source.run('FLUSH TABLES');
    await damage((ending) => join(source.server.dataDir, name, `visits.${ending}`));
    await source.run('FLUSH TABLES');

    const seen = await owner.backUp(name);

    const found = red(seen);
    expect(found).toMatchObject({ 'tables-readable': { tables: `${name}.visits`, damaged: `${name}.visits` } });
    expect(found).toHaveProperty('tables-still-there');
    expect(found).not.toHaveProperty('tables-isolated');
    expect(seen).toMatchObject({ output: { snapshot: { tables: 1, rows: 50 } } });
    const restored = await owner.restore(name, root(), `${name}_back`);
    expect(restored.notes).toEqual([`table-not-kept: ${name}.visits`]);
    expect(await rowsIn(`${name}_back`, 'goods')).toBe(50);
    // The second night is as red as the first, although the last snapshot knows nothing of the table.
    expect(red(await owner.backUp(name))).toHaveProperty('tables-readable');
  });

  it('takes its foreign keys, triggers and views along in the notes, and nothing else', async () => {
    await aShop(
      'bonds',
      'CREATE TABLE @.owners (id int PRIMARY KEY)',
      'CREATE TABLE @.cards (id int PRIMARY KEY, owner int, FOREIGN KEY (owner) REFERENCES owners (id))',
      'INSERT INTO @.owners VALUES (1)',
      'INSERT INTO @.cards VALUES (1, 1), (2, 1)',
      'CREATE TRIGGER @.stamp BEFORE INSERT ON @.owners FOR EACH ROW SET NEW.id = NEW.id',
    );
    const account = await aReader('bonds', ['goods', 'owners', 'cards']);
    await owner.addSource('bonds', account);
    await source.run("REVOKE SELECT ON bonds.owners FROM 'bonds'@'%'");

    expect(red(await owner.backUp('bonds'))).toHaveProperty('tables-readable');

    const restored = await owner.restore('bonds', root(), 'bonds_back');
    expect(restored.digest.equal).toBe(true);
    expect(restored.notes).toContain('table-not-kept: bonds.owners');
    expect(restored.notes).toContain('not-created: trigger stamp');
    expect(await rowsIn('bonds_back', 'cards')).toBe(2);
  });

  it('is no backup when it is the only one', async () => {
    await source.run('CREATE DATABASE only', 'CREATE TABLE only.visits (id int PRIMARY KEY)');
    await owner.addSource('only', root());
    await source.run('ALTER TABLE only.visits DISCARD TABLESPACE');

    expect(await owner.backUp('only')).toEqual({ kind: 'refused', code: 'mysql.query-failed' });
    expect(await owner.snapshots('only')).toEqual([]);
  });
});

describe('an object that is sick in the shop itself', () => {
  it('is kept as its definition and named, when it is a view that no longer compiles', async () => {
    await aShop(
      'views',
      'ALTER TABLE @.goods ADD COLUMN price int',
      'CREATE VIEW @.prices AS SELECT id, price FROM @.goods',
      'CREATE VIEW @.sums AS SELECT SUM(p.price) AS total FROM @.prices AS p',
    );
    await owner.addSource('views', root());
    green(await owner.backUp('views'));
    await source.run('ALTER TABLE views.goods DROP COLUMN price');

    const seen = await owner.backUp('views');

    expect(red(seen)).toEqual({ 'views-valid': { objects: 'views.prices, views.sums' } });
    expect(seen).toMatchObject({ output: { snapshot: { rows: 50 } } });
    // As broken as in the shop, and with nothing left of what stood in for its tables.
    const restored = await owner.restore('views', root(), 'views_back');
    expect([restored.notes, restored.tables, restored.digest.equal]).toEqual([[], 1, true]);
    for (const view of ['prices', 'sums']) {
      const ddl = async (database: string) =>
        (await source.admin.query(`SHOW CREATE VIEW ${database}.${view}`))[0]?.get('create view');
      expect((await ddl('views_back'))?.replaceAll('`views_back`', '`views`')).toBe(await ddl('views'));
    }
    const named = await source.admin.query("SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'views_back'");
    expect(named).toHaveLength(3);
    // A client that reads the file would stop at them.
    const path = join(owner.diskPath, '..', 'views.sql');
    const file = await owner.engine.call('export.run', {
      snapshot: 'latest',
      path,
      tables: [],
      vault: null,
      from: null,
    });
    expect(file.notes).toEqual(['not-created: view views.prices', 'not-created: view views.sums']);
    expect(await readFile(path, 'utf8')).not.toMatch(/CREATE .*VIEW/);
    // Mended by bringing the column back, there as here.
    await source.run('ALTER TABLE views_back.goods ADD COLUMN price int DEFAULT 2');
    expect((await source.admin.query('SELECT total FROM views_back.sums'))[0]?.get('total')).toBe('100');
  });

  it('is a warning in a green run, when its definer is gone', async () => {
    await aShop(
      'orphans',
      "CREATE DEFINER='gone'@'%' VIEW @.names AS SELECT name FROM @.goods",
      "CREATE DEFINER='gone'@'%' PROCEDURE @.tidy() SELECT 1",
      "CREATE DEFINER='gone'@'%' TRIGGER @.stamp BEFORE INSERT ON @.goods FOR EACH ROW SET NEW.name = 'x'",
      "CREATE DEFINER='gone'@'%' EVENT @.nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
      'CREATE VIEW @.fine AS SELECT id FROM @.goods',
    );
    await owner.addSource('orphans', root());

    const output = green(await owner.backUp('orphans'));

    expect(warnings(output)).toEqual({
      'definers-exist': {
        objects:
          'view orphans.names (gone@%), procedure orphans.tidy (gone@%), trigger orphans.stamp (gone@%), event orphans.nightly (gone@%)',
        warning: true,
      },
    });
    const { notes } = await owner.restore('orphans', root(), 'orphans_back');
    expect(notes.filter((note) => note.startsWith('definer-replaced')).sort()).toEqual([
      'definer-replaced: event nightly',
      'definer-replaced: procedure tidy',
      'definer-replaced: trigger stamp',
      'definer-replaced: view names',
    ]);
  });
});

describe('a server that is peculiar', () => {
  it('is backed up whole when a row is longer than its max_allowed_packet', async () => {
    await source.run('SET GLOBAL max_allowed_packet = 67108864');
    const wide = await source.openAdmin();
    await aShop('packets');
    await wide.query('CREATE TABLE packets.files (id int PRIMARY KEY, body longblob)');
    await wide.query("INSERT INTO packets.files VALUES (1, REPEAT('b', 3000000)), (2, 'a'), (3, 'c')");
    wide.close();
    await owner.addSource('packets', root());
    await source.run('SET GLOBAL max_allowed_packet = 1048576');
    try {
      const first = green(await owner.backUp('packets'));
      const second = green(await owner.backUp('packets'));

      expect(first.snapshot.rows).toBe(53);
      expect(second.written.objects).toBe(1);
    } finally {
      await source.run('SET GLOBAL max_allowed_packet = 67108864');
    }
    const restored = await owner.restore('packets', root(), 'packets_back');
    expect(restored).toMatchObject({ rows: 53, digest: { equal: true } });
  });

  it('is backed up under every sql_mode, byte for byte the same', async () => {
    await aShop(
      'modes',
      String.raw`INSERT INTO @.goods VALUES (100, 'it''s "quoted" \\ and \0 nul'), (101, '100%_x')`,
      'CREATE TABLE @.odd (k char(10), z datetime, f double, PRIMARY KEY (k))',
      "INSERT INTO @.odd VALUES ('pad', '0000-00-00 00:00:00', 0.1), ('x', '2024-02-30', 1e300)",
    );
    await owner.addSource('modes', root());
    const [before] = await source.admin.query('SELECT @@GLOBAL.sql_mode AS mode');
    const first = green(await owner.backUp('modes'));
    try {
      for (const mode of [
        'ANSI',
        'ANSI_QUOTES',
        'ORACLE',
        'MSSQL',
        'DB2',
        'MAXDB',
        'POSTGRESQL',
        'TRADITIONAL',
        'MYSQL323',
        'NO_BACKSLASH_ESCAPES',
        'PAD_CHAR_TO_FULL_LENGTH',
        'HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT,IGNORE_SPACE,PIPES_AS_CONCAT',
        'ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE',
        'EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT,TIME_ROUND_FRACTIONAL',
      ]) {
        await source.run(`SET GLOBAL sql_mode = '${mode}'`);
        const output = green(await owner.backUp('modes'));
        // The manifest alone: every chunk, every table's and the database's record is what it was.
        expect([mode, output.snapshot.rows, output.written.objects]).toEqual([mode, first.snapshot.rows, 1]);
      }
    } finally {
      await source.run(`SET GLOBAL sql_mode = '${before?.get('mode') ?? ''}'`);
    }
  });

  it('is backed up when it ends idle connections at once and is read-only', async () => {
    await aShop('hurried');
    const account = await aReader('hurried', ['goods']);
    await owner.addSource('hurried', account);
    const [before] = await source.admin.query('SELECT @@GLOBAL.wait_timeout AS wait');
    try {
      await source.run(
        'SET GLOBAL wait_timeout = 1',
        'SET GLOBAL idle_transaction_timeout = 1',
        'SET GLOBAL net_write_timeout = 1',
        'SET GLOBAL read_only = 1',
      );
      const { engine } = owner;
      // Some seconds in which the other connections have nothing to do: longer than any of these limits.
      await engine.call('backup.run', { source: 'hurried', to: [], maxBytesPerSecond: 200 });
      expect(green(await owner.backUp('hurried')).snapshot.rows).toBe(50);
    } finally {
      await source.run(
        `SET GLOBAL wait_timeout = ${before?.get('wait') ?? '28800'}`,
        'SET GLOBAL idle_transaction_timeout = 0',
        'SET GLOBAL net_write_timeout = 60',
        'SET GLOBAL read_only = 0',
      );
    }
  });

  it('is backed up without a binlog, and says that no stream can follow', async () => {
    const server = await startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64 });
    try {
      await fill(server, 'nolog');
      await owner.addSource('nolog', accessOf(server));

      const output = green(await owner.backUp('nolog'));

      expect(output.snapshot).toMatchObject({ rows: 2, coordinate: { file: null, position: null } });
    } finally {
      await server.stop();
    }
  });

  it('is backed up where names have no case', async () => {
    const extraArgs = ['--lower-case-table-names=1'];
    const server = await startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64, extraArgs });
    try {
      await fill(server, 'MixedCase');
      await owner.addSource('cases', accessOf(server), { databases: ['MixedCase'], secretColumns: ['Orders.Words'] });

      const output = green(await owner.backUp('cases'));

      expect(output.snapshot).toMatchObject({ tables: 1, rows: 2 });
      const { tables } = await owner.engine.call('snapshot.show', { snapshot: output.snapshot.id });
      expect(tables).toMatchObject([{ database: 'mixedcase', name: 'orders', sealed: true }]);
      expect(await owner.restore('cases', accessOf(server), 'Another')).toMatchObject({
        rows: 2,
        digest: { equal: true },
      });
    } finally {
      await server.stop();
    }
  });

  it('is backed up where two tables differ in nothing but case', async () => {
    await aShop('twins', 'CREATE TABLE @.Goods (id int PRIMARY KEY)', 'INSERT INTO @.Goods VALUES (1)');
    await owner.addSource('twins', root());

    expect(green(await owner.backUp('twins')).snapshot).toMatchObject({ tables: 2, rows: 51 });
    expect(await owner.restore('twins', root(), 'twins_back')).toMatchObject({ rows: 51, digest: { equal: true } });
    expect([await rowsIn('twins_back', 'goods'), await rowsIn('twins_back', 'Goods')]).toEqual([50, 1]);
  });

  it('is backed up when it is a replica, running or stopped', async () => {
    const replica = await startPrivateServer({
      kind: 'mariadb',
      durability: 'none',
      memoryMb: 64,
      binlog: true,
      extraArgs: ['--server-id=77', '--read-only=1'],
    });
    const link = await connectMysql({ ...accessOf(replica), socketPath: replica.socketPath });
    try {
      const { host, port, user, password } = root();
      const [at] = await source.admin.query('SELECT @@gtid_binlog_pos AS gtid');
      await link.query(`SET GLOBAL gtid_slave_pos = '${at?.get('gtid') ?? ''}'`);
      await link.query(
        `CHANGE MASTER TO MASTER_HOST='${host}', MASTER_PORT=${port}, MASTER_USER='${user}', MASTER_PASSWORD='${password}', MASTER_USE_GTID=slave_pos`,
      );
      await link.query('START SLAVE');
      await aShop('followed');
      await expect.poll(async () => countOn(link, 'followed.goods'), { timeout: 60_000 }).toBe(50);
      await owner.addSource('followed', accessOf(replica));

      const running = green(await owner.backUp('followed'));
      await link.query('STOP SLAVE');
      const stopped = green(await owner.backUp('followed'));

      expect([running.snapshot.rows, stopped.snapshot.rows]).toEqual([50, 50]);
      expect(running.snapshot.coordinate.file).not.toBeNull();
    } finally {
      link.close();
      await replica.stop();
    }
  });
});

/** An account that may look at everything of a database and read the tables named. */
async function aReader(database: string, tables: readonly string[]): Promise<Access> {
  const account = `'${database}'@'%'`;
  await source.run(
    `CREATE USER ${account} IDENTIFIED BY 'reader-password'`,
    `GRANT SHOW VIEW, TRIGGER, EVENT, EXECUTE ON ${database}.* TO ${account}`,
    `GRANT SELECT ON mysql.proc TO ${account}`,
    ...tables.map((table) => `GRANT SELECT ON ${database}.${table} TO ${account}`),
  );
  return { host: '127.0.0.1', port: source.server.port ?? 0, user: database, password: 'reader-password' };
}

async function fill(server: PrivateServer, database: string): Promise<void> {
  const connection = await connectMysql({ ...accessOf(server), socketPath: server.socketPath });
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.query(`CREATE TABLE ${database}.Orders (id int PRIMARY KEY, Words varchar(20))`);
  await connection.query(`INSERT INTO ${database}.orders VALUES (1, 'one'), (2, 'two')`.replace('orders', 'Orders'));
  connection.close();
}

async function countOn(connection: Awaited<ReturnType<typeof connectMysql>>, table: string): Promise<number> {
  const rows = await connection.query(`SELECT COUNT(*) AS n FROM ${table}`).catch(() => []);
  return Number(rows[0]?.get('n') ?? -1);
}
