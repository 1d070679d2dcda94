import { AppError } from '../../../shared/errors/app-error.ts';
import type { StreamGap, StreamRecord } from '../../../shared/model/stream.ts';
import { parseStreamName, type Repository } from '../repository/index.ts';
import {
  firstPosition,
  parseEventHeader,
  parseFormatDescription,
  type BinlogEvent,
} from '../source/mysql/binlog/index.ts';
import { readPiece, readStreamRecord, type ObjectReader, type StoredStreamRecord } from './stream-records.ts';

/** A part of a log without a gap, in order. */
export interface Stretch {
  readonly records: readonly StoredStreamRecord[];
  /** What is missing before it; null for the first. */
  readonly gap: StreamGap | null;
}

/**
 * All that is stored of a source's log, in unbroken stretches. Records that say the same twice (two computers followed the log, or one stored its
 * end again) are told by their place and counted once. Errors: those of `readStreamRecord`.
 */
export async function readStream(repository: Repository, sourceId: string, signal: AbortSignal): Promise<Stretch[]> {
  const names = await repository.listStreamRecords(sourceId, signal);
  const records: StoredStreamRecord[] = [];
  for (const name of names) records.push(await readStreamRecord(repository, name, signal));
  return stretchesOf(records);
}

/** Links records to what they continue. `records` in any order. */
export function stretchesOf(records: readonly StoredStreamRecord[]): Stretch[] {
  const followers = new Map<string, StoredStreamRecord[]>();
  const names = new Set(records.map(({ name }) => name));
  for (const each of records) {
    const { continues } = each.record;
    if (continues !== null) followers.set(continues, [...(followers.get(continues) ?? []), each]);
  }
  const isFirst = ({ record }: StoredStreamRecord) => record.continues === null || !names.has(record.continues);
  const stretches: StoredStreamRecord[][] = records
    .filter(isFirst)
    .sort((a, b) => sequenceOf(a) - sequenceOf(b))
    .map((first) => chainFrom(first, followers));
  return stretches.map((chain, index) => ({ records: chain, gap: gapBetween(stretches[index - 1], chain) }));
}

/** Of several that continue the same record the one with the longest chain behind it is followed: the others say a part of it again. */
function chainFrom(
  first: StoredStreamRecord,
  followers: ReadonlyMap<string, readonly StoredStreamRecord[]>,
): StoredStreamRecord[] {
  const chain = [first];
  const seen = new Set([first.name]);
  for (let last = first; ;) {
    const next = (followers.get(last.name) ?? [])
      .filter(({ name, record }) => !seen.has(name) && isBehind(last.record, record))
      .sort((a, b) => sequenceOf(b) - sequenceOf(a))[0];
    if (next === undefined) return chain;
    chain.push(next);
    seen.add(next.name);
    last = next;
  }
}

function isBehind(last: StreamRecord, next: StreamRecord): boolean {
  return next.file === last.file ? next.from === last.to : next.from === firstPosition;
}

function gapBetween(
  before: readonly StoredStreamRecord[] | undefined,
  chain: readonly StoredStreamRecord[],
): StreamGap | null {
  const last = before?.at(-1)?.record;
  const first = chain[0]?.record;
  if (last === undefined || first === undefined) return null;
  return {
    after: { file: last.file, position: last.to },
    until: { file: first.file, position: first.from },
    reason: first.gap ?? 'purged',
    afterAt: last.lastCommitAt ?? last.closedAt,
    untilAt: first.firstCommitAt ?? first.closedAt,
  };
}

function sequenceOf({ name }: StoredStreamRecord): number {
  return parseStreamName(name)?.sequence ?? 0;
}

/**
 * The events of one record, as `readBinlog` gave them. Errors: those of `readPiece`; `repository.damaged` for bytes that are no events.
 */
export async function* eventsOf(
  repository: ObjectReader,
  stored: StoredStreamRecord,
  vault: Parameters<typeof readPiece>[3],
  signal: AbortSignal,
): AsyncGenerator<BinlogEvent> {
  const { record } = stored;
  const { hasChecksums } = parseFormatDescription(Buffer.from(record.format, 'base64'));
  for (const piece of record.pieces) {
    const bytes = await readPiece(repository, stored, piece, vault, signal);
    for (let at = 0; at < bytes.length;) {
      const header = parseEventHeader(bytes, at);
      if (header === null || at + header.sizeBytes > bytes.length)
        throw new AppError('repository.damaged', { object: piece.chunk, reason: 'content' });
      const event = bytes.subarray(at, at + header.sizeBytes);
      yield {
        kind: 'event',
        file: record.file,
        position: piece.from + at,
        endPosition: piece.from + at + header.sizeBytes,
        header,
        bytes: event,
        hasChecksum: hasChecksums || piece.from + at === firstPosition,
      };
      at += header.sizeBytes;
    }
  }
}
