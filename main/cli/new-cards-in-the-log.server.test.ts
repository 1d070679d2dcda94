import { afterAll, beforeAll, expect, it } from 'vitest';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CardWorld, secretFlags } from './testing/cards/card-world.ts';
import { bucket, query, startCliRig, until, type CliRig } from './testing/cli-rig.ts';

const database = 'growing';

let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
});
afterAll(() => rig.stop());

/** What an owner does by hand before an update, and what an update does: no backup has looked at it when its rows are in the log already. */
const grows = [
  'SET SESSION binlog_format = ROW',
  'CREATE TABLE carmis_20261124 LIKE carmis',
  'INSERT INTO carmis_20261124 SELECT * FROM carmis',
  'CREATE TABLE saved_cards AS SELECT id, goods_id, carmi AS card_code FROM carmis',
  'ALTER TABLE goods ADD COLUMN card_secret TEXT NULL',
  'UPDATE goods SET card_secret = (SELECT carmi FROM carmis ORDER BY id LIMIT 1) ORDER BY id LIMIT 1',
  // Another column in the place of one that was looked at: the rows have the same shape.
  'ALTER TABLE memos CHANGE memo card_code TEXT',
  'UPDATE memos SET card_code = (SELECT carmi FROM carmis ORDER BY id DESC LIMIT 1)',
  'CREATE TABLE visits (id INT PRIMARY KEY, page TEXT, count INT)',
  "INSERT INTO visits VALUES (1, 'front page', 7)",
];

it(
  'seals what came to a shop after its last backup, and a closed restore goes through it all the same',
  { timeout: 600_000 },
  async () => {
    const world = await CardWorld.open(rig, database, 300, 20261124);
    await query(
      rig.server,
      `USE ${database}; CREATE TABLE memos (id INT PRIMARY KEY, memo TEXT); INSERT INTO memos VALUES (1, 'x')`,
    );
    await world.stock(200);
    await world.well('init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit');
    const login = ['--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', database];
    await world.well('source', 'add', 'shop', ...login, ...secretFlags);
    await world.well('destination', 'add', 'main', '--disk', 'main');
    const place = ['--s3', 'custom', '--bucket', bucket, '--endpoint', rig.s3.endpoint, '--prefix', database];
    await world.well(
      'destination',
      'add',
      'cloud',
      ...place,
      '--access-key-env',
      'AK',
      '--secret-key-env',
      'SK',
      '--region',
      'us-east-1',
    );
    await world.well('backup', 'shop');

    const following = world.start('stream', 'shop');
    await world.sell(5);
    await until(
      'a stretch on the disk',
      async () => (await stat(world.path('main/streams')).catch(() => null)) !== null,
    );
    await query(rig.server, `USE ${database}; ${grows.join(';')}`);
    await world.sell(5);
    await sleep(3_000);
    following.child.kill('SIGINT');
    await following.ended;
    await world.well('stream', 'shop', '--until-caught-up');
    await world.expectNoCard('no backup has looked');

    const moment = new Date().toISOString();
    await sleep(1_100);
    await query(rig.server, `USE ${database}; DELETE FROM visits`);
    await world.well('stream', 'shop', '--until-caught-up');
    const restored = await world.well('restore', 'shop', '--into', 'same', '--as', 'closed', '--at', moment);
    expect((restored.json as { notes: string[] }).notes).toContain(`text-left-out: ${database}.visits.page`);
    await world.expectNoCardIn(rig.server, 'closed');
    const seen = await query(rig.server, 'SELECT id, page, count FROM closed.visits');
    expect(seen).toEqual([{ id: 1, page: null, count: 7 }]);

    const asked = (await world.run('backup', 'shop')).json as {
      checks: { id: string; facts: Record<string, unknown> }[];
    };
    expect(asked.checks.find(({ id }) => id === 'columns-asked')?.facts['columns']).toMatch(/goods\.card_secret/);
    await world.stock(50);
    await query(
      rig.server,
      `USE ${database}; INSERT INTO carmis_20261124 SELECT * FROM carmis WHERE id > 170; INSERT INTO visits VALUES (2, 'cart', 1)`,
    );
    await world.well('stream', 'shop', '--until-caught-up');
    await world.expectNoCard('a backup has looked');
  },
);
