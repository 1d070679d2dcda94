import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StreamStatus } from '../../../../shared/model/stream.ts';
import { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../platform/clock.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import { momentNow, StreamBoard } from './stream-board.ts';

/** Two clocks that a test moves by hand: a sleep moves only the one on the wall. */
class TwoClocks implements Clock {
  wallMs = Date.parse('2026-11-23T04:00:00.000Z');
  steadyMs = 1_000;
  nowMs(): number {
    return this.wallMs;
  }
  monotonicMs(): number {
    return this.steadyMs;
  }
  advance(ms: number): void {
    this.wallMs += ms;
    this.steadyMs += ms;
  }
}

async function withBoard(use: (rig: ReturnType<typeof aRig>) => void): Promise<void> {
  await withTempDir('board', async (dir) => {
    const clock = new TwoClocks();
    const catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
    use(aRig(catalog, clock));
    catalog.close();
  });
}

function aRig(catalog: Catalog, clock: TwoClocks) {
  const told: StreamStatus[] = [];
  const open = () => new StreamBoard({ clock, book: catalog.streams, onChanged: (status) => told.push(status) });
  const board = open();
  const stream = board.of('s', 'shop');
  return { catalog, clock, told, open, board, stream };
}
const copies = [
  { id: 'm', name: 'main' },
  { id: 'c', name: 'cloud' },
];
const rpo = (status: StreamStatus) => status.copies.map(({ rpoMs }) => rpoMs);

it('invents nothing: before anything was stored nobody knows what would be lost', async () => {
  await withBoard(({ stream }) => {
    expect(stream.status()).toMatchObject({ state: 'unknown', copies: [], heardAt: null, lastEventAt: null });
    stream.begin(copies);
    expect(stream.status()).toMatchObject({ state: 'waiting', errorCode: null });
    expect(rpo(stream.status())).toEqual([null, null]);
    stream.heard(null);
    expect(stream.status().state).toBe('live');
    expect(rpo(stream.status())).toEqual([null, null]);
  });
});

it('counts for each copy by itself since it held everything, also while the line is down', async () => {
  await withBoard(({ stream, clock }) => {
    stream.begin(copies);
    stream.heard(null);
    stream.storedUntil('m', momentNow(clock));
    stream.storedUntil('c', momentNow(clock, 40_000));
    clock.advance(3_000);
    expect(rpo(stream.status())).toEqual([3_000, 43_000]);
    // An older moment takes nothing back.
    stream.storedUntil('m', momentNow(clock, 9_000));
    stream.broke('tunnel.lost', {});
    clock.advance(60_000);
    expect(stream.status()).toMatchObject({ state: 'waiting', errorCode: 'tunnel.lost' });
    expect(rpo(stream.status())).toEqual([63_000, 103_000]);
  });
});

it('counts the hours that the computer slept, and does not call a silent line live', async () => {
  await withBoard(({ stream, clock }) => {
    stream.begin(copies);
    stream.heard(null);
    stream.storedUntil('m', momentNow(clock));
    clock.wallMs += 8 * 3_600_000;
    expect(rpo(stream.status())[0]).toBe(8 * 3_600_000);
    expect(stream.status()).toMatchObject({ state: 'waiting', errorCode: 'mysql.connection-lost' });
    // A clock that was put back makes nothing younger.
    clock.wallMs -= 9 * 3_600_000;
    clock.advance(5_000);
    expect(rpo(stream.status())[0]).toBe(5_000);
  });
});

it('tells at each change of state, and not at every event of a busy shop', async () => {
  await withBoard(({ stream, clock, told }) => {
    stream.begin(copies);
    for (let event = 0; event < 1_000; event += 1) {
      stream.heard('2026-11-23T04:00:00.000Z');
      clock.advance(10);
    }
    expect(told.length).toBeGreaterThanOrEqual(6);
    expect(told.length).toBeLessThan(10);
    stream.rest('paused', null);
    expect(told.at(-1)?.state).toBe('paused');
  });
});

it('counts what was stored today, and begins anew at midnight', async () => {
  await withBoard(({ stream, clock }) => {
    stream.wrote(10, 1_000);
    stream.wrote(5, 500);
    expect(stream.status().today).toEqual({ events: 15, bytes: 1_500 });
    clock.advance(24 * 3_600_000);
    expect(stream.status().today).toEqual({ events: 0, bytes: 0 });
    stream.wrote(1, 7);
    expect(stream.status().today).toEqual({ events: 1, bytes: 7 });
  });
});

it('is known to the next start of the program as what it was, and a reader writes nothing over it', async () => {
  await withBoard(({ stream, clock, board, open, catalog }) => {
    stream.begin(copies);
    stream.wrote(3, 300);
    stream.storedUntil('m', momentNow(clock));
    const reader = open();
    expect(reader.of('s', 'shop').status().state).toBe('unknown');
    clock.advance(20_000);
    stream.storedUntil('m', momentNow(clock));
    board.close();
    reader.close();
    expect(catalog.streams.read('s')).toMatchObject({ events: 3, stored: { m: '2026-11-23T04:00:20.000Z' } });
    const next = open().of('s', 'shop');
    next.begin(copies);
    expect(next.status().copies[0]).toMatchObject({ rpoMs: null, storedAt: '2026-11-23T04:00:20.000Z' });
    expect(next.status().today.events).toBe(3);
  });
});

it('knows when the nearest copy is back although another one is written first', async () => {
  await withBoard(({ stream, clock }) => {
    stream.begin([copies[1]!, copies[0]!]);
    stream.storedUntil('c', momentNow(clock));
    expect(stream.isAway('m')).toBe(false);
    stream.copyFailed('m', 'backend.absent');
    expect(stream.isAway('m')).toBe(false);
    stream.storedUntil('m', momentNow(clock));
    expect(stream.isAway('m')).toBe(true);
    stream.begin(copies);
    expect(stream.isAway('m')).toBe(false);
  });
});
