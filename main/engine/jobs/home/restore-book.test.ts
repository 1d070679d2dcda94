import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { entryOf, RestoreBook, type BookedRestore } from './restore-book.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-book-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('lets one of two programs begin with a restore, and keeps what that one wrote', async () => {
  const [one, other] = [new RestoreBook(dir), new RestoreBook(dir)];
  await one.add(aRestore());

  await one.change(aRestore(), { state: 'swapping' });
  await expect(other.change(aRestore(), { state: 'swapping' })).rejects.toMatchObject({ code: 'swap.already-running' });

  const { restores } = await new RestoreBook(dir).read();
  expect(restores).toEqual([{ ...aRestore(), state: 'swapping' }]);
});

it('says what may be done with a restore', () => {
  const may = (state: BookedRestore['state']) => {
    const { canSwap, canUndo } = entryOf({ ...aRestore(), state });
    return [canSwap, canUndo];
  };
  expect(may('beside')).toEqual([true, false]);
  expect(may('swapping')).toEqual([true, true]);
  expect(may('swapped')).toEqual([false, true]);
  expect(may('undoing')).toEqual([true, true]);
  expect(may('undone')).toEqual([true, false]);
});

function aRestore(): BookedRestore {
  const at = '2026-11-23T12:00:00.000Z';
  const id = '0192aabb-ccdd-7eee-8fff-001122334455';
  return {
    ...{ id, at, source: 'shop', snapshot: id, stoppedAt: at, host: 'db', port: 3306, access: null },
    databases: [{ name: 'shop', beside: 'shop__restore_20261123_120000', before: null }],
    ...{ tables: 2, rows: 5, whole: true, proven: true, sealed: false, enabledEvents: [], ledgers: [] },
    ...{ state: 'beside', swappedAt: null, undoneAt: null, exchange: null, last: null },
  };
}
