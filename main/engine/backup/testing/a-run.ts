import { systemClock } from '../../platform/clock.ts';
import type { Repository } from '../../repository/index.ts';
import type { MysqlSnapshot } from '../../source/mysql/index.ts';
import { runBackup, type BackupRequest, type BackupResult } from '../run-backup.ts';
import { never } from './a-capture.ts';

/** What a run needs that most tests do not care about. */
export const plainRun = {
  source: { id: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '小店', preset: null },
  ledgers: [],
  secretColumns: [],
  previous: null,
  readers: 2,
  maxBytesPerSecond: null,
  producer: 'test',
  clock: systemClock,
  onProgress: () => undefined,
  signal: never,
} as const satisfies Partial<BackupRequest>;

/** Backs a snapshot up and closes it, however that ends. */
export async function backUpAndClose(
  snapshot: MysqlSnapshot,
  repository: Repository,
  fields: Partial<BackupRequest> = {},
): Promise<BackupResult> {
  try {
    return await runBackup({ ...plainRun, snapshot, repository, ...fields });
  } finally {
    await snapshot.close();
  }
}
