import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { workerData } from 'node:worker_threads';
import { AppError, type WireError } from '../../../shared/errors/app-error.ts';
import type { TableSchema } from '../../../shared/model/database.ts';
import { bufferOf } from '../platform/buffer-of.ts';
import { free } from '../platform/free-memory.ts';
import { handOver } from '../platform/transferable.ts';
import {
  closeVault,
  decodeObject,
  decodeSealedPayload,
  encodeObject,
  encodeSealedRows,
  verifyObject,
  type EncodedObject,
  type EncodingKeys,
  type VaultKey,
} from '../repository/objects/index.ts';
import {
  digestRows,
  digestText,
  encodeRows,
  useRowModule,
  wholeRows,
  type EncodedRows,
  type LedgerPartial,
  type RowDigests,
  type RowLayout,
  type RowModule,
} from '../source/mysql/rows/index.ts';
import { checkObject, type CheckedObject, type CheckTask, type VerifyTask } from './check-object.ts';

/** Runs in a worker thread: all CPU work on chunks, in both directions. Keys came in memory and stay here. */
const { keys, rowModule } = workerData as { readonly keys: EncodingKeys; readonly rowModule: RowModule | null };
useRowModule(rowModule);

/**
 * An error on its way to the main thread. Only a plain value keeps code and facts across the border: what is thrown arrives as
 * a bare Error with nothing but its message.
 */
export interface WorkFailure {
  readonly failed: WireError;
}

function orFailure<T>(work: () => T): T | WorkFailure {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { failed: { code: error.code, facts: error.facts } };
  }
}

/** Rows of one batch on their way to becoming one chunk. `bytes` is handed over, not copied. */
export interface EncodeTask {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly usedBytes: number;
  readonly rows: number;
  readonly layout: RowLayout;
  /** What the rows amounted to the last time; when they still do, there is nothing to make. */
  readonly unlessSame: ComparedPart | null;
  /** Read the text back before it is stored, and see whether it still amounts to the rows that came: see `isTextTrue`. */
  readonly checksText?: boolean;
}

/** Digests of as many rows, and the hash of their packets where it is known. */
export interface ComparedPart extends Digests {
  readonly packetHash: string | null;
}

/** Digests of rows, without a word about their packets. */
export type Digests = Pick<EncodedChunk, 'digest' | 'sum' | 'sealedDigest' | 'sealedSum'>;

/** A finished chunk: objects ready to be written, and what its rows amount to. */
export interface EncodedChunk {
  readonly rows: number;
  readonly textBytes: number;
  readonly open: EncodedObject;
  readonly sealed: EncodedObject | null;
  readonly digest: string;
  readonly sum: string | null;
  readonly sealedDigest: string | null;
  readonly sealedSum: string | null;
  readonly packetHash: string;
  /** False when the text to be stored does not hold the rows that came; null: not looked at. */
  readonly isTextTrue: boolean | null;
  readonly ledgers: readonly LedgerPartial[];
}

/** Row packets → text, digests, ledger sums → compressed, encrypted objects. */
export function encode(task: EncodeTask): EncodedChunk | 'same' | WorkFailure {
  return orFailure(() => encodeChunk(task));
}

function encodeChunk(task: EncodeTask): EncodedChunk | 'same' {
  const { layout, bytes, usedBytes } = task;
  const packetHash = hashOfPackets(bytes, usedBytes);
  if (task.unlessSame !== null && isAsBefore(task, packetHash, task.unlessSame)) {
    free(bytes);
    return 'same';
  }
  const encoded = encodeRows(layout, bytes, usedBytes, task.rows);
  const { rows, openText, sealedText, sealedDigest } = encoded;
  const isTextTrue = task.checksText === true ? textHolds(layout, encoded) : null;
  const textBytes = openText.byteLength + (sealedText?.byteLength ?? 0);
  free(bytes);
  const open = encodeObject(keys, { kind: 'rows', payload: openText });
  const sealed = sealedText === null ? null : encodeSealedRows(keys, { rows, text: sealedText, digest: sealedDigest });
  free(openText);
  if (sealedText !== null) free(sealedText);
  return handOver<EncodedChunk>({
    rows,
    textBytes,
    open,
    sealed,
    digest: encoded.openDigest,
    sum: encoded.openSum,
    sealedDigest,
    sealedSum: encoded.sealedSum,
    packetHash,
    isTextTrue,
    ledgers: encoded.ledgers,
  });
}

