import Database from 'better-sqlite3';
import { rename } from 'node:fs/promises';
import { manifestSchema, type CopyState, type Manifest, type SnapshotCopy } from '../../../shared/model/snapshot.ts';
import type { JobView } from '../../../shared/model/job.ts';
import type { ErrorFacts } from '../../../shared/errors/app-error.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';

const schemaVersion = 1;

const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, at TEXT NOT NULL, manifest_name TEXT NOT NULL,
  chunks INTEGER NOT NULL, manifest TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS snapshots_by_source ON snapshots (source, at);
CREATE TABLE IF NOT EXISTS copies (
  snapshot TEXT NOT NULL, destination TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL, intact INTEGER NOT NULL,
  PRIMARY KEY (snapshot, destination)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS proofs (
  destination TEXT NOT NULL, object TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (destination, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, verb TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, pid INTEGER NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT, error_code TEXT, error_facts TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_by_start ON jobs (started_at);
`;

const stateOrder: readonly CopyState[] = ['written', 'listed', 'read-back', 'restored', 'totals-matched'];

export interface CatalogSnapshot {
  readonly manifest: Manifest;
  readonly manifestName: string;
  readonly chunks: number;
}

interface SnapshotRow {
  manifest: string;
  manifest_name: string;
  chunks: number;
}

interface JobRow {
  id: string;
  verb: string;
  subject: string;
  state: JobView['state'];
  pid: number;
  started_at: string;
  ended_at: string | null;
  error_code: string | null;
  error_facts: string;
}

/**
 * What this computer knows of all repositories, in SQLite: timeline, state of each copy, which objects were read back
 * when, and jobs. A cache: it can be deleted at any time and is rebuilt from the copies and the audit log; it is never
 * the only home of anything. Times are ISO 8601 UTC. It holds no secret and no row of the shop.
 */
export class Catalog {
  readonly #db: Database.Database;
  readonly #clock: Clock;

  private constructor(db: Database.Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Opens or creates the file. A file that is not a sound catalog is set aside (`….damaged`) and started anew: it is a cache. */
  static async open(path: string, clock: Clock): Promise<Catalog> {
    try {
      return new Catalog(openDatabase(path), clock);
    } catch (error) {
      if (!isCorruption(error)) throw error;
      await rename(path, `${path}.damaged`);
      return new Catalog(openDatabase(path), clock);
    }
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

  addSnapshot(manifest: Manifest, manifestName: string, chunks: number): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO snapshots (id, source, at, manifest_name, chunks, manifest) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(manifest.id, manifest.source.name, manifest.at, manifestName, chunks, JSON.stringify(manifest));
  }

  /** Newest first. */
  snapshots(source: string | null): CatalogSnapshot[] {
    const rows =
      source === null
        ? this.#db.prepare('SELECT manifest, manifest_name, chunks FROM snapshots ORDER BY at DESC').all()
        : this.#db
            .prepare('SELECT manifest, manifest_name, chunks FROM snapshots WHERE source = ? ORDER BY at DESC')
            .all(source);
    return (rows as SnapshotRow[]).map(toSnapshot);
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
   * Writes down what was just seen of a snapshot on a copy. A stronger state is never replaced by a weaker one unless the copy
   * was found not intact: then what it once proved no longer counts.
   */
  recordCopy(snapshotId: string, destinationId: string, state: CopyState, intact: boolean): void {
    const known = this.#db
      .prepare('SELECT state, intact FROM copies WHERE snapshot = ? AND destination = ?')
      .get(snapshotId, destinationId) as { state: CopyState; intact: number } | undefined;
    const isWeaker = known?.intact === 1 && intact && stateOrder.indexOf(known.state) > stateOrder.indexOf(state);
    if (isWeaker) return;
    this.#db
      .prepare('INSERT OR REPLACE INTO copies (snapshot, destination, state, at, intact) VALUES (?, ?, ?, ?, ?)')
      .run(snapshotId, destinationId, state, isoUtc(this.#clock.nowMs()), intact ? 1 : 0);
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

  /** A destination that was removed, or a copy whose manifest is gone. Never called because a disk is absent. */
  forgetDestination(destinationId: string): void {
    this.#db.prepare('DELETE FROM copies WHERE destination = ?').run(destinationId);
    this.#db.prepare('DELETE FROM proofs WHERE destination = ?').run(destinationId);
  }

  recordProofs(destinationId: string, objects: readonly string[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO proofs (destination, object, at) VALUES (?, ?, ?)');
    const at = isoUtc(this.#clock.nowMs());
    this.#db.transaction(() => {
      for (const object of objects) insert.run(destinationId, object, at);
    })();
  }

  /** When each object of a destination was last read back. */
  proofs(destinationId: string): Map<string, string> {
    const rows = this.#db.prepare('SELECT object, at FROM proofs WHERE destination = ?').all(destinationId) as {
      object: string;
      at: string;
    }[];
    return new Map(rows.map((row) => [row.object, row.at]));
  }

  /**
   * Writes down that a job runs. With `alone`, only if no other job of the same verb and subject is running in a living
   * process: of two that start together one is refused (false).
   */
  startJob(job: { readonly id: string; readonly verb: string; readonly subject: string }, alone: boolean): boolean {
    const insert = () => {
      if (alone && this.#runningJobs(job.verb, job.subject) > 0) return false;
      this.#db
        .prepare(
          "INSERT OR REPLACE INTO jobs (id, verb, subject, state, pid, started_at) VALUES (?, ?, ?, 'running', ?, ?)",
        )
        .run(job.id, job.verb, job.subject, process.pid, isoUtc(this.#clock.nowMs()));
      return true;
    };
    return this.#db.transaction(insert).immediate();
  }

  endJob(
    id: string,
    state: Exclude<JobView['state'], 'running'>,
    error: { code: string; facts: ErrorFacts } | null,
  ): void {
    this.#db
      .prepare('UPDATE jobs SET state = ?, ended_at = ?, error_code = ?, error_facts = ? WHERE id = ?')
      .run(state, isoUtc(this.#clock.nowMs()), error?.code ?? null, JSON.stringify(error?.facts ?? {}), id);
  }

  /** Newest first, at most `limit`. */
  jobs(limit: number): JobView[] {
    return (this.#db.prepare('SELECT * FROM jobs ORDER BY started_at DESC LIMIT ?').all(limit) as JobRow[]).map(
      toJobView,
    );
  }

  /** Jobs whose process has gone become `interrupted`; returns how many did. */
  settleDeadJobs(): number {
    const running = this.#db.prepare("SELECT id, pid FROM jobs WHERE state = 'running'").all() as {
      id: string;
      pid: number;
    }[];
    const dead = running.filter((job) => !isAlive(job.pid));
    for (const job of dead) this.endJob(job.id, 'interrupted', { code: 'engine.stopped', facts: {} });
    return dead.length;
  }

  #runningJobs(verb: string, subject: string): number {
    this.settleDeadJobs();
    const row = this.#db
      .prepare("SELECT count(*) AS n FROM jobs WHERE state = 'running' AND verb = ? AND subject = ?")
      .get(verb, subject);
    return (row as { n: number }).n;
  }
}

function openDatabase(path: string): Database.Database {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('busy_timeout = 10000');
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version !== 0 && version !== schemaVersion) {
      // Another version's cache: everything in it can be read again from the copies.
      for (const table of ['meta', 'snapshots', 'copies', 'proofs', 'jobs']) db.exec(`DROP TABLE IF EXISTS ${table}`);
    }
    db.exec(schema);
    db.pragma(`user_version = ${schemaVersion}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isCorruption(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'SQLITE_NOTADB' || error.code === 'SQLITE_CORRUPT')
  );
}

function toSnapshot(row: SnapshotRow): CatalogSnapshot {
  return {
    manifest: manifestSchema.parse(JSON.parse(row.manifest)),
    manifestName: row.manifest_name,
    chunks: row.chunks,
  };
}

function toJobView(row: JobRow): JobView {
  return {
    jobId: row.id,
    verb: row.verb,
    subject: row.subject,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    errorCode: row.error_code,
    errorFacts: JSON.parse(row.error_facts) as JobView['errorFacts'],
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
