import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compatServers, startCompatServer } from '../sandbox/testing/compat-servers.ts';
import { everyType } from '../source/mysql/testing/every-type.sql.ts';
import { openRigOf, type ZooRig } from './testing/zoo/rig.ts';
import { testimonyOf, type Testimony } from './testing/zoo/witness.ts';
import { loadTheme, runClient, whyNoZoo } from './testing/zoo/zoo-server.ts';

/** The zoo of round-trip.server.test.ts on the next long-term MariaDB: up from this machine's own. */
const reason = (await whyNoZoo()) ?? (compatServers('mariadb').length === 0 ? 'no MariaDB 11.8' : null);
if (reason !== null) console.warn(`skipped: ${reason}`);

const themes = [
  ...['types', 'generated', 'keys', 'names', 'relations', 'partitions', 'sequences', 'versioned', 'objects', 'across'],
];

describe.skipIf(reason !== null)('a zoo of the MariaDB of this machine on MariaDB 11.8', () => {
  let rig: ZooRig;
  let before: Testimony;
  beforeAll(async () => {
    rig = await openRigOf(
      () => startCompatServer('local', { extraArgs: ['--log-bin-trust-function-creators=1', '--sql-mode='] }),
      () => startCompatServer('mariadb', { extraArgs: ['--character-set-server=latin1'] }),
    );
    const { source, target } = rig;
    for (const server of [source, target]) for (const theme of ['zones', 'accounts']) await loadTheme(server, theme);
    await runClient(source, `${everyType('mariadb', 'zoo_types').join(';\n')};\n`);
    for (const theme of themes) await loadTheme(source, theme);
    before = await testimonyOf(source);
  });
  afterAll(async () => {
    await rig.close();
  });

  it('comes back with every row, proven by the target and by both servers themselves', async () => {
    const { source, target, trip } = rig;
    const { digest, notes } = await trip.restore(await trip.backUp(source), target);
    const after = await testimonyOf(target);

    expect(digest).toMatchObject({ equal: true, different: [], compared: digest.ranges });
    expect(notes.filter((note) => !/^(history-left-out: |not-created: view broken$)/.test(note))).toEqual([]);
    const rows = [...before].filter(([subject]) => / \| (rows|count)$/.test(subject));
    expect(rows.length).toBeGreaterThan(100);
    for (const [subject, said] of rows) expect([subject, after.get(subject)]).toEqual([subject, said]);
  });

  it('and goes back, also with names in foreign keys that MariaDB 11.8 prints without escaping them', async () => {
    const { source, target, trip } = rig;
    const relations = ['a_zoo_relations', 'zoo_relations'];
    const ofRelations = (testimony: Testimony) =>
      [...testimony].filter(([subject]) => relations.includes(subject.split(' | ')[0] ?? ''));
    const drop = `SET SESSION foreign_key_checks = 0; ${relations.map((name) => `DROP DATABASE ${name};`).join(' ')}\n`;
    const onTarget = ofRelations(await testimonyOf(target));
    const backup = await trip.backUp(target, { databases: relations });

    await runClient(target, drop);
    const again = await trip.restore(backup, target);
    expect(again.notes).toEqual([]);
    expect(again.digest).toMatchObject({ equal: true, compared: again.digest.ranges });
    expect(ofRelations(await testimonyOf(target))).toEqual(onTarget);

    await runClient(source, drop);
    const back = await trip.restore(backup, source);
    expect(back.notes).toEqual([]);
    expect(ofRelations(await testimonyOf(source))).toEqual(ofRelations(before));
  });
});
