import { z } from 'zod';
import { flavourSchema, objectIdSchema } from './database.ts';

/**
 * The vocabulary of the log stream: what a stream record of the repository holds (FORMAT.md §9), and what people are shown of it. Positions are bytes
 * from the beginning of a file of the server's binlog. No card secret and no text of a statement that could hold one is in here.
 */

const count = z.int().nonnegative();
const isoSchema = z.iso.datetime();

export const binlogPlaceSchema = z.strictObject({ file: z.string().min(1), position: count });
/** A boundary between two events. */
export type BinlogPlace = z.infer<typeof binlogPlaceSchema>;

export const changedTableSchema = z.strictObject({
  database: z.string(),
  table: z.string(),
  inserted: count,
  updated: count,
  deleted: count,
});
/** How many rows of a table were changed, by row events. */
export type ChangedTable = z.infer<typeof changedTableSchema>;

/**
 * What a transaction in the log did that a person may want to undo. `mass-…`: many rows at once · `…-statement`: rows changed by a statement whose
 * text is in the log, not its rows, so that nobody can say how many.
 */
export const streamEventKindSchema = z.enum([
  'drop-database',
  'drop-table',
  'truncate',
  'alter-drop',
  'rename-table',
  'mass-delete',
  'mass-update',
  'delete-statement',
  'update-statement',
  'ddl',
  'accounts',
  'incident',
]);
export type StreamEventKind = z.infer<typeof streamEventKindSchema>;

export const streamEventSchema = z.strictObject({
  kind: streamEventKindSchema,
  /** When its transaction was committed. */
  at: isoSchema,
  file: z.string(),
  /** Where its transaction begins: a restore to just before it stops here. */
  from: count,
  /** Behind its transaction. */
  to: count,
  gtid: z.string().nullable(),
  threadId: count.nullable(),
  tables: z.array(changedTableSchema),
  /** Its text, cut to some length; null where there is none, or where it may hold a secret. */
  statement: z.string().nullable(),
});
export type StreamEvent = z.infer<typeof streamEventSchema>;

export const streamPieceSchema = z.strictObject({
  chunk: objectIdSchema,
  from: count,
  /** Behind the last byte: the piece holds `to - from` bytes of the file. */
  to: count,
  /**
   * Where in the chunk's payload it lies, in bytes; absent: the payload is nothing else. What lies there of a sealed piece is a whole object of the vault
   * slot behind its id, so that the chunk itself is always in the main slot.
   */
  within: z.strictObject({ at: count, size: z.int().positive() }).optional(),
});
export type StreamPiece = z.infer<typeof streamPieceSchema>;

