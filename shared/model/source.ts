import { z } from 'zod';
import { ledgerDefinitionSchema } from './database.ts';
import { redisItemSchema } from './redis-settings.ts';
import { factsSchema } from './facts.ts';

/** Names of sources and destinations: what people type on a command line. */
export const nameSchema = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u);

const portSchema = z.int().min(1).max(65_535);

/** How to reach the database, as seen from the SSH server when there is one. Password travels inward only. */
export const mysqlInputSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: portSchema,
  user: z.string().min(1).max(128),
  password: z.string().max(1024),
});

export const sshAuthInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('key'),
    privateKeyPem: z.string().max(65_536),
    keyPassphrase: z.string().max(1024).nullable(),
  }),
  z.strictObject({ kind: z.literal('password'), password: z.string().max(1024) }),
  z.strictObject({ kind: z.literal('agent') }),
]);

export const hostKeyPinSchema = z.strictObject({
  algorithm: z.string().max(80),
  fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
});
export type HostKeyPin = z.infer<typeof hostKeyPinSchema>;

export const sshInputSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: portSchema,
  user: z.string().min(1).max(128),
  auth: sshAuthInputSchema,
  /** A fingerprint that was read aloud or printed by the server's owner; null with `trustFirst` pins what is met first. */
  fingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/)
    .nullable(),
  trustFirst: z.boolean(),
});

/** A shop that was recognised: its program, and where its tables are. `prefix` stands before each of their names. */
export const foundShopSchema = z.strictObject({
  preset: z.string(),
  database: z.string(),
  prefix: z.string().max(64),
});
export type FoundShop = z.infer<typeof foundShopSchema>;

/** Tables that several programs might have made: the owner says which, nobody guesses. */
export const unclearShopSchema = foundShopSchema.omit({ preset: true }).extend({ presets: z.array(z.string()).min(2) });
export type UnclearShop = z.infer<typeof unclearShopSchema>;

/** Absolute on the server: what is relative would depend on who logs in. */
export const remoteFolderSchema = z
  .string()
  .max(1000)
  .regex(/^\/[^\0]*$/);
/** A single file of the server, or `crontab`: what the login's own crontab says. */
export const serverItemSchema = z.union([
  z.literal('crontab'),
  z
    .string()
    .max(1000)
    .regex(/^\/[^\0*]*[^/\0*]$/),
]);
export const leaveOutRuleSchema = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^/\0][^\0]*$/);

/** A column that came to a shop and looks like cards: sealed until the owner says what it is. */
export const columnQuestionSchema = z.strictObject({
  /** As `--secret` takes it. */
  name: z.string(),
  /** Of its own name, of its comment, of its table. */
  reason: z.enum(['name-card', 'comment-card', 'table-cards']),
  /** The backup that saw it first. */
  since: z.iso.datetime(),
});
export type ColumnQuestion = z.infer<typeof columnQuestionSchema>;

export const sourceInputSchema = z.strictObject({
  name: nameSchema,
  mysql: mysqlInputSchema,
  ssh: sshInputSchema.nullable(),
  /** Databases to keep; empty: all of the shop's. */
  databases: z.array(z.string().min(1).max(64)).max(200),
  /** `auto`, `none` or a preset id such as `dujiaoka-2.x`. */
  preset: z.string().max(60),
  /** Extra secret columns as `table.column`. */
  secretColumns: z.array(z.string().max(200)).max(200),
  ledgers: z.array(ledgerDefinitionSchema).max(50),
  /** Folders on the server whose files are kept with every snapshot, absolute. */
  files: z.array(remoteFolderSchema).max(50),
  /** What is left out of them: paths below with `*` for any part of a name, `**` + `/` in front for any depth. Absent: the usual caches only. */
  leaveOut: z.array(leaveOutRuleSchema).max(200).optional(),
  /** Keep the server's accounts, with their rights and password hashes, with every snapshot. Absent: no. */
  accounts: z.boolean().optional(),
});
export type SourceInput = z.infer<typeof sourceInputSchema>;

/** A source as it may be shown: no password, no key. */
export const sourceViewSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  mysql: z.strictObject({ host: z.string(), port: portSchema, user: z.string() }),
  ssh: z
    .strictObject({
      host: z.string(),
      port: portSchema,
      user: z.string(),
      auth: z.enum(['key', 'password', 'agent']),
      hostKey: hostKeyPinSchema.nullable(),
    })
    .nullable(),
  databases: z.array(z.string()),
  /** The program of its first shop. */
  preset: z.string().nullable(),
  /** All shops that were recognised in it; absent: added before they were looked for. */
  shops: z.array(foundShopSchema).optional(),
  /** What the owner has to say, because nobody guesses. Absent: nothing. */
  unclear: z.array(unclearShopSchema).optional(),
  /** Columns of which the owner said that they hold no cards. Absent: none. */
  openColumns: z.array(z.string()).optional(),
  /** What the owner is asked; absent: nothing. */
  questions: z.array(columnQuestionSchema).optional(),
  secretColumns: z.array(z.string()),
  ledgers: z.array(ledgerDefinitionSchema),
  /** Folders on the server whose files are kept with every snapshot. Absent: none. */
  files: z.array(z.string()).optional(),
  leaveOut: z.array(z.string()).optional(),
  /** Single files of the server, and `crontab`, that are kept as well. Absent: none. */
  items: z.array(z.string()).optional(),
  /** Which settings in the site's Redis are kept with every snapshot. Absent: none. */
  redis: z
    .strictObject({
      host: z.string(),
      port: portSchema,
      user: z.string().nullable(),
      hasPassword: z.boolean(),
      items: z.array(redisItemSchema),
    })
    .optional(),
  /** True: the server's accounts are kept with every snapshot. Absent: no. */
  accounts: z.boolean().optional(),
  addedAt: z.iso.datetime(),
  /** False after `recover` on a bare computer: the passwords have to be typed again. */
  hasCredentials: z.boolean(),
});
export type SourceView = z.infer<typeof sourceViewSchema>;

/** One step of a live test. A failed step carries the error code; later steps are then absent. */
export const testStepSchema = z.strictObject({
  id: z.string(),
  ok: z.boolean(),
  ms: z.number().nonnegative(),
  facts: factsSchema,
  errorCode: z.string().nullable(),
});
export type TestStep = z.infer<typeof testStepSchema>;
