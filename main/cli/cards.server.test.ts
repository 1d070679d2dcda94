import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../engine/platform/run-command.ts';
import { CardWorld, secretFlags } from './testing/cards/card-world.ts';
import {
  checksums,
  codeOf,
  query,
  startCliRig,
  wordsFile,
  type CliRig,
  type Ended,
  type Json,
} from './testing/cli-rig.ts';

/** Cards that are added later to what was restored with the vault closed: real servers, real processes. */
let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
});
afterAll(() => rig.stop());

const vault = ['--open-vault', '--vault-passphrase-env', 'VAULT'];

async function aShop(database: string, cards: number): Promise<CardWorld> {
  const world = await CardWorld.open(rig, database, cards, 7);
  await world.stock(Math.floor(cards / 2));
  await world.sell(20);
  await world.well('init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit');
  const login = ['--mysql', rig.mysqlUrl, '--mysql-password-env', 'DB', '--databases', database];
  await world.well('source', 'add', 'shop', ...login, ...secretFlags);
  await world.well('destination', 'add', 'main', '--disk', 'main');
  await world.well('backup', 'shop');
  return world;
}

const idOf = ({ json }: Ended) => String(json['restoreId']);
const tableOf = ({ json }: Ended, name: string) =>
  (json['tables'] as Json[]).find(({ table }) => String(table).endsWith(`.${name}`));

it('that are sold are not stored again', async () => {
  const world = await aShop('dedup', 3000);
  await world.sell(80);
  await world.well('backup', 'shop');
  const before = await world.sealedObjects();
  await query(rig.server, 'UPDATE dedup.carmis SET status = 2 WHERE id BETWEEN 300 AND 900');
  const after = await world.well('backup', 'shop');
  // The rows were read again, because one of their columns changed.
  expect(Number((after.json['read'] as Json)['rowsFetched'])).toBeGreaterThanOrEqual(1200);
  expect(await world.sealedObjects()).toEqual(before);
});

describe('two people', () => {
  it('can each hold a kit: the main one opens everything but cards, the vault’s nothing by itself', async () => {
    const world = await aShop('people', 400);
    const partner = await world.well(
      ...['key', 'add-sheet', '--vault', '--dir', 'partner', '--for', '合伙人', '--vault-passphrase-env', 'VAULT'],
    );
    const [sheet] = partner.json['sheets'] as { slot: { id: string }; kitFiles: string[] }[];
    const paper = sheet?.kitFiles.find((file) => file.endsWith('.txt')) ?? '';
    const withWords = (file: string) => ['--open-vault', '--vault-words-file', file];

    // Either opens the cards: the owner's passphrase, the partner's paper.
    await world.well('export', 'latest', '--sql', 'owner.sql', ...vault);
    await world.well('export', 'latest', '--sql', 'partner.sql', ...withWords(paper), '--reason', 'the owner is away');
    expect(await readFile(world.path('partner.sql'))).toEqual(await readFile(world.path('owner.sql')));
    const { entries } = (await world.well('audit')).json as { entries: Json[] };
    const opened = entries.findLast(({ action }) => action === 'vault.open');
    expect(opened).toMatchObject({ facts: { by: 'words', holder: '合伙人', reason: 'the owner is away' } });

    // On a bare computer, without Shouhu.
    const main = await wordsFile(world.world, 'main');
    const recover = (out: string, ...secrets: string[]) =>
      runCommand(process.execPath, [
        world.path('main/recover.mjs'),
        '--repository',
        world.path('main'),
        '--sql',
        world.path(out),
        ...secrets,
      ]);
    expect((await recover('main.sql', '--words-file', main)).exitCode).toBe(0);
    expect(world.search.find(await readFile(world.path('main.sql')))).toEqual([]);
    expect(await readFile(world.path('main.sql'), 'utf8')).toContain('buyer@example.com');
    const both = await recover('both.sql', '--words-file', main, '--vault-words-file', paper);
    expect(both.exitCode, both.stderr).toBe(0);
    expect(world.search.find(await readFile(world.path('both.sql'))).length).toBeGreaterThan(0);
    expect((await recover('vault.sql', '--words-file', paper)).exitCode).not.toBe(0);
    expect(await stat(world.path('vault.sql')).catch(() => null)).toBeNull();

    await world.well('key', 'revoke', sheet?.slot.id ?? '');
    expect(codeOf(await world.run('export', 'latest', '--sql', 'no.sql', ...withWords(paper)))).toBe(
      'keys.wrong-words',
    );
    expect((await recover('revoked.sql', '--words-file', main, '--vault-words-file', paper)).exitCode).not.toBe(0);
    await world.well('export', 'latest', '--sql', 'still.sql', ...vault);
  });
});

