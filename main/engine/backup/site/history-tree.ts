import { entriesOfTree, treeObject, type GitEntry, type GitObject } from '../../repository/index.ts';

/** One file or link of a commit. */
export interface HistoryFile {
  readonly mode: '100644' | '100755' | '120000';
  readonly oid: string;
}

/** Folders by the bytes of their names (latin1). */
interface Node {
  readonly files: Map<string, HistoryFile>;
  readonly folders: Map<string, Node>;
}

/** Files by path, slashes between names, each a byte per character (latin1). */
export type FilesByPath = ReadonlyMap<string, HistoryFile>;

/** The tree of each folder, the innermost first; the last one is the root's. */
export function treesOf(files: FilesByPath): GitObject[] {
  const root = newNode();
  for (const [path, file] of files) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    let node = root;
    for (const folder of names) {
      const known = node.folders.get(folder) ?? newNode();
      node.folders.set(folder, known);
      node = known;
    }
    node.files.set(name, file);
  }
  const trees: GitObject[] = [];
  writeNode(root, trees);
  return trees;
}

/** All files below a tree. Null: a tree is missing, or is none of ours. */
export function filesOf(tree: string, trees: ReadonlyMap<string, Buffer>): Map<string, HistoryFile> | null {
  const files = new Map<string, HistoryFile>();
  const waiting: { readonly oid: string; readonly path: string }[] = [{ oid: tree, path: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { oid, path } = next;
    const content = trees.get(oid);
    const entries = content === undefined ? null : entriesOfTree(content);
    // No site has such paths: trees may name each other without end.
    if (entries === null || path.length > 8192 || files.size > 1_000_000) return null;
    for (const { mode, name, oid: of } of entries) {
      const own = `${path}${name.toString('latin1')}`;
      if (mode === '40000') waiting.push({ oid: of, path: `${own}/` });
      else files.set(own, { mode, oid: of });
    }
  }
  return files;
}

function writeNode({ files, folders }: Node, trees: GitObject[]): string {
  const entries: GitEntry[] = [...files]
    // Where one folder that is kept lies in another, a name could be both.
    .filter(([name]) => !folders.has(name))
    .map(([name, file]) => ({ ...file, name: Buffer.from(name, 'latin1') }));
  for (const [name, folder] of folders)
    entries.push({ mode: '40000', name: Buffer.from(name, 'latin1'), oid: writeNode(folder, trees) });
  const tree = treeObject(entries);
  trees.push(tree);
  return tree.oid;
}

function newNode(): Node {
  return { files: new Map(), folders: new Map() };
}
