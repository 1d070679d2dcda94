import type Database from 'better-sqlite3';
import { manifestSchema, type CopyState, type Manifest, type SnapshotCopy } from '../../../shared/model/snapshot.ts';
import { dateOf, newestFirst, type DatedSnapshot } from '../../../shared/model/snapshot-order.ts';
import type { JobView } from '../../../shared/model/job.ts';
import type { ErrorFacts } from '../../../shared/errors/app-error.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { CopyInventory } from './copy-inventory.ts';
import { DeedBook } from './deed-book.ts';
import { JobBook } from './job-book.ts';
import { LeaseBook } from './lease-book.ts';
import { LookBook } from './look-book.ts';
import { openDatabase } from './open-database.ts';
import { StreamRecordCache } from './record-cache.ts';
import { StreamBook } from './stream-book.ts';

const stateOrder: readonly CopyState[] = ['written', 'listed', 'read-back', 'restored', 'totals-matched'];

export interface CatalogSnapshot {
  readonly manifest: Manifest;
  readonly manifestName: string;
  readonly chunks: number;
}

export interface ProvenSnapshot {
  readonly snapshot: string;
  readonly source: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly state: 'restored' | 'totals-matched';
}

interface SnapshotRow {
  manifest: string;
  manifest_name: string;
  chunks: number;
}

/**
 * What this computer knows of all repositories, in SQLite: timeline, state of each copy, which objects were read back
 * when, and jobs. A cache: it can be deleted at any time and is rebuilt from the copies and the audit log; it is never
 * the only home of anything. Times are ISO 8601 UTC. It holds no secret and no row of the shop.
 */
export class Catalog {
  readonly #db: Database.Database;
  readonly #clock: Clock;
  readonly #jobs: JobBook;
  /** Objects of each copy and when each was last read back. */
  readonly inventory: CopyInventory;
  /** What the copies say was done with snapshots. */
  readonly deeds: DeedBook;
  /** Leases that this computer took. */
  readonly leases: LeaseBook;
  /** Until when each copy holds a shop's log. */
  readonly streams: StreamBook;
  /** What of these logs' records was read from a copy. */
  readonly streamRecords: StreamRecordCache;

  /** What was last seen on each shop's server. */
  readonly looks: LookBook;

  private constructor(db: Database.Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#jobs = new JobBook(db, clock);
    this.inventory = new CopyInventory(db, clock);
    this.deeds = new DeedBook(db);
    this.leases = new LeaseBook(db);
    this.streams = new StreamBook(db);
    this.streamRecords = new StreamRecordCache(db);
    this.looks = new LookBook(db);
  }

  /** Opens or creates the file. A file that is not a sound catalog is set aside (`….damaged`) and started anew: it is a cache. */
  static async open(path: string, clock: Clock): Promise<Catalog> {
    return new Catalog(await openDatabase(path), clock);
  }

  close(): void {
    this.#db.close();
  }

  /** True once the copies were read into this file; false for a new or deleted one. */
  get isBuilt(): boolean {
    return this.#db.prepare("SELECT 1 FROM meta WHERE key = 'built'").get() !== undefined;
  }

  markBuilt(): void {
    this.#db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('built', ?)").run(isoUtc(this.#clock.nowMs()));
  }

  /** Everything that `write` writes becomes visible together, and costs one transaction. */
  atOnce(write: () => void): void {
    this.#db.transaction(write).immediate();
  }

