import Database from 'better-sqlite3';
import { rename, rm } from 'node:fs/promises';

const schemaVersion = 2;
const tables = [
  'meta',
  'snapshots',
  'copies',
  'proofs',
  'damage',
  'objects',
  'locks',
  'deeds',
  'sayings',
  'jobs',
  'leases',
  'streams',
  'stream_records',
  'looks',
];

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
CREATE TABLE IF NOT EXISTS objects (
  destination TEXT NOT NULL, object TEXT NOT NULL, bytes INTEGER NOT NULL, since TEXT NOT NULL,
  PRIMARY KEY (destination, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS damage (
  destination TEXT NOT NULL, object TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (destination, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS locks (
  destination TEXT NOT NULL, object TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (destination, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deeds (
  destination TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (destination, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sayings (
  saying TEXT NOT NULL, destination TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (saying, destination, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sayings_by_deed ON sayings (destination, name);
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, verb TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, pid INTEGER NOT NULL,
  started_at TEXT NOT NULL, seen_at TEXT NOT NULL, ended_at TEXT, error_code TEXT,
  error_facts TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (
  id TEXT PRIMARY KEY, pid INTEGER NOT NULL, born TEXT NOT NULL, place TEXT NOT NULL, boot TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (source TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stream_records (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS looks (source TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_by_start ON jobs (started_at);
`;

/** Opens or creates the file. One that is not a sound catalog is set aside (`….damaged`) and started anew: it is a cache. */
export async function openDatabase(path: string): Promise<Database.Database> {
  try {
    return openAsItIs(path);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    await rename(path, `${path}.damaged`);
    // Left beside the new file, the old log would be replayed into it.
    for (const ending of ['-wal', '-shm']) await rm(path + ending, { force: true });
    return openAsItIs(path);
  }
}

function openAsItIs(path: string): Database.Database {
  const db = new Database(path, { timeout: 10_000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const findings = db.pragma('quick_check(1)', { simple: true });
    if (findings !== 'ok') throw new Database.SqliteError('quick_check failed', 'SQLITE_CORRUPT');
    db.transaction(() => prepare(db)).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version !== 0 && version !== schemaVersion) {
    // Another version's cache: everything in it can be read again from the copies.
    for (const table of tables) db.exec(`DROP TABLE IF EXISTS ${table}`);
  }
  db.exec(schema);
  db.pragma(`user_version = ${schemaVersion}`);
}

/** Codes have endings: SQLITE_CORRUPT_INDEX, SQLITE_IOERR_SHORT_READ for a file that was cut off. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false;
  return /^SQLITE_(NOTADB|CORRUPT|IOERR_SHORT_READ)/.test(error.code);
}
