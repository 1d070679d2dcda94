import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBucket, testKey, startTestS3 } from '../backend/testing/s3-rig.ts';
import { runCommand } from '../platform/run-command.ts';
import { findServerBinaries, startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { everyTypeStatements, objectStatements, otherTableStatements } from '../source/mysql/load/testing/shop.sql.ts';
import { everyType } from '../source/mysql/testing/every-type.sql.ts';
import { openEngine, type Engine } from './index.ts';
import { checksums, createStatements, runOn, valuesOf } from './testing/compat-rig.ts';

const client = ['/usr/bin/mariadb', '/usr/bin/mysql'].find((path) => existsSync(path));
const canRun = client !== undefined && (await findServerBinaries()).length > 0;
if (!canRun) console.warn('skipped: no server or no mysql client on this machine');

const passphrase = 'correct horse battery staple';
const vaultPassphrase = 'another horse for the vault';
const databases = ['shop', 'types', 'other'];

/** Cards as shops keep them, a secret of every kind that must not be NULL, and what is broken or speaks of other databases. */
const shopStatements = [
  "SET sql_mode = 'ALLOW_INVALID_DATES', foreign_key_checks = 0",
  `CREATE DATABASE other CHARACTER SET latin1 COLLATE latin1_german1_ci COMMENT 'it''s -- another'`,
  `CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
  'USE shop',
  ...everyTypeStatements,
  ...otherTableStatements,
  ...objectStatements,
  `CREATE TABLE cards (id int PRIMARY KEY, code varchar(60) NOT NULL, pin int NOT NULL, short char(3) NOT NULL, face enum('ten','it''s') NOT NULL,
     bound date NOT NULL, extra json NOT NULL, free varchar(20), UNIQUE KEY code (code), UNIQUE KEY short (short))`,
  `INSERT INTO cards VALUES (1, 'CARD-一', 1111, 'a', 'ten', '2026-01-01', '{"k":1.50}', 'x'), (2, 'CARD-''\\\\"', 2222, 'b', 'it''s', '2026-01-02', '[]', NULL),
     (3, 'CARD-3', 3333, 'c', 'ten', '2026-01-03', '"卡"', 'z')`,
  'CREATE TABLE versioned (id int PRIMARY KEY, v int) WITH SYSTEM VERSIONING',
  'INSERT INTO versioned VALUES (1, 1), (2, 2)',
  'UPDATE versioned SET v = 3 WHERE id = 1',
  'CREATE TABLE gone (id int)',
  'CREATE VIEW aa_broken AS SELECT id FROM gone',
  'CREATE VIEW ab_broken_too AS SELECT id FROM aa_broken',
  'DROP TABLE gone',
  'CREATE TABLE other.base (id int PRIMARY KEY, name varchar(10))',
  "INSERT INTO other.base VALUES (1, 'grün')",
  'CREATE VIEW other.later AS SELECT id, name FROM other.base',
  // Named before what it needs in another database.
  'CREATE VIEW aaa_across AS SELECT id, name FROM other.later',
  'ALTER DATABASE shop COLLATE utf8mb4_unicode_ci',
  "CREATE FUNCTION collated(a varchar(10)) RETURNS varchar(10) DETERMINISTIC RETURN CONCAT(a, 'ß')",
  'ALTER DATABASE shop COLLATE utf8mb4_general_ci',
  "SET NAMES gbk; SET time_zone = '+08:00'",
  "CREATE EVENT night ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01 02:00:00' DISABLE DO DELETE FROM log WHERE id < 0",
  'CREATE TRIGGER twice_over AFTER INSERT ON cards FOR EACH ROW IF NEW.id > 100 THEN INSERT INTO log (what) VALUES (NEW.id); END IF',
];

describe.skipIf(!canRun)('recover.mjs in a folder of its own', () => {
  let dir: string;
  let engine: Engine;
  let source: PrivateServer;
  const servers: PrivateServer[] = [];
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-recover-'));
    source = await aServer();
    await runOn(source, ...everyType('mariadb', 'types'));
    // One session for all: names, zones and the current database are part of what is made.
    await load(source, shopStatements.map((each) => `${each}\n;;\n`).join(''), '--delimiter=;;');
    await mkdir(join(dir, 'disk'));
    engine = await openEngine({ homeDir: join(dir, 'home'), language: 'en' });
    await engine.call('home.init', { passphrase, vaultPassphrase, kitDir: join(dir, 'kit'), language: 'zh' });
    await engine.call('destination.add', {
      name: 'disk',
      place: null,
      kind: 'disk',
      path: join(dir, 'disk'),
      role: 'main',
    });
    const { user, password } = source;
    await engine.call('source.add', {
      name: '小店',
      mysql: { host: '127.0.0.1', port: source.port ?? 0, user, password },
      ssh: null,
      databases,
      preset: 'none',
      secretColumns: ['code', 'pin', 'short', 'face', 'bound', 'extra', 'free'].map((column) => `cards.${column}`),
      ledgers: [],
      files: [],
    });
    await engine.call('backup.run', { source: '小店', to: ['disk'], maxBytesPerSecond: null });
  });
  afterAll(async () => {
    await engine.close();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  async function aServer(): Promise<PrivateServer> {
    const server = await startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64 });
    servers.push(server);
    return server;
  }

  async function load(server: PrivateServer, sql: string | Buffer, ...more: string[]): Promise<void> {
    const args = ['--no-defaults', '--default-character-set=utf8mb4', '--protocol=TCP', '--host=127.0.0.1'];
    args.push(`--port=${server.port}`, '-u', server.user, ...more);
    const loaded = await runCommand(client ?? '', args, { stdin: sql.toString(), env: { MYSQL_PWD: server.password } });
    expect(loaded).toMatchObject({ exitCode: 0, stderr: '' });
  }

  const kitFile = async (which: string) => {
    const files = await readdir(join(dir, 'kit'));
    return join(dir, 'kit', files.find((name) => name.includes(which) && name.endsWith('.txt')) ?? '');
  };

  /** Only the copy and the papers lie in the folder; the environment is empty, and there is nothing to import from. */
  async function recover(repository: string, ...args: string[]) {
    return runCommand(process.execPath, [join(repository, 'recover.mjs'), ...args], {
      cwd: dirname(repository),
      env: {},
    });
  }

  /** Everything that a database is made of, as the server prints it. */
  async function pictureOf(server: PrivateServer) {
    const picture: Record<string, unknown> = {};
    for (const database of databases) {
      picture[`${database} rows`] = await checksums(server, database);
      picture[`${database} tables`] = await createStatements(server, database);
      const objects = (columns: string, table: string, schema: string) =>
        valuesOf(
          server,
          `SELECT CONCAT_WS('|', ${columns}) FROM information_schema.${table} WHERE ${schema} = '${database}' ORDER BY 1`,
        );
      picture[`${database} itself`] = await objects(
        'DEFAULT_COLLATION_NAME, SCHEMA_COMMENT',
        'SCHEMATA',
        'SCHEMA_NAME',
      );
      const session = 'SQL_MODE, COLLATION_CONNECTION, DATABASE_COLLATION';
      picture[`${database} routines`] = await objects(
        `ROUTINE_NAME, ROUTINE_DEFINITION, DTD_IDENTIFIER, ${session}`,
        'ROUTINES',
        'ROUTINE_SCHEMA',
      );
      picture[`${database} triggers`] = await objects(
        `TRIGGER_NAME, ACTION_ORDER, ACTION_STATEMENT, ${session}`,
        'TRIGGERS',
        'TRIGGER_SCHEMA',
      );
      picture[`${database} events`] = await objects(
        `EVENT_NAME, EVENT_DEFINITION, TIME_ZONE, STARTS, STATUS, ${session}`,
        'EVENTS',
        'EVENT_SCHEMA',
      );
    }
    picture['sequence'] = await valuesOf(server, 'SELECT next_not_cached_value FROM shop.seq');
    return picture;
  }

  /** Without the views that were broken in the shop, which no server can make again. */
  async function soundPictureOf(server: PrivateServer) {
    await load(server, 'DROP VIEW IF EXISTS shop.aa_broken, shop.ab_broken_too;');
    return pictureOf(server);
  }

  it('brings the whole shop back, as export does', { timeout: 300_000 }, async () => {
    const alone = join(dir, 'alone', 'shouhu');
    await cp(join(dir, 'disk'), alone, { recursive: true });
    const keys = ['--words-file', await kitFile('main'), '--vault-words-file', await kitFile('vault')];
    const file = join(dir, 'recovered.sql');

    const result = await recover(alone, '--sql', file, ...keys);

    expect(result.stdout).toContain('shop.cards\t3');
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(/shop\.aa_broken[\s\S]*shop\.ab_broken_too/);
    expect(result.stderr).toContain('shop.versioned: a system-versioned table');
    const sql = await readFile(file);
    // Whatever octets the rows hold, the file is text that an editor leaves alone.
    expect(isUtf8(sql)).toBe(true);
    const mine = await aServer();
    await load(mine, sql);

    const exported = join(dir, 'exported.sql');
    const { id } = (await engine.call('snapshots.list', { source: null, atDestination: null })).snapshots[0]!;
    const vault = { passphrase: vaultPassphrase };
    await engine.call('export.run', { snapshot: id, path: exported, tables: [], vault, from: null });
    const theirs = await aServer();
    await load(theirs, await readFile(exported));

    const picture = await soundPictureOf(mine);
    expect(picture).toEqual(await soundPictureOf(theirs));
    await load(source, 'DROP VIEW IF EXISTS shop.aa_broken, shop.ab_broken_too;');
    expect(picture).toEqual(await pictureOf(source));
    expect(await valuesOf(mine, "SELECT CONCAT(code, '|', pin) FROM shop.cards ORDER BY id")).toEqual([
      'CARD-一|1111',
      `CARD-'\\"|2222`,
      'CARD-3|3333',
    ]);
    expect(await valuesOf(mine, 'SELECT name FROM shop.aaa_across')).toEqual(['grün']);
  });

  it(
    'puts NULL or stand-ins in the place of card secrets without the vault, the same as export',
    { timeout: 300_000 },
    async () => {
      const bucketFolder = join(dir, 'downloaded');
      const words = await kitFile('main');
      // The same copy as a bucket, downloaded with plain requests.
      const s3 = await startTestS3();
      try {
        const { accessKeyId: accessKey, secretAccessKey: secretKey } = testKey;
        const place = { provider: 'custom', bucket: testBucket, region: null, endpoint: s3.endpoint, prefix: '' };
        await engine.call('destination.add', {
          name: 'cloud',
          place: null,
          kind: 's3',
          ...place,
          accessKey,
          secretKey,
        });
        await engine.call('copy.run', { snapshot: 'all', from: 'disk', to: 'cloud' });
        for (const { key } of await s3.objects.list(testBucket)) {
          const { bytes } = (await s3.objects.get(testBucket, key))!;
          await mkdir(dirname(join(bucketFolder, key)), { recursive: true });
          await writeFile(join(bucketFolder, key), bytes);
        }
      } finally {
        await s3.close();
      }
      const file = join(dir, 'closed.sql');

      const result = await recover(bucketFolder, '--sql', file, '--words-file', words, '--lang', 'zh');

      expect(result).toMatchObject({ exitCode: 0 });
      expect(result.stdout).toMatch(/卡密未包含[\s\S]*shop\.cards\.code：占位内容[\s\S]*shop\.cards\.free：NULL/);
      const sql = await readFile(file, 'utf8');
      for (const secret of ['CARD-', '1111', '2222', '3333', '2026-01-0']) expect(sql).not.toContain(secret);
      const mine = await aServer();
      await load(mine, sql);
      const exported = join(dir, 'closed-export.sql');
      const { id } = (await engine.call('snapshots.list', { source: null, atDestination: null })).snapshots[0]!;
      await engine.call('export.run', {
        snapshot: id,
        path: exported,
        tables: ['shop.cards'],
        vault: null,
        from: 'disk',
      });
      const theirs = await aServer();
      await load(theirs, await readFile(exported));
      const cards = "SELECT CONCAT_WS('|', id, code, pin, short, face, bound, extra, free) FROM shop.cards ORDER BY id";
      expect(await valuesOf(mine, cards)).toEqual(await valuesOf(theirs, cards));
      expect(await valuesOf(mine, cards)).toEqual([
        '1|[sealed]1|0|d]1|ten|0000-00-00|"[sealed]"',
        '2|[sealed]2|0|d]2|ten|0000-00-00|"[sealed]"',
        '3|[sealed]3|0|d]3|ten|0000-00-00|"[sealed]"',
      ]);
    },
  );

  it('finds all objects of a real copy sound', async () => {
    const disk = join(dir, 'disk');
    const result = await recover(disk, '--check', 'all', '--words-file', await kitFile('main'), '--lang', 'en');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toMatch(/Checked \d+ objects \([\d.]+ MB\): all are sound/);
  });
});