/** `<number, 12 digits>-<id>`: the name of a stream record of the same source, without its folder. */
export const shortStreamNameSchema = z
  .string()
  .regex(/^\d{12}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** What is known of a stretch of the log without reading it. */
const stretchFacts = {
  /** By the computer that follows the log. */
  closedAt: isoSchema,
  /** Commits of the first and last transaction that ended in it. */
  firstCommitAt: isoSchema.nullable(),
  lastCommitAt: isoSchema.nullable(),
  lastGtid: z.string().nullable(),
  /** The record ends within a transaction: nothing behind `lastEnd` may be used without the next record. */
  endsWithin: z.boolean(),
  /** Behind the last transaction that ended in it. */
  lastEnd: count.nullable(),
  events: count,
  transactions: count,
  tables: z.array(changedTableSchema),
  /** Transactions that changed rows by statements, which cannot be promised to give the same rows again. */
  statementChanges: count,
} as const;

/** About a minute of a merged record: one or several of the records that it was made of, all sealed or none, with what they said of themselves. */
export const streamPartSchema = z.strictObject({
  /** It begins where the one before ends. A piece, or a twin, lies in one part. */
  to: count,
  sealed: z.boolean(),
  ...stretchFacts,
});
export type StreamPart = z.infer<typeof streamPartSchema>;

/**
 * A table with secrets as the log has it. A log by default names no column, and which value of a row is a secret is known by its place alone. Names and
 * types, no values.
 */
export const tableLayoutSchema = z.strictObject({
  database: z.string(),
  table: z.string(),
  /** The number by which the log last meant the table: the server gives a new one when it opens its definition again. Null: not seen yet. */
  tableId: count.nullable(),
  /** In the order of their values in a row. `type`: as SHOW CREATE TABLE says it. `generated`: computed from others, and maybe from a secret. */
  columns: z
    .array(z.strictObject({ name: z.string(), type: z.string(), generated: z.literal(true).optional() }))
    .min(1),
  /** Names of the primary key's columns; empty: there is none. */
  key: z.array(z.string()),
  /** Names of columns of unique keys in which two rows that were given nothing would be the same. */
  apart: z.array(z.string()),
});
export type TableLayout = z.infer<typeof tableLayoutSchema>;

export const streamRecordSchema = z.strictObject({
  version: z.literal(1),
  server: z.strictObject({
    flavour: flavourSchema,
    version: z.string(),
    serverId: z.string(),
    serverUuid: z.string().nullable(),
  }),
  file: z.string().min(1),
  from: count,
  to: count,
  /** The bytes of the file in order, without a gap; kind `binlog`. */
  pieces: z.array(streamPieceSchema).min(1),
  /** In the vault slot: rows of a secret column may be in it. Of a merged record: some of its parts are. */
  sealed: z.boolean(),
  /** The records that this one was merged of, and those that they were merged of. Empty: it was not merged. */
  merges: z.array(shortStreamNameSchema).default([]),
  /** Of a merged record: what it consists of, in order, to its end; empty otherwise. */
  parts: z.array(streamPartSchema).default([]),
  /**
   * What of sealed pieces is open: the same events without their secrets, in main slot, in order; each covers whole events. Not everything sealed has one.
   */
  twins: z.array(streamPieceSchema).default([]),
  /** Of tables with secrets, as they were where the record ends; whose layout is not known is not here. */
  layouts: z.array(tableLayoutSchema).default([]),
  /** Name of the record that ends where this one begins; null: an unbroken stretch begins here. */
  continues: z.string().nullable(),
  /** Why it continues nothing; null for one that does. `start`: nothing was there before. */
  gap: z.enum(['start', 'purged', 'rewritten', 'another-server']).nullable(),
  /** The file that follows, when this record ends the file and the server said so. */
  nextFile: z.string().nullable(),
  /** The file's own first event, with which a reader begins; base64. */
  format: z.base64(),
  ...stretchFacts,
  notable: z.array(streamEventSchema),
  /**
   * Of the events from `from` to the record's end, what no secret is in: heads of all, and whole those that hold no rows and no text. SHA-256,
   * base64. Whether the server's log is still the one that was followed.
   */
  trace: z.strictObject({ from: count, digest: z.string() }),
});
/** One stretch of one file of a server's binlog. */
export type StreamRecord = z.infer<typeof streamRecordSchema>;

export const streamGapSchema = z.strictObject({
  /** Where the record stands that ended before; null at the very start. */
  after: binlogPlaceSchema.nullable(),
  until: binlogPlaceSchema,
  reason: z.enum(['start', 'purged', 'rewritten', 'another-server']),
  /** Last commit before, first known time after. */
  afterAt: isoSchema.nullable(),
  untilAt: isoSchema.nullable(),
});
export type StreamGap = z.infer<typeof streamGapSchema>;

/**
 * A stretch of a stored log that a copy cannot give back: nothing can be restored from there to a moment in it or behind it, up to the next snapshot. Null: the
 * record of the stretch itself cannot be read, so that nobody knows.
 */
export const brokenLogSchema = z.strictObject({
  source: z.string(),
  file: z.string().nullable(),
  from: count.nullable(),
  to: count.nullable(),
  fromAt: isoSchema.nullable(),
  untilAt: isoSchema.nullable(),
});
export type BrokenLog = z.infer<typeof brokenLogSchema>;

/** `not-row-format`, `not-full-rows`: changes may be logged so that they cannot be counted, or not be given back exactly. */
export const streamWarningSchema = z.enum(['not-row-format', 'not-full-rows', 'short-retention']);
export type StreamWarning = z.infer<typeof streamWarningSchema>;

/**
 * `live`: the server's log is heard · `waiting`: it will be, as soon as the line, the disk or the first backup is there · `paused` by the owner ·
 * `off`: the server keeps no log that can be followed · `failed`: somebody has to do something · `unknown`: nothing in this process follows it.
 */
export const streamStateSchema = z.enum(['live', 'waiting', 'paused', 'off', 'failed', 'unknown']);
export type StreamState = z.infer<typeof streamStateSchema>;

export const streamCopyStatusSchema = z.strictObject({
  destination: z.string(),
  /**
   * How much trade would be lost if the server and all other copies were gone now: milliseconds since the moment until which everything that the server
   * had is stored here. Null: not known.
   */
  rpoMs: z.number().nonnegative().nullable(),
  /** That moment by this computer's clock; also that of an earlier run of the program. Null: never. */
  storedAt: isoSchema.nullable(),
  /** Why the last try to bring it up to date failed. */
  errorCode: z.string().nullable(),
});
export type StreamCopyStatus = z.infer<typeof streamCopyStatusSchema>;

/** How a shop's log is being followed, and until when each copy holds it. What nobody knows is null. */
export const streamStatusSchema = z.strictObject({
  source: z.string(),
  state: streamStateSchema,
  /** Why it is not live. */
  errorCode: z.string().nullable(),
  errorFacts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Since when it is in this state, as far as this process knows. */
  since: isoSchema.nullable(),
  /** When the server last said anything, if only that nothing happened. */
  heardAt: isoSchema.nullable(),
  /** When the last change happened that was heard, by the server's clock. */
  lastEventAt: isoSchema.nullable(),
  /** The one that is written first comes first. */
  copies: z.array(streamCopyStatusSchema),
  /** Since midnight of this computer, as far as this computer stored it. `bytes`: of the log. */
  today: z.strictObject({ events: count, bytes: count }),
  /** Found since this program started; all of them are in `events.list`. */
  gaps: z.array(streamGapSchema),
  warnings: z.array(streamWarningSchema),
});
export type StreamStatus = z.infer<typeof streamStatusSchema>;
