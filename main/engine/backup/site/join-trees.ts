import type { TreeItem } from '../../repository/index.ts';
import { comparePaths } from '../../repository/index.ts';
import type { WalkedItem } from '../../source/files/index.ts';

/** What is there now, and what the snapshot before has of the same path. At least one of the two is there. */
export interface JoinedItem {
  readonly now: WalkedItem | null;
  readonly before: TreeItem | null;
}

/** Two trees side by side, both in the order of `comparePaths`; items of no place (`bad-name`) as they come. */
export async function* joinTrees(
  walked: AsyncIterable<WalkedItem>,
  previous: AsyncIterator<TreeItem, void, undefined>,
): AsyncGenerator<JoinedItem, void, undefined> {
  let before = await next(previous);
  for await (const now of walked) {
    if (now.type === 'unread' && now.reason === 'bad-name') {
      yield { now, before: null };
      continue;
    }
    for (; before !== null && comparePaths(before.path, now.path) < 0; before = await next(previous))
      yield { now: null, before };
    if (before !== null && comparePaths(before.path, now.path) === 0) {
      yield { now, before };
      before = await next(previous);
    } else {
      yield { now, before: null };
    }
  }
  for (; before !== null; before = await next(previous)) yield { now: null, before };
}

async function next(previous: AsyncIterator<TreeItem, void, undefined>): Promise<TreeItem | null> {
  const { value, done } = await previous.next();
  return done === true ? null : value;
}
