import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreResult } from '../restore/restore-into-server.ts';
import { compatServers, startCompatServer } from '../sandbox/testing/compat-servers.ts';
import { everyType } from '../source/mysql/testing/every-type.sql.ts';
import type { BackupResult } from './run-backup.ts';
import { charsetsOf, everyCharset } from './testing/zoo/charsets.sql.ts';
import { createAuthored } from './testing/zoo/mysql/authors.ts';
import { inPlainFunctions, themesOfMariadbAlone } from './testing/zoo/mysql/on-mysql.ts';
import { expectRangesInsideEveryKey } from './testing/zoo/expect-ranges.ts';
import { openRigOf, sourceDefaults, targetDefaults, type ZooRig } from './testing/zoo/rig.ts';
import { testimonyOf, type Testimony } from './testing/zoo/witness.ts';
import { loadMysqlTheme, loadTheme, runClient, whyNoZoo } from './testing/zoo/zoo-server.ts';

/**
 * The zoo of round-trip.server.test.ts on MySQL 9.7, through a real backup on a disk into a MySQL with other defaults. What MySQL lacks is left
 * out by name (testing/zoo/mysql/on-mysql.ts), what it has of its own is added (testing/zoo/mysql/own.sql, authors.ts).
 */
const reason = (await whyNoZoo()) ?? (compatServers('mysql').length === 0 ? 'no MySQL 9.7' : null);
if (reason !== null) console.warn(`skipped: ${reason}`);

const themes = ['types', 'generated', 'keys', 'big-keys', 'names', 'relations', 'partitions', 'objects', 'across'];

const targetOnMysql = [
  ...targetDefaults,
  ...['--sql-generate-invisible-primary-key=1', '--sql-require-primary-key=1'],
  '--show-gipk-in-create-table-and-information-schema=0',
];

describe.skipIf(reason !== null)('a zoo of everything that MySQL 9.7 can hold', () => {
  let rig: ZooRig;
  let backup: BackupResult;
  let restored: RestoreResult;
  let before: Testimony;
  let after: Testimony;

  beforeAll(async () => {
    rig = await openRigOf(
      () => startCompatServer('mysql', { extraArgs: sourceDefaults }),
      () => startCompatServer('mysql', { extraArgs: targetOnMysql, binlog: false }),
    );
    const { source, target, trip } = rig;
    for (const server of [source, target]) for (const theme of ['zones', 'accounts']) await loadTheme(server, theme);
    await runClient(
      target,
      'CREATE ROLE zoo_mysql_role; SET GLOBAL default_collation_for_utf8mb4 = utf8mb4_general_ci;\n',
    );
    await runClient(source, `${everyType('mysql', 'zoo_types').join(';\n')};\n`);
    await runClient(source, inPlainFunctions(everyCharset(await charsetsOf(source))));
    for (const theme of themes) await loadTheme(source, theme);
    await createAuthored(source);
    await loadMysqlTheme(source, 'own');
    before = await testimonyOf(source);
    backup = await trip.backUp(source);
    restored = await trip.restore(backup, target);
    after = await testimonyOf(target);
  });
  afterAll(async () => {
    await rig.close();
  });

  it.each([
    ['types with their edge values', /^zoo_types/],
    ['character sets and collations', /^zoo_charsets/],
    ['generated columns and checks', /^zoo_generated/],
    ['keys and counters', /^zoo_keys/],
    ['large tables by every kind of key', /^zoo_big_keys/],
    ['names', /^(zoo `na.me` |zoo_?x?dot|ZOO_DOT)/],
    ['foreign keys', /zoo_relations$/],
    ['partitions and storage engines', /^zoo_(partitions|engines)/],
    ['views, routines, triggers and events', /^zoo_objects/],
    ['objects that need other databases', /(zoo_across|zoo_only_views|zoo_empty)$/],
    ['what only MySQL has', /^zoo_mysql/],
  ])('%s come back as they were', (_, databases) => {
    const subjects = [...before.keys()].filter((subject) => databases.test(subject.split(' | ')[0] ?? ''));
    expect(subjects.length).toBeGreaterThan(0);
    for (const subject of subjects) expect([subject, after.get(subject)]).toEqual([subject, before.get(subject)]);
  });

  it('holds no more and no less', () => {
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  });

  it('is proven by the target', () => {
    const { digest, notes } = restored;
    expect(digest).toMatchObject({ equal: true, different: [], compared: digest.ranges });
    expect(notes).toEqual([]);
    expect(backup.manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('was cut into ranges inside every kind of key', () => {
    expectRangesInsideEveryKey(backup.manifest);
  });

  it('holds every theme of the zoo that MySQL can have', async () => {
    const files = await readdir(fileURLToPath(new URL('testing/zoo', import.meta.url)));
    const all = files.flatMap((file) => (file.endsWith('.sql') ? [file.slice(0, -4)] : []));
    const known = ['accounts', 'zones', ...themes, ...Object.keys(themesOfMariadbAlone)];
    expect(known.sort()).toEqual(all.sort());
  });
});
