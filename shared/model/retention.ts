import { z } from 'zod';

/** How many days, weeks and months that have a snapshot keep one. Zero switches a row off; what is never removed stays all the same. */
const keepSchema = z.int().min(0).max(3660);
export const retentionRuleSchema = z.strictObject({
  keepAll: z.boolean(),
  keepDaily: keepSchema,
  keepWeekly: keepSchema,
  keepMonthly: keepSchema,
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;

export const defaultRetention: RetentionRule = { keepAll: false, keepDaily: 14, keepWeekly: 8, keepMonthly: 24 };

/** Why a snapshot stays. Stable ids, in the order in which they are said. */
export const keepReasonIds = [
  'newest',
  'newest-green',
  'last-proven',
  'last-read-back',
  'pinned',
  'to-look-at',
  'young',
  'locked',
  'keep-all',
  'daily',
  'weekly',
  'monthly',
] as const;
export const keepReasonSchema = z.strictObject({
  id: z.enum(keepReasonIds),
  /** The day `2026-11-20`, week `2026-W47` or month `2026-11` that this snapshot stands for; null for the other reasons. */
  bucket: z.string().nullable(),
});
export type KeepReason = z.infer<typeof keepReasonSchema>;

/** Why it goes: another one of its day stays, or its day, week and month are too long ago. */
export const goReasonIds = ['same-day', 'too-old'] as const;
export const goReasonSchema = z.strictObject({ id: z.enum(goReasonIds), bucket: z.string().nullable() });
export type GoReason = z.infer<typeof goReasonSchema>;

/**
 * What has become much less, or another thing that does not happen by itself: `status-flip`, orders that were paid or done and are not any more ·
 * `closed-day`, a day that was over has other sums · `unsold-jump`, cards that were sold are for sale again · `unsold-emptied`, stock that is gone and was
 * not sold. `name` is `database.table`, or a ledger's or count's name; empty for all rows or bytes. Sums are rounded to whole units.
 */
export const shrinkFindingSchema = z.strictObject({
  kind: z.enum([
    'rows',
    'bytes',
    'table',
    'table-gone',
    'ledger',
    'status-flip',
    'closed-day',
    'unsold-jump',
    'unsold-emptied',
  ]),
  name: z.string(),
  /** Which day, product, or status into which. */
  detail: z.string().optional(),
  before: z.number(),
  after: z.number(),
  /** Of a sum: to the cent, and how many rows. */
  exact: z
    .strictObject({
      before: z.string(),
      after: z.string(),
      rowsBefore: z.number().optional(),
      rowsAfter: z.number().optional(),
    })
    .optional(),
  /** The first snapshot that has it so. ISO 8601. */
  since: z.iso.datetime(),
});
export type ShrinkFinding = z.infer<typeof shrinkFindingSchema>;

/** An order status that no earlier snapshot had and that no ledger counts; null: orders without one. `sum` is decimal text in the ledger's own unit. */
export const newStatusSchema = z.strictObject({
  ledger: z.string(),
  value: z.string().nullable(),
  rows: z.int().nonnegative(),
  sum: z.string(),
  since: z.iso.datetime(),
});
export type NewStatus = z.infer<typeof newStatusSchema>;

/** A source whose newest snapshot looks as if somebody had deleted data. */
export const shrunkSourceSchema = z.strictObject({
  source: z.string(),
  /** The newest snapshot: what a person confirms. */
  snapshot: z.uuid(),
  at: z.iso.datetime(),
  rowsBefore: z.number(),
  rowsAfter: z.number(),
  /** The findings that have a name, in one line: `shop.cards 5000 → 0`. */
  evidence: z.string(),
  findings: z.array(shrinkFindingSchema),
});
export type ShrunkSource = z.infer<typeof shrunkSourceSchema>;
