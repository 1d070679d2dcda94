import type { InodeMarks } from './inode-marks.ts';
import { FileRefusal, type RemoteEntry, type RemoteFiles, type RemoteState } from './remote-files.ts';

/** The folder in which single files of a server lie beside each other, each below its own path. No server has one of this name. */
export const itemsFolder = '/@server';
/** The item that is no file: what the login's own `crontab -l` says. */
export const crontabItem = 'crontab';

export interface ItemsOptions {
  /** Absolute paths, and `crontab`. */
  readonly items: readonly string[];
  readonly login: string;
  /** What `crontab -l` says; null: it says nothing. Asked once. */
  readonly askCrontab: () => Promise<string | null>;
}

/** Where an item lies in `itemsFolder`, without a leading slash. */
export function pathOfItem(item: string, login: string): string {
  return item === crontabItem ? `crontab-l/${login.replaceAll('/', '_')}` : item.replace(/^\/+/, '');
}

/** As much as an answer may have: what is as long may have been cut. */
const mostCrontabChars = 64 * 1024;

type Node =
  | { readonly kind: 'folder'; readonly names: Map<string, Node> }
  | { readonly kind: 'file'; readonly path: Buffer }
  | { readonly kind: 'crontab' };

/**
 * A server's files with one folder more, in which the items are. Everything else is as it is. An item that cannot be had is there all the same and is refused when it is
 * read, so that it is named.
 */
export function withItems(files: RemoteFiles, options: ItemsOptions): RemoteFiles {
  return new ItemFiles(files, options);
}

class ItemFiles implements RemoteFiles {
  readonly #files: RemoteFiles;
  readonly #options: ItemsOptions;
  readonly #root: Node & { readonly kind: 'folder' } = { kind: 'folder', names: new Map() };
  #crontab: Promise<Buffer> | undefined;

  constructor(files: RemoteFiles, options: ItemsOptions) {
    this.#files = files;
    this.#options = options;
    for (const item of options.items) {
      const node: Node = item === crontabItem ? { kind: 'crontab' } : { kind: 'file', path: Buffer.from(item) };
      place(this.#root.names, pathOfItem(item, options.login).split('/'), node);
    }
  }

  get way(): RemoteFiles['way'] {
    return this.#files.way;
  }

  async list(folder: Buffer, most: number): Promise<readonly RemoteEntry[] | null> {
    const node = this.#node(folder);
    if (node === null) return this.#files.list(folder, most);
    if (node.kind !== 'folder') throw new FileRefusal('failed');
    const entries = [...node.names].map(async ([name, child]) => {
      const state = await this.#stateOf(child).catch((error: unknown) => {
        if (!(error instanceof FileRefusal)) throw error;
        return { ...nothing, kind: 'file' as const };
      });
      return { ...state, name: Buffer.from(name) };
    });
    return Promise.all(entries);
  }

  look(path: Buffer): Promise<RemoteState> {
    const node = this.#node(path);
    return node === null ? this.#files.look(path) : this.#stateOf(node);
  }

  lookAtLink(path: Buffer): Promise<RemoteState> {
    const node = this.#node(path);
    return node === null ? this.#files.lookAtLink(path) : this.#stateOf(node);
  }

  readLink(path: Buffer): Promise<Buffer> {
    if (this.#node(path) !== null) return Promise.reject(new FileRefusal('failed'));
    return this.#files.readLink(path);
  }

  async *read(path: Buffer, size: number): AsyncGenerator<Buffer, RemoteState, undefined> {
    const node = this.#node(path);
    if (node === null) return yield* this.#files.read(path, size);
    if (node.kind === 'folder') throw new FileRefusal('failed');
    if (node.kind === 'file') {
      // What is behind a link is what the owner means.
      const now = await this.#files.look(node.path);
      if (now.kind !== 'file') throw new FileRefusal('special');
      return yield* this.#files.read(node.path, now.size);
    }
    const text = await this.#readCrontab();
    if (text.length > 0) yield text;
    return this.#stateOf(node);
  }

  inodeMarks(folder: Buffer): Promise<InodeMarks | null> {
    return this.#node(folder) === null ? this.#files.inodeMarks(folder) : Promise.resolve(null);
  }

  close(): void {
    this.#files.close();
  }

  /** Null: none of the items. */
  #node(path: Buffer): Node | null {
    const text = path.toString('utf8');
    if (text !== itemsFolder && !text.startsWith(`${itemsFolder}/`)) return null;
    let node: Node = this.#root;
    for (const name of text.slice(itemsFolder.length).split('/').slice(1)) {
      const next: Node | undefined = node.kind === 'folder' ? node.names.get(name) : undefined;
      if (next === undefined) throw new FileRefusal('gone');
      node = next;
    }
    return node;
  }

  async #stateOf(node: Node): Promise<RemoteState> {
    if (node.kind === 'file') return this.#files.look(node.path);
    if (node.kind === 'folder') return { ...nothing, kind: 'folder', mode: 0o700 };
    return { ...nothing, kind: 'file', mode: 0o600, size: (await this.#readCrontab()).length };
  }

  #readCrontab(): Promise<Buffer> {
    return (this.#crontab ??= this.#options.askCrontab().then((text) => {
      if (text === null) throw new FileRefusal('denied');
      if (text.length >= mostCrontabChars) throw new FileRefusal('too-large');
      return Buffer.from(text);
    }));
  }
}

const nothing = { mode: 0o600, uid: 0, gid: 0, size: 0, modifiedAtSeconds: 0 } as const;

function place(names: Map<string, Node>, [first = '', ...rest]: readonly string[], node: Node): void {
  if (rest.length === 0) {
    names.set(first, node);
    return;
  }
  const known = names.get(first);
  const folder: Node = known?.kind === 'folder' ? known : { kind: 'folder', names: new Map<string, Node>() };
  names.set(first, folder);
  place(folder.names, rest, node);
}