  addSnapshot(manifest: Manifest, manifestName: string, chunks: number): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO snapshots (id, source, at, manifest_name, chunks, manifest) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(manifest.id, manifest.source.name, manifest.at, manifestName, chunks, JSON.stringify(manifest));
  }

  /** By the instants that they bear, latest first, as a timeline shows them; which was taken last is for `newestFirst` to say. */
  snapshots(source: string | null): CatalogSnapshot[] {
    const rows = this.#db
      .prepare(
        `SELECT manifest, manifest_name, chunks FROM snapshots ${source === null ? '' : 'WHERE source = @source'}
         ORDER BY at DESC`,
      )
      .all(source === null ? {} : { source });
    return (rows as SnapshotRow[]).map(toSnapshot);
  }

  /** The snapshot that was taken last, of one source or of all. */
  newest(source: string | null): CatalogSnapshot | undefined {
    const [first] = newestFirst(this.dates(source), (dated) => dated);
    return first === undefined ? undefined : this.snapshotsById(first.snapshot.id)[0];
  }

  /** The newest snapshot of each source, by the source's id. */
  newestPerSource(): CatalogSnapshot[] {
    const newest = new Map<string, string>();
    for (const { snapshot } of newestFirst(this.dates(null), (dated) => dated))
      if (!newest.has(snapshot.sourceId)) newest.set(snapshot.sourceId, snapshot.id);
    return [...newest.values()].flatMap((id) => this.snapshotsById(id));
  }

  /** What tells the order of all snapshots, without reading what they hold: thousands take milliseconds. */
  dates(source: string | null): DatedSnapshot[] {
    const rows = this.#db
      .prepare(
        `SELECT id, at, json_extract(manifest, '$.source.id', '$.previous', '$.checks') AS facts
         FROM snapshots ${source === null ? '' : 'WHERE source = @source'}`,
      )
      .all(source === null ? {} : { source }) as { id: string; at: string; facts: string }[];
    return rows.map(({ id, at, facts }) => {
      // The manifests were checked against their schema before they were put here.
      const [sourceId, previous, checks] = JSON.parse(facts) as [string, string | null, Manifest['checks']];
      return dateOf({ id, at, source: { id: sourceId }, previous, checks });
    });
  }

  /** Snapshots whose id begins with `prefix`. */
  snapshotsById(prefix: string): CatalogSnapshot[] {
    const rows = this.#db
      .prepare(
        'SELECT manifest, manifest_name, chunks FROM snapshots WHERE substr(id, 1, length(@prefix)) = @prefix LIMIT 2',
      )
      .all({ prefix });
    return (rows as SnapshotRow[]).map(toSnapshot);
  }

  knowsSnapshot(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM snapshots WHERE id = ?').get(id) !== undefined;
  }

  /**
   * Writes down what was seen of a snapshot on a copy, now or `at` that instant. A stronger state is never replaced by a weaker one
   * unless the copy was found not intact: then what it once proved no longer counts. Known damage is not forgotten because
   * the objects are listed or others were written beside it: only reading the whole of it clears it, or `recordRepaired`.
   */
  recordCopy(snapshotId: string, destinationId: string, state: CopyState, intact: boolean, at?: string): void {
    this.#db
      .transaction(() => {
        const known = this.#knownCopy(snapshotId, destinationId);
        if (known !== undefined && intact) {
          const isWeaker = stateOrder.indexOf(known.state) > stateOrder.indexOf(state);
          const saysNothingOfDamage = state === 'written' || state === 'listed';
          if (known.intact === 1 ? isWeaker : saysNothingOfDamage) return;
        }
        this.#putCopy(snapshotId, destinationId, state, intact, at);
      })
      .immediate();
  }

  /** All objects of the snapshot that were known to be damaged on this copy have been read again and are sound. */
  recordRepaired(snapshotId: string, destinationId: string): void {
    if (this.#knownCopy(snapshotId, destinationId)?.intact === 0)
      this.#putCopy(snapshotId, destinationId, 'listed', true, undefined);
  }

  #knownCopy(snapshotId: string, destinationId: string): { state: CopyState; intact: number } | undefined {
    return this.#db
      .prepare('SELECT state, intact FROM copies WHERE snapshot = ? AND destination = ?')
      .get(snapshotId, destinationId) as { state: CopyState; intact: number } | undefined;
  }

  #putCopy(
    snapshotId: string,
    destinationId: string,
    state: CopyState,
    intact: boolean,
    at = isoUtc(this.#clock.nowMs()),
  ): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO copies (snapshot, destination, state, at, intact) VALUES (?, ?, ?, ?, ?)')
      .run(snapshotId, destinationId, state, at, intact ? 1 : 0);
  }

  copies(snapshotId: string): { readonly destinationId: string; readonly copy: Omit<SnapshotCopy, 'destination'> }[] {
    const rows = this.#db
      .prepare('SELECT destination, state, at, intact FROM copies WHERE snapshot = ?')
      .all(snapshotId) as {
      destination: string;
      state: CopyState;
      at: string;
      intact: number;
    }[];
    return rows.map((row) => ({
      destinationId: row.destination,
      copy: { state: row.state, at: row.at, intact: row.intact === 1 },
    }));
  }

  snapshotIdsAt(destinationId: string): string[] {
    const rows = this.#db.prepare('SELECT snapshot FROM copies WHERE destination = ?').all(destinationId) as {
      snapshot: string;
    }[];
    return rows.map((row) => row.snapshot);
  }

  /** Snapshots that were really restored from a copy that is still intact, each once. `source`: the shop's id. */
  provenSnapshots(): ProvenSnapshot[] {
    return this.#db
      .prepare(
        `SELECT c.snapshot AS snapshot, json_extract(s.manifest, '$.source.id') AS source, min(c.at) AS at, max(c.state) AS state
         FROM copies c JOIN snapshots s ON s.id = c.snapshot
         WHERE c.intact = 1 AND c.state IN ('restored', 'totals-matched') GROUP BY c.snapshot ORDER BY c.snapshot`,
      )
      .all() as ProvenSnapshot[];
  }

  /** A copy that prune takes away on purpose: it is not missed. Gives what was known of it, to be written down again if it stays. */
  forgetCopy(snapshotId: string, destinationId: string): Omit<SnapshotCopy, 'destination'> | undefined {
    const known = this.copies(snapshotId).find((each) => each.destinationId === destinationId)?.copy;
    this.#db.prepare('DELETE FROM copies WHERE snapshot = ? AND destination = ?').run(snapshotId, destinationId);
    return known;
  }

  /** Takes a snapshot out of the timeline when no place is known that has it. */
  forgetSnapshotWithoutCopy(snapshotId: string): void {
    this.#db
      .prepare('DELETE FROM snapshots WHERE id = @id AND NOT EXISTS (SELECT 1 FROM copies WHERE snapshot = @id)')
      .run({ id: snapshotId });
  }

  /** A destination that was removed, or a copy whose manifest is gone. Never called because a disk is absent. */
  forgetDestination(destinationId: string): void {
    for (const table of ['copies', 'locks', 'deeds', 'sayings'])
      this.#db.prepare(`DELETE FROM ${table} WHERE destination = ?`).run(destinationId);
    this.inventory.forget(destinationId);
  }

  recordProofs(destinationId: string, objects: readonly string[]): void {
    this.inventory.recordProofs(destinationId, objects);
  }

  /** Objects of a destination that were found damaged or missing: whoever looks next has to look at these. */
  recordDamage(destinationId: string, objects: readonly string[]): void {
    this.inventory.recordDamage(destinationId, objects);
  }

  /** Damage that was looked for again and is no more. */
  recordMended(destinationId: string, objects: Iterable<string>): void {
    this.inventory.recordMended(destinationId, objects);
  }

  damage(destinationId: string): Set<string> {
    return this.inventory.damage(destinationId);
  }

  /** When the locks of a bucket's objects end, by name, as they were last seen or set. Milliseconds since the Unix epoch. */
  lockEnds(destinationId: string): Map<string, number> {
    const rows = this.#db.prepare('SELECT object, until_ms FROM locks WHERE destination = ?').all(destinationId) as {
      object: string;
      until_ms: number;
    }[];
    return new Map(rows.map((row) => [row.object, row.until_ms]));
  }

  recordLocks(destinationId: string, ends: Iterable<readonly [object: string, untilMs: number]>): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO locks (destination, object, until_ms) VALUES (?, ?, ?)');
    this.#db.transaction(() => {
      for (const [object, untilMs] of ends) insert.run(destinationId, object, untilMs);
    })();
  }

  /** When each object of a destination was last read back. */
  proofs(destinationId: string): Map<string, string> {
    return this.inventory.proofs(destinationId);
  }

  /**
   * Writes down that a job runs. With `alone`, only if no other job of the same verb and subject is running in a living
   * process: of two that start together one is refused (false).
   */
  startJob(job: { readonly id: string; readonly verb: string; readonly subject: string }, alone: boolean): boolean {
    return this.#jobs.start(job, alone);
  }

  /** Call every `jobBeatMs` while the job runs. */
  beatJob(id: string): void {
    this.#jobs.beat(id);
  }

  endJob(
    id: string,
    state: Exclude<JobView['state'], 'running'>,
    error: { code: string; facts: ErrorFacts } | null,
  ): void {
    this.#jobs.end(id, state, error);
  }

  /** It has ended, and nobody needs to know. */
  forgetJob(id: string): void {
    this.#jobs.forget(id);
  }

  /** Newest first, at most `limit`. */
  jobs(limit: number): JobView[] {
    return this.#jobs.list(limit);
  }

  /** Verbs of the jobs that run now, also in other processes on the same home. */
  runningVerbs(): string[] {
    return this.#jobs.runningVerbs();
  }

  /** Jobs whose process has gone become `interrupted`; returns how many did. */
  settleDeadJobs(): number {
    return this.#jobs.settleDead();
  }
}

function toSnapshot(row: SnapshotRow): CatalogSnapshot {
  return {
    manifest: manifestSchema.parse(JSON.parse(row.manifest)),
    manifestName: row.manifest_name,
    chunks: row.chunks,
  };
}
