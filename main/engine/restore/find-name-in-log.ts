import type { BinlogPlace, StreamRecord } from '../../../shared/model/stream.ts';
import { needsOwnName } from '../source/mysql/binlog/index.ts';
import type { ServerReplay } from './replay-onto-server.ts';

/** Of a statement longer than that the index keeps no more. Characters. */
const shownText = 1000;

/**
 * The first statement of a log that cannot be done again under the databases' new names, as far as it can be told before anything is written: only those
 * parts of the log are read in which the index knows of such a statement, or cannot tell. Null when there is none that is known; the replay itself still
 * refuses what was not seen here.
 */
export async function findNameInLog({
  plan: { stretch, from, stop },
  read,
  databases,
  renames,
  isWanted,
  signal,
}: Pick<ServerReplay, 'plan' | 'read' | 'databases' | 'renames' | 'isWanted' | 'signal'>): Promise<BinlogPlace | null> {
  const isChanged = (name: string) => (renames.get(name) ?? name) !== name;
  const changed = databases.filter(isChanged);
  if (changed.length === 0) return null;
  const scope = { databases: new Set(databases), renames, ...(isWanted === undefined ? {} : { isWanted }) };
  for (const [at, stored] of stretch.records.entries()) {
    if (at < from.index || at > stop.index || !mayName(stored.record, changed)) continue;
    for await (const event of read(stored)) {
      signal.throwIfAborted();
      if (at === from.index && event.position < from.position) continue;
      if (at === stop.index && event.position >= stop.position) break;
      if (needsOwnName(event, scope)) return { file: event.file, position: event.position };
    }
  }
  return null;
}

function mayName({ notable, statementChanges }: StreamRecord, databases: readonly string[]): boolean {
  if (statementChanges > 0) return true;
  return notable.some(({ kind, statement, tables }) => {
    if (kind === 'mass-delete' || kind === 'mass-update' || kind === 'accounts' || kind === 'incident') return false;
    if (kind === 'drop-database') return tables.some(({ database }) => databases.includes(database));
    if (statement === null || statement.length >= shownText) return true;
    const text = statement.toLowerCase();
    return databases.some((name) => text.includes(name.toLowerCase()));
  });
}
