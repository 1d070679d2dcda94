import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually } from '../../../shared/testing/eventually.ts';
import { Catalog } from '../catalog/catalog.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { TestClock } from '../repository/testing/keys.ts';
import { dailyShareRound } from './daily-share.ts';
import type { EngineContext } from './engine-context.ts';

const dayMs = 86_400_000;

it('with the share switched off it still has the clouds tested once a week, and reads nothing', async () => {
  await withTempDir('share', async (dir) => {
    const clock = new TestClock();
    const catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
    const settings = {
      dailyShare: false,
      destinations: [
        { id: 'a', name: 'main', kind: 'disk', path: dir },
        { id: 'b', name: 'cloud', kind: 's3' },
      ],
    };
    // Of an engine only what the round asks: its clock, its catalog and two settings.
    const home = { settings: { read: () => Promise.resolve(settings) } };
    const context = { isUnlocked: () => true, clock, catalog, home } as unknown as EngineContext;
    const asked: [string[], string | undefined][] = [];
    let next: (() => void) | undefined;
    const read = (names: readonly string[], only: string | undefined) => {
      asked.push([[...names], only]);
      return Promise.resolve();
    };
    const after = (_ms: number, action: () => void) => {
      next = action;
      return () => undefined;
    };
    const round = dailyShareRound(context, read, { after });
    round.start();
    /** One look of the round, so many days later, to its end: it plans the next one then. */
    const look = async (days: number) => {
      clock.advance(days * dayMs);
      const action = next;
      next = undefined;
      action?.();
      await eventually(() => {
        expect(next).toBeDefined();
      });
      return asked.splice(0);
    };
    expect(await look(0)).toEqual([[['cloud'], 'probe']]);
    catalog.inventory.recordProbe('b', true);
    expect(await look(1)).toEqual([]);
    expect(await look(6)).toEqual([[['cloud'], 'probe']]);
    catalog.inventory.recordProbe('b', false);
    expect(await look(1)).toEqual([[['cloud'], 'probe']]);
    settings.dailyShare = true;
    expect(await look(1)).toEqual([[['cloud'], undefined]]);
    await round.stop();
    catalog.close();
  });
});
