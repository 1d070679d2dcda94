import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { processMark } from '../platform/process-mark.ts';
import { pruneRepository, Repository, type LeaseBook as Book } from '../repository/index.ts';
import { aKeyring, TestClock } from '../repository/testing/keys.ts';
import { LeaseBook } from './lease-book.ts';
import { openDatabase } from './open-database.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();

describe('a lease whose process was killed', () => {
  let dir: string;
  let db: Database.Database;
  let child: ChildProcess;
  let blobs: Map<string, MemoryBlob>;
  let repository: Repository;
  const clock = new TestClock();
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-leases-'));
    db = await openDatabase(join(dir, 'catalog.sqlite'));
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    blobs = new Map();
    const store = new MemoryBlobStore({ blobs, clock });
    await Repository.create(store, keyring.header, never);
    repository = await Repository.open(store, keyring.mainKeys, never);
  });
  afterEach(async () => {
    await killChild();
    db.close();
    await rm(dir, { recursive: true, force: true });
  });
  const killChild = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const childsMark = () => processMark(child.pid ?? 0);
  const take = (kind: 'writer' | 'exclusive', book: Book) =>
    repository.acquireLease({ kind, holder: 'of a child', host: 'pc', clock, signal: never, book });
  const prune = (book?: Book) =>
    pruneRepository(repository, {
      digest: () => null,
      choose: () => new Set<string>(),
      dryRun: false,
      holder: 'prune of disk',
      host: 'pc',
      clock,
      signal: never,
      ...(book === undefined ? {} : { book }),
    });
  const leases = () => [...blobs.keys()].filter((name) => name.startsWith('leases/'));

  it.each(['writer', 'exclusive'] as const)('is over for a prune at once: a %s lease', async (kind) => {
    const { id } = await take(kind, new LeaseBook(db, childsMark()));
    // The lease is in the book of this computer, and of a process that lives: it holds.
    const later = new LeaseBook(db);
    later.gaveUp(id, false);
    await expect(prune(later)).rejects.toMatchObject({ code: 'repository.leased' });
    await killChild();
    // Who cannot prove it waits, as every other computer does.
    await expect(prune()).rejects.toMatchObject({ code: 'repository.leased' });
    await prune(later);
    expect(leases()).toEqual([]);
  });

  it('of another computer, another start of it, or nobody knows where, holds until its end', async () => {
    for (const elsewhere of [{ place: 'pc-2' }, { boot: 'another' }]) {
      const lease = await take('writer', new LeaseBook(db, { ...childsMark(), ...elsewhere }));
      const later = new LeaseBook(db);
      later.gaveUp(lease.id, false);
      await killChild();
      await expect(prune(later)).rejects.toMatchObject({ code: 'repository.leased' });
      await lease.release(never);
    }
    await prune(new LeaseBook(db));
  });

  it('in a bucket is waited for: its last requests may still arrive', async () => {
    class Bucket extends MemoryBlobStore {
      override readonly kind = 's3';
    }
    repository = await Repository.open(new Bucket({ blobs, clock }), keyring.mainKeys, never);
    const { id } = await take('exclusive', new LeaseBook(db, childsMark()));
    const later = new LeaseBook(db);
    later.gaveUp(id, false);
    await killChild();
    await expect(prune(later)).rejects.toMatchObject({ code: 'repository.leased' });
  });

  it('is not mistaken for that of a later process with the same number', async () => {
    const { id } = await take('writer', new LeaseBook(db, { ...processMark(process.pid), born: '1' }));
    const later = new LeaseBook(db);
    later.gaveUp(id, false);
    await prune(later);
    expect(leases()).toEqual([]);
  });

  it('of this process holds while it is held, and is over once it was given up, even if it could not be removed', async () => {
    const book = new LeaseBook(db);
    const { id } = await take('writer', book);
    await expect(prune(book)).rejects.toMatchObject({ code: 'repository.leased' });
    book.gaveUp(id, false);
    await prune(book);
    expect(leases()).toEqual([]);
    expect(db.prepare('SELECT count(*) AS n FROM leases').get()).toEqual({ n: 0 });
  });
});
