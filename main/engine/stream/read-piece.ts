import { AppError } from '../../../shared/errors/app-error.ts';
import type { StreamPiece, StreamRecord } from '../../../shared/model/stream.ts';
import type { DecodeOptions, Repository } from '../repository/index.ts';

/** In the vault slot random octets go before the log's: a name must not be a test for a guessed secret (FORMAT.md §9). */
export const saltBytes = 32;
/** Before a packed object stands its id. */
export const packedIdBytes = 32;

/** A repository, or whatever finds an object in one of several. */
export type ObjectReader = Pick<Repository, 'getObject' | 'openObject'>;
type Vault = DecodeOptions['vault'];

/** Merged pieces lie in one chunk by the dozen and are read one after the other: it is opened once. Never of what was sealed. */
const lastOpened = new WeakMap<ObjectReader, { readonly chunk: string; readonly payload: Buffer }>();

/**
 * The log's bytes of one piece of a record that is sealed as a whole or not at all. Errors: those of `getObject`; `keys.vault-closed` for a sealed one without the
 * vault; `repository.damaged` when the chunk does not hold what the record says.
 */
export async function readPiece(
  repository: ObjectReader,
  { record }: { readonly record: StreamRecord },
  piece: StreamPiece,
  vault: Vault,
  signal: AbortSignal,
): Promise<Buffer> {
  const bytes = record.sealed
    ? await readSealed(repository, piece, vault, signal)
    : await readOpen(repository, piece, signal);
  if (bytes.length !== piece.to - piece.from) throw damagedContent(piece);
  return bytes;
}

/** What lies in the main slot for a piece or a twin: of a packed piece its part of the chunk. Errors: those of `getObject`, `repository.damaged`. */
export async function readOpen(repository: ObjectReader, piece: StreamPiece, signal: AbortSignal): Promise<Buffer> {
  const payload = await openMain(repository, piece, signal);
  const { within } = piece;
  if (within === undefined) return payload;
  if (within.at + within.size > payload.length) throw damagedContent(piece);
  return payload.subarray(within.at, within.at + within.size);
}

/** A packed sealed object and its id, as they lie in their chunk. Errors: as `readOpen`. */
export async function readPacked(
  repository: ObjectReader,
  piece: StreamPiece,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly bytes: Buffer }> {
  const packed = await readOpen(repository, piece, signal);
  if (packed.length <= packedIdBytes) throw damagedContent(piece);
  return { id: packed.subarray(0, packedIdBytes).toString('hex'), bytes: packed.subarray(packedIdBytes) };
}

async function readSealed(
  repository: ObjectReader,
  piece: StreamPiece,
  vault: Vault,
  signal: AbortSignal,
): Promise<Buffer> {
  if (piece.within === undefined) {
    const { payload, slot } = await repository.getObject(piece.chunk, { expectedKind: 'binlog', vault, signal });
    if (slot !== 'vault') throw damagedContent(piece);
    return bufferOf(payload).subarray(saltBytes);
  }
  const { id, bytes } = await readPacked(repository, piece, signal);
  const { payload, slot } = await repository.openObject(id, bytes, { expectedKind: 'binlog', vault });
  if (slot !== 'vault') throw damagedContent(piece);
  return bufferOf(payload).subarray(saltBytes);
}

async function openMain(repository: ObjectReader, piece: StreamPiece, signal: AbortSignal): Promise<Buffer> {
  const known = lastOpened.get(repository);
  if (known?.chunk === piece.chunk) return known.payload;
  const { payload, slot } = await repository.getObject(piece.chunk, { expectedKind: 'binlog', signal });
  if (slot !== 'main') throw damagedContent(piece);
  const opened = bufferOf(payload);
  if (piece.within !== undefined) lastOpened.set(repository, { chunk: piece.chunk, payload: opened });
  return opened;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function damagedContent({ chunk }: StreamPiece): AppError {
  return new AppError('repository.damaged', { object: chunk, reason: 'content' });
}
