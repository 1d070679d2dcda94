import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { fillSentence } from '../../../shared/i18n/error-text.ts';
import { errorsEn } from '../../../shared/i18n/errors.en.ts';
import { errorsZh } from '../../../shared/i18n/errors.zh.ts';
import { fillShop } from '../demo/demo-shop.ts';
import { demoDatabase } from '../demo/shop-schema.ts';
import type { PrivateServer } from '../sandbox/index.ts';
import { compatServers, flavourOf, startCompatServer, type CompatServer } from '../sandbox/testing/compat-servers.ts';
import { everyType } from '../source/mysql/testing/every-type.sql.ts';
import { openLoadSession } from '../source/mysql/load/load-session.ts';
import {
  checksums,
  createStatements,
  databasesOf,
  runOn,
  startCompatRig,
  valuesOf,
  type CompatRig,
} from './testing/compat-rig.ts';

/** Whole shops from every server into every other one, and what cannot be moved is refused before anything is written. */
const kinds: readonly CompatServer[] = ['local', 'mariadb', 'mysql'];
const present = compatServers(...kinds);
const never = new AbortController().signal;
const shopRows = 2000;
const versions = { local: 'MariaDB 1', mariadb: 'MariaDB 11.8.', mysql: 'MySQL 9.' };
const plainTable = 'CREATE TABLE t (id int PRIMARY KEY)';

/** Real programs' schemas, one `.sql` file each, where a folder of them is named. */
const schemaFolder = process.env['SHOUHU_SHOP_SCHEMAS'] ?? '';
const schemaFiles = existsSync(schemaFolder)
  ? (await readdir(schemaFolder)).filter((name) => name.endsWith('.sql')).sort()
  : [];
if (schemaFiles.length === 0)
  console.warn('skipped: real shop programs; SHOUHU_SHOP_SCHEMAS names no folder with their .sql files');

