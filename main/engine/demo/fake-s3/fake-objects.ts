import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the fake keeps of one object. Times are milliseconds since the Unix epoch. */
export interface FakeObject {
  readonly bytes: Buffer;
  readonly modifiedAtMs: number;
}

export interface FakeListing {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** Where a fake S3 server keeps its objects. Keys are taken as they come, also bad ones: a fake must be able to be hostile. */
export interface FakeObjects {
  createBucket(bucket: string): Promise<void>;
  buckets(): Promise<string[]>;
  get(bucket: string, key: string): Promise<FakeObject | undefined>;
  put(bucket: string, key: string, object: FakeObject): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  /** All objects of the bucket in the order S3 lists them (by UTF-8 bytes of the key). */
  list(bucket: string): Promise<FakeListing[]>;
}

export class FakeObjectsInMemory implements FakeObjects {
  readonly #buckets = new Map<string, Map<string, FakeObject>>();

  createBucket(bucket: string): Promise<void> {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
    return Promise.resolve();
  }

  buckets(): Promise<string[]> {
    return Promise.resolve([...this.#buckets.keys()].sort());
  }

  get(bucket: string, key: string): Promise<FakeObject | undefined> {
    return Promise.resolve(this.#buckets.get(bucket)?.get(key));
  }

  put(bucket: string, key: string, object: FakeObject): Promise<void> {
    this.#buckets.get(bucket)?.set(key, object);
    return Promise.resolve();
  }

  remove(bucket: string, key: string): Promise<void> {
    this.#buckets.get(bucket)?.delete(key);
    return Promise.resolve();
  }

  list(bucket: string): Promise<FakeListing[]> {
    const objects = [...(this.#buckets.get(bucket) ?? [])];
    return Promise.resolve(
      byKey(objects.map(([key, { bytes, modifiedAtMs }]) => ({ key, sizeBytes: bytes.length, modifiedAtMs }))),
    );
  }
}

/**
 * Objects as plain files, `<folder>/<bucket>/<key>`, so that a demo survives a restart and a person can look at,
 * damage or delete single objects. A key that is also a folder of other keys cannot be kept, nor one with `.` or `..`.
 */
export class FakeObjectsInFolder implements FakeObjects {
  readonly #folder: string;
  #nextTemp = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async createBucket(bucket: string): Promise<void> {
    await mkdir(join(this.#folder, bucket), { recursive: true });
  }

  async buckets(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(emptyWhenMissing);
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('~'))
      .map((entry) => entry.name)
      .sort();
  }

  async get(bucket: string, key: string): Promise<FakeObject | undefined> {
    const path = this.#path(bucket, key);
    const info = await stat(path).catch(undefinedWhenMissing);
    if (info?.isFile() !== true) return undefined;
    return { bytes: await readFile(path), modifiedAtMs: Math.trunc(info.mtimeMs) };
  }

  async put(bucket: string, key: string, { bytes, modifiedAtMs }: FakeObject): Promise<void> {
    const path = this.#path(bucket, key);
    const incoming = join(this.#folder, '~incoming');
    await mkdir(incoming, { recursive: true });
    await mkdir(join(path, '..'), { recursive: true });
    const temp = join(incoming, `${process.pid}-${this.#nextTemp++}`);
    const handle = await open(temp, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.utimes(modifiedAtMs / 1000, modifiedAtMs / 1000);
    } finally {
      await handle.close();
    }
    await rename(temp, path);
  }

  async remove(bucket: string, key: string): Promise<void> {
    await rm(this.#path(bucket, key), { force: true });
  }

  async list(bucket: string): Promise<FakeListing[]> {
    const found: FakeListing[] = [];
    const root = join(this.#folder, bucket);
    const walk = async (folder: string, keyPrefix: string): Promise<void> => {
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(emptyWhenMissing)) {
        const key = keyPrefix + decodeURIComponent(entry.name);
        const path = join(folder, entry.name);
        if (entry.isDirectory()) await walk(path, `${key}/`);
        const info = entry.isFile() ? await stat(path).catch(undefinedWhenMissing) : undefined;
        if (info !== undefined) found.push({ key, sizeBytes: info.size, modifiedAtMs: Math.trunc(info.mtimeMs) });
      }
    };
    await walk(root, '');
    return byKey(found);
  }

  #path(bucket: string, key: string): string {
    const segments = key.split('/').map(encodeURIComponent);
    if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
      throw new Error('this fake keeps objects as files: a key segment cannot be empty, "." or ".."');
    }
    return join(this.#folder, bucket, ...segments);
  }
}

const hashed = new WeakMap<Uint8Array, string>();

/** Once for each body: it is compared with what the client says, and becomes the ETag. Nobody changes a body. */
export function md5Hex(bytes: Uint8Array): string {
  const known = hashed.get(bytes);
  if (known !== undefined) return known;
  const md5 = createHash('md5').update(bytes).digest('hex');
  hashed.set(bytes, md5);
  return md5;
}

function byKey(listing: FakeListing[]): FakeListing[] {
  return listing.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function undefinedWhenMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

function emptyWhenMissing(error: unknown): [] {
  if (isMissing(error)) return [];
  throw error;
}
