import type Database from 'better-sqlite3';
import { provenWithinDays, type ProofFigures } from '../../../shared/model/proof.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';

const dayMs = 24 * 3_600_000;

/** One object on one copy. Times ISO 8601 UTC. */
export interface KnownObject {
  readonly object: string;
  readonly bytes: number;
  /** When it was written there, as far as this computer and the store know. */
  readonly since: string;
  /** When it was last read back and found sound; null: never. */
  readonly provenAt: string | null;
}

/** An object as a listing shows it. */
export interface ListedObject {
  readonly object: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** An object that was put a moment ago. */
export interface WrittenObject {
  readonly object: string;
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * Which objects each copy has, when each was last read back, and which were found damaged. Objects are named as findings name them:
 * a chunk by its id, anything else by its whole name. Proofs are nowhere else: a lost catalog means unproven again.
 */
export class CopyInventory {
  readonly #db: Database.Database;
  readonly #clock: Clock;
  #findProof: Database.Statement | undefined;

  constructor(db: Database.Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * Takes over a whole listing: `isOfListing` says which of the known objects it would have shown. What was written after it began is
   * kept. `isWhole`: all chunks were listed, so that figures can be given from now on.
   */
  listed(
    destinationId: string,
    listing: {
      readonly objects: readonly ListedObject[];
      readonly startedAtMs: number;
      readonly isWhole: boolean;
      readonly isOfListing: (object: string) => boolean;
    },
  ): void {
    const nowMs = this.#clock.nowMs();
    const startedAt = isoUtc(listing.startedAtMs);
    this.#db
      .transaction(() => {
        const gone = new Map(
          this.#rows(destinationId)
            .filter(({ object }) => listing.isOfListing(object))
            .map(({ object, since }) => [object, since]),
        );
        const insert = this.#insert();
        for (const { object, bytes, modifiedAtMs } of listing.objects) {
          if (gone.delete(object)) continue;
          // A store with its clock ahead must not make an object younger than it can be.
          insert.run(destinationId, object, bytes, isoUtc(Math.max(0, Math.min(nowMs, modifiedAtMs))));
        }
        for (const [object, since] of gone) if (since < startedAt) this.removed(destinationId, object);
        if (listing.isWhole) this.#setMeta(`listed:${destinationId}`, isoUtc(nowMs));
      })
      .immediate();
  }

  wrote(destinationId: string, objects: readonly WrittenObject[]): void {
    const insert = this.#insert();
    this.#db.transaction(() => {
      for (const { object, bytes, atMs } of objects) insert.run(destinationId, object, bytes, isoUtc(atMs));
    })();
  }

  removed(destinationId: string, object: string): void {
    for (const table of ['objects', 'proofs'])
      this.#db.prepare(`DELETE FROM ${table} WHERE destination = ? AND object = ?`).run(destinationId, object);
  }

  objects(destinationId: string): KnownObject[] {
    return this.#db
      .prepare(
        `SELECT o.object AS object, o.bytes AS bytes, o.since AS since, p.at AS provenAt
         FROM objects o LEFT JOIN proofs p ON p.destination = o.destination AND p.object = o.object WHERE o.destination = ?`,
      )
      .all(destinationId) as KnownObject[];
  }

  /** Null while this computer has not listed the whole copy: then nobody knows what is there. */
  figures(destinationId: string): ProofFigures | null {
    const listedAt = this.#meta(`listed:${destinationId}`);
    if (listedAt === null) return null;
    const nowMs = this.#clock.nowMs();
    const row = this.#db
      .prepare(
        `SELECT count(*) AS objects, coalesce(sum(o.bytes), 0) AS bytes,
           coalesce(sum(p.at IS NULL), 0) AS neverObjects,
           coalesce(sum(CASE WHEN p.at IS NULL THEN o.bytes ELSE 0 END), 0) AS neverBytes,
           coalesce(sum(CASE WHEN p.at >= @cutoff THEN o.bytes ELSE 0 END), 0) AS provenBytes,
           min(coalesce(p.at, o.since)) AS oldest
         FROM objects o LEFT JOIN proofs p ON p.destination = o.destination AND p.object = o.object
         WHERE o.destination = @destination`,
      )
      .get({ destination: destinationId, cutoff: isoUtc(nowMs - provenWithinDays * dayMs) }) as {
      objects: number;
      bytes: number;
      neverObjects: number;
      neverBytes: number;
      provenBytes: number;
      oldest: string | null;
    };
    const oldestMs = row.oldest === null ? nowMs : Date.parse(row.oldest);
    return {
      objects: row.objects,
      bytes: row.bytes,
      neverRead: { objects: row.neverObjects, bytes: row.neverBytes },
      // Rounded down: a hundred percent means all of it.
      provenShare:
        row.bytes === 0 ? (row.objects === 0 ? 1 : 0) : Math.floor((10_000 * row.provenBytes) / row.bytes) / 10_000,
      oldestUnprovenDays: Math.floor((10 * Math.max(0, nowMs - oldestMs)) / dayMs) / 10,
      damaged: this.damage(destinationId).size,
      listedAt,
    };
  }

