import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { StreamRecord } from '../../../shared/model/stream.ts';
import { inLanes } from '../platform/in-lanes.ts';
import type { Repository } from '../repository/index.ts';
import {
  firstPosition,
  parseEventHeader,
  parseFormatDescription,
  type BinlogEvent,
} from '../source/mysql/binlog/index.ts';
import { stretchesOf, type Stretch } from './link-records.ts';
import { readOpen, readPiece, type ObjectReader } from './read-piece.ts';
import { parseStreamRecord, type StoredStreamRecord } from './stream-records.ts';
import { eventsOfTwin } from './twin-frames.ts';

/** More than once only while somebody merges records as fast as they are read. */
const mostListings = 5;
const lanes = 8;

/**
 * All that is stored of a source's log, in unbroken stretches. Records that say the same twice (two computers followed the log, or one stored its
 * end again, or a merged one is there beside what it was made of) are counted once. Errors: those of `readRecords` and `stretchesOf`.
 */
export async function readStream(
  repository: Repository,
  sourceId: string,
  signal: AbortSignal,
  cache: RecordCache = noCache,
): Promise<Stretch[]> {
  return stretchesOf(await readRecords(repository, sourceId, signal, cache));
}

/** Stream records as they lie in a copy, closed, by name: what was read once need not be read again. A cache may forget anything and be wrong. */
export interface RecordCache {
  get(name: string): Uint8Array | undefined;
  add(records: ReadonlyMap<string, Uint8Array>): void;
  /** Of this source only these are listed. */
  keepOnly(sourceId: string, names: ReadonlySet<string>): void;
}

export const noCache: RecordCache = { get: () => undefined, add: () => undefined, keepOnly: () => undefined };
/** Kept until so many can be written down at once. */
const batch = 1000;

/**
 * All records of a source, in the order of their names. One that goes while the others are read was merged into another one: then it is listed again. Errors: those of
 * `readStreamRecord`.
 */
export async function readRecords(
  repository: Repository,
  sourceId: string,
  signal: AbortSignal,
  cache: RecordCache = noCache,
): Promise<StoredStreamRecord[]> {
  const read = new Map<string, StoredStreamRecord>();
  let fresh = new Map<string, Uint8Array>();
  for (let listings = 1; ; listings += 1) {
    const names = await repository.listStreamRecords(sourceId, signal);
    const gone: AppError[] = [];
    await inLanes(names, { lanes, signal }, async (name, laneSignal) => {
      if (read.has(name)) return;
      const known = parsedFromCache(repository, name, cache.get(name));
      if (known !== null) {
        read.set(name, known);
        return;
      }
      try {
        const bytes = await repository.getStoredStreamRecord(name, laneSignal);
        read.set(name, parseStreamRecord(name, repository.openStreamRecord(name, bytes)));
        fresh.set(name, bytes);
      } catch (error) {
        if (!isAppErrorOf(error, 'repository.missing-object')) throw error;
        gone.push(error);
      }
      if (fresh.size < batch) return;
      cache.add(fresh);
      fresh = new Map();
    });
    const [first] = gone;
    if (first !== undefined && listings < mostListings) continue;
    if (first !== undefined) throw first;
    cache.add(fresh);
    cache.keepOnly(sourceId, new Set(names));
    return names.flatMap((name) => read.get(name) ?? []);
  }
}

/** One record, from the cache or from the copy. Errors: those of `readStreamRecord`. */
export async function readCachedRecord(
  repository: Repository,
  name: string,
  signal: AbortSignal,
  cache: RecordCache,
): Promise<StoredStreamRecord> {
  const known = parsedFromCache(repository, name, cache.get(name));
  if (known !== null) return known;
  const bytes = await repository.getStoredStreamRecord(name, signal);
  const stored = parseStreamRecord(name, repository.openStreamRecord(name, bytes));
  cache.add(new Map([[name, bytes]]));
  return stored;
}

/** Null: it has to be read again. */
function parsedFromCache(
  repository: Repository,
  name: string,
  bytes: Uint8Array | undefined,
): StoredStreamRecord | null {
  if (bytes === undefined) return null;
  try {
    return parseStreamRecord(name, repository.openStreamRecord(name, bytes));
  } catch (error) {
    if (isAppErrorOf(error, 'repository.damaged', 'repository.newer-format')) return null;
    throw error;
  }
}

/** Bytes of a file, from one boundary between events to another. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The events of one record, as `readBinlog` gave them; of what is sealed, without the vault, those of its twins (FORMAT.md §9). `within`: pieces of which nothing lies in it
 * are passed over. Errors: those of `readPiece`; `keys.vault-closed` where a twin is missing; `repository.damaged` for bytes that are no events.
 */
export async function* eventsOf(
  repository: ObjectReader,
  stored: StoredStreamRecord,
  vault: Parameters<typeof readPiece>[3],
  signal: AbortSignal,
  within: LogRange = stored.record,
): AsyncGenerator<BinlogEvent> {
  const { record } = stored;
  const isWanted = ({ from, to }: LogRange) => from < within.to && to > within.from;
  if (record.sealed && vault === undefined) {
    if (!isOpenWithin(record, within)) throw new AppError('keys.vault-closed', { object: stored.name });
    for (const twin of record.twins.filter(isWanted)) {
      const { file } = record;
      yield* eventsOfTwin(await readOpen(repository, twin, signal), { ...twin, file, object: twin.chunk });
    }
    return;
  }
  const { hasChecksums } = parseFormatDescription(Buffer.from(record.format, 'base64'));
  for (const piece of record.pieces.filter(isWanted)) {
    const bytes = await readPiece(repository, stored, piece, vault, signal);
    yield* eventsIn(bytes, { ...piece, file: record.file, object: piece.chunk }, hasChecksums);
  }
}

/** Whether what lies there of a record can be read without the vault: it is open, or twins tile it. */
export function isOpenWithin({ sealed, twins, from, to }: StreamRecord, within: LogRange): boolean {
  if (!sealed) return true;
  let at = Math.max(from, within.from);
  for (const twin of twins) if (twin.from <= at && twin.to > at) at = twin.to;
  return at >= Math.min(to, within.to);
}

function* eventsIn(
  bytes: Buffer,
  { file, from, object }: { readonly file: string; readonly from: number; readonly object: string },
  hasChecksums: boolean,
): Generator<BinlogEvent> {
  for (let at = 0; at < bytes.length;) {
    const header = parseEventHeader(bytes, at);
    if (header === null || at + header.sizeBytes > bytes.length)
      throw new AppError('repository.damaged', { object, reason: 'content' });
    const position = from + at;
    yield {
      kind: 'event',
      file,
      position,
      endPosition: position + header.sizeBytes,
      header,
      bytes: bytes.subarray(at, at + header.sizeBytes),
      hasChecksum: hasChecksums || position === firstPosition,
    };
    at += header.sizeBytes;
  }
}
