import { z } from 'zod';
import { factsSchema } from './facts.ts';

/** What exists on a shop's server, and whether a backup has it. Names are the server's own text, made harmless to show. */

export const coverageKinds = [
  'database',
  'table',
  'view',
  'routine',
  'trigger',
  'event',
  'sequence',
  'accounts',
  'folder',
  'volume',
  'key-file',
  'settings-file',
  'redis',
  'crontab',
  'server-settings',
  'certificates',
  /** Something that the look could not see into. */
  'unseen',
] as const;
export type CoverageKind = (typeof coverageKinds)[number];

const idSchema = z.string().min(1).max(400);
const nameSchema = z.string().max(400);

/** One thing as a look saw it. */
export const seenThingSchema = z.strictObject({
  /** `<kind>:<name>`; the same as long as the thing is there. */
  id: idSchema,
  kind: z.enum(coverageKinds),
  name: nameSchema,
  /** The thing that it is part of: a table's database, a key file's folder. Absent: it stands for itself. */
  within: idSchema.optional(),
  /** A shop that comes back without it is not whole. False: it is work to set up again. */
  matters: z.boolean(),
  /** Something about it that keeps it out, as the server says: `elsewhere` (rows on another server), `denied`, … */
  obstacle: z.string().max(40).optional(),
  facts: factsSchema,
  /** When a look first saw it; null: it was there when somebody first looked. */
  since: z.iso.datetime().nullable(),
});
export type SeenThing = z.infer<typeof seenThingSchema>;

export const coverageLookSchema = z.strictObject({
  /** When it began. */
  at: z.iso.datetime(),
  things: z.array(seenThingSchema).max(20_000),
});
export type CoverageLook = z.infer<typeof coverageLookSchema>;

/** The owner's word that a thing is not needed. Kept with the source. */
export const acceptedThingSchema = z.strictObject({
  id: idSchema,
  kind: z.enum(coverageKinds),
  name: nameSchema,
  at: z.iso.datetime(),
  reason: z.string().max(300).nullable(),
  /** What was in it then: what comes later is asked about. */
  within: z.array(idSchema).max(5000),
});
export type AcceptedThing = z.infer<typeof acceptedThingSchema>;

/** Why a thing is in no backup. */
export const uncoveredReasons = [
  'not-chosen',
  'came-later',
  'left-out',
  'only-part',
  'not-readable',
  'elsewhere',
  'nothing-kept',
  'next-backup',
  'cannot-see',
] as const;
export type UncoveredReason = (typeof uncoveredReasons)[number];

/** `next`: the next backup takes it · `open`: in no backup, and nobody has said that this is all right. */
export const coveredThingSchema = seenThingSchema.extend({
  state: z.enum(['kept', 'next', 'accepted', 'open']),
  reason: z.enum(uncoveredReasons).nullable(),
  /** The newest snapshot that has it. */
  by: z.strictObject({ snapshot: z.uuid(), at: z.iso.datetime() }).nullable(),
  accepted: z.strictObject({ at: z.iso.datetime(), reason: z.string().nullable() }).nullable(),
  /** One word of the owner is enough to have it kept from now on. */
  canBeKept: z.boolean(),
});
export type CoveredThing = z.infer<typeof coveredThingSchema>;

const count = z.int().nonnegative();
export const coverageFiguresSchema = z.strictObject({
  all: count,
  kept: count,
  accepted: count,
  next: count,
  open: count,
  /** Of `open`: what matters. */
  openThatMatters: count,
});
export type CoverageFigures = z.infer<typeof coverageFiguresSchema>;

/** What nobody could look into is told apart: it is no thing, and no backup could have it. */
export function coverageFigures(things: readonly CoveredThing[]): CoverageFigures {
  const counted = things.filter(({ kind }) => kind !== 'unseen');
  const open = counted.filter(({ state }) => state === 'open');
  const inState = (wanted: CoveredThing['state']) => counted.filter(({ state }) => state === wanted).length;
  return {
    all: counted.length,
    kept: inState('kept'),
    accepted: inState('accepted'),
    next: inState('next'),
    open: open.length,
    openThatMatters: open.filter(({ matters }) => matters).length,
  };
}
