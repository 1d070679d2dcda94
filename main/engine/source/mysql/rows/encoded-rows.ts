import type { LedgerPartial } from './ledger.ts';

/** What one batch of rows amounts to. Texts are views on memory of their own, which may be transferred. */
export interface EncodedRows extends RowDigests {
  readonly rows: number;
  /** LOAD DATA text of the open columns. */
  readonly openText: Buffer<ArrayBuffer>;
  /** The same of the secret columns: same rows, same order; null when the table has none. */
  readonly sealedText: Buffer<ArrayBuffer> | null;
  readonly ledgers: readonly LedgerPartial[];
}

/** Digests of one batch of rows. */
export interface RowDigests {
  /** XOR of row digests over the open columns, 32 hex digits. */
  readonly openDigest: string;
  /** Sum of the same, null unless rows may repeat. */
  readonly openSum: string | null;
  /** XOR over key and secret columns (all columns without a key); null when there are no secret columns. */
  readonly sealedDigest: string | null;
  readonly sealedSum: string | null;
}
