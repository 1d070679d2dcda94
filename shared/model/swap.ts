import { z } from 'zod';
import { ledgerPartialSchema } from './database.ts';
import { resaleResultSchema } from './resale.ts';
import { factsSchema } from './facts.ts';

/**
 * A restore that lies on a server, and where its tables are. `beside`: in databases of their own, the shop does not see them · `swapping`, `undoing`:
 * on their way; a computer that stopped in the middle left it so, and the same command completes it · `swapped`: the shop works with them, what
 * it had before is kept · `undone`: the shop has again what it had before, the restore and everything written into it since is kept.
 */
export const restoreStateSchema = z.enum(['beside', 'swapping', 'swapped', 'undoing', 'undone']);
export type RestoreState = z.infer<typeof restoreStateSchema>;

const count = z.int().nonnegative();

/** One restore of the book. What a shop had before a swap, and what it had before an undo, is dropped by nobody but its owner. */
export const restoreEntrySchema = z.strictObject({
  id: z.uuid(),
  /** When it was made. */
  at: z.iso.datetime(),
  source: z.string(),
  snapshot: z.uuid(),
  /** The moment whose state it holds. */
  stoppedAt: z.iso.datetime(),
  server: z.strictObject({
    /** `same`: the source's own server. */
    kind: z.enum(['same', 'server']),
    host: z.string(),
    port: z.int(),
  }),
  databases: z.array(
    z.strictObject({
      /** The name the shop uses. */
      name: z.string(),
      /** Where the restored tables lie, or lay before they were swapped in. */
      beside: z.string(),
      /** Where a swap put what the shop had before; null: never swapped, or there was nothing. */
      before: z.string().nullable(),
    }),
  ),
  tables: count,
  rows: count,
  /** False: some tables only; the others of these databases stay as they are. */
  whole: z.boolean(),
  /** The digests and the totals of the restore were those of the backup. */
  proven: z.boolean(),
  state: restoreStateSchema,
  swappedAt: z.iso.datetime().nullable(),
  undoneAt: z.iso.datetime().nullable(),
  /** Which of the two may be asked for now. */
  canSwap: z.boolean(),
  canUndo: z.boolean(),
});
export type RestoreEntry = z.infer<typeof restoreEntrySchema>;

/** A restore that stopped half-way, because its program was killed, the computer went off or the server was gone. The same restore, asked for again, goes on with it. */
export const unfinishedRestoreSchema = restoreEntrySchema
  .pick({ id: true, at: true, source: true, snapshot: true, stoppedAt: true, server: true })
  .extend({
    /** Its databases on that server, half filled. */
    databases: z.array(z.string()),
    /** `load`: the snapshot was on its way, and comes anew · `replay`: the log was being done again, and goes on. */
    stage: z.enum(['load', 'replay']),
  });
export type UnfinishedRestore = z.infer<typeof unfinishedRestoreSchema>;

/** Rows of one table on one side; `exact` false: the server's estimate, because counting took too long. */
const sideSchema = z.strictObject({ rows: count, exact: z.boolean() });

/**
 * One table, as the shop has it now (`live`) and as it was restored. Null on a side: not there. Counts of rows are by key, and null where they
 * are not known: no key, different columns, or no time left.
 */
export const tableComparisonSchema = z.strictObject({
  database: z.string(),
  table: z.string(),
  live: sideSchema.nullable(),
  restored: sideSchema.nullable(),
  /** True: row for row the same, by digests of both. Null: not compared. */
  same: z.boolean().nullable(),
  /** Rows that only the restore has: a swap brings them back. */
  comeBack: count.nullable(),
  /** Rows that only the shop has now: they leave the shop with a swap and stay in the tables of before. */
  goAway: count.nullable(),
  /** Rows of both with other contents: they become what they were. */
  change: count.nullable(),
  columnsOnlyLive: z.array(z.string()),
  columnsOnlyRestored: z.array(z.string()),
  /** True: only the shop has it, and a swap leaves it where it is, because only some tables were restored. */
  stays: z.boolean(),
});
export type TableComparison = z.infer<typeof tableComparisonSchema>;

