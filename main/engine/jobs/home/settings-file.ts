import { z } from 'zod';
import { coldScheduleSchema } from '../../../../shared/model/cold-schedule.ts';
import { destinationRoleSchema } from '../../../../shared/model/destination.ts';
import { ledgerDefinitionSchema } from '../../../../shared/model/database.ts';
import { redisItemSchema } from '../../../../shared/model/redis-settings.ts';
import { acceptedThingSchema } from '../../../../shared/model/coverage.ts';
import { retentionRuleSchema } from '../../../../shared/model/retention.ts';
import { findingIdSchema } from '../../../../shared/model/site-files.ts';
import {
  columnQuestionSchema,
  foundShopSchema,
  hostKeyPinSchema,
  unclearShopSchema,
} from '../../../../shared/model/source.ts';
import { HomeJson } from './home-json.ts';

/** A secret of this home, encrypted under the repository's credential key. Base64. */
const sealedSchema = z.string().max(200_000);

const savedSshSchema = z.strictObject({
  host: z.string(),
  port: z.int(),
  user: z.string(),
  authKind: z.enum(['key', 'password', 'agent']),
  hostKey: hostKeyPinSchema.nullable(),
  /** JSON of the authentication (key and its passphrase, or password), sealed. Null: agent, or not known on this computer. */
  sealedAuth: sealedSchema.nullable(),
});

/** As seen from the SSH server, where there is one. */
const savedRedisSchema = z.strictObject({
  host: z.string(),
  port: z.int(),
  user: z.string().nullable(),
  sealedPassword: sealedSchema.nullable(),
  items: z.array(redisItemSchema),
});
export type SavedRedis = z.infer<typeof savedRedisSchema>;

export const savedSourceSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  mysql: z.strictObject({ host: z.string(), port: z.int(), user: z.string() }),
  sealedPassword: sealedSchema.nullable(),
  ssh: savedSshSchema.nullable(),
  databases: z.array(z.string()),
  /** The program of its first shop. */
  preset: z.string().nullable(),
  /** Every shop that was recognised in it; absent: nobody looked for more than one. */
  shops: z.array(foundShopSchema).optional(),
  unclear: z.array(unclearShopSchema).optional(),
  secretColumns: z.array(z.string()),
  /** Columns of which the owner said that they hold no cards; absent: none. */
  openColumns: z.array(z.string()).optional(),
  /** Columns that came later and look like cards, sealed until the owner says what they are; absent: none. */
  questions: z.array(columnQuestionSchema).optional(),
  ledgers: z.array(ledgerDefinitionSchema),
  /** Folders on the server whose files are kept, absolute. */
  files: z.array(z.string()),
  /** What is left out of these, besides what is always; absent: nothing. */
  leaveOut: z.array(z.string()).optional(),
  /** Single files of the server, and `crontab`, and since when each is kept; absent: none. */
  items: z.array(z.strictObject({ item: z.string(), since: z.iso.datetime() })).optional(),
  /** What of the site's Redis is kept with every snapshot; absent: nothing. */
  redis: savedRedisSchema.optional(),
  /** Up to when somebody has looked at what changed among its files: written by earlier versions. Absent: never. */
  filesSeenAt: z.iso.datetime().optional(),
  /** What changed among its files and was looked at, one by one; absent: nothing. */
  seenFindings: z.array(findingIdSchema).optional(),
  /** Keep the server's accounts with every snapshot; absent: no. */
  accounts: z.boolean().optional(),
  /** What is on its server and in no backup, and is not needed: the owner's word. Absent: nothing was said. */
  accepted: z.array(acceptedThingSchema).optional(),
  /** The owner does not want the app to follow its log; absent: it does. */
  streamPaused: z.boolean().optional(),
  addedAt: z.iso.datetime(),
});
export type SavedSource = z.infer<typeof savedSourceSchema>;

const cloudFindingsSchema = z.strictObject({
  addressing: z.enum(['virtual-host', 'path']).optional(),
  createGuard: z.enum(['if-none-match', 'head-first']).optional(),
  listVersion: z.literal([1, 2]).optional(),
  /** The bucket locks objects, whoever asked for it: a removal must look first. */
  lock: z.boolean().optional(),
});
export type CloudFindings = z.infer<typeof cloudFindingsSchema>;

const savedDestinationBase = {
  id: z.uuid(),
  name: z.string(),
  role: destinationRoleSchema,
  place: z.string().nullable(),
  /** The most that may be written to it; absent: no limit. */
  maxBytesPerSecond: z.number().positive().optional(),
  /** What `prune` keeps here; absent: the default. */
  retention: retentionRuleSchema.optional(),
  /** Ids of snapshots that stay here whatever the rule; absent: none. */
  pinned: z.array(z.uuid()).optional(),
  addedAt: z.iso.datetime(),
};
export const savedDestinationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...savedDestinationBase,
    kind: z.literal('disk'),
    /** Where it was last; a disk that travels is found by its marker wherever it is. */
    path: z.string(),
    /** When a disk that travels comes home; absent: every week. */
    cold: coldScheduleSchema.optional(),
  }),
  z.strictObject({
    ...savedDestinationBase,
    kind: z.literal('s3'),
    provider: z.string(),
    bucket: z.string(),
    region: z.string().nullable(),
    endpoint: z.string().nullable(),
    prefix: z.string(),
    /** Stands for the bucket. */
    customDomain: z.string().nullable().optional(),
    /** Object lock, proven on a test object before it was saved. */
    lockDays: z.int().nullable().optional(),
    /** What the probe found out that the table of clouds does not say. */
    found: cloudFindingsSchema.optional(),
    sealedKeys: sealedSchema.nullable(),
  }),
]);
export type SavedDestination = z.infer<typeof savedDestinationSchema>;

const settingsSchema = z.strictObject({
  version: z.literal(1),
  sources: z.array(savedSourceSchema),
  destinations: z.array(savedDestinationSchema),
  /** Names (never values) of environment variables that hold the passphrases, as given at `init`. */
  envNames: z.strictObject({ passphrase: z.string().nullable(), vault: z.string().nullable() }),
  /** Whether the open app reads a share of every copy back each day; absent: yes. */
  dailyShare: z.boolean().optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

const empty: Settings = { version: 1, sources: [], destinations: [], envNames: { passphrase: null, vault: null } };

/** `settings.json` of a home: sources and destinations, with their secrets sealed. */
export class SettingsFile extends HomeJson<Settings> {
  constructor(homeDir: string) {
    super(homeDir, 'settings.json', settingsSchema, empty);
  }
}
