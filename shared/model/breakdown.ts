import { z } from 'zod';

/** What a ledger's rows are grouped by. `status`: all of them, paid or not; the others: the rows that count. */
export const dimensionIds = ['status', 'day', 'product', 'currency'] as const;
export const dimensionIdSchema = z.enum(dimensionIds);
export type DimensionId = z.infer<typeof dimensionIdSchema>;

/**
 * Value, rows, exact sum. The value is the column's text; octets that are no text of its character set as `0x…`; a day as `2026-11-23`. Null: the
 * column is NULL, or holds nothing that is a day.
 */
export const groupSchema = z.tuple([z.string().nullable(), z.int().nonnegative(), z.string()]);
export type Group = z.infer<typeof groupSchema>;

/**
 * Each row is in one of `of` or in `rest`, so that all together are exact. In `rest`: values of more than a hundred octets, those for which there is no
 * room (`values`: how many, where that is known), and everything where there are too many to be told apart (`tooMany`).
 */
export const dimensionSchema = z.strictObject({
  of: z.array(groupSchema),
  rest: z
    .strictObject({ rows: z.int().nonnegative(), sum: z.string(), values: z.int().nonnegative().optional() })
    .optional(),
  tooMany: z.literal(true).optional(),
});
export type Dimension = z.infer<typeof dimensionSchema>;

/** A dimension that is absent is not asked for, or its column cannot answer (not there, secret, no time). */
export const breakdownSchema = z.strictObject({
  status: dimensionSchema.optional(),
  day: dimensionSchema.optional(),
  product: dimensionSchema.optional(),
  currency: dimensionSchema.optional(),
});
export type Breakdown = z.infer<typeof breakdownSchema>;
