import { comparePaths, type TreeItem } from '../../repository/index.ts';

/** One path in two trees. Null: not there. */
export interface TreeDifference {
  readonly path: Buffer;
  readonly change: 'added' | 'changed' | 'removed' | 'mode';
  readonly before: TreeItem | null;
  readonly after: TreeItem | null;
}

/** What differs between two trees of one folder, in their order. `mode`: nothing but permissions or owner. Times are not compared. */
export async function* compareTrees(
  before: AsyncGenerator<TreeItem, void, undefined>,
  after: AsyncGenerator<TreeItem, void, undefined>,
): AsyncGenerator<TreeDifference, void, undefined> {
  let [old, now] = [await nextOf(before), await nextOf(after)];
  while (old !== null || now !== null) {
    const order = old === null ? 1 : now === null ? -1 : comparePaths(old.path, now.path);
    const pair: { readonly before: TreeItem | null; readonly after: TreeItem | null } = {
      before: order <= 0 ? old : null,
      after: order >= 0 ? now : null,
    };
    const change = changeOf(pair.before, pair.after);
    const path = pair.after?.path ?? pair.before?.path;
    if (change !== null && path !== undefined) yield { path, change, ...pair };
    if (order <= 0) old = await nextOf(before);
    if (order >= 0) now = await nextOf(after);
  }
}

function changeOf(before: TreeItem | null, after: TreeItem | null): TreeDifference['change'] | null {
  if (before === null) return 'added';
  if (after === null) return 'removed';
  const [old, now] = [before.entry, after.entry];
  if (old.type !== now.type) return 'changed';
  if (old.type === 'unread' || now.type === 'unread') return null;
  if (old.type === 'file' && now.type === 'file' && (old.size !== now.size || old.sha256 !== now.sha256))
    return 'changed';
  if (old.type === 'link' && now.type === 'link' && (old.target !== now.target || old.rawTarget !== now.rawTarget))
    return 'changed';
  return old.mode === now.mode && old.uid === now.uid && old.gid === now.gid ? null : 'mode';
}

async function nextOf(tree: AsyncGenerator<TreeItem, void, undefined>): Promise<TreeItem | null> {
  const { value, done } = await tree.next();
  return done === true ? null : value;
}
