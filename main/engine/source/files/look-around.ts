import PQueue from 'p-queue';
import {
  boundFolders,
  composeNames,
  dockerHome,
  dockerVolumes,
  homeParents,
  isKeyFile,
  knownPlaces,
  notSearched,
  panelPhp,
  parentsOfSites,
  programParents,
} from './known-places.ts';
import { FileRefusal, type RefusalReason, type RemoteEntry, type RemoteFiles } from './remote-files.ts';
import { isName, joined } from './walk.ts';

/** One thing on the server. `path` is bytes, absolute; `within`: the site's folder that it lies in. */
export interface FoundPlace {
  readonly kind: 'folder' | 'home' | 'volume' | 'key-file' | 'settings-file' | 'server-settings' | 'certificates';
  readonly path: Buffer;
  readonly within: Buffer | null;
  readonly isFolder: boolean;
  /** Names directly in a folder; null: nobody counted. */
  readonly entries: number | null;
}

export interface LookedAround {
  readonly places: readonly FoundPlace[];
  /** What is there and could not be looked into. */
  readonly blind: readonly { readonly path: string; readonly reason: RefusalReason }[];
}

export interface LookAroundOptions {
  /** Folders that are looked into although nothing suggests them: those that are kept, and where a shop's program usually is. */
  readonly sites: readonly string[];
  /** Files and folders of a shop's program, below its folder or absolute. With `*` they are not looked for. */
  readonly programPaths: readonly string[];
  readonly signal: AbortSignal;
  /** Where the server's root is: for tests on a machine that is none of a shop's. */
  readonly under?: string;
}

const asksAtOnce = 8;
/** Of the whole look: a folder with a hundred thousand names is one question. */
const mostLists = 800;
const namesPerFolder = 20_000;
const searchDepth = 3;
const searchedFoldersPerSite = 80;
const keyFilesPerSite = 60;
const composeBytes = 64 * 1024;

/**
 * What lies in the usual places of a shop's server, without walking through it: sites, homes, volumes, keys, settings. A folder is one thing whatever is in it, and no file is read but
 * compose files. Nothing that goes wrong with one place ends the look.
 *
 * Errors: those of the line; the signal's reason.
 */
export function lookAround(files: RemoteFiles, options: LookAroundOptions): Promise<LookedAround> {
  return new Look(files, options).run();
}

type Names = readonly RemoteEntry[];

class Look {
  readonly #files: RemoteFiles;
  readonly #options: LookAroundOptions;
  readonly #under: string;
  readonly #queue = new PQueue({ concurrency: asksAtOnce });
  readonly #places = new Map<string, FoundPlace>();
  readonly #blind = new Map<string, RefusalReason>();
  readonly #composed: { readonly folder: Buffer; readonly file: Buffer }[] = [];
  #lists = 0;

  constructor(files: RemoteFiles, options: LookAroundOptions) {
    this.#files = files;
    this.#options = options;
    this.#under = options.under ?? '';
  }