/** The decoder is another program than the encoder, so that one does not repeat what the other gets wrong. */
function textHolds(layout: RowLayout, { openText, sealedText, ...expected }: EncodedRows): boolean {
  return isDeepStrictEqual(
    digestText(layout, bufferOf(openText), sealedText === null ? null : bufferOf(sealedText)),
    expected,
  );
}

/** The hash of packets costs a tenth of the digests. Where it differs, rows have changed: there is a chunk to be made in any case. */
function isAsBefore({ layout, bytes, usedBytes, rows }: EncodeTask, packetHash: string, before: ComparedPart): boolean {
  if (before.packetHash !== null) return packetHash === before.packetHash;
  return isSame(digestRows(layout, bytes, usedBytes, rows), before);
}

function hashOfPackets(bytes: Uint8Array, usedBytes: number): string {
  return hash('sha256', bytes.subarray(0, usedBytes), 'hex').slice(0, 32);
}

function isSame({ openDigest, openSum, sealedDigest, sealedSum }: RowDigests, before: Digests): boolean {
  return (
    openDigest === before.digest &&
    openSum === before.sum &&
    sealedDigest === before.sealedDigest &&
    sealedSum === before.sealedSum
  );
}

/** Everything that can be checked of a stored object without the vault. Fails with `repository.damaged`. */
export function verify({ id, bytes }: VerifyTask): WorkFailure | undefined {
  return orFailure(() => {
    verifyObject(keys, id, bytes);
    free(bytes);
    return undefined;
  });
}

/** For bytes that were handed over and are handed back. */
export function check(task: CheckTask): CheckedObject | WorkFailure {
  return orFailure(() => handOver<CheckedObject>(checkObject(keys, task)));
}

/** Bytes of a site's files or of their history, handed over. */
export interface FileTask {
  readonly kind: 'file' | 'git-pack';
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function encodeFile({ kind, bytes }: FileTask): EncodedObject | WorkFailure {
  return orFailure(() => {
    const encoded = encodeObject(keys, { kind, payload: bytes });
    free(bytes);
    return handOver<EncodedObject>(encoded);
  });
}

/** Stored objects of one chunk; `sealed` only when the vault is open. */
export interface DecodeTask {
  readonly open: { readonly id: string; readonly bytes: Uint8Array };
  readonly sealed: { readonly id: string; readonly bytes: Uint8Array } | null;
  readonly vault: VaultKey | null;
  readonly schema: TableSchema;
  /** Rows of the table in earlier chunks. */
  readonly rowsBefore: number;
}

/** The rows of one chunk, proven to be what was captured. */
export interface DecodedRows {
  /** Whole rows; with the vault closed stand-ins take the place of secrets. */
  readonly text: Uint8Array;
  /** The digest that a small group keeps inside its seal; else null: then it is in the table record. */
  readonly sealedDigest: string | null;
}

export function decode(task: DecodeTask): DecodedRows | WorkFailure {
  try {
    return orFailure(() => handOver<DecodedRows>(decodeRows(task)));
  } finally {
    // A copy of its own, that came with the task.
    if (task.vault !== null) closeVault(task.vault);
  }
}

function decodeRows({ open, sealed, vault, schema, rowsBefore }: DecodeTask): DecodedRows {
  const { payload: openText } = decodeObject(keys, open.id, open.bytes, { expectedKind: 'rows' });
  if (sealed === null || vault === null)
    return { text: wholeRows(schema, openText, null, rowsBefore), sealedDigest: null };
  const { payload } = decodeObject(keys, sealed.id, sealed.bytes, { expectedKind: 'rows-sealed', vault });
  const { text, digest } = decodeSealedPayload(sealed.id, payload);
  return { text: wholeRows(schema, openText, text, rowsBefore), sealedDigest: digest };
}

/** Rows that a server sent back, to be compared with what was captured. `bytes` is handed over. */
export interface DigestTask extends Pick<EncodeTask, 'bytes' | 'usedBytes' | 'rows' | 'layout'> {
  /** What the packets of equal rows hash to, if that is known. */
  readonly packetHash: string | null;
}

/** `same`: these are the packets of `packetHash`. */
export function digest({ bytes, usedBytes, rows, layout, packetHash }: DigestTask): Digests | 'same' | WorkFailure {
  return orFailure(() => {
    if (packetHash !== null && hashOfPackets(bytes, usedBytes) === packetHash) {
      free(bytes);
      return 'same';
    }
    const { openDigest, openSum, sealedDigest, sealedSum } = digestRows(layout, bytes, usedBytes, rows);
    free(bytes);
    return { digest: openDigest, sum: openSum, sealedDigest, sealedSum };
  });
}
