import { expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { TestClock } from '../../repository/testing/keys.ts';
import { StreamKeeper, type Ending, type KeptShop } from './stream-keeper.ts';

const aShop = (name: string, changes: Partial<KeptShop> = {}): KeptShop => ({
  id: name,
  name,
  wish: 'follow',
  settings: 'a',
  isAway: false,
  ...changes,
});

/** A keeper over sessions that a test ends by hand: which shops a real one follows is `keptShops`, and the session is `stream.run`. */
function aRig(...first: KeptShop[]) {
  const clock = new TestClock();
  const rig = {
    clock,
    shops: first,
    /** `+name` begun, `-name` told to stop and over. */
    log: [] as string[],
    rests: [] as [string, Ending['kind']][],
    /** Ends the session of a shop. */
    fail: new Map<string, (error: unknown) => void>(),
    /** Sessions that do not end although they were told to. */
    held: null as Promise<void> | null,
  };
  const keeper = new StreamKeeper({
    clock,
    timers: { after: () => () => undefined },
    shops: () => Promise.resolve(rig.shops),
    follow: (name, signal) => {
      rig.log.push(`+${name}`);
      return new Promise((_resolve, reject) => {
        rig.fail.set(name, reject);
        signal.addEventListener('abort', () => {
          void (rig.held ?? Promise.resolve()).then(() => {
            rig.log.push(`-${name}`);
            reject(new AppError('cancelled'));
          });
        });
      });
    },
    onRest: ({ name }, { kind }) => rig.rests.push([name, kind]),
  });
  return Object.assign(rig, { keeper, taken: () => rig.log.splice(0) });
}

it('follows each shop once, and none that is paused or has nothing to begin from', async () => {
  const rig = aRig(aShop('a'), aShop('b', { wish: 'paused' }), aShop('c', { wish: 'no-snapshot' }));
  await rig.keeper.look();
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+a']);
  expect(new Map(rig.rests)).toEqual(
    new Map([
      ['b', 'paused'],
      ['c', 'no-snapshot'],
    ]),
  );
  rig.shops = [aShop('a'), aShop('b'), aShop('c')];
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+b', '+c']);
});

it('ends a session before the next begins: paused, removed, with other settings, or with the nearest copy back', async () => {
  const rig = aRig(aShop('a'), aShop('b'), aShop('c'), aShop('d'), aShop('e'));
  await rig.keeper.look();
  rig.taken();
  rig.shops = [aShop('a', { wish: 'paused' }), aShop('c', { settings: 'b' }), aShop('d', { isAway: true }), aShop('e')];
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['-a', '-b', '-c', '-d', '+c', '+d']);
});

it('tries soon again what passes, seldom what somebody has to do something about, and at once when told to', async () => {
  const rig = aRig(aShop('a'), aShop('b'), aShop('c'));
  await rig.keeper.look();
  rig.taken();
  rig.fail.get('a')!(new AppError('tunnel.unreachable', {}));
  rig.fail.get('b')!(new AppError('binlog.off', {}));
  rig.fail.get('c')!(new AppError('mysql.auth-failed', {}));
  await eventually(() => expect(rig.rests).toHaveLength(3));
  expect(rig.rests).toEqual([
    ['a', 'later'],
    ['b', 'off'],
    ['c', 'failed'],
  ]);
  await rig.keeper.look();
  expect(rig.taken()).toEqual([]);
  rig.clock.advance(61_000);
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+a']);
  await rig.keeper.look('b');
  expect(rig.taken()).toEqual(['+b']);
  rig.clock.advance(31 * 60_000);
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+c']);
});

it('tries soon again when a copy failed: the next session may take another', async () => {
  const rig = aRig(aShop('a'));
  await rig.keeper.look();
  rig.fail.get('a')!(new AppError('backend.io', {}));
  await eventually(() => expect(rig.rests).toEqual([['a', 'failed']]));
  rig.clock.advance(61_000);
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+a', '+a']);
});

it('begins again with a shop that was paused while it could not be followed', async () => {
  const rig = aRig(aShop('a'));
  await rig.keeper.look();
  rig.fail.get('a')!(new AppError('binlog.off', {}));
  await eventually(() => expect(rig.rests).toHaveLength(1));
  rig.shops = [aShop('a', { wish: 'paused' })];
  await rig.keeper.look();
  rig.shops = [aShop('a')];
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+a', '+a']);
});

it('stops only when every session has stored what it heard, and begins none after that', async () => {
  const rig = aRig(aShop('a'), aShop('b'));
  await rig.keeper.look();
  let letGo = (): void => undefined;
  rig.held = new Promise<void>((resolve) => (letGo = resolve));
  let isStopped = false;
  const stopping = rig.keeper.stop().then(() => (isStopped = true));
  await eventually(() => expect(rig.fail.size).toBe(2));
  expect(isStopped).toBe(false);
  letGo();
  await stopping;
  expect(rig.taken()).toEqual(['+a', '+b', '-a', '-b']);
  await rig.keeper.look('a');
  expect(rig.taken()).toEqual([]);
});

it('outlives a home that cannot be read', async () => {
  const rig = aRig(aShop('a'));
  const shops = rig.shops;
  Object.defineProperty(rig, 'shops', {
    configurable: true,
    get: () => {
      throw new AppError('home.in-use', {});
    },
  });
  await rig.keeper.look();
  Object.defineProperty(rig, 'shops', { value: shops });
  await rig.keeper.look();
  expect(rig.taken()).toEqual(['+a']);
});
