import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CardWorld, secretFlags } from './testing/cards/card-world.ts';
import { bucket, codeOf, query, startCliRig, until, type CliRig } from './testing/cli-rig.ts';

/**
 * Ten thousand known cards, and every byte that the product writes anywhere: after backups, sales, the log, restores with the vault closed and open, exports, and after
 * each of them was killed. What may hold cards is said where it is left out: the shop's own server, a server that an open restore filled, a file that an owner asked for.
 *
 * `SHOUHU_CARDS=200000` makes it a larger shop.
 */
const count = Number(process.env['SHOUHU_CARDS'] ?? 10_000);
const database = 'cardshop';
const vault = ['--open-vault', '--vault-passphrase-env', 'VAULT'];

let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
});
afterAll(() => rig.stop());

it('writes no card of ten thousand anywhere', { timeout: 3_600_000 }, async () => {
  const world = await CardWorld.open(rig, database, count, 20261123);
  const share = (part: number) => Math.floor(count * part);
  await world.stock(share(0.8));
  await world.sell(share(0.1));

  await world.well('init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit');
  const login = ['--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', database];
  await world.well('source', 'add', 'shop', ...login, ...secretFlags);
  await world.well('destination', 'add', 'main', '--disk', 'main');
  const place = ['--s3', 'custom', '--bucket', bucket, '--endpoint', rig.s3.endpoint, '--prefix', database];
  const keys = ['--access-key-env', 'AK', '--secret-key-env', 'SK', '--region', 'us-east-1'];
  await world.well('destination', 'add', 'cloud', ...place, ...keys);

  // A backup that dies in the middle, and the ones after it.
  const dying = world.start('backup', 'shop', '--max-rate', '2Mbit');
  await until('objects on the disk', async () => (await stat(world.path('main/chunks')).catch(() => null)) !== null);
  await sleep(500);
  dying.child.kill('SIGKILL');
  expect((await dying.ended).exitCode).toBeNull();
  await world.expectNoCard('a backup was killed');
  await world.well('backup', 'shop');

  // The log of sales in rows and in words, of new stock, followed by a process that is killed as well.
  const following = world.start('stream', 'shop');
  await world.sell(share(0.02));
  await until('a stretch on the disk', async () => (await stat(world.path('main/streams')).catch(() => null)) !== null);
  await world.sell(share(0.02));
  following.child.kill('SIGKILL');
  await following.ended;
  await world.expectNoCard('following the log was killed');
  await world.well('stream', 'shop', '--until-caught-up');
  await world.well('events', 'shop');
  const moment = new Date().toISOString();
  // A log counts whole seconds.
  await sleep(1_100);
  await world.sell(20, 'STATEMENT');
  await world.stock(share(0.2));
  await world.well('stream', 'shop', '--until-caught-up');
  await world.well('backup', 'shop');

  // Closed: into a throw-away server that is looked into while it works, beside the shop, onto another server.
  const other = await rig.otherServer();
  const elsewhere = `mysql://${other.user}@127.0.0.1:${other.port ?? 0}/`;
  const proving = world.start('restore', 'shop', '--into', 'sandbox');
  const sandbox = await world.filledSandbox();
  proving.child.kill('SIGSTOP');
  await world.expectNoCard('a sandbox lives', sandbox);
  proving.child.kill('SIGCONT');
  expect(await proving.ended).toMatchObject({ exitCode: 0, json: { vault: 'closed' } });
  await world.well('restore', 'shop', '--into', 'sandbox', '--at', moment);
  await world.well('restore', 'shop', '--into', 'same', '--as', 'beside');
  await world.expectNoCardIn(rig.server, 'beside');
  const there = ['--into', elsewhere, '--mysql-password-env', 'DBTHERE'];
  await world.well('restore', 'shop', ...there, '--as', 'closed_there');
  await world.expectNoCardIn(other, 'closed_there');
  await world.well('export', 'latest', '--sql', 'closed.sql');
  expect(codeOf(await world.run('events', 'shop', '--export-log', 'closed-log'))).toBe('keys.vault-closed');

  // What else one does with copies.
  await world.well('verify', 'main', '--read', 'all');
  await world.well('prune', 'main', '--keep-daily', '1');
  for (const verb of [
    ['snapshots'],
    ['show', 'latest'],
    ['checklist'],
    ['audit'],
    ['doctor'],
    ['key', 'list'],
    ['restores'],
  ])
    await world.run(...verb);
  await world.expectNoCard('everything with the vault closed', other.dataDir);

  // Open: the target holds cards, and nothing else does.
  await world.well('restore', 'shop', '--into', 'sandbox', ...vault);
  await world.well('restore', 'shop', '--into', 'sandbox', '--at', moment, ...vault);
  expect(await world.servers()).toEqual([]);
  await world.well('export', 'latest', '--sql', 'open.sql', ...vault);
  world.askedFor.add(world.path('open.sql'));

  // Failures while cards are on their way: the server's own words quote them.
  await query(other, `CREATE DATABASE taken; CREATE TABLE taken.carmis (id int)`);
  expect((await world.run('restore', 'shop', ...there, '--as', 'taken', ...vault)).exitCode).not.toBe(0);
  await query(other, 'SET GLOBAL read_only = 1; SET GLOBAL max_allowed_packet = 16384');
  await world.run('restore', 'shop', ...there, '--as', 'too_small', ...vault);
  await query(other, 'SET GLOBAL read_only = 0; SET GLOBAL max_allowed_packet = 16777216');

  // Killed with the vault open: what lies about is gone with the next start.
  const restoring = world.start('restore', 'shop', '--into', 'sandbox', ...vault);
  const killed = await world.filledSandbox();
  restoring.child.kill('SIGKILL');
  expect((await restoring.ended).exitCode).toBeNull();
  // The search sees cards in the files of a server.
  const { found } = await world.lookEverywhere();
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ where }) => !where.startsWith(killed))).toEqual([]);
  const exporting = world.start('export', 'latest', '--sql', 'cut.sql', ...vault);
  await until('a file on its way', async () => (await world.parts()).length > 0);
  exporting.child.kill('SIGKILL');
  expect((await exporting.ended).exitCode).toBeNull();
  await world.well('snapshots');
  expect(await world.servers()).toEqual([]);
  expect(await world.parts()).toEqual([]);
  expect(await killedWhileExportingLog(world, 'cut-log')).toBe(true);
  await world.well('snapshots');
  expect(await readdir(world.path('cut-log'))).toEqual([]);
  // Every backup lies in the bucket too: with none there, the search would have had nothing to read.
  expect((await rig.s3.objects.list(bucket)).length).toBeGreaterThan(20);
  const { files, bytes } = await world.expectNoCard('killed with the vault open');
  console.log(
    `${count} cards, ${world.search.windows} patterns, ${files} files and objects, ${(bytes / 1e6).toFixed(0)} MB`,
  );

  // The search is not blind to what it walked through.
  await writeFile(world.path('home/planted'), Buffer.from(world.cards[77]?.text ?? '').toString('base64'));
  const planted = await world.lookEverywhere();
  expect([...new Set(planted.found.map(({ where }) => where))]).toEqual([world.path('home/planted')]);
});

/** Whether a log export was killed while something of it lay there. It is quick: one that was whole before is taken away and begun anew. */
async function killedWhileExportingLog(world: CardWorld, folder: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries += 1) {
    const exporting = world.start('events', 'shop', '--export-log', folder, ...vault);
    // An object, because the callback sets it.
    const seen = { isOver: false };
    void exporting.ended.then(() => (seen.isOver = true));
    const names = async () => readdir(world.path(folder)).catch(() => []);
    while (!seen.isOver && !(await names()).some((name) => name.endsWith('.part'))) await sleep(1);
    exporting.child.kill('SIGKILL');
    const { exitCode } = await exporting.ended;
    if (exitCode === null && (await names()).every((name) => name.endsWith('.part'))) return (await names()).length > 0;
    await rm(world.path(folder), { recursive: true, force: true });
  }
  return false;
}
