import { z } from 'zod';
import { factsSchema } from './facts.ts';

/**
 * Why the resale guard does not know everything that was sold after the moment of a restore. `log-…`: about the stored log · `live-…`: about the
 * live database · `mass-change`, `live-mass-change`: many cards became sold at once and no order came with them, which is more likely what the
 * restore is to undo than sales; they were not marked.
 */
export const resaleGapReasons = [
  'log-none',
  'log-copies-away',
  'log-starts-later',
  'log-gap',
  'log-sealed',
  'log-unreadable',
  'log-shape',
  'log-statements',
  'log-end',
  'mass-change',
  'live-away',
  'live-table-missing',
  'live-shape',
  'live-time-over',
  'live-failed',
  'live-mass-change',
  'not-restored',
] as const;

export const resaleGapSchema = z.strictObject({ reason: z.enum(resaleGapReasons), facts: factsSchema });
export type ResaleGap = z.infer<typeof resaleGapSchema>;

const count = z.int().nonnegative();

/** What the resale guard did. The fields after `csv` are absent where it did not run. */
export const resaleResultSchema = z.strictObject({
  /** Cards that would have been sold again and were marked as sold. */
  cards: count,
  /** Orders that were paid or delivered after the moment and that a person has to see to. */
  orders: count,
  /** The list of both; null when it would be empty. */
  csv: z.string().nullable(),
  /** Delivered cards that are sold again and again: not marked. */
  shared: count.optional(),
  /** Everything that could have been sold was looked at. */
  complete: z.boolean().optional(),
  unread: z.array(resaleGapSchema).optional(),
  /**
   * Why it did not run: asked so · the shop's program has no rules · the target is a file, or a server that is thrown
   * away · neither cards nor orders were restored.
   */
  skipped: z.enum(['off', 'no-rules', 'file', 'sandbox', 'not-restored']).optional(),
});
export type ResaleResult = z.infer<typeof resaleResultSchema>;
