import { z } from 'zod';
import { maxLockDays } from './cloud-providers.ts';
import { coldScheduleSchema } from './cold-schedule.ts';
import { retentionRuleSchema } from './retention.ts';
import { proofFiguresSchema } from './proof.ts';
import { nameSchema } from './source.ts';

export const destinationRoleSchema = z.enum(['main', 'second-disk', 'cold', 'offsite', 'cloud']);
export type DestinationRole = z.infer<typeof destinationRoleSchema>;

const common = { name: nameSchema, place: z.string().max(80).nullable() };

export const diskDestinationInputSchema = z.strictObject({
  ...common,
  kind: z.literal('disk'),
  path: z.string().min(1).max(4000),
  role: z.enum(['main', 'second-disk', 'cold', 'offsite']),
  /** When a disk that travels comes home; absent: every seven days. Not for the other roles. */
  cold: coldScheduleSchema.optional(),
});

export const s3DestinationInputSchema = z.strictObject({
  ...common,
  kind: z.literal('s3'),
  provider: z.string().max(40),
  bucket: z.string().min(1).max(255),
  region: z.string().max(80).nullable(),
  endpoint: z.string().max(500).nullable(),
  prefix: z.string().max(200),
  /** A domain of the user's own that stands for the bucket (CNAME); absent: none. */
  customDomain: z.string().max(500).nullable().optional(),
  /** Nobody can delete an object for so many days after the last backup that relies on it; absent: no lock. */
  lockDays: z.int().min(1).max(maxLockDays).nullable().optional(),
  accessKey: z.string().min(1).max(500),
  secretKey: z.string().min(1).max(500),
});

export const destinationInputSchema = z.discriminatedUnion('kind', [
  diskDestinationInputSchema,
  s3DestinationInputSchema,
]);
export type DestinationInput = z.infer<typeof destinationInputSchema>;

/** A destination as it may be shown: no keys. */
export const destinationViewSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(['disk', 's3']),
  role: destinationRoleSchema,
  place: z.string().nullable(),
  /** Folder, or `bucket/prefix at endpoint`. */
  where: z.string(),
  provider: z.string().nullable(),
  addedAt: z.iso.datetime(),
  hasCredentials: z.boolean(),
  /** The most that is written to it, bytes a second; absent: no limit. */
  maxBytesPerSecond: z.number().positive().optional(),
  /** What is proven of this copy; null while this computer has not listed the whole of it. Absent: not asked for. */
  proof: proofFiguresSchema.nullable().optional(),
  /** Days that what is written there cannot be deleted; absent: it can be. */
  lockDays: z.int().optional(),
  /** What tidying up keeps here; absent: the default. */
  retention: retentionRuleSchema.optional(),
  /** Snapshots that a person wants to keep here, whatever the rule; absent: none. */
  pinned: z.array(z.uuid()).optional(),
});
export type DestinationView = z.infer<typeof destinationViewSchema>;
