import { randomBytes } from 'node:crypto';
import { streamRecordSchema, type StreamRecord } from '../../../shared/model/stream.ts';
import type { Flavour } from '../../../shared/model/database.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { encodeObject, isObjectId, parseStreamName, type Repository } from '../repository/index.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { saltBytes } from './read-piece.ts';
import { isConsistent } from './record-shape.ts';
import type { Segment } from './segment.ts';

const recordLimitBytes = 64 * 1024 * 1024;

export interface StoredStreamRecord {
  readonly name: string;
  readonly record: StreamRecord;
}

export interface StreamServer {
  readonly flavour: Flavour;
  readonly version: string;
  readonly serverId: string;
  readonly serverUuid: string | null;
}

/** Writes stretches of one shop's log into one repository, each after what it continues. */
export class StreamWriter {
  readonly #repository: Repository;
  readonly #sourceId: string;
  readonly #server: StreamServer;
  readonly #clock: Clock;
  #sequence: number;

  /** @param sequence the highest that any record of this source has; 0: there is none */
  constructor(repository: Repository, sourceId: string, server: StreamServer, sequence: number, clock: Clock) {
    this.#repository = repository;
    this.#sourceId = sourceId;
    this.#server = server;
    this.#sequence = sequence;
    this.#clock = clock;
  }

  /** Durable when it resolves: the log's bytes and their twin first, then the record that names them. */
  async write(
    segment: Segment,
    before: Pick<StreamRecord, 'continues' | 'gap'>,
    signal: AbortSignal,
  ): Promise<StoredStreamRecord & { readonly storedBytes: number }> {
    const { bytes, twin, layouts, ...facts } = segment;
    const payload = segment.sealed ? Buffer.concat([randomBytes(saltBytes), bytes]) : bytes;
    const slot = segment.sealed ? 'vault' : 'main';
    const object = encodeObject(this.#repository.keys, { kind: 'binlog', payload, slot });
    await this.#repository.putObject(object, signal);
    const open = twin === null ? null : encodeObject(this.#repository.keys, { kind: 'binlog', payload: twin });
    if (open !== null) await this.#repository.putObject(open, signal);
    const record: StreamRecord = {
      version: 1,
      server: { ...this.#server },
      ...facts,
      ...before,
      pieces: [{ chunk: object.id, from: segment.from, to: segment.to }],
      // A name that looks like the id of a chunk would be taken for one by a prune (FORMAT.md §9).
      layouts: layouts.filter(({ columns }) => !columns.some(({ name }) => isObjectId(name))),
      twins: open === null ? [] : [{ chunk: open.id, from: segment.from, to: segment.to }],
      merges: [],
      parts: [],
      closedAt: isoUtc(this.#clock.nowMs()),
    };
    this.#sequence += 1;
    const text = Buffer.from(JSON.stringify(record), 'utf8');
    const place = { sourceId: this.#sourceId, sequence: this.#sequence, id: newId(), payload: text };
    const name = await this.#repository.putStreamRecord(place, signal);
    return { name, record, storedBytes: object.bytes.length + (open?.bytes.length ?? 0) };
  }
}

/** Reads a record and checks its shape. Errors: `repository.damaged`, `repository.missing-object`. */
export async function readStreamRecord(
  repository: Repository,
  name: string,
  signal: AbortSignal,
): Promise<StoredStreamRecord> {
  return parseStreamRecord(name, await repository.getStreamRecord(name, signal));
}

/** The same of a payload that was read. Error: `repository.damaged`. */
export function parseStreamRecord(name: string, bytes: Uint8Array): StoredStreamRecord {
  if (bytes.length > recordLimitBytes) throw new AppError('repository.damaged', { object: name, reason: 'too-large' });
  let parsed;
  try {
    parsed = streamRecordSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new AppError('repository.damaged', { object: name, reason: 'content' }, { cause: error });
  }
  if (!parsed.success || !isConsistent(parsed.data))
    throw new AppError('repository.damaged', { object: name, reason: 'content' });
  return { name, record: parsed.data };
}

/** What tells where a record stands and what it stands for: a year of log fits into memory. */
export function withoutContent({ name, record }: StoredStreamRecord): StoredStreamRecord {
  return { name, record: { ...record, pieces: [], twins: [], parts: [], layouts: [], tables: [], notable: [] } };
}

/** The highest number among names of stream records; 0 when there is none. */
export function lastSequence(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => parseStreamName(name)?.sequence ?? 0));
}
