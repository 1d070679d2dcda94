import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../demo/cutting-proxy.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { green, red, startOwner, type Access, type OwnerRig } from './testing/owner-rig.ts';

/**
 * DDL between the beginning of a snapshot and the reading of its tables. The line stands still from the moment when the transactions
 * have begun until the DDL is done, so every try meets it at the same place.
 */
let source: SourceServer;
let proxy: CuttingProxy;
let owner: OwnerRig;
/** What the shop does in each try of a run, in order; nothing after that. */
let deeds: (readonly string[])[] = [];
let tries = 0;
let deed: Promise<void> = Promise.resolve();

beforeAll(async () => {
  source = await startSource();
  proxy = await startCuttingProxy({ host: '127.0.0.1', port: source.server.port ?? 0 });
  owner = await startOwner((phase) => {
    if (phase !== 'plan') return;
    const statements = deeds[tries] ?? [];
    tries += 1;
    if (statements.length === 0) return;
    proxy.freeze();
    deed = source.run(...statements).finally(() => proxy.thaw());
  });
});
beforeEach(() => {
  deeds = [];
  tries = 0;
});
afterAll(async () => {
  await owner.close();
  await proxy.stop();
  await source.stop();
});

const root = (port = source.server.port ?? 0): Access => {
  const { user, password } = source.server;
  return { host: '127.0.0.1', port, user, password };
};

/** A shop behind the line: `goods` stands still, `moving` will not. */
async function aShop(name: string): Promise<void> {
  await source.run(
    `CREATE DATABASE ${name}`,
    `CREATE TABLE ${name}.goods (id int PRIMARY KEY)`,
    `INSERT INTO ${name}.goods SELECT seq FROM ${name}.seq_1_to_50`,
    `CREATE TABLE ${name}.moving (id int PRIMARY KEY, a varchar(20), b varchar(20))`,
    `INSERT INTO ${name}.moving SELECT seq, CONCAT('a', seq), CONCAT('b', seq) FROM ${name}.seq_1_to_20`,
  );
  await owner.addSource(name, root(proxy.port));
}

/** The server's own checksums of both databases, table by table: a witness that knows nothing of our digests. */
async function expectSame(database: string, copy: string): Promise<void> {
  const rows = await source.admin.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' ORDER BY 1`,
  );
  const names = rows.map((row) => row.get('name') ?? '');
  const sums = async (of: string) =>
    (await source.admin.query(`CHECKSUM TABLE ${names.map((name) => `${of}.${name}`).join(', ')} EXTENDED`)).map(
      (row) => row.get('checksum') ?? 'missing',
    );
  expect(await sums(copy)).toEqual(await sums(database));
  expect(names.length).toBeGreaterThan(0);
}

const kinds: readonly [string, string, readonly string[], number][] = [
  ['dropped', 'dropped', ['DROP TABLE @.moving'], 50],
  ['dropped and made anew', 'anew', ['CREATE OR REPLACE TABLE @.moving (id int PRIMARY KEY)'], 50],
  ['renamed', 'renamed', ['RENAME TABLE @.moving TO @.moved'], 70],
  ['truncated', 'truncated', ['TRUNCATE TABLE @.moving'], 50],
  ['rebuilt', 'rebuilt', ['ALTER TABLE @.moving FORCE'], 70],
  ['altered by copying', 'copied', ['ALTER TABLE @.moving ADD COLUMN more int, ALGORITHM=COPY'], 70],
  ['altered at once', 'instant', ['ALTER TABLE @.moving ADD COLUMN more int DEFAULT 7, ALGORITHM=INSTANT'], 70],
  ['robbed of a column', 'robbed', ['ALTER TABLE @.moving DROP COLUMN a'], 70],
  [
    'altered so that two columns have changed names',
    'swapped',
    ['ALTER TABLE @.moving CHANGE a b varchar(20), CHANGE b a varchar(20), ALGORITHM=INSTANT'],
    70,
  ],
  [
    'exchanged for another',
    'exchanged',
    [
      'CREATE TABLE @.fresh LIKE @.moving',
      "INSERT INTO @.fresh VALUES (1, 'x', 'y')",
      'RENAME TABLE @.moving TO @.old, @.fresh TO @.moving',
    ],
    71,
  ],
];

it.each(kinds)('a table that is %s mid-dump is read again, and the run is green', async (_, name, ddl, rows) => {
  await aShop(name);
  deeds = [ddl.map((statement) => statement.replaceAll('@.', `${name}.`))];

  const output = green(await owner.backUp(name));

  await deed;
  expect(tries).toBe(2);
  expect(output.snapshot.rows).toBe(rows);
  expect(await owner.snapshots(name)).toHaveLength(1);
  const copy = `${name}_back`;
  expect(await owner.restore(name, root(), copy)).toMatchObject({ rows, digest: { equal: true } });
  await expectSame(name, copy);
});

it('names a table that DDL takes away in every try, keeps everything else, and has it the next time', async () => {
  await aShop('restless');
  green(await owner.backUp('restless'));
  const ddl = 'ALTER TABLE restless.moving FORCE';
  tries = 0;
  deeds = [[ddl], [ddl]];

  const seen = await owner.backUp('restless');

  await deed;
  expect(red(seen)).toMatchObject({ 'schema-still': { tables: 'restless.moving' } });
  expect(seen).toMatchObject({ output: { snapshot: { tables: 1, rows: 50 } } });
  const { notes, rows } = await owner.restore('restless', root(), 'restless_back');
  expect([notes, rows]).toEqual([['table-not-kept: restless.moving'], 50]);
  expect(green(await owner.backUp('restless')).snapshot.rows).toBe(70);
});

it('keeps what the first try has when the second cannot be made', async () => {
  await aShop('doomed');
  await source.run(
    'CREATE DATABASE spared',
    'CREATE TABLE spared.t (id int PRIMARY KEY)',
    'INSERT INTO spared.t VALUES (1)',
  );
  await owner.addSource('both', root(proxy.port), { databases: ['doomed', 'spared'] });
  deeds = [['DROP DATABASE doomed']];

  const seen = await owner.backUp('both');

  await deed;
  expect(red(seen)).toMatchObject({ 'schema-still': { tables: 'doomed.goods, doomed.moving' } });
  expect(seen).toMatchObject({ output: { snapshot: { tables: 1, rows: 1 } } });
  await owner.expectSound();
});

it('leaves a picture alone that other objects and new tables join mid-dump', async () => {
  await aShop('joined');
  deeds = [
    [
      'CREATE TABLE joined.later (id int PRIMARY KEY)',
      'CREATE VIEW joined.v AS SELECT 1 AS one',
      'CREATE PROCEDURE joined.p() SELECT 1',
      'CREATE EVENT joined.e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    ],
  ];

  const output = green(await owner.backUp('joined'));

  await deed;
  expect(tries).toBe(1);
  expect(output.snapshot).toMatchObject({ tables: 2, rows: 70 });
});
