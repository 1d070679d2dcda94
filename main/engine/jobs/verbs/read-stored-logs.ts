import { StoredLogs } from '../../check/stored-logs.ts';
import type { Finding } from '../../check/verify-copy.ts';
import { findingOf, parseStreamName, type Repository } from '../../repository/index.ts';
import { readCachedRecord, readRecords, type RecordCache } from '../../stream/index.ts';

/**
 * The logs of shops on one copy. A record that was read once, here or elsewhere, is not read again. What cannot be read is a finding, not an error; what goes
 * meanwhile was merged or tidied up. Errors: those of the store, and an abort.
 */
export async function readStoredLogs(
  repository: Repository,
  cache: RecordCache,
  signal: AbortSignal,
): Promise<{ readonly logs: StoredLogs; readonly damaged: readonly Finding[] }> {
  const names = await repository.listAllStreamRecords(signal);
  const logs = new StoredLogs(names);
  const damaged: Finding[] = [];
  for (const [sourceId, own] of Map.groupBy(names, (name) => parseStreamName(name)?.sourceId)) {
    if (sourceId === undefined) continue;
    try {
      const isListed = new Set(own);
      const records = await readRecords(repository, sourceId, signal, cache);
      for (const stored of records.filter(({ name }) => isListed.has(name))) logs.add(stored);
    } catch (error) {
      if (findingOf(error) === null) throw error;
      for (const name of own) {
        const finding = await addOne(logs, repository, name, cache, signal);
        if (finding !== null) damaged.push({ object: name, reason: finding });
      }
    }
  }
  return { logs, damaged };
}

async function addOne(
  logs: StoredLogs,
  repository: Repository,
  name: string,
  cache: RecordCache,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    logs.add(await readCachedRecord(repository, name, signal, cache));
    return null;
  } catch (error) {
    const finding = findingOf(error);
    if (finding === null) throw error;
    return finding === 'missing' ? null : finding;
  }
}