describe.skipIf(present.length < kinds.length)('a shop', () => {
  const servers = new Map<CompatServer, PrivateServer>();
  let rig: CompatRig;
  beforeAll(async () => {
    for (const kind of kinds) servers.set(kind, await startCompatServer(kind));
    rig = await startCompatRig();
  });
  afterAll(async () => {
    await rig.close();
    for (const server of servers.values()) await server.stop();
  });

  const serverOf = (kind: CompatServer): PrivateServer => servers.get(kind)!;

  it.each(kinds)('of %s comes back on every server: rows, sums, tables, views', async (from) => {
    const source = serverOf(from);
    await fill(source);
    await rig.backUp(source, demoDatabase);
    const before = await checksums(source, demoDatabase);
    const statements = await createStatements(source, demoDatabase);

    for (const to of kinds) {
      const as = `${demoDatabase}_of_${from}`;
      const restored = await rig.restore(demoDatabase, serverOf(to), as);

      expect(restored.digest, `${from} to ${to}`).toMatchObject({ equal: true, compared: restored.digest.ranges });
      expect(restored.ledgers.map(({ equal }) => equal)).toEqual([true]);
      expect(restored.rows).toBe(shopRows);
      expect(await checksums(serverOf(to), as)).toEqual(before);
      const isSame = from === to;
      // The author's collation of the session, which only decides how literals compare, is known to its own server alone.
      const losesCollation =
        `${from} ${to}` === 'mariadb mysql' || (`${from} ${to}` === 'mysql local' && !isYoung(serverOf('local')));
      expect(restored.notes).toEqual(losesCollation ? ['character-set: view daily_turnover'] : []);
      const now = await createStatements(serverOf(to), as);
      expect(Object.keys(now).sort()).toEqual(Object.keys(statements).sort());
      if (isSame) expect(now).toEqual(statements);
    }
    await rig.engine.call('source.remove', { name: demoDatabase });
  });

  if (schemaFiles.length === 0)
    it('of a real program comes back on every server', ({ skip }) => {
      skip('SHOUHU_SHOP_SCHEMAS names no folder with .sql files of real shop programs');
    });

  it.each(schemaFiles)('with the tables of %s comes back on every server or is refused', async (file) => {
    const text = await readFile(join(schemaFolder, file), 'utf8');
    for (const from of kinds) {
      const name = `${from}_${file.replace(/\W/g, '_')}`;
      await runOn(serverOf(from), `CREATE DATABASE ${name}`, `USE ${name};${text}`);
      await rig.backUp(serverOf(from), name);
      const before = await checksums(serverOf(from), name);
      for (const to of kinds) {
        const as = `${name}_back`;
        const outcome = await rig.restore(name, serverOf(to), as).catch((error: unknown) => error);
        if (outcome instanceof AppError) {
          // The newest default collation of each flavour is its own: see the refusals below.
          expect(outcome, `${from} to ${to}`).toMatchObject({ code: 'restore.not-portable' });
          expect(outcome.facts['feature']).toMatch(/^COLLATE utf8mb[34]_(0900|uca1400)_ai_ci$/);
          expect(await databasesOf(serverOf(to))).not.toContain(as);
          expect(from).not.toBe(to);
          continue;
        }
        expect(outcome).toMatchObject({ digest: { equal: true } });
        expect(await checksums(serverOf(to), as)).toEqual(before);
        if (from === to) {
          expect(outcome).toMatchObject({ notes: [] });
          expect(withoutCharsets(await createStatements(serverOf(to), as))).toEqual(
            withoutCharsets(await createStatements(serverOf(from), name)),
          );
        }
      }
    }
  });

  it.for<[CompatServer, CompatServer, string, string[]]>([
    ['local', 'mysql', 'SEQUENCE', ['CREATE SEQUENCE numbers', plainTable]],
    ['local', 'mysql', 'WITH SYSTEM VERSIONING', ['CREATE TABLE t (id int PRIMARY KEY) WITH SYSTEM VERSIONING']],
    ['local', 'mysql', 'UUID', ['CREATE TABLE t (id uuid PRIMARY KEY)']],
    ['local', 'mysql', 'INET6', ['CREATE TABLE t (id int PRIMARY KEY, ip inet6)']],
    ['local', 'mysql', 'ENGINE=Aria', ['CREATE TABLE t (id int PRIMARY KEY) ENGINE=Aria']],
    // Not known to us in advance: the target's own CREATE TABLE says so, with its number.
    [
      'local',
      'mysql',
      'CREATE TABLE, 1064',
      [plainTable, 'CREATE TABLE u (id int PRIMARY KEY, v int, KEY k (v) IGNORED)'],
    ],
    [
      'mariadb',
      'mysql',
      'COLLATE utf8mb4_uca1400_ai_ci',
      ['CREATE TABLE t (id int PRIMARY KEY, v varchar(9)) CHARSET=utf8mb4'],
    ],
    ['mariadb', 'mysql', 'UUID', ['CREATE TABLE t (id uuid PRIMARY KEY) CHARSET=latin1']],
    ['mariadb', 'local', 'VECTOR', ['CREATE TABLE t (id int PRIMARY KEY, v vector(3) NOT NULL)']],
    [
      'mysql',
      'local',
      'COLLATE utf8mb4_0900_ai_ci',
      ['CREATE TABLE t (id int PRIMARY KEY, v varchar(9)) CHARSET=utf8mb4'],
    ],
    [
      'mysql',
      'mariadb',
      'COLLATE utf8mb4_zh_0900_as_cs',
      ['CREATE TABLE t (id int PRIMARY KEY, v varchar(9) COLLATE utf8mb4_zh_0900_as_cs)'],
    ],
    ['mysql', 'mariadb', 'KEY ((expression))', ['CREATE TABLE t (id int PRIMARY KEY, v int, KEY k (id, (v * 2)))']],
    [
      'mysql',
      'mariadb',
      'NOT ENFORCED',
      ['CREATE TABLE t (id int PRIMARY KEY, CHECK (id > 5) NOT ENFORCED)', 'INSERT INTO t VALUES (1)'],
    ],
    ['mysql', 'local', 'VECTOR', ['CREATE TABLE t (id int PRIMARY KEY, v vector(3)) CHARSET=latin1']],
    [
      'mysql',
      'mariadb',
      'CREATE TABLE, 1128',
      ['CREATE TABLE t (id int PRIMARY KEY, v text, FULLTEXT KEY f (v) WITH PARSER ngram) CHARSET=utf8mb3'],
    ],
  ])('of %s is refused by %s for %s, before anything is written', async ([from, to, feature, statements], { skip }) => {
    if (to === 'local' && isYoung(serverOf('local')))
      skip(`the MariaDB of this machine is so new that it has ${feature}`);
    const name = `no_${from}_${to}_${feature.replace(/\W+/g, '_').toLowerCase()}`;
    await runOn(serverOf(from), `CREATE DATABASE ${name}`, `USE ${name}`, ...inDatabase(name, statements));
    await rig.backUp(serverOf(from), name);
    const before = await databasesOf(serverOf(to));
    await runOn(serverOf(to), 'CREATE DATABASE IF NOT EXISTS prepared');

    const refusal = await rig.restore(name, serverOf(to)).catch((error: unknown) => error);
    const intoEmpty = await rig.restore(name, serverOf(to), 'prepared').catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code: 'restore.not-portable', facts: { feature } });
    expect(intoEmpty).toMatchObject({ code: 'restore.not-portable', facts: { feature } });
    expect(await databasesOf(serverOf(to))).toEqual([...new Set([...before, 'prepared'])].sort());
    expect(await createStatements(serverOf(to), 'prepared')).toEqual({});
    const { facts } = refusal as AppError;
    for (const { message, remedy } of [errorsZh['restore.not-portable'], errorsEn['restore.not-portable']]) {
      const said = fillSentence(message + remedy, facts);
      for (const fact of [feature, `${name}.`, versions[from], versions[to]]) expect(said).toContain(fact);
      expect(said).not.toContain('…');
    }
  });

  it('is looked at before: words that the other server keeps, owners that are not there, modes, and what it cannot have', async () => {
    const name = 'looked_at';
    await runOn(
      serverOf('local'),
      `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
      `USE ${name}`,
      'CREATE TABLE t (id int PRIMARY KEY, `rank` int, `manual` int, at datetime)',
      "SET SESSION sql_mode = ''; INSERT INTO t VALUES (1, 2, 3, '0000-00-00 00:00:00')",
      "CREATE DEFINER = nobody@'shop.example' PROCEDURE best() SELECT rank FROM t",
      'CREATE PROCEDURE plain() SELECT t.rank, manual FROM t',
    );
    await rig.backUp(serverOf('local'), name);
    const before = await databasesOf(serverOf('mysql'));

    const { checks } = await rig.check(name, serverOf('mysql'));

    expect(await databasesOf(serverOf('mysql'))).toEqual(before);
    const of = (id: string) => checks.find((check) => check.id === id);
    expect(of('words')).toMatchObject({ state: 'warn', facts: { objects: `${name}.best (RANK)` } });
    expect(of('definers')).toMatchObject({ state: 'warn', facts: { accounts: 'nobody@shop.example' } });
    for (const id of ['writable', 'privileges', 'names', 'letter-case', 'portable', 'packet'])
      expect(of(id)).toMatchObject({ id, state: 'ok' });
    // What was said is what happens.
    const { notes, digest } = await rig.restore(name, serverOf('mysql'));
    expect(digest.equal).toBe(true);
    expect(notes.filter((note) => note.startsWith('not-created'))).toEqual(['not-created: procedure best']);
    expect((await rig.check(name, serverOf('mysql'))).checks.find(({ id }) => id === 'names')).toMatchObject({
      state: 'fail',
      errorCode: 'restore.target-exists',
    });

    const mine = 'looked_at_too';
    await runOn(
      serverOf('mysql'),
      `CREATE DATABASE ${mine}`,
      `CREATE TABLE ${mine}.t (id int PRIMARY KEY, v varchar(9) COLLATE utf8mb4_0900_as_ci)`,
      'SET GLOBAL super_read_only = ON',
    );
    try {
      const readOnly = await rig.check(name, serverOf('mysql'));
      expect(readOnly.checks.find(({ id }) => id === 'writable')).toMatchObject({
        state: 'fail',
        facts: { variable: 'super_read_only' },
      });
      await expect(rig.restore(name, serverOf('mysql'), 'never')).rejects.toMatchObject({ code: 'restore.read-only' });
    } finally {
      await runOn(serverOf('mysql'), 'SET GLOBAL super_read_only = OFF', 'SET GLOBAL read_only = OFF');
    }
    await rig.backUp(serverOf('mysql'), mine);
    if (!isYoung(serverOf('local')))
      expect((await rig.check(mine, serverOf('local'))).checks.find(({ id }) => id === 'portable')).toMatchObject({
        state: 'fail',
        errorCode: 'restore.not-portable',
        facts: { object: `${mine}.t`, feature: 'COLLATE utf8mb4_0900_as_ci' },
      });
  });

  it.each<[CompatServer, CompatServer, string[]]>([
    ['local', 'mysql', ['only_mariadb', 'versioned', 'aria']],
    ['mysql', 'mariadb', ['only_mysql']],
  ])('of every column type that both have goes from %s to %s, proven by the target', async (from, to, notThere) => {
    const name = `types_of_${from}`;
    await runOn(
      serverOf(from),
      ...everyType(flavourOf(from), name),
      `DROP TABLE ${notThere.map((table) => `${name}.${table}`).join(', ')}`,
    );
    await rig.backUp(serverOf(from), name);

    const { digest, tables, notes } = await rig.restore(name, serverOf(to));

    expect(notes.filter((note) => /^(digest-differs|double-format|ddl-differs)/.test(note))).toEqual([]);
    expect(tables).toBeGreaterThan(8);
    expect(digest).toMatchObject({ equal: true, compared: digest.ranges });
    // A plain client is given floating point numbers in as many digits as its server likes.
    const [before, after] = [await checksums(serverOf(from), name), await checksums(serverOf(to), name)];
    expect({ ...after, numbers: '' }).toEqual({ ...before, numbers: '' });
    // So each number is asked for as what it is: equal to itself, in the other server's own words.
    for (const column of ['f', 'ff', 'g', 'gg', 'gu', 'fz', 'gz'])
      expect([column, await doubles(serverOf(to), name, column)]).toEqual([
        column,
        await doubles(serverOf(from), name, column),
      ]);
  });

  it('of MySQL is rehearsed on MySQL where this computer has both flavours, with its rule for the case of names', async () => {
    const own = process.env['PATH'] ?? '';
    const folder = dirname(process.env['SHOUHU_COMPAT_MYSQL'] ?? '');
    const name = 'only_mysql';
    const folded = await startCompatServer('mysql', { extraArgs: ['--lower-case-table-names=1'] });
    try {
      // Its default collation is unknown to the MariaDB of this machine.
      await runOn(folded, `CREATE DATABASE ${name}`, `CREATE TABLE ${name}.Cards (id int PRIMARY KEY, v varchar(9))`);
      await rig.backUp(folded, name);
      process.env['PATH'] = `${own}${delimiter}${folder}`;
      const onMysql = await rig.rehearse(name);
      process.env['PATH'] = own;
      const onMariadb = await rig.rehearse(name).catch((error: unknown) => error);

      expect(onMysql).toMatchObject({ tables: 1, notes: [], digest: { equal: true } });
      if (!isYoung(serverOf('local'))) {
        expect(onMariadb).toMatchObject({
          code: 'restore.not-portable',
          facts: { object: `${name}.cards`, feature: 'COLLATE utf8mb4_0900_ai_ci' },
        });
      }
    } finally {
      process.env['PATH'] = own;
      await folded.stop();
    }
  });

  it('takes attributes that MySQL hides in comments along to MariaDB, and names what it leaves out', async () => {
    await runOn(
      serverOf('mysql'),
      'CREATE DATABASE hidden CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      `CREATE TABLE hidden.t (id int PRIMARY KEY, secret int DEFAULT 5 INVISIBLE, j json, p point NOT NULL SRID 4326,
        v int, KEY seen (v), KEY unseen (secret) INVISIBLE) ENGINE=InnoDB`,
      `INSERT INTO hidden.t (id, secret, j, p) VALUES (1, 7, '{"b": 1.50, "a": "守护"}', ST_GeomFromText('POINT(10 20)', 4326))`,
    );
    await rig.backUp(serverOf('mysql'), 'hidden');

    for (const to of ['local', 'mariadb'] as const) {
      const { notes, digest } = await rig.restore('hidden', serverOf(to));

      expect(digest.equal).toBe(true);
      expect(notes).toEqual(['attribute-left-out: hidden.t SRID 4326', 'json-as-text: hidden.t']);
      const { t } = await createStatements(serverOf(to), 'hidden');
      expect(t).toMatch(/`secret` int\(11\) (INVISIBLE DEFAULT 5|DEFAULT 5 INVISIBLE)/);
      expect(t).toMatch(/KEY `unseen` \(`secret`\) IGNORED/);
      expect(t).toMatch(/`j` longtext .*json_valid/);
    }
  });

  it('takes invisible columns, JSON and partitions from MariaDB to MySQL', async () => {
    await runOn(
      serverOf('local'),
      'CREATE DATABASE seen CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
      `CREATE TABLE seen.t (id int NOT NULL, d date NOT NULL, secret int INVISIBLE DEFAULT 5, j json, packed text COMPRESSED, f float, g double,
        PRIMARY KEY (id, d)) ENGINE=InnoDB PARTITION BY RANGE (year(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
      `INSERT INTO seen.t (id, d, secret, j, packed, f, g) VALUES (1, '2019-01-01', 7, '{"b":  1}', 'x', 0.1, 1e100), (2, '2024-01-01', NULL, NULL, NULL, 3.4e38, 5e-324)`,
    );
    await rig.backUp(serverOf('local'), 'seen');

    const { notes, digest } = await rig.restore('seen', serverOf('mysql'));

    expect(digest.equal).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/^attribute-left-out: seen\.t .*COMPRESSED/)]);
    const { t } = await createStatements(serverOf('mysql'), 'seen');
    expect(t).toMatch(/`secret` int DEFAULT '5' \/\*!80023 INVISIBLE \*\//);
    expect(t).toMatch(/PARTITION BY RANGE/);
  });
});

