import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginSnapshot } from '../source/mysql/index.ts';
import type { BackupResult } from './run-backup.ts';
import { never } from './testing/a-capture.ts';
import { openZooRig, type ZooRig } from './testing/zoo/rig.ts';
import { testimonyOf } from './testing/zoo/witness.ts';
import { loadTheme, runClient, targetOf, whyNoZoo } from './testing/zoo/zoo-server.ts';

const reason = await whyNoZoo();
if (reason !== null) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== null)('a second backup', () => {
  let rig: ZooRig;
  let first: BackupResult;
  const databases = ['zoo_relations', 'a_zoo_relations', 'zoo_big_keys', 'zoo_dot', 'zoo_dot.a'];

  beforeAll(async () => {
    rig = await openZooRig();
    for (const theme of ['relations', 'big-keys', 'names']) await loadTheme(rig.source, theme);
    first = await rig.trip.backUp(rig.source, { databases });
  });
  afterAll(async () => {
    await rig.close();
  });
  beforeEach(async () => {
    const drops = databases.map((name) => `DROP DATABASE IF EXISTS \`${name}\`;\n`).join('');
    await runClient(rig.target, `SET SESSION foreign_key_checks = 0;\n${drops}`);
  });

  // A checksum of XORed CRC32s is blind to the first ones. Each change has a table of its own, so that none can hide behind another.
  it.each([
    [
      'equal changes, swaps, cascades and repeated rows',
      [
        'UPDATE zoo_big_keys.signed_key SET flag = 1 ORDER BY id LIMIT 2',
        'UPDATE zoo_big_keys.text_key SET flag = 1',
        `UPDATE zoo_big_keys.unsigned_key a JOIN zoo_big_keys.unsigned_key b ON a.id = b.id - 1 SET a.v = b.v, b.v = a.v WHERE a.id = 9223372036854770809`,
        'INSERT INTO zoo_big_keys.no_key SELECT * FROM zoo_big_keys.no_key LIMIT 2',
        'DELETE FROM zoo_relations.orders WHERE id % 2 = 0',
        "UPDATE zoo_big_keys.composite_key SET day = '1970-01-01' WHERE n % 1000 = 0",
        "UPDATE zoo_dot.`a.b` SET v = 'changed'",
      ],
    ],
    [
      'rows at both ends, changes taken back and a table made anew',
      [
        'UPDATE zoo_big_keys.signed_key SET flag = 0 WHERE flag = 1',
        "INSERT INTO zoo_big_keys.text_key VALUES ('', 'first', 0), ('龘龘', 'last', 0)",
        'TRUNCATE zoo_big_keys.binary_key',
        'INSERT INTO zoo_big_keys.binary_key VALUES (0x00, NULL)',
        'DELETE FROM zoo_big_keys.nullable_key WHERE a IS NULL LIMIT 1',
        "UPDATE `zoo_dot.a`.b SET v = 'changed'",
      ],
    ],
  ])('sees %s', async (_, changes) => {
    const { source, target, trip } = rig;
    await runClient(source, `${changes.join(';\n')};\n`);
    const again = await trip.backUp(source, { databases, previous: first.manifest });
    expect(again.manifest.read.rangesReused).toBeGreaterThan(0);
    expect((await trip.restore(again, target)).digest).toMatchObject({ equal: true, different: [] });
    const before = [...(await testimonyOf(source))].filter(([subject]) =>
      databases.includes(subject.split(' | ')[0] ?? ''),
    );
    const after = await testimonyOf(target);
    for (const [subject, lines] of before) expect([subject, after.get(subject)]).toEqual([subject, lines]);
    first = again;
  });
});

describe.skipIf(reason !== null)('an account without all rights', () => {
  let rig: ZooRig;
  beforeAll(async () => {
    rig = await openZooRig();
    await loadTheme(rig.source, 'zones');
    await loadTheme(rig.source, 'accounts');
    await loadTheme(rig.source, 'objects');
  });
  afterAll(async () => {
    await rig.close();
  });

  const all = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT', 'LOCK TABLES'];
  it.each(['SHOW VIEW', 'TRIGGER', 'EVENT', 'SELECT ON mysql.proc'])(
    'is refused without %s or told what is missing, never given a shorter backup',
    async (missing) => {
      const { source } = rig;
      const rights = all.filter((right) => right !== missing).join(', ');
      const bodies = missing === 'SELECT ON mysql.proc' ? '' : 'GRANT SELECT ON mysql.proc TO poor@localhost;';
      await runClient(
        source,
        `CREATE OR REPLACE USER poor@localhost IDENTIFIED BY 'poor'; GRANT ${rights} ON zoo_objects.* TO poor@localhost; ${bodies}
         GRANT RELOAD, BINLOG MONITOR ON *.* TO poor@localhost;\n`,
      );
      const target = { ...targetOf(source), user: 'poor', password: 'poor' };
      const outcome = await beginSnapshot(target, {
        databases: ['zoo_objects'],
        readers: 1,
        lockWaitMs: 60_000,
        isSecret: () => false,
        signal: never,
      }).then(
        async (snapshot) => {
          await snapshot.close();
          // A view that is not shown is named, so that no run with it is green.
          return snapshot.unreadableObjects[0]?.error;
        },
        (error: unknown) => error,
      );
      expect(outcome).toMatchObject({ code: 'mysql.no-privilege' });
    },
  );

  it('gets objects that belong to it, and is told of each, where their authors are not known', async () => {
    const { source, target, trip } = rig;
    await loadTheme(target, 'zones');
    const backup = await trip.backUp(source, { databases: ['zoo_objects'] });
    const { notes } = await trip.restore(backup, target);
    const replaced = notes.filter((note) => note.startsWith('definer-replaced')).sort();
    expect(replaced).toEqual(
      [
        ...['event e "mode', 'function by_role', 'function tax of', 'procedure spaced', 'trigger after "it'],
        ...['view a_top', 'view m_middle', 'view z_base'],
      ].map((name) => `definer-replaced: ${name}`),
    );
    // But for their owner they are what they were.
    const mine = await testimonyOf(target);
    const owner = /DEFINER=("|`)[^ ]*@("|`)localhost("|`)|DEFINER=`[^ ]*`(@`[^ ]*`)?|DEFINER=`zoo author`@`%`/g;
    const plain = (lines: readonly string[]) =>
      lines.map((line) => line.replaceAll(owner, 'DEFINER').replace(/\t[^\t]*@[^\t]*\t/, '\towner\t'));
    for (const [subject, lines] of await testimonyOf(source)) {
      expect([subject, plain(mine.get(subject) ?? [])]).toEqual([subject, plain(lines)]);
    }
  });
});
