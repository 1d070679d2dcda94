import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from './in-lanes.ts';

const never = new AbortController().signal;

describe('inLanes', () => {
  it('does every item once, never more of them at once than there are lanes', async () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const done: number[] = [];
    let now = 0;
    let most = 0;
    await inLanes(items, { lanes: 3, signal: never }, async (item) => {
      most = Math.max(most, (now += 1));
      for (let turn = 0; turn <= item % 3; turn++) await setImmediate();
      now -= 1;
      done.push(item);
    });
    expect(done.sort((a, b) => a - b)).toEqual(items);
    expect(most).toBe(3);
  });

  it('begins nothing after a failure, tells those under way, waits for them and throws the first', async () => {
    const begun: number[] = [];
    const heard: unknown[] = [];
    let ended = 0;
    const failure = new Error('the second');
    const running = inLanes(
      [1, 2, 3, 4],
      { lanes: 2, signal: never, onFailure: (error) => heard.push(error) },
      async (item, signal) => {
        begun.push(item);
        if (item === 2) throw failure;
        while (!signal.aborted) await setImmediate();
        ended += 1;
        throw new Error('a later one');
      },
    );
    await expect(running).rejects.toBe(failure);
    expect({ begun, ended, heard }).toEqual({ begun: [1, 2], ended: 1, heard: [failure] });
  });

  it('begins nothing once it is aborted', async () => {
    const stop = new AbortController();
    const begun: number[] = [];
    const running = inLanes([1, 2, 3], { lanes: 1, signal: stop.signal }, (item) => {
      begun.push(item);
      stop.abort(new Error('enough'));
      return Promise.resolve();
    });
    await expect(running).rejects.toThrow('enough');
    expect(begun).toEqual([1]);
  });
});
