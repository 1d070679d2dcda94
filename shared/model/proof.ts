import { z } from 'zod';

const count = z.int().nonnegative();

/** Everything on a copy is to be read back within so many days. */
export const provenWithinDays = 30;

/**
 * What is proven of one copy, in numbers. Bytes are stored bytes. Proofs are this computer's own: after its catalog was lost nothing is proven until it is
 * read again.
 */
export const proofFiguresSchema = z.strictObject({
  /** As last listed, with what was written since. */
  objects: count,
  bytes: count,
  /** Never read back since this computer knows the copy. */
  neverRead: z.strictObject({ objects: count, bytes: count }),
  /** 0 to 1, of the bytes: read back within the last 30 days, and sound. Rounded down. */
  provenShare: z.number().min(0).max(1),
  /** How long ago the least recently proven object was read; one that was never read counts from when it was written. Rounded down to a tenth. */
  oldestUnprovenDays: z.number().nonnegative(),
  /** Objects that the last look found damaged or missing. */
  damaged: count,
  /** When the whole copy was last listed. */
  listedAt: z.iso.datetime(),
});
export type ProofFigures = z.infer<typeof proofFiguresSchema>;