/** The bits of one column of `numbers`, as hex of IEEE doubles by the row's id; the driver reads the shortest text of a double. */
async function doubles(server: PrivateServer, database: string, column: string): Promise<string[]> {
  const rows = await valuesOf(server, `SELECT ${column} * 1e0 FROM ${database}.numbers ORDER BY id`);
  return rows.map((value) => {
    const bits = Buffer.alloc(8);
    if (value === null) return 'NULL';
    bits.writeDoubleBE(Number(value));
    return bits.toString('hex');
  });
}

/** MariaDB has MySQL's collations since 11.4.5 and vectors since 11.7. */
function isYoung({ version }: PrivateServer): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 11 || (major === 11 && minor >= 4);
}

/** MySQL's own witness is not stable: it prints a column's character set only where somebody once wrote it. */
function withoutCharsets(statements: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(statements).map(([name, ddl]) => [name, ddl.replace(/ CHARACTER SET \w+(?= COLLATE)/g, '')]),
  );
}

function inDatabase(name: string, statements: readonly string[]): string[] {
  return statements.map((statement) => statement.replace(/(TABLE|SEQUENCE|INTO) (?=\w+)/, `$1 ${name}.`));
}

async function fill({ port, user, password }: PrivateServer): Promise<void> {
  const session = await openLoadSession({ host: '127.0.0.1', port: port ?? 0, user, password }, { signal: never });
  try {
    await fillShop(session, { rows: shopRows, signal: never });
  } finally {
    session.close();
  }
}
