import { z } from 'zod';
import { objectIdSchema } from './database.ts';

/**
 * Accounts of a database server with their rights, as a snapshot keeps them when it was asked to. Password hashes are in `create`
 * alone: they are in no manifest, catalog, log or output.
 */

const nameSchema = z.string().max(255);

/** A user at a host pattern; `host` is null for a role of MariaDB, which has none. */
export const accountNameSchema = z.strictObject({ user: nameSchema, host: nameSchema.nullable() });
export type AccountName = z.infer<typeof accountNameSchema>;

/** One right and, for rights on some columns, which. */
const privilegeSchema = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[A-Z][A-Z0-9_]*( [A-Z0-9_]+)*$/),
  columns: z.array(nameSchema),
});

/**
 * One line of SHOW GRANTS, taken to pieces: statements are made from these pieces and never from stored text. `database` and `object` are
 * null for `*`; `database` is a pattern where `object` is null.
 */
export const grantSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['privileges', 'revoked']),
    privileges: z.array(privilegeSchema).min(1),
    objectType: z.enum(['table', 'function', 'procedure', 'package', 'package body', 'library']),
    database: nameSchema.nullable(),
    object: nameSchema.nullable(),
    withGrantOption: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('roles'), roles: z.array(accountNameSchema).min(1), withAdminOption: z.boolean() }),
  z.strictObject({ kind: z.literal('proxy'), account: accountNameSchema, withGrantOption: z.boolean() }),
]);
export type Grant = z.infer<typeof grantSchema>;
export type PrivilegeGrant = Extract<Grant, { readonly kind: 'privileges' | 'revoked' }>;

export const accountSchema = z.strictObject({
  kind: z.enum(['user', 'role']),
  name: accountNameSchema,
  /** The server's CREATE USER without its DEFAULT ROLE; null for what has none: roles of MariaDB, and PUBLIC. Checked again before use. */
  create: z.string().max(65_536).nullable(),
  /** MariaDB: a second statement (ALTER USER) that it takes to say everything. */
  alter: z.string().max(65_536).nullable(),
  grants: z.array(grantSchema),
  defaultRoles: z.array(accountNameSchema),
});
export type Account = z.infer<typeof accountSchema>;

/** The plaintext of an object of kind `accounts`. */
export const accountsRecordSchema = z.strictObject({ accounts: z.array(accountSchema) });
export type AccountsRecord = z.infer<typeof accountsRecordSchema>;

/** What a manifest says of them: where they are, and names for people. */
export const accountsSummarySchema = z.strictObject({
  chunk: objectIdSchema,
  users: z.array(z.string()),
  roles: z.array(z.string()),
});

/** For people: `shop@localhost`, or the bare name of a role. */
export function accountText({ user, host }: AccountName): string {
  return host === null ? user : `${user}@${host}`;
}

/** Servers compare hosts without case. A user and a role of one name are two accounts. */
export function isSameAccount(one: AccountName, other: AccountName): boolean {
  return one.user === other.user && one.host?.toLowerCase() === other.host?.toLowerCase();
}

/** MariaDB's name for everybody. It is there on every server, and what it may do every account may do. */
export function isEverybody({ user, host }: AccountName): boolean {
  return host === null && user === 'PUBLIC';
}
