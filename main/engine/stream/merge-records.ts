import { createHash } from 'node:crypto';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { StreamPart, StreamRecord } from '../../../shared/model/stream.ts';
import { encodeObject, isUnreadableObject, parseStreamName, type Repository } from '../repository/index.ts';
import { shortName } from './link-records.ts';
import { LogDigest, unitsOf, type LogUnit } from './log-units.ts';
import { joinParts, partOf, unfold } from './merged-record.ts';
import { readStreamRecord, type StoredStreamRecord } from './stream-records.ts';

/** A common object is closed when it holds so many bytes. */
const closeAtBytes = 4 * 1024 * 1024;
/** What lies in an object with this much of the same log stays there: each byte is written anew twice at most. */
const keepFromBytes = 2 * 1024 * 1024;
/** Records that were closed within this time become one part, and at most so much of log. */
const partMs = 60_000;
const partBytes = 4 * 1024 * 1024;

/**
 * Writes the record that takes the place of `group`: neighbours of one chain in one file. When it resolves it is durable, and was read back and found to hold every byte
 * of the log, every sealed object and every twin that they hold. They are still there. Runs under a writer's lease; no more than two objects are in memory.
 *
 * Errors: those of the repository; `repository.damaged` when one of them is damaged, or when what was read back is not what was written: then it is taken away again.
 */
export async function mergeRecords(
  repository: Repository,
  group: readonly StoredStreamRecord[],
  signal: AbortSignal,
): Promise<StoredStreamRecord> {
  const merging = new Merging(repository, group, signal);
  const { record, digests } = await merging.build();
  const [first] = group;
  const place = parseStreamName(first?.name ?? '');
  if (place === undefined) throw new RangeError('a record that has no name of a record');
  const payload = Buffer.from(JSON.stringify(record), 'utf8');
  const { sourceId, sequence } = place;
  const name = await repository.putStreamRecord({ sourceId, sequence, id: idOf(payload), payload }, signal);
  try {
    const stored = await readStreamRecord(repository, name, signal);
    const parts = unfold(stored);
    for (const [index, { record: own }] of group.entries())
      if ((await digestOf(repository, parts, own, signal)) !== digests[index]) throw damaged(name);
    // What a killed run left is not put again, and was perhaps never made durable.
    await repository.makeDurable(chunksOf(record), [name], signal);
    return stored;
  } catch (error) {
    if (isAppErrorOf(error, 'repository.damaged', 'repository.missing-object'))
      await withdraw(repository, { name, sourceId }, group, signal);
    throw error;
  }
}

/** Takes a merged record away that is not what it should be, unless another computer has relied on it: then what it was made of is not all there any more. */
export async function withdraw(
  repository: Repository,
  { name, sourceId }: { readonly name: string; readonly sourceId: string },
  madeOf: readonly { readonly name: string }[],
  signal: AbortSignal,
): Promise<void> {
  const listed = new Set(await repository.listStreamRecords(sourceId, signal));
  if (madeOf.every((each) => listed.has(each.name))) await repository.removeStreamRecord(name, signal);
}

/**
 * Whether a merged record, given as its parts, holds what a record that it stands for holds: `differs` also when it cannot be read itself, `unreadable` when that one cannot. Errors: those of
 * the store.
 */
export async function holdsRecord(
  repository: Repository,
  mergedParts: readonly StoredStreamRecord[],
  one: StoredStreamRecord,
  signal: AbortSignal,
): Promise<'held' | 'differs' | 'unreadable'> {
  const own = await orUnreadable(digestOf(repository, unfold(one), one.record, signal));
  if (own === null) return 'unreadable';
  return (await orUnreadable(digestOf(repository, mergedParts, one.record, signal))) === own ? 'held' : 'differs';
}

async function orUnreadable(digest: Promise<string>): Promise<string | null> {
  try {
    return await digest;
  } catch (error) {
    if (!isUnreadableObject(error)) throw error;
    return null;
  }
}

async function digestOf(
  repository: Repository,
  parts: readonly StoredStreamRecord[],
  range: Pick<StreamRecord, 'from' | 'to'>,
  signal: AbortSignal,
): Promise<string> {
  const digest = new LogDigest();
  for await (const unit of unitsOf(repository, parts, range, signal)) digest.take(unit);
  return digest.digest();
}

/** Every chunk that a record names, each once. */
export function chunksOf({ pieces, twins }: StreamRecord): Set<string> {
  return new Set([...pieces, ...twins].map(({ chunk }) => chunk));
}

