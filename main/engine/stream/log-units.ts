import { createHash, type Hash } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { StreamPiece, StreamRecord } from '../../../shared/model/stream.ts';
import { verifyObject, type Repository } from '../repository/index.ts';
import { packedIdBytes, readOpen, readPacked, saltBytes } from './read-piece.ts';
import type { StoredStreamRecord } from './stream-records.ts';

/**
 * What of a log can be moved from one object to another without the card vault: bytes of the log, a whole sealed object, a twin. `bytes` of a sealed one: its id,
 * 32 octets, and the object as it is.
 */
export interface LogUnit {
  readonly kind: 'open' | 'sealed' | 'twin';
  readonly piece: StreamPiece;
  /** Bytes of the server's file. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
}

/**
 * Everything of a record that lies within `from`–`to` of its file, given as its `unfold`ed parts, checked as far as the main keys can. A sealed piece or a twin that only begins or ends in there is no
 * part of it. Errors: those of `getObject`; `repository.damaged` for what is not what the record says.
 */
export async function* unitsOf(
  repository: Repository,
  parts: readonly StoredStreamRecord[],
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): AsyncGenerator<LogUnit> {
  for (let at = firstBehind(parts, range.from); at < parts.length; at += 1) {
    const record = parts[at]?.record;
    if (record === undefined || record.from >= range.to) return;
    for (const piece of record.pieces) yield* pieceIn(repository, record, piece, range, signal);
    for (const piece of record.twins) {
      if (piece.from < range.from || piece.to > range.to) continue;
      const bytes = await readOpen(repository, piece, signal);
      yield { kind: 'twin', piece, from: piece.from, to: piece.to, bytes };
    }
  }
}

/** Of parts in order, the first that ends behind `from`. */
function firstBehind(parts: readonly StoredStreamRecord[], from: number): number {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.record.to ?? 0) <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function* pieceIn(
  repository: Repository,
  { sealed }: StreamRecord,
  piece: StreamPiece,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): AsyncGenerator<LogUnit> {
  const [from, to] = [Math.max(piece.from, range.from), Math.min(piece.to, range.to)];
  if (from >= to) return;
  if (!sealed) {
    const bytes = await readOpen(repository, piece, signal);
    if (bytes.length !== piece.to - piece.from) throw damagedContent(piece);
    yield { kind: 'open', piece, from, to, bytes: bytes.subarray(from - piece.from, to - piece.from) };
    return;
  }
  if (from !== piece.from || to !== piece.to) return;
  yield { kind: 'sealed', piece, from, to, bytes: await sealedBytes(repository, piece, signal) };
}

async function sealedBytes(repository: Repository, piece: StreamPiece, signal: AbortSignal): Promise<Buffer> {
  const { id, bytes } =
    piece.within === undefined
      ? { id: piece.chunk, bytes: await repository.getRaw(piece.chunk, signal) }
      : await readPacked(repository, piece, signal);
  const { kind, slot, plaintextBytes } = verifyObject(repository.keys, id, bytes);
  if (kind !== 'binlog' || slot !== 'vault' || plaintextBytes !== piece.to - piece.from + saltBytes)
    throw damagedContent(piece);
  return Buffer.concat([Buffer.from(id, 'hex'), bytes], packedIdBytes + bytes.length);
}

function damagedContent({ chunk }: StreamPiece): AppError {
  return new AppError('repository.damaged', { object: chunk, reason: 'content' });
}

/** Whether two records hold the same log: the same bytes at the same places, the same sealed objects, the same twins, however they are cut into pieces. */
export class LogDigest {
  readonly #log: Hash = createHash('sha256');
  readonly #twins: Hash = createHash('sha256');
  #openTo = -1;

  take({ kind, from, to, bytes }: LogUnit): void {
    if (kind === 'twin') this.#twins.update(`${from} ${to} ${bytes.length}\n`).update(bytes);
    else if (kind === 'sealed') this.#log.update(`sealed ${from} ${to} ${bytes.length}\n`).update(bytes);
    else {
      if (this.#openTo !== from) this.#log.update(`open ${from}\n`);
      this.#log.update(bytes);
    }
    if (kind !== 'twin') this.#openTo = kind === 'open' ? to : -1;
  }

  /** 128 hex digits. */
  digest(): string {
    return this.#log.digest('hex') + this.#twins.digest('hex');
  }
}