  recordProofs(destinationId: string, objects: readonly string[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO proofs (destination, object, at) VALUES (?, ?, ?)');
    const mend = this.#db.prepare('DELETE FROM damage WHERE destination = ? AND object = ?');
    const at = isoUtc(this.#clock.nowMs());
    this.#db.transaction(() => {
      for (const object of objects) {
        insert.run(destinationId, object, at);
        mend.run(destinationId, object);
      }
    })();
  }

  /** Objects that were found damaged or missing: whoever looks next has to look at these. What they proved once no longer counts. */
  recordDamage(destinationId: string, objects: readonly string[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO damage (destination, object, at) VALUES (?, ?, ?)');
    const disprove = this.#db.prepare('DELETE FROM proofs WHERE destination = ? AND object = ?');
    const at = isoUtc(this.#clock.nowMs());
    this.#db.transaction(() => {
      for (const object of objects) {
        insert.run(destinationId, object, at);
        disprove.run(destinationId, object);
      }
    })();
  }

  /** Damage that was looked for again and is no more. */
  recordMended(destinationId: string, objects: Iterable<string>): void {
    const mend = this.#db.prepare('DELETE FROM damage WHERE destination = ? AND object = ?');
    this.#db.transaction(() => {
      for (const object of objects) mend.run(destinationId, object);
    })();
  }

  damage(destinationId: string): Set<string> {
    const rows = this.#db.prepare('SELECT object FROM damage WHERE destination = ?').all(destinationId);
    return new Set((rows as { object: string }[]).map(({ object }) => object));
  }

  /** Whether this object was ever read back there and found sound, and not found broken since. */
  isProven(destinationId: string, object: string): boolean {
    this.#findProof ??= this.#db.prepare('SELECT 1 FROM proofs WHERE destination = ? AND object = ?');
    return this.#findProof.get(destinationId, object) !== undefined;
  }

  /** When each object of a destination was last read back. */
  proofs(destinationId: string): Map<string, string> {
    const rows = this.#db.prepare('SELECT object, at FROM proofs WHERE destination = ?').all(destinationId);
    return new Map((rows as { object: string; at: string }[]).map(({ object, at }) => [object, at]));
  }

  forget(destinationId: string): void {
    for (const table of ['objects', 'proofs', 'damage'])
      this.#db.prepare(`DELETE FROM ${table} WHERE destination = ?`).run(destinationId);
    for (const fact of ['listed', 'share', 'probe'])
      this.#db.prepare('DELETE FROM meta WHERE key = ?').run(`${fact}:${destinationId}`);
  }

  /** When the daily share of this copy was last done to its end, or null. */
  shareDoneAt(destinationId: string): string | null {
    return this.#meta(`share:${destinationId}`);
  }

  recordShareDone(destinationId: string): void {
    this.#setMeta(`share:${destinationId}`, isoUtc(this.#clock.nowMs()));
  }

  /** How the last live test of this bucket ended, and when; null: none that this computer knows of. */
  probe(destinationId: string): { readonly at: string; readonly ok: boolean } | null {
    const noted = this.#meta(`probe:${destinationId}`);
    return noted === null ? null : { ok: noted.startsWith('ok '), at: noted.slice(noted.indexOf(' ') + 1) };
  }

  recordProbe(destinationId: string, ok: boolean): void {
    this.#setMeta(`probe:${destinationId}`, `${ok ? 'ok' : 'failed'} ${isoUtc(this.#clock.nowMs())}`);
  }

  #rows(destinationId: string): { object: string; since: string }[] {
    return this.#db.prepare('SELECT object, since FROM objects WHERE destination = ?').all(destinationId) as {
      object: string;
      since: string;
    }[];
  }

  #insert(): Database.Statement {
    return this.#db.prepare('INSERT OR IGNORE INTO objects (destination, object, bytes, since) VALUES (?, ?, ?, ?)');
  }

  #meta(key: string): string | null {
    const row = this.#db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined;
    return row?.value ?? null;
  }

  #setMeta(key: string, value: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }
}