  async run(): Promise<LookedAround> {
    const sites = await this.#sites();
    await this.#homes();
    for (const site of sites) {
      this.#options.signal.throwIfAborted();
      await this.#searchSite(site);
    }
    await this.#knownPlaces();
    await this.#containers();
    return {
      places: [...this.#places.values()],
      blind: [...this.#blind].map(([path, reason]) => ({ path, reason })),
    };
  }

  async #sites(): Promise<Buffer[]> {
    const sites = this.#options.sites.filter((path) => !path.includes('<'));
    const parents = parentsOfSites(sites);
    const found = (await Promise.all(parents.map((parent) => this.#childFolders(this.#at(parent), true)))).flat();
    const named = sites.map((path) => this.#at(path));
    const known = new Set(found.map(keyOf));
    const all = [...found, ...named.filter((path) => !known.has(keyOf(path)))];
    const kept: Buffer[] = [];
    await Promise.all(
      all.map(async (path) => {
        // A folder that somebody named and that is not there is told by the backup.
        const names = await this.#list(path, true);
        if (names === null || names.length === 0) return;
        this.#add({ kind: 'folder', path, within: null, isFolder: true, entries: names.length });
        this.#noteCompose(path, names);
        kept.push(path);
      }),
    );
    return kept.sort((a, b) => a.compare(b));
  }

  async #homes(): Promise<void> {
    for (const parent of homeParents)
      for (const path of await this.#childFolders(this.#at(parent), false)) {
        const names = await this.#list(path);
        const own = (names ?? []).filter(({ name }) => name[0] !== 0x2e);
        if (names === null || own.length === 0) continue;
        this.#add({ kind: 'home', path, within: null, isFolder: true, entries: own.length });
        this.#noteCompose(path, names);
      }
  }

  /** Keys and settings by their names, a few folders deep. */
  async #searchSite(site: Buffer): Promise<void> {
    let found = 0;
    let searched = 0;
    let level: Buffer[] = [site];
    for (let depth = 0; depth < searchDepth && level.length > 0; depth += 1) {
      const next: Buffer[] = [];
      for (const folder of level) {
        if (searched >= searchedFoldersPerSite) break;
        searched += 1;
        for (const { name, kind } of (await this.#list(folder)) ?? []) {
          const path = joined(folder, name);
          const text = name.toString('latin1');
          if (kind === 'file' && isKeyFile(text) && found < keyFilesPerSite) {
            found += 1;
            this.#add({ kind: 'key-file', path, within: site, isFolder: false, entries: null });
          }
          if (kind === 'folder' && !text.startsWith('.') && !notSearched.has(text.toLowerCase())) next.push(path);
        }
      }
      level = next;
    }
    const below = this.#options.programPaths.filter((path) => !path.startsWith('/') && !path.includes('*'));
    await Promise.all(below.map((path) => this.#addIfThere('settings-file', joined(site, Buffer.from(path)), site)));
  }

  async #knownPlaces(): Promise<void> {
    const absolute = this.#options.programPaths.filter((path) => path.startsWith('/') && !/[*<]/.test(path));
    await Promise.all([
      ...knownPlaces.map(({ kind, path }) => this.#addIfThere(kind, this.#at(path), null)),
      ...absolute.map((path) => this.#addIfThere('settings-file', this.#at(path), null)),
    ]);
    for (const version of await this.#childFolders(this.#at(panelPhp), false))
      await this.#addIfThere('server-settings', joined(version, Buffer.from('etc')), null);
  }

  async #containers(): Promise<void> {
    for (const parent of programParents)
      for (const path of await this.#childFolders(this.#at(parent), false)) {
        const names = await this.#list(path);
        if (names !== null) this.#noteCompose(path, names);
      }
    const volumes = this.#at(dockerVolumes);
    const docker = await this.#asked(null, () => this.#files.lookAtLink(this.#at(dockerHome)));
    if (docker !== null) await this.#list(volumes, true);
    for (const path of await this.#childFolders(volumes, false)) {
      const name = path.subarray(path.lastIndexOf(0x2f) + 1).toString('latin1');
      // Without a name nobody needs it again.
      if (/^[0-9a-f]{64}$/.test(name)) continue;
      const data = joined(path, Buffer.from('_data'));
      const names = await this.#list(data);
      if (names !== null && names.length > 0)
        this.#add({ kind: 'volume', path: data, within: null, isFolder: true, entries: names.length });
    }
    for (const { folder, file } of this.#composed.slice(0, 40)) {
      const text = await this.#asked(null, async () => {
        let read = Buffer.alloc(0);
        for await (const bytes of this.#files.read(file, composeBytes)) read = Buffer.concat([read, bytes]);
        return read.toString('utf8');
      });
      for (const path of boundFolders(text ?? '', folder.toString('utf8')))
        await this.#addIfThere('volume', Buffer.from(path), null);
    }
  }

  #noteCompose(folder: Buffer, names: Names): void {
    const compose = names.find(({ name, kind }) => kind === 'file' && composeNames.has(name.toString('latin1')));
    if (compose !== undefined) this.#composed.push({ folder, file: joined(folder, compose.name) });
  }

  async #addIfThere(kind: FoundPlace['kind'], path: Buffer, within: Buffer | null): Promise<void> {
    const state = await this.#asked(null, () => this.#files.lookAtLink(path));
    if (state === null || (state.kind !== 'file' && state.kind !== 'folder')) return;
    const isFolder = state.kind === 'folder';
    if (isFolder && within === null && (await this.#list(path))?.length === 0) return;
    this.#add({ kind, path, within, isFolder, entries: null });
  }

  /** One thing for one path: the first that says what it is. */
  #add(place: FoundPlace): void {
    const key = keyOf(place.path);
    if (!this.#places.has(key)) this.#places.set(key, place);
  }

  /** Folders, and links to such, directly below; nothing where it is not there. */
  async #childFolders(parent: Buffer, isOfSites: boolean): Promise<Buffer[]> {
    const names = (await this.#list(parent, isOfSites)) ?? [];
    const kept = await Promise.all(
      names.map(async ({ name, kind }) => {
        const path = joined(parent, name);
        if (kind === 'folder') return [path];
        if (kind !== 'link' || !isOfSites) return [];
        const behind = await this.#asked(null, () => this.#files.look(path));
        return behind?.kind === 'folder' ? [path] : [];
      }),
    );
    return kept.flat().slice(0, 300);
  }

  /** Null: not there, not to be looked into, or too much in it. */
  async #list(folder: Buffer, isNoted = false): Promise<Names | null> {
    if (this.#lists >= mostLists) {
      this.#blind.set('/', 'too-many');
      return null;
    }
    this.#lists += 1;
    const listed = await this.#asked(isNoted ? folder : null, async () => ({
      names: await this.#files.list(folder, namesPerFolder),
    }));
    if (listed === null) return null;
    if (listed.names === null) this.#blind.set(folder.toString('utf8'), 'too-many');
    return listed.names?.filter(({ name }) => isName(name)) ?? null;
  }

  /** Null: refused. `noted`: as what a refusal is remembered; null, and for what is not there: not at all. */
  async #asked<T>(noted: Buffer | null, ask: () => Promise<T>): Promise<T | null> {
    this.#options.signal.throwIfAborted();
    try {
      return await this.#queue.add(ask);
    } catch (error) {
      if (!(error instanceof FileRefusal)) throw error;
      if (noted !== null && error.reason === 'denied') this.#blind.set(noted.toString('utf8'), error.reason);
      return null;
    }
  }

  #at(path: string): Buffer {
    return Buffer.from(`${this.#under}${path}`.replace(/(?<=.)\/+$/, ''));
  }
}

function keyOf(path: Buffer): string {
  return path.toString('latin1');
}
