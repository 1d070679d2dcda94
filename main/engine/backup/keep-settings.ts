import type { AppError } from '../../../shared/errors/app-error.ts';
import type { KeptSettings, RedisRecord } from '../../../shared/model/redis-settings.ts';
import type { CheckResult } from '../../../shared/model/snapshot.ts';
import type { Repository } from '../repository/index.ts';
import type { BackupDraft } from './run-backup.ts';

/** What was read of a site's Redis, item by item, or why it could not be. */
export type SettingsReading =
  | {
      readonly kind: 'read';
      readonly items: readonly (Omit<KeptSettings, 'chunk' | 'keys'> & { readonly record: RedisRecord })[];
    }
  | { readonly kind: 'unreadable'; readonly error: AppError };

/**
 * Puts what a site keeps in Redis into the repository and names it in the draft's manifest. That it could not be read fails the check `settings-read`: the
 * database is whole, but the shop would come back without its settings.
 *
 * Errors: those of the repository.
 */
export async function keepSettings(
  draft: BackupDraft,
  reading: SettingsReading,
  repository: Repository,
  signal: AbortSignal,
): Promise<BackupDraft> {
  const checks = [...draft.manifest.checks, judgeSettings(reading)];
  if (reading.kind === 'unreadable') return { ...draft, manifest: { ...draft.manifest, checks } };
  const settings: KeptSettings[] = [];
  let { objects, bytes } = draft.written;
  for (const { record, ...item } of reading.items) {
    const { id: chunk, written, sizeBytes } = await repository.putRedisRecord(record, signal);
    settings.push({ ...item, keys: record.keys.length, chunk });
    if (!written) continue;
    objects += 1;
    bytes += sizeBytes;
  }
  return { ...draft, manifest: { ...draft.manifest, settings, checks }, written: { objects, bytes } };
}

/** Settings that were not found are as bad as a Redis that is gone: a flushed one is empty and answers. */
function judgeSettings(reading: SettingsReading): CheckResult {
  const id = 'settings-read';
  if (reading.kind === 'unreadable')
    return { id, ok: false, facts: { error: reading.error.code, ...reading.error.facts } };
  const empty = reading.items.filter(({ record }) => record.keys.length === 0).map((item) => item.id);
  const keys = reading.items.reduce((sum, { record }) => sum + record.keys.length, 0);
  const leftOut = reading.items.reduce((sum, item) => sum + item.leftOut, 0);
  return {
    id,
    ok: empty.length === 0,
    facts: { keys, ...(leftOut === 0 ? {} : { leftOut }), ...(empty.length === 0 ? {} : { empty: empty.join(', ') }) },
  };
}
