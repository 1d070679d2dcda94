import { expect } from 'vitest';
import type { Manifest } from '../../../../../shared/model/snapshot.ts';

/** The tables of big-keys.sql: cut into several ranges where a key allows it, whole where none does. */
export function expectRangesInsideEveryKey({ tables }: Manifest): void {
  const rangesOf = (table: string) =>
    tables.find(({ database, name }) => database === 'zoo_big_keys' && name === table)?.ranges ?? 0;
  for (const table of ['text_key', 'composite_key', 'binary_key', 'signed_key', 'unsigned_key'])
    expect([table, rangesOf(table)]).toEqual([table, expect.toSatisfy((ranges: number) => ranges > 1)]);
  expect([rangesOf('no_key'), rangesOf('nullable_key')]).toEqual([1, 1]);
}