describe('cards that are added later', () => {
  it('make of a closed restore what an open one is, beside the shop and on another server', async () => {
    const world = await aShop('addlater', 2000);
    const real = await checksums(rig.server, 'addlater');
    const beside = await world.well('restore', 'shop', '--into', 'same', '--as', 'addlater_b');
    expect(await checksums(rig.server, 'addlater_b')).not.toEqual(real);
    expect(codeOf(await world.run('swap', idOf(beside)))).toBe('swap.vault-closed');
    expect((await world.run('cards', idOf(beside))).exitCode).toBe(2);

    const added = await world.well('cards', idOf(beside), ...vault, '--reason', 'the shop is back');
    expect(added.json).toMatchObject({ complete: true, restore: { databases: ['addlater_b'] } });
    expect(tableOf(added, 'carmis')).toMatchObject({ filled: 800, same: 0, proven: true, left: null });
    // Without a key: written again as a whole.
    expect(tableOf(added, 'pool')).toMatchObject({ filled: 100, proven: true, left: null });
    expect(tableOf(added, 'vouchers')).toMatchObject({ filled: 100, proven: true, left: null });
    expect(await checksums(rig.server, 'addlater_b')).toEqual(real);
    expect(codeOf(await world.run('cards', idOf(beside), ...vault))).toBe('cards.nothing-to-add');

    const other = await rig.otherServer();
    const there = ['--into', `mysql://${other.user}@127.0.0.1:${other.port ?? 0}/`, '--mysql-password-env', 'DBTHERE'];
    const moved = await world.well('restore', 'shop', ...there);
    const listed = await world.well('restores');
    expect(listed.json['withoutCards']).toMatchObject([{ id: idOf(moved), server: { kind: 'server' } }]);
    expect((await world.well('cards', idOf(moved), ...vault)).json).toMatchObject({ complete: true });
    expect(await checksums(other, 'addlater')).toEqual(real);
    const { entries } = (await world.well('audit')).json as { entries: Json[] };
    const opened = entries.filter(({ action }) => String(action).startsWith('vault.'));
    expect(opened).toMatchObject([
      { action: 'vault.open', facts: { for: 'add-cards', reason: 'the shop is back', by: 'passphrase' } },
      { action: 'vault.close', facts: { for: 'add-cards', because: 'done' } },
      { action: 'vault.open', facts: { reason: '' } },
      { action: 'vault.close', facts: { because: 'done' } },
    ]);

    // Now it may come into the shop.
    await world.well('swap', idOf(beside));
    expect(await checksums(rig.server, 'addlater')).toEqual(real);
  });

  it('are each there once when the program is killed while it adds them, and is begun again', async () => {
    const world = await aShop('addkilled', 20_000);
    const real = await checksums(rig.server, 'addkilled');
    const beside = await world.well('restore', 'shop', '--into', 'same', '--as', 'addkilled_b');
    const there = async () => {
      const [row] = await query(
        rig.server,
        'SELECT SUM(b.carmi = a.carmi) AS same FROM addkilled_b.carmis AS b JOIN addkilled.carmis AS a USING (id)',
      );
      return Number(row?.['same'] ?? 0);
    };
    expect(await there()).toBe(0);
    const kills: number[] = [];
    // Each goes on where the one before it was killed, a little further.
    for (const least of [1, 3_000]) {
      const adding = world.start('cards', idOf(beside), ...vault);
      const seen = { isOver: false };
      void adding.ended.then(() => (seen.isOver = true));
      while (!seen.isOver && (await there()) < least) await sleep(1);
      adding.child.kill('SIGKILL');
      expect((await adding.ended).exitCode).toBeNull();
      kills.push(await there());
    }
    expect(kills[0]).toBeGreaterThan(0);
    expect(kills[1]).toBeGreaterThanOrEqual(3_000);
    expect(await world.servers()).toEqual([]);
    await world.expectNoCard('adding cards was killed');
    // Meanwhile one is sold by hand.
    await query(rig.server, "UPDATE addkilled_b.carmis SET carmi = 'typed in by hand' WHERE id = 7999");
    const added = await world.run('cards', idOf(beside), ...vault);
    expect(tableOf(added, 'carmis')).toMatchObject({ rows: 8000, changed: 1, waiting: 0, gone: 0 });
    await query(
      rig.server,
      'UPDATE addkilled_b.carmis AS b JOIN addkilled.carmis AS a USING (id) SET b.carmi = a.carmi, b.updated_at = a.updated_at WHERE id = 7999',
    );
    expect((await world.well('cards', idOf(beside), ...vault)).json).toMatchObject({ complete: true });
    expect(await checksums(rig.server, 'addkilled_b')).toEqual(real);
    const [tables] = await query(
      rig.server,
      "SELECT COUNT(*) AS n FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'shouhu_cards%'",
    );
    expect(tables).toMatchObject({ n: 0 });
  });

  it('leave alone what was sold, changed or deleted since, and say so', async () => {
    const world = await aShop('addchanged', 1000);
    const beside = await world.well('restore', 'shop', '--into', 'same', '--as', 'addchanged_b');
    await query(
      rig.server,
      `USE addchanged_b; UPDATE carmis SET status = 2, updated_at = '2026-02-03 04:05:06' WHERE id BETWEEN 100 AND 149;
       UPDATE carmis SET carmi = 'typed in by hand' WHERE id = 200; DELETE FROM carmis WHERE id = 300;
       INSERT INTO pool VALUES ('lot', 'a late one')`,
    );
    const added = await world.run('cards', idOf(beside), ...vault);
    expect({ exitCode: added.exitCode, code: codeOf(added) }).toEqual({ exitCode: 3, code: 'cards.incomplete' });
    expect(tableOf(added, 'carmis')).toMatchObject({ rows: 400, filled: 398, changed: 1, gone: 1, proven: false });
    expect(tableOf(added, 'pool')).toMatchObject({ filled: 0, left: 'no-key' });
    const [row] = await query(
      rig.server,
      `SELECT SUM(b.carmi = a.carmi) AS same, SUM(b.status = 2 AND b.updated_at = '2026-02-03 04:05:06') AS sold,
         SUM(b.carmi = 'typed in by hand') AS typed FROM addchanged_b.carmis AS b JOIN addchanged.carmis AS a USING (id)`,
    );
    expect(row).toMatchObject({ same: '398', sold: '50', typed: '1' });
    // It goes on, and does nothing twice.
    expect(tableOf(await world.run('cards', idOf(beside), ...vault), 'carmis')).toMatchObject({ filled: 0, same: 398 });
  });

  it('are those of the moment that was restored, also of rows that only the log has', async () => {
    const world = await aShop('addmoment', 1000);
    await world.well('stream', 'shop', '--until-caught-up');
    await world.sell(30);
    await query(rig.server, `UPDATE addmoment.carmis SET carmi = CONCAT('swapped-', id) WHERE id BETWEEN 200 AND 210`);
    await world.well('stream', 'shop', '--until-caught-up');
    const real = await checksums(rig.server, 'addmoment');
    const at = new Date().toISOString();
    await sleep(1_100);
    await world.sell(10);
    await world.well('stream', 'shop', '--until-caught-up');
    const beside = await world.well('restore', 'shop', '--into', 'same', '--as', 'addmoment_b', '--at', at);
    expect(beside.json).toMatchObject({ vault: 'closed' });
    const added = await world.run('cards', idOf(beside), ...vault);
    expect(tableOf(added, 'carmis')).toMatchObject({ filled: 400, changed: 0, waiting: 0, proven: true });
    expect(tableOf(added, 'orders')).toMatchObject({ filled: 50, changed: 0, waiting: 0, proven: true });
    expect((await checksums(rig.server, 'addmoment_b'))['orders']).toEqual(real['orders']);
    // Ten were sold after the moment: they have their text, and stay marked.
    const [row] = await query(
      rig.server,
      `SELECT SUM(b.carmi = a.carmi) AS same, SUM(b.status = 2) AS sold
         FROM addmoment_b.carmis AS b JOIN addmoment.carmis AS a USING (id)`,
    );
    expect(row).toMatchObject({ same: '400', sold: '60' });
  });
});
