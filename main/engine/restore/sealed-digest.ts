import type { Range } from '../../../shared/model/database.ts';

/**
 * The digest of a range's secret columns: in the record, or inside the seal where the range is so small that it is one chunk. Null: the
 * table has no secret columns, or the seal was not opened.
 *
 * @param insideSeals digests that were found in seals, by sealed object
 */
export function sealedDigestOf(
  { sealedDigest, chunks }: Range,
  insideSeals: ReadonlyMap<string, string>,
): string | null {
  if (sealedDigest !== null) return sealedDigest;
  const [only, another] = chunks;
  if (another !== undefined || only?.sealedId == null) return null;
  return insideSeals.get(only.sealedId) ?? null;
}
