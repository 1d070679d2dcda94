import { z } from 'zod';

/** One snapshot that a deed speaks of. `at`: when it was done, ISO 8601 UTC. */
const entrySchema = z.object({ snapshot: z.uuid(), source: z.uuid(), at: z.iso.datetime() });

/**
 * What was done with snapshots, kept in the repository (`deeds/<utc>-<id>`, FORMAT.md §14), so that no computer is the only one that knows it. Fields that a
 * newer version adds are let through, and a deed that has some is never merged.
 */
export const deedSchema = z.discriminatedUnion('type', [
  /** Restored and compared, whole: the last of these of a shop never goes. True of a snapshot wherever it lies. */
  z.object({
    type: z.literal('proven'),
    entries: z.array(entrySchema.extend({ state: z.enum(['restored', 'totals-matched']) })).min(1),
  }),
  /** Removed by a prune of the very copy on which the deed lies. `taken`: the snapshot's instant. */
  z.object({
    type: z.literal('pruned'),
    entries: z.array(entrySchema.extend({ taken: z.iso.datetime() })).min(1),
  }),
]);
export type Deed = z.infer<typeof deedSchema>;
export type DeedType = Deed['type'];

export const deedTypes: readonly string[] = deedSchema.options.map(({ shape }) => shape.type.value);

/** Types that are true wherever the deed lies, and so are brought to every copy; what was pruned here says nothing of another place. */
export const travellingDeeds: ReadonlySet<string> = new Set<DeedType>(['proven']);

/** What the entries of a deed are about; a deed whose subjects others of its type have as well says nothing new. */
export function subjectsOf(deed: Deed): string[] {
  return deed.entries.map(({ snapshot }) => snapshot);
}
