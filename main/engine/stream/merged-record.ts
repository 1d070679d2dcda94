import type { StreamEvent, StreamPart, StreamRecord } from '../../../shared/model/stream.ts';
import type { StoredStreamRecord } from './stream-records.ts';
import { sumTables } from './sum-tables.ts';

/**
 * The parts of a merged record, each as a record of its own: whoever reads the log needs to know nothing of merging, and loses nothing of what was known of each minute. They
 * bear the name of the whole. A record that was not merged is its own only part.
 */
export function unfold(stored: StoredStreamRecord): StoredStreamRecord[] {
  const { name, record } = stored;
  if (record.parts.length === 0) return [stored];
  const notable = notableByPart(record);
  let from = record.from;
  let [piece, twin] = [0, 0];
  return record.parts.map((part, index) => {
    const pieces = [];
    for (let each = record.pieces[piece]; each !== undefined && each.to <= part.to; each = record.pieces[(piece += 1)])
      pieces.push(each);
    const twins = [];
    for (let each = record.twins[twin]; each !== undefined && each.to <= part.to; each = record.twins[(twin += 1)])
      twins.push(each);
    const isLast = index === record.parts.length - 1;
    const own: StreamRecord = {
      ...record,
      ...part,
      from,
      pieces,
      twins,
      layouts: isLast ? record.layouts : [],
      merges: [],
      parts: [],
      continues: index === 0 ? record.continues : name,
      gap: index === 0 ? record.gap : null,
      nextFile: isLast ? record.nextFile : null,
      notable: notable[index] ?? [],
    };
    from = part.to;
    return { name, record: own };
  });
}

/** An event belongs to the part in which its transaction ended. */
function notableByPart({ parts, notable }: StreamRecord): StreamEvent[][] {
  const found: StreamEvent[][] = parts.map(() => []);
  for (const event of notable) {
    let [low, high] = [0, parts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((parts[middle]?.to ?? 0) < event.to) low = middle + 1;
      else high = middle;
    }
    found[low]?.push(event);
  }
  return found;
}

/** What a record says of itself, as the only part of it. */
export function partOf(record: StreamRecord): StreamPart {
  const { to, sealed, closedAt, firstCommitAt, lastCommitAt, lastGtid, endsWithin, lastEnd } = record;
  const { events, transactions, tables, statementChanges } = record;
  return {
    ...{ to, sealed, closedAt, firstCommitAt, lastCommitAt, lastGtid, endsWithin, lastEnd },
    ...{ events, transactions, tables, statementChanges },
  };
}

/** Two parts, the one behind the other, as one. */
export function joinParts(a: StreamPart, b: StreamPart): StreamPart {
  return {
    to: b.to,
    sealed: a.sealed || b.sealed,
    closedAt: b.closedAt,
    firstCommitAt: a.firstCommitAt ?? b.firstCommitAt,
    lastCommitAt: b.lastCommitAt ?? a.lastCommitAt,
    lastGtid: b.lastGtid ?? a.lastGtid,
    endsWithin: b.endsWithin,
    lastEnd: b.lastEnd ?? a.lastEnd,
    events: a.events + b.events,
    transactions: a.transactions + b.transactions,
    tables: sumTables([...a.tables, ...b.tables]),
    statementChanges: a.statementChanges + b.statementChanges,
  };
}
