import { z } from 'zod';
import { accountsSummarySchema } from './accounts.ts';
import {
  coordinateSchema,
  countDefinitionSchema,
  countResultSchema,
  ledgerBreakdownSchema,
  ledgerDefinitionSchema,
  ledgerResultSchema,
  objectIdSchema,
  serverFactsSchema,
} from './database.ts';
import { keptSettingsSchema } from './redis-settings.ts';
import { factsSchema } from './facts.ts';
import { lostObjectSchema } from './lost-objects.ts';
import { siteSummarySchema } from './site-files.ts';
import { sourceChoicesSchema } from './source-choices.ts';

/** One check of a run and what it found. `id` is stable: rows-equal-count, digest-equal, ledger-equal, schema-still, … */
export const checkResultSchema = z.strictObject({ id: z.string(), ok: z.boolean(), facts: factsSchema });
export type CheckResult = z.infer<typeof checkResultSchema>;

/** What was read from the server for one snapshot. */
export const readFiguresSchema = z.strictObject({
  bytesFromServer: z.int().nonnegative(),
  rowsFetched: z.int().nonnegative(),
  rangesReused: z.int().nonnegative(),
  rangesTotal: z.int().nonnegative(),
  /** Time in which nothing was read because the shop was busy. Absent in snapshots of before this was counted. */
  pausedMs: z.int().nonnegative().optional(),
});
export type ReadFigures = z.infer<typeof readFiguresSchema>;

/**
 * How the picture was taken. The optional fields came later: absent means unknown, not "no".
 * `coordinateExact`: the rows are exactly those at `coordinate`, so the binary log may be replayed from there. `unisolated`: tables that
 * nothing kept still, which are later than `coordinate` by an unknown time: no log can be replayed on them.
 */
const lockRecordSchema = z.strictObject({
  /** One of `lockMethods`; text, so that an old reader understands a new method. */
  method: z.string(),
  waitedMs: z.int().nonnegative(),
  /** How long writers had to wait; 0 without a lock. */
  heldMs: z.int().nonnegative(),
  /** How often this method was tried, the successful try included. */
  tries: z.int().positive().optional(),
  coordinateExact: z.boolean().optional(),
  unisolated: z.array(z.strictObject({ database: z.string(), name: z.string() })).optional(),
});

/**
 * The encrypted object that makes a snapshot exist (`manifests/<utc>-<id>`). Small on purpose: ranges and chunks of a
 * table are in a chunk of their own (`tableChunk`), so an unchanged table costs one reference.
 */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.uuid(),
  source: z.strictObject({ id: z.uuid(), name: z.string(), preset: z.string().nullable() }),
  previous: z.uuid().nullable(),
  startedAt: z.iso.datetime(),
  /** The instant the picture shows (read under the lock). */
  at: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  durationMs: z.int().nonnegative(),
  producer: z.string(),
  server: serverFactsSchema,
  coordinate: coordinateSchema,
  lock: lockRecordSchema,
  databases: z.array(z.strictObject({ name: z.string(), schemaChunk: objectIdSchema })),
  tables: z.array(
    z.strictObject({
      database: z.string(),
      name: z.string(),
      rows: z.int().nonnegative(),
      textBytes: z.int().nonnegative(),
      ranges: z.int().nonnegative(),
      transactional: z.boolean(),
      sealed: z.boolean(),
      tableChunk: objectIdSchema,
    }),
  ),
  ledgerDefinitions: z.array(ledgerDefinitionSchema),
  ledgers: z.array(ledgerResultSchema),
  /** Ledgers told apart; absent: the writer did not do that. Small: what there is no room for is in the table records' partials. */
  breakdowns: z.array(ledgerBreakdownSchema).optional(),
  countDefinitions: z.array(countDefinitionSchema).optional(),
  counts: z.array(countResultSchema).optional(),
  read: readFiguresSchema,
  checks: z.array(checkResultSchema),
  /** Where the server's accounts are. Absent: none were asked for, or they could not be read (check `accounts-read`). */
  accounts: accountsSummarySchema.optional(),
  /** What the site keeps in Redis. Absent: nothing was asked for, or it could not be read (check `settings-read`). */
  settings: z.array(keptSettingsSchema).optional(),
  /** What the databases hold beside tables and this snapshot does not. Absent: nothing. */
  lostObjects: z.array(lostObjectSchema).optional(),
  /** Where the site's files are. Absent: none were asked for, or none could be read (check `files-kept`). */
  site: siteSummarySchema.optional(),
  /** What the owner has decided about this shop. Absent: nothing, or the writer did not keep it. */
  choices: sourceChoicesSchema.optional(),
  /** Public key of the vault that everything sealed in here is sealed to. Absent: the vault had not been given new keys. */
  vaultKey: z.base64().length(44).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What can be said of a snapshot on one copy, weakest first. Never one green tick. */
export const copyStateSchema = z.enum(['written', 'listed', 'read-back', 'restored', 'totals-matched']);
export type CopyState = z.infer<typeof copyStateSchema>;

export const snapshotCopySchema = z.strictObject({
  destination: z.string(),
  state: copyStateSchema,
  at: z.iso.datetime(),
  /** False when the last look found objects of this snapshot damaged or missing. */
  intact: z.boolean(),
});
export type SnapshotCopy = z.infer<typeof snapshotCopySchema>;

/** One line of the timeline. Bytes are text bytes of the rows; times ISO 8601 UTC. */
export const snapshotSummarySchema = z.strictObject({
  id: z.uuid(),
  source: z.string(),
  at: z.iso.datetime(),
  /** It was taken no later than this, as a later snapshot or the server's clock shows: the clock that wrote `at` was wrong. Absent: nothing says so. */
  notAfter: z.iso.datetime().optional(),
  coordinate: coordinateSchema,
  databases: z.array(z.string()),
  tables: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  chunks: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  ledgers: z.array(ledgerResultSchema),
  checksOk: z.boolean(),
  copies: z.array(snapshotCopySchema),
});
export type SnapshotSummary = z.infer<typeof snapshotSummarySchema>;
