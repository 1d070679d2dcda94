import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectFailure,
  filesBelow,
  query,
  shopDatabase,
  startCliRig,
  type CliRig,
  type Ended,
} from './testing/cli-rig.ts';

/** Days of backups by the real command line on a computer whose clock is moved, then tidying up, then a robbed shop. */
let rig: CliRig;
beforeAll(async () => {
  rig = await startCliRig();
});
afterAll(() => rig.stop());

const dayMs = 24 * 3_600_000;
const shiftClock = pathToFileURL(join(import.meta.dirname, 'testing', 'shift-clock.mjs')).href;

interface Pruned {
  readonly kept: readonly { readonly snapshot: string; readonly reasons: readonly { readonly id: string }[] }[];
  readonly removed: readonly { readonly snapshot: string }[];
  readonly objectsRemoved: number;
  readonly bytesFreed: number;
}
const pruned = ({ json }: Ended) => json as unknown as Pruned;
const idsOf = (list: readonly { readonly snapshot: string }[]) => list.map(({ snapshot }) => snapshot);

it(
  'tidies up days of backups, says why each stays, and refuses when the shop looks robbed',
  { timeout: 1_200_000 },
  async () => {
    const world = await rig.prepared();
    const onDay = (day: number, ...args: string[]) =>
      world.run(args, {
        env: {
          NODE_OPTIONS: `--import=${shiftClock}`,
          SHOUHU_TEST_CLOCK_AHEAD_MS: String(day * dayMs),
          TZ: 'Asia/Shanghai',
        },
      });
    const backUp = async (day: number, exitCode = 0) => {
      await query(
        rig.server,
        `UPDATE ${shopDatabase}.goods SET gd_name = CONCAT('on day ', ${day}) ORDER BY id LIMIT 1`,
      );
      const ended = await onDay(day, 'backup', 'shop');
      expect(ended, ended.stdout).toMatchObject({ exitCode });
      // The server's clock stands still while ours runs ahead: said each time, and no reason for a red run.
      const warned = (ended.json['checks'] as { id: string; facts: { apartMs: number } }[])
        .filter(({ id }) => id === 'clock-ahead')
        .map(({ facts }) => Math.round(facts.apartMs / dayMs));
      expect(warned).toEqual([day]);
      return (ended.json['snapshot'] as { id: string }).id;
    };
    /** Nothing on the disks is young any more: the disk's own clock cannot be moved. */
    const age = async () => {
      for (const disk of ['main', 'second'])
        for (const file of await filesBelow(world.path(disk)))
          await utimes(file, new Date('2025-01-01T00:00:00Z'), new Date('2025-01-01T00:00:00Z'));
    };
    const listed = async (destination: string) => {
      const { json } = await world.run(['snapshots', '--at-destination', destination]);
      return (json['snapshots'] as { id: string }[]).map(({ id }) => id);
    };

    // The prepared one is of day 0. Two on day 41.
    const days = [1, 12, 40, 41, 41, 42];
    const ids: string[] = [];
    for (const day of days) ids.push(await backUp(day));

    // All of it was written just now.
    const young = await onDay(42, 'prune', 'main', '--keep-daily', '1', '--keep-weekly', '0', '--keep-monthly', '0');
    expect(young).toMatchObject({ exitCode: 0 });
    expect(pruned(young).removed).toEqual([]);
    expect(pruned(young).kept.every(({ reasons }) => reasons.some(({ id }) => id === 'young'))).toBe(true);

    await age();
    const before = await filesBelow(world.path('main'));
    const keep = ['--keep-daily', '3', '--keep-weekly', '1', '--keep-monthly', '1'];
    const dry = await onDay(42, 'prune', 'main', ...keep, '--dry-run');
    expect(dry, dry.stdout).toMatchObject({
      exitCode: 0,
      json: { dryRun: true, timeZone: 'Asia/Shanghai', shrunk: [] },
    });
    expect(await filesBelow(world.path('main'))).toEqual(before);
    expect(idsOf(pruned(dry).kept)).toEqual([ids[5], ids[4], ids[2]]);
    expect(idsOf(pruned(dry).removed)).toEqual([ids[3], ids[1], ids[0], world.good]);

    const done = await onDay(42, 'prune', 'main', ...keep);
    expect(done, done.stdout).toMatchObject({ exitCode: 0, json: { dryRun: false } });
    for (const figure of ['objectsRemoved', 'bytesFreed', 'objectsKept', 'kept', 'removed'])
      expect(done.json[figure]).toEqual(dry.json[figure]);
    expect(pruned(done).bytesFreed).toBeGreaterThan(0);
    // What was removed on purpose is written down in the copy.
    const after = await filesBelow(world.path('main'));
    const isDeed = (path: string) => path.includes('/deeds/');
    expect(after.filter(isDeed)).toHaveLength(before.filter(isDeed).length + 1);
    expect(after).toHaveLength(before.length - pruned(done).objectsRemoved + 1);
    expect(await listed('main')).toEqual([ids[5], ids[4], ids[2]]);
    // The other disk has a rule of its own; the timeline still knows what only it holds.
    expect(await listed('second')).toHaveLength(7);
    const { json: shown } = await world.run(['show', world.good]);
    expect((shown['copies'] as { destination: string }[]).map(({ destination }) => destination)).toEqual(['second']);
    for (const disk of ['main', 'second']) expect(await world.run(['verify', disk])).toMatchObject({ exitCode: 0 });

    // The setting of a place, used without flags; words for a person.
    expect(await world.run(['destination', 'set', 'second', '--keep-all'])).toMatchObject({ exitCode: 0 });
    expect(pruned(await onDay(42, 'prune', 'second')).removed).toEqual([]);
    const set = ['destination', 'set', 'second', '--keep-daily', '1', '--keep-weekly', '0', '--keep-monthly', '0'];
    const pinned = await world.run([...set, '--pin', (ids[0] ?? '').slice(0, 8)]);
    expect(pinned).toMatchObject({
      exitCode: 0,
      json: { destination: { retention: { keepAll: false, keepDaily: 1 } } },
    });
    const told = await world.run(['--lang', 'zh', 'prune', 'second', '--dry-run'], { asText: true });
    expect(told.stdout).toContain('最新的一个');
    expect(told.stdout).toContain('您要求保留');
    expect(told.stdout).toContain('将清理');

    // Somebody deletes the cards; the next backup is red, and the one after a green week would be as well.
    await query(rig.server, `DELETE FROM ${shopDatabase}.carmis; DELETE FROM ${shopDatabase}.orders`);
    const robbed = await backUp(43, 3);
    await age();
    const held = await filesBelow(world.path('second'));
    const refused = await onDay(43, 'prune', 'second');
    expectFailure(refused, 5, 'prune.looks-like-attack');
    expect(refused.json).toMatchObject({ error: { facts: { source: 'shop', snapshot: robbed } } });
    expect(JSON.stringify(refused.json)).toContain(`${shopDatabase}.carmis`);
    expect(await onDay(43, 'prune', 'second', '--dry-run')).toMatchObject({
      exitCode: 5,
      json: { ok: false, error: { code: 'prune.looks-like-attack' }, shrunk: [{ snapshot: robbed }] },
    });
    // A word for another snapshot is no word for this one.
    expectFailure(await onDay(43, 'prune', 'second', '--confirm-shrink', ids[5] ?? ''), 5, 'prune.looks-like-attack');
    expectFailure(await onDay(43, 'prune', 'second', '--confirm-shrink', 'ffffffff'), 2, 'snapshot.unknown');
    expect(await filesBelow(world.path('second'))).toEqual(held);

    const confirmed = await onDay(43, 'prune', 'second', '--confirm-shrink', robbed);
    expect(confirmed, confirmed.stdout).toMatchObject({ exitCode: 0 });
    expect(idsOf(pruned(confirmed).kept).sort()).toEqual([robbed, ids[5], ids[0]].sort());
    // Remembered, also for the other disk.
    for (const disk of ['main', 'second']) expect(await onDay(43, 'prune', disk)).toMatchObject({ exitCode: 0 });
    expect(await world.run(['verify', 'second'])).toMatchObject({ exitCode: 0 });
    const { json: log } = await world.run(['audit']);
    const actions = (log['entries'] as { action: string }[]).map(({ action }) => action);
    expect(log).toMatchObject({ intact: true });
    expect(actions).toEqual(
      expect.arrayContaining(['prune', 'prune.refused', 'prune.shrink-confirmed', 'destination.set']),
    );

    expect(await listed('second')).toHaveLength(3);
  },
);
