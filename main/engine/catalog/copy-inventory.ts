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
  /** By their text. What the database keeps for a statement is given back by the garbage collector only, which does not see how much it is. */
  readonly #statements = new Map<string, Database.Statement>();

  constructor(db: Database.Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Takes over a part of a listing: what was not known is there from now on. */
  listed(destinationId: string, objects: readonly ListedObject[]): void {
    const nowMs = this.#clock.nowMs();
    const insert = this.#insert();
    this.#db
      .transaction(() => {
        for (const { object, bytes, modifiedAtMs } of objects)
          // A store with its clock ahead must not make an object younger than it can be.
          insert.run(destinationId, object, bytes, isoUtc(Math.max(0, Math.min(nowMs, modifiedAtMs))));
      })
      .immediate();
  }

  /**
   * A listing was read to its end, and all of it handed to `listed`: what it would have shown (`isOfListing`) and did not (`wasListed`) has
   * gone, unless it was written after the listing began. `isWhole`: all chunks were listed, so that figures can be given from now on.
   */
  listingEnded(
    destinationId: string,
    listing: {
      readonly startedAtMs: number;
      readonly isWhole: boolean;
      readonly isOfListing: (object: string) => boolean;
      readonly wasListed: (object: string) => boolean;
    },
  ): void {
    const startedAt = isoUtc(listing.startedAtMs);
    const known = this.#prepare('SELECT object FROM objects WHERE destination = ? AND since < ?');
    this.#db
      .transaction(() => {
        const gone: string[] = [];
        for (const { object } of known.iterate(destinationId, startedAt) as IterableIterator<{ object: string }>)
          if (listing.isOfListing(object) && !listing.wasListed(object)) gone.push(object);
        // What is missing without anybody's wish stays known as damage, where it is.
        this.#forgetObjects(destinationId, gone, ['objects', 'proofs']);
        if (listing.isWhole) this.#setMeta(`listed:${destinationId}`, isoUtc(this.#clock.nowMs()));
      })
      .immediate();
  }

  wrote(destinationId: string, objects: readonly WrittenObject[]): void {
    const insert = this.#insert();
    this.#db.transaction(() => {
      for (const { object, bytes, atMs } of objects) insert.run(destinationId, object, bytes, isoUtc(atMs));
    })();
  }

  /** Bytes that were not there before stand under this name now: nothing is proven of them yet, whatever the name once stood for. */
  disprove(destinationId: string, object: string): void {
    // Asked first: this happens at every write, and hardly ever is there anything to take back.
    if (!this.isProven(destinationId, object)) return;
    this.#prepare('DELETE FROM proofs WHERE destination = ? AND object = ?').run(destinationId, object);
  }

  /** Taken away on purpose: what was proven or known to be broken of it goes too, so that the same name written again begins anew. */
  removed(destinationId: string, objects: readonly string[]): void {
    this.#db
      .transaction(() => this.#forgetObjects(destinationId, objects, ['objects', 'proofs', 'damage']))
      .immediate();
  }

  #forgetObjects(destinationId: string, objects: readonly string[], tables: readonly string[]): void {
    if (objects.length === 0) return;
    for (const table of tables) {
      const forget = this.#prepare(`DELETE FROM ${table} WHERE destination = ? AND object = ?`);
      for (const object of objects) forget.run(destinationId, object);
    }
  }

  objects(destinationId: string): KnownObject[] {
    return this.#prepare(
      `SELECT o.object AS object, o.bytes AS bytes, o.since AS since, p.at AS provenAt
         FROM objects o LEFT JOIN proofs p ON p.destination = o.destination AND p.object = o.object WHERE o.destination = ?`,
    ).all(destinationId) as KnownObject[];
  }

  /** Names that begin with `prefix`, of what is no chunk: `streams/`. */
  names(destinationId: string, prefix: string): string[] {
    return this.#prepare(
      'SELECT object FROM objects WHERE destination = @destinationId AND object >= @prefix AND object < @prefix || char(1114111)',
    )
      .pluck()
      .all({ destinationId, prefix }) as string[];
  }

  /** Null while this computer has not listed the whole copy: then nobody knows what is there. */
  figures(destinationId: string): ProofFigures | null {
    const listedAt = this.#meta(`listed:${destinationId}`);
    if (listedAt === null) return null;
    const nowMs = this.#clock.nowMs();
    const row = this.#prepare(
      `SELECT count(*) AS objects, coalesce(sum(o.bytes), 0) AS bytes,
           coalesce(sum(p.at IS NULL), 0) AS neverObjects,
           coalesce(sum(CASE WHEN p.at IS NULL THEN o.bytes ELSE 0 END), 0) AS neverBytes,
           coalesce(sum(CASE WHEN p.at >= @cutoff THEN o.bytes ELSE 0 END), 0) AS provenBytes,
           min(coalesce(p.at, o.since)) AS oldest
         FROM objects o LEFT JOIN proofs p ON p.destination = o.destination AND p.object = o.object
         WHERE o.destination = @destination`,
    ).get({ destination: destinationId, cutoff: isoUtc(nowMs - provenWithinDays * dayMs) }) as {
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
    const insert = this.#prepare('INSERT OR REPLACE INTO proofs (destination, object, at) VALUES (?, ?, ?)');
    const mend = this.#prepare('DELETE FROM damage WHERE destination = ? AND object = ?');
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
    const insert = this.#prepare('INSERT OR REPLACE INTO damage (destination, object, at) VALUES (?, ?, ?)');
    const disprove = this.#prepare('DELETE FROM proofs WHERE destination = ? AND object = ?');
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
    const mend = this.#prepare('DELETE FROM damage WHERE destination = ? AND object = ?');
    this.#db.transaction(() => {
      for (const object of objects) mend.run(destinationId, object);
    })();
  }

  damage(destinationId: string): Set<string> {
    const rows = this.#prepare('SELECT object FROM damage WHERE destination = ?').all(destinationId);
    return new Set((rows as { object: string }[]).map(({ object }) => object));
  }

  isDamaged(destinationId: string, object: string): boolean {
    const find = this.#prepare('SELECT 1 FROM damage WHERE destination = ? AND object = ?');
    return find.get(destinationId, object) !== undefined;
  }

  /** Whether this object was ever read back there and found sound, and not found broken since. */
  isProven(destinationId: string, object: string): boolean {
    const find = this.#prepare('SELECT 1 FROM proofs WHERE destination = ? AND object = ?');
    return find.get(destinationId, object) !== undefined;
  }

  /** When each object of a destination was last read back. */
  proofs(destinationId: string): Map<string, string> {
    const rows = this.#prepare('SELECT object, at FROM proofs WHERE destination = ?').all(destinationId);
    return new Map((rows as { object: string; at: string }[]).map(({ object, at }) => [object, at]));
  }

  /** The same one after the other, for very many objects. While it is read nothing else can be asked of the catalog. */
  *eachProof(destinationId: string): Generator<{ readonly object: string; readonly atMs: number }> {
    const rows = this.#prepare('SELECT object, at FROM proofs WHERE destination = ?').iterate(destinationId);
    for (const { object, at } of rows as IterableIterator<{ object: string; at: string }>)
      yield { object, atMs: Date.parse(at) };
  }

  forget(destinationId: string): void {
    for (const table of ['objects', 'proofs', 'damage'])
      this.#prepare(`DELETE FROM ${table} WHERE destination = ?`).run(destinationId);
    for (const fact of ['listed', 'share', 'probe'])
      this.#prepare('DELETE FROM meta WHERE key = ?').run(`${fact}:${destinationId}`);
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

  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #insert(): Database.Statement {
    return this.#prepare('INSERT OR IGNORE INTO objects (destination, object, bytes, since) VALUES (?, ?, ?, ?)');
  }

  #meta(key: string): string | null {
    const row = this.#prepare('SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined;
    return row?.value ?? null;
  }

  #setMeta(key: string, value: string): void {
    this.#prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }
}
