import { createHash } from 'node:crypto';
import type { TableSchema } from '../../../../../shared/model/database.ts';

/** The definition in digest.ts, word by word and without any speed: the witness that the server's numbers are compared with. */
export function referenceDigest(
  table: TableSchema,
  rows: readonly (readonly (Buffer | null)[])[],
  group: 'open' | 'sealed',
): { readonly rows: number; readonly digest: string; readonly sum: string | null } {
  const indexes = indexesOf(table, group);
  let xor = 0n;
  let sum = 0n;
  for (const row of rows) {
    const parts = indexes.map((index) => {
      const value = row[index];
      if (value === null || value === undefined) return Buffer.from('N');
      const bytes = table.columns[index]!.long ? Buffer.from(sha256(value).toString('hex')) : value;
      return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]);
    });
    const hash = BigInt(`0x${sha256(Buffer.concat(parts)).subarray(0, 16).toString('hex')}`);
    xor ^= hash;
    sum += hash;
  }
  return { rows: rows.length, digest: hex(xor), sum: table.key === null ? hex(sum) : null };
}

function indexesOf(table: TableSchema, group: 'open' | 'sealed'): number[] {
  const all = table.columns.map((_, index) => index);
  const isSecret = (index: number) => table.columns[index]!.secret;
  if (group === 'open') return all.filter((index) => !isSecret(index));
  if (table.key === null) return all;
  return [
    ...table.key.map((name) => table.columns.findIndex((column) => column.name === name)),
    ...all.filter(isSecret),
  ];
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function hex(value: bigint): string {
  return BigInt.asUintN(128, value).toString(16).padStart(32, '0');
}
