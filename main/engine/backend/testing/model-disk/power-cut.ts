import { aFolder, type FileNode, type FolderNode, type ModelNode, type PendingName } from './model-nodes.ts';
import type { SeededRandom } from './seeded-random.ts';

/**
 * What of the un-synced changes a power cut leaves:
 * - `nothing`: names and content as of their last sync;
 * - `everything`: all of it (also the state after the mere death of the process);
 * - `in-order`: names up to one moment, as a journal replays them, and no un-synced content (delayed allocation);
 * - `any`: of each name any moment since its last sync, independent of all other names, and of each file old, new, cut, zeroed or mixed content.
 */
export const survivals = ['nothing', 'everything', 'in-order', 'any'] as const;
export type Survival = (typeof survivals)[number];

/** The tree after the power came back; everything in it is durable. */
export function afterPowerCut(root: FolderNode, survival: Survival, random: SeededRandom): FolderNode {
  const last = lastSequence(root);
  const cutAt = random.below(last + 1);
  const survived = new Map<ModelNode, ModelNode>();
  const survivor = (node: ModelNode): ModelNode => {
    const known = survived.get(node);
    if (known !== undefined) return known;
    if (node.kind === 'file') {
      const bytes = survivingBytes(node, survival, random);
      const file: FileNode = { ...node, bytes, syncedBytes: bytes };
      survived.set(node, file);
      return file;
    }
    const folder = aFolder(node.inode);
    survived.set(node, folder);
    for (const [name, child] of survivingNames(node, survival, cutAt, random)) {
      const kept = survivor(child);
      folder.entries.set(name, kept);
      folder.syncedEntries.set(name, kept);
    }
    return folder;
  };
  return survivor(root) as FolderNode;
}

/** Each name on its own: how many of its changes reached the disk. Changes of one name keep their order. */
function survivingNames(
  folder: FolderNode,
  survival: Survival,
  cutAt: number,
  random: SeededRandom,
): Map<string, ModelNode> {
  const names = new Map(folder.syncedEntries);
  const changes = new Map<string, PendingName[]>();
  for (const change of folder.pending) changes.set(change.name, [...(changes.get(change.name) ?? []), change]);
  for (const [name, ofName] of changes) {
    const reached = {
      nothing: () => 0,
      everything: () => ofName.length,
      'in-order': () => ofName.filter(({ sequence }) => sequence <= cutAt).length,
      any: () => random.below(ofName.length + 1),
    }[survival]();
    const change = ofName[reached - 1];
    if (change === undefined) continue;
    if (change.node === undefined) names.delete(name);
    else names.set(name, change.node);
  }
  return names;
}

function survivingBytes({ bytes, syncedBytes }: FileNode, survival: Survival, random: SeededRandom): Buffer {
  const old = syncedBytes ?? Buffer.alloc(0);
  if (survival === 'everything' || bytes === syncedBytes) return bytes;
  if (survival !== 'any') return old;
  const cut = random.below(bytes.length + 1);
  switch (random.below(5)) {
    case 0:
      return old;
    case 1:
      return bytes;
    case 2:
      return bytes.subarray(0, cut);
    case 3:
      return Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(bytes.length - cut)]);
    default:
      return Buffer.concat([Buffer.alloc(cut), bytes.subarray(cut)]);
  }
}

function lastSequence(folder: FolderNode): number {
  let last = 0;
  for (const { sequence } of folder.pending) last = Math.max(last, sequence);
  for (const child of folder.entries.values()) if (child.kind === 'folder') last = Math.max(last, lastSequence(child));
  return last;
}