export const objectComparisonSchema = z.strictObject({
  database: z.string(),
  kind: z.enum(['view', 'procedure', 'function', 'trigger', 'event']),
  name: z.string(),
  /** What a swap does with it. */
  effect: z.enum(['comes-back', 'goes-away', 'changes']),
});

export const ledgerComparisonSchema = z.strictObject({
  name: z.string(),
  currency: z.string(),
  /** Null: the table or one of its columns is not there, or there was no time. */
  live: ledgerPartialSchema.nullable(),
  restored: ledgerPartialSchema.nullable(),
  equal: z.boolean().nullable(),
});

export const swapComparisonSchema = z.strictObject({
  databases: z.array(
    z.strictObject({
      name: z.string(),
      beside: z.string(),
      /** False: the shop's database is gone altogether. */
      isLiveThere: z.boolean(),
    }),
  ),
  tables: z.array(tableComparisonSchema),
  /** Only what a swap would change. */
  objects: z.array(objectComparisonSchema),
  ledgers: z.array(ledgerComparisonSchema),
  /** Of all tables together, as far as it is known; `complete` false: of some tables it is not. */
  totals: z.strictObject({
    comeBack: count,
    goAway: count,
    change: count,
    tablesComeBack: count,
    tablesGoAway: count,
    complete: z.boolean(),
  }),
  durationMs: z.number().nonnegative(),
});
export type SwapComparison = z.infer<typeof swapComparisonSchema>;

/** One thing that must be right before anything is changed. A failed one has a code, whose sentence says how to put it right. */
export const swapCheckSchema = z.strictObject({
  id: z.enum(['writable', 'tables', 'privileges', 'transactions']),
  ok: z.boolean(),
  /** Told, but no reason to stop. */
  warning: z.boolean(),
  facts: factsSchema,
  errorCode: z.string().nullable(),
});
export type SwapCheck = z.infer<typeof swapCheckSchema>;

/** One try to get hold of the tables, and who stood in the way. */
export const swapAttemptSchema = z.strictObject({
  waitedMs: z.number().nonnegative(),
  ok: z.boolean(),
  blockers: z.array(
    z.strictObject({
      thread: count,
      user: z.string(),
      /** How long its transaction, or the statement, has been going. */
      seconds: count,
      statement: z.string().nullable(),
    }),
  ),
});
export type SwapAttempt = z.infer<typeof swapAttemptSchema>;

/** What a swap, an undo or a redo did. */
export const swapOutcomeSchema = z.strictObject({
  restore: restoreEntrySchema,
  /** The picture of the present state that was taken first; null: none, see `safetyReason`. */
  safetySnapshot: z.uuid().nullable(),
  /** Why there is none. `not-wanted`: somebody said to go on without; `nothing-there`: the shop's databases were gone; `not-needed`: an undo or the rest of a swap that was stopped; `other-server`: the server is none of this home's sources. */
  safetyReason: z.enum(['not-wanted', 'nothing-there', 'not-needed', 'other-server']).nullable(),
  /** Compared right before; null: not asked for (an undo, an overwrite, the rest of a swap that was stopped). */
  comparison: swapComparisonSchema.nullable(),
  checks: z.array(swapCheckSchema),
  attempts: z.array(swapAttemptSchema),
  tables: count,
  /** The pause that the shop's statements met: from the first statement that took hold of its tables to the last that let go of them. */
  heldMs: z.number().nonnegative(),
  /** What was sold in the tables that left, up to the exchange, and is marked in those that came; absent: it was not asked for. */
  resale: resaleResultSchema.optional(),
  /** As of a restore: `id: what it is about`. */
  notes: z.array(z.string()),
  durationMs: z.number().nonnegative(),
});
export type SwapOutcome = z.infer<typeof swapOutcomeSchema>;