/** A UUID of version 8 out of what the record says: two computers that merge the same write the same. */
function idOf(payload: Uint8Array): string {
  const bytes = createHash('sha256').update(payload).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether a record of this name was merged: a hint, which spares reading the others. */
export function isMergedName(name: string): boolean {
  return parseStreamName(name)?.id[14] === '8';
}

function damaged(object: string): AppError {
  return new AppError('repository.damaged', { object, reason: 'content' });
}

/** A piece whose chunk is not known before it is full. */
interface OpenPiece {
  chunk: string;
  from: number;
  to: number;
  within?: { at: number; size: number } | undefined;
}

class Merging {
  readonly #repository: Repository;
  readonly #group: readonly StoredStreamRecord[];
  readonly #signal: AbortSignal;
  readonly #bytesIn: ReadonlyMap<string, number>;
  readonly #pieces: OpenPiece[] = [];
  readonly #twins: OpenPiece[] = [];
  readonly #parts: StreamPart[] = [];
  /** Of the part that is under way: when its first record was closed, where it begins, and whether another one may join it. */
  #part = { sinceMs: 0, from: 0, isOpen: false };
  #buffers: Buffer[] = [];
  #bufferedBytes = 0;
  #waiting: OpenPiece[] = [];

  constructor(repository: Repository, group: readonly StoredStreamRecord[], signal: AbortSignal) {
    this.#repository = repository;
    this.#group = group;
    this.#signal = signal;
    this.#bytesIn = bytesByChunk(group);
  }

  /** `digests`: of what each of the group holds, in order. */
  async build(): Promise<{ readonly record: StreamRecord; readonly digests: readonly string[] }> {
    const digests: string[] = [];
    for (const stored of this.#group) {
      const digest = new LogDigest();
      for (const part of unfold(stored)) {
        this.#beginPart(part.record);
        for await (const unit of unitsOf(this.#repository, [part], part.record, this.#signal)) {
          digest.take(unit);
          await this.#place(unit);
        }
      }
      digests.push(digest.digest());
    }
    await this.#closeObject();
    return { record: this.#record(), digests };
  }

  #record(): StreamRecord {
    const records = this.#group.map(({ record }) => record);
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) throw new RangeError('nothing to merge');
    return {
      version: 1,
      server: first.server,
      file: first.file,
      from: first.from,
      pieces: this.#pieces,
      twins: this.#twins,
      layouts: last.layouts,
      merges: this.#group.flatMap(({ name, record }) => [...record.merges, shortName(name)]),
      parts: this.#parts,
      continues: first.continues,
      gap: first.gap,
      nextFile: last.nextFile,
      format: first.format,
      ...this.#parts.reduce(joinParts),
      notable: records.flatMap(({ notable }) => notable),
      trace: last.trace,
    };
  }

  #beginPart(record: StreamRecord): void {
    const closedMs = Date.parse(record.closedAt);
    const own = partOf(record);
    const last = this.#parts.at(-1);
    const { sinceMs, from, isOpen } = this.#part;
    const isSoon = closedMs - sinceMs >= 0 && closedMs - sinceMs < partMs;
    if (isOpen && last?.sealed === record.sealed && isSoon && record.to - from <= partBytes) {
      this.#parts[this.#parts.length - 1] = joinParts(last, own);
      return;
    }
    this.#parts.push(own);
    // When the first of a chain was closed tells two logs of the same name apart.
    this.#part = { sinceMs: closedMs, from: record.from, isOpen: record.continues !== null };
  }

  async #place(unit: LogUnit): Promise<void> {
    const { kind, piece, from, to, bytes } = unit;
    const list = kind === 'twin' ? this.#twins : this.#pieces;
    if ((this.#bytesIn.get(piece.chunk) ?? 0) >= keepFromBytes) {
      list.push({ ...piece });
      return;
    }
    const before = this.#waiting.at(-1);
    // What goes on in the log, in the part and in the object is one piece.
    const isMore = kind === 'open' && before !== undefined && before === list.at(-1) && before.to === from;
    if (isMore && before.within !== undefined && before.from >= this.#part.from) {
      before.to = to;
      before.within.size += bytes.length;
    } else {
      const placed: OpenPiece = { chunk: '', from, to, within: { at: this.#bufferedBytes, size: bytes.length } };
      list.push(placed);
      this.#waiting.push(placed);
    }
    this.#buffers.push(bytes);
    this.#bufferedBytes += bytes.length;
    if (this.#bufferedBytes >= closeAtBytes) await this.#closeObject();
  }

  async #closeObject(): Promise<void> {
    if (this.#bufferedBytes === 0) return;
    const payload = Buffer.concat(this.#buffers, this.#bufferedBytes);
    const object = encodeObject(this.#repository.keys, { kind: 'binlog', payload, slot: 'main' });
    await this.#repository.putObject(object, this.#signal);
    for (const piece of this.#waiting) piece.chunk = object.id;
    this.#waiting = [];
    this.#buffers = [];
    this.#bufferedBytes = 0;
  }
}

/** How much of the group lies in each chunk. */
function bytesByChunk(group: readonly StoredStreamRecord[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { record } of group)
    for (const { chunk, from, to, within } of [...record.pieces, ...record.twins])
      found.set(chunk, (found.get(chunk) ?? 0) + (within?.size ?? to - from));
  return found;
}
