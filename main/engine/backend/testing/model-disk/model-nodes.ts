/**
 * The files and folders of a model disk. Each knows what a reader sees now and what a pulled plug would leave: content since the last
 * `fsync` of the file, names since the last `fsync` of the folder. Bytes are never changed in place, so copies of a disk may share them.
 */
export interface FileNode {
  readonly kind: 'file';
  readonly inode: number;
  bytes: Buffer;
  /** Content at the last sync; undefined when it never was synced. */
  syncedBytes: Buffer | undefined;
  mtimeMs: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly inode: number;
  readonly entries: Map<string, ModelNode>;
  readonly syncedEntries: Map<string, ModelNode>;
  /** What happened to names since the last sync, in order. `node` undefined: the name was taken away. */
  pending: PendingName[];
}

export interface PendingName {
  readonly name: string;
  readonly node: ModelNode | undefined;
  /** Order among all changes of the disk. */
  readonly sequence: number;
}

export type ModelNode = FileNode | FolderNode;

export function aFolder(inode: number): FolderNode {
  return { kind: 'folder', inode, entries: new Map(), syncedEntries: new Map(), pending: [] };
}

/** A deep copy; what a name and its synced name share stays shared. */
export function copyTree(root: FolderNode): FolderNode {
  const copies = new Map<ModelNode, ModelNode>();
  const copyOf = (node: ModelNode): ModelNode => {
    const known = copies.get(node);
    if (known !== undefined) return known;
    if (node.kind === 'file') {
      const file = { ...node };
      copies.set(node, file);
      return file;
    }
    const folder = aFolder(node.inode);
    copies.set(node, folder);
    for (const [name, child] of node.entries) folder.entries.set(name, copyOf(child));
    for (const [name, child] of node.syncedEntries) folder.syncedEntries.set(name, copyOf(child));
    folder.pending = node.pending.map((change) => ({
      ...change,
      node: change.node === undefined ? undefined : copyOf(change.node),
    }));
    return folder;
  };
  return copyOf(root) as FolderNode;
}
