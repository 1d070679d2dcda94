import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 20;

/**
 * Runs `use` while no other process (and nobody else in this one) holds the lock file at `path`. The lock is SQLite's own: the
 * operating system lets go of it when its holder dies, so there is nothing stale to judge. The file stays, and stays empty.
 *
 * Resolves to null, with nothing done, when the lock did not come free within `waitMs`.
 */
export async function withProcessLock<T>(
  path: string,
  waitMs: number,
  use: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const deadlineMs = performance.now() + waitMs;
  const db = new Database(path, { timeout: 0 });
  try {
    while (!tryLock(db)) {
      if (performance.now() >= deadlineMs) return null;
      await sleep(retryMs);
    }
    return { value: await use() };
  } finally {
    // Closing lets go as well; there is nothing to commit.
    db.close();
  }
}

function tryLock(db: Database.Database): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}
