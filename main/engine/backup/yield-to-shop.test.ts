import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { TestClock } from '../repository/testing/keys.ts';
import { longestPauseMs, YieldToShop, type ShopState } from './yield-to-shop.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;

/** A shop whose load is a number, on a clock that moves only while somebody rests. */
interface Scene {
  readonly atStart?: number | null;
  readonly runningAt: (elapsedMs: number) => number | null;
}

function aShop({ atStart = 0, runningAt }: Scene) {
  const clock = new TestClock();
  const startedMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startedMs;
  const states: ShopState[] = [];
  const looksAtMs: number[] = [];
  const load = {
    othersRunningAtStart: atStart,
    isAwaited: () => Promise.resolve(false),
    othersRunning: () => {
      looksAtMs.push(elapsedMs());
      return Promise.resolve(runningAt(elapsedMs()));
    },
  };
  const resting = (ms: number, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted();
    clock.advance(ms);
    return Promise.resolve();
  };
  const shop = new YieldToShop(load, clock, (state) => states.push(state), resting);
  return { shop, clock, states, looksAtMs, elapsedMs };
}

describe('YieldToShop', () => {
  it('asks once a second, whoever hands out work, and waits for nothing while the shop is calm', async () => {
    const { shop, clock, states, looksAtMs, elapsedMs } = aShop({ runningAt: () => 10 });

    for (let piece = 0; piece < 8; piece++) {
      await Promise.all([shop.giveWay(never), shop.giveWay(never), shop.giveWay(never)]);
      clock.advance(250);
    }

    expect(looksAtMs).toEqual([0, 1000]);
    expect([elapsedMs(), shop.pausedMs, states]).toEqual([2000, 0, []]);
  });

  it('stands still while the shop is busy, until it is clearly calm again', async () => {
    // Busy above ten, calm at seven: nine in between changes nothing in either direction.
    const { shop, states, elapsedMs } = aShop({ runningAt: (ms) => (ms < 5000 ? 11 : ms < 9000 ? 9 : 7) });

    await shop.giveWay(never);

    expect([elapsedMs(), shop.pausedMs, states]).toEqual([9000, 9000, ['waiting', 'calm']]);
    await shop.giveWay(never);
    expect(shop.pausedMs).toBe(9000);
  });

  it('holds all readers in one pause', async () => {
    const { shop, looksAtMs } = aShop({ runningAt: (ms) => (ms < 3000 ? 50 : 0) });

    await Promise.all([1, 2, 3, 4].map(() => shop.giveWay(never)));

    expect([shop.pausedMs, looksAtMs]).toEqual([3000, [0, 1000, 2000, 3000]]);
  });

  it('takes what ran before the snapshot for normal', async () => {
    const { shop, clock } = aShop({ atStart: 15, runningAt: (ms) => (ms < 1000 ? 30 : ms < 3000 ? 31 : 21) });

    await shop.giveWay(never);
    expect(shop.pausedMs).toBe(0);
    clock.advance(1000);
    await shop.giveWay(never);
    expect(shop.pausedMs).toBe(2000);
  });

  it('ends all pauses together after ten minutes, and then goes on one piece a second', async () => {
    const { shop, clock, states, elapsedMs } = aShop({
      // Busy for four minutes, calm for one, and then busy for ever.
      runningAt: (ms) => (ms >= 4 * minuteMs && ms < 5 * minuteMs ? 0 : 99),
    });
    await shop.giveWay(never);
    expect([elapsedMs(), shop.pausedMs]).toEqual([4 * minuteMs, 4 * minuteMs]);
    clock.advance(minuteMs);

    await shop.giveWay(never);

    expect(shop.pausedMs).toBe(longestPauseMs);
    expect(states).toEqual(['waiting', 'calm', 'waiting', 'slow']);
    const beforeMs = elapsedMs();
    await Promise.all([shop.giveWay(never), shop.giveWay(never), shop.giveWay(never)]);
    await shop.giveWay(never);
    expect([elapsedMs() - beforeMs, shop.pausedMs]).toEqual([4000, longestPauseMs]);
  });

  it('goes on at full speed when the shop is calm after all', async () => {
    const { shop, clock, states, elapsedMs } = aShop({ runningAt: (ms) => (ms < 11 * minuteMs ? 99 : 0) });
    await shop.giveWay(never);
    expect(shop.state).toBe('slow');
    clock.advance(minuteMs);

    await shop.giveWay(never);

    expect([elapsedMs(), states]).toEqual([11 * minuteMs, ['waiting', 'slow', 'calm']]);
  });

  it('ends a pause with the reason of an abort', async () => {
    const stop = new AbortController();
    const lost = new AppError('repository.leased', {});
    const { shop } = aShop({
      runningAt: (ms) => {
        if (ms === 2000) stop.abort(lost);
        return 99;
      },
    });

    await expect(shop.giveWay(stop.signal)).rejects.toBe(lost);
  });

  it('lets a range go on whose table somebody waits for, and nothing else', async () => {
    const awaited = { database: 'shop', name: 'cards' };
    const load = {
      othersRunningAtStart: 0,
      othersRunning: () => Promise.resolve(100),
      isAwaited: ({ name }: { readonly name: string }) => Promise.resolve(name === awaited.name),
    };
    const clock = new TestClock();
    const stop = new AbortController();
    const resting = (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      clock.advance(ms);
      if (clock.monotonicMs() > 30_000) stop.abort(new AppError('cancelled'));
      return Promise.resolve();
    };
    const shop = new YieldToShop(load, clock, () => undefined, resting);

    await shop.giveWay(stop.signal, awaited);
    expect(shop.pausedMs).toBe(0);
    await expect(shop.giveWay(stop.signal, { ...awaited, name: 'orders' })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(shop.pausedMs).toBeGreaterThan(0);
  });

  it('does not wait for an answer that does not come once it is aborted', async () => {
    const stop = new AbortController();
    const load = {
      othersRunningAtStart: 0,
      isAwaited: () => Promise.resolve(false),
      othersRunning: () => new Promise<number>(() => undefined),
    };
    const waiting = new YieldToShop(load, new TestClock(), () => undefined).giveWay(stop.signal);

    stop.abort(new AppError('cancelled'));

    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('fails when the server can no longer be asked', async () => {
    const lost = new AppError('mysql.connection-lost', {});
    const load = {
      othersRunningAtStart: 0,
      isAwaited: () => Promise.resolve(false),
      othersRunning: () => Promise.reject(lost),
    };
    const shop = new YieldToShop(load, new TestClock(), () => undefined);

    const outcomes = await Promise.allSettled([shop.giveWay(never), shop.giveWay(never)]);

    expect(outcomes).toEqual([lost, lost].map((reason) => ({ status: 'rejected', reason })));
  });

  it('waits for nobody on a server that does not say', async () => {
    const unknown = aShop({ atStart: null, runningAt: () => 99 });
    await unknown.shop.giveWay(never);
    expect(unknown.looksAtMs).toEqual([]);

    const silent = aShop({ runningAt: (ms) => (ms < 2000 ? 99 : null) });
    await silent.shop.giveWay(never);
    expect(silent.shop.pausedMs).toBe(2000);
  });
});
