import { z } from 'zod';
import { factsSchema } from './facts.ts';

export const checklistItemIds = [
  'replica',
  'daily-snapshot-second-disk',
  'two-clouds-encrypted',
  'weekly-cold-offsite',
  'restore-tested',
  'card-vault',
  'coverage',
  'recovery-kit',
  'stream-rpo',
  'alarm',
] as const;
export type ChecklistItemId = (typeof checklistItemIds)[number];

/** Something that was seen to be so, and when: a setting is never evidence. `id` is translated as `evidence.<id>`. */
export const evidenceSchema = z.strictObject({ id: z.string(), at: z.iso.datetime().nullable(), facts: factsSchema });
export type Evidence = z.infer<typeof evidenceSchema>;

export const checklistItemSchema = z.strictObject({
  id: z.enum(checklistItemIds),
  state: z.enum(['ok', 'warn', 'fail', 'unknown']),
  evidence: z.array(evidenceSchema),
  /** Since when the item has been in this state, as far as the evidence tells. */
  since: z.iso.datetime().nullable(),
  /** Stable id of what to do next, translated as `todo.<id>`; null when nothing is to be done. */
  todo: z.string().nullable(),
});
export type ChecklistItem = z.infer<typeof checklistItemSchema>;
