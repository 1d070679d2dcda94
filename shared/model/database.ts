import { z } from 'zod';
import { breakdownSchema } from './breakdown.ts';

/**
 * The vocabulary of a database picture: what the MySQL source reads, what a manifest keeps, what a restore needs.
 * Bytes that are not text travel as base64. Row counts are exact. Nothing here is a card secret.
 */

export const flavourSchema = z.enum(['mysql', 'mariadb']);
export type Flavour = z.infer<typeof flavourSchema>;

/** Where in the server's binary log a snapshot stands. `file` and `position` are null when the binlog is off. */
export const coordinateSchema = z.strictObject({
  file: z.string().nullable(),
  position: z.int().nonnegative().nullable(),
  gtid: z.string().nullable(),
});
export type Coordinate = z.infer<typeof coordinateSchema>;

export const serverFactsSchema = z.strictObject({
  flavour: flavourSchema,
  version: z.string(),
  versionComment: z.string(),
  serverId: z.string(),
  serverUuid: z.string().nullable(),
  hostname: z.string(),
  /** sql_mode, character_set_server, collation_server, lower_case_table_names, time_zone, log_bin, binlog_format … */
  variables: z.record(z.string(), z.string()),
});
export type ServerFacts = z.infer<typeof serverFactsSchema>;

/**
 * How a column's value is fetched, digested and loaded (FORMAT.md, "Rows"):
 * plain: bytes as stored (strings) or the server's exact text (numbers, times) · bit: decimal text · float: text of the
 * double · json: utf8mb4 text, loaded with a conversion on MySQL · geometry: SRID + WKB bytes.
 */
export const columnFormSchema = z.enum(['plain', 'bit', 'float', 'json', 'geometry']);
export type ColumnForm = z.infer<typeof columnFormSchema>;

export const columnSchema = z.strictObject({
  name: z.string(),
  /** information_schema DATA_TYPE, lower case: `varchar`, `decimal` … */
  dataType: z.string(),
  /** information_schema COLUMN_TYPE: `varchar(150)`, `int(10) unsigned` … */
  columnType: z.string(),
  charset: z.string().nullable(),
  collation: z.string().nullable(),
  nullable: z.boolean(),
  form: columnFormSchema,
  /** True when the value may be too long for one packet: it enters the row digest as the hex of its SHA-256. */
  long: z.boolean(),
  /** True when the column is in the sealed group (card vault). */
  secret: z.boolean(),
});
/** One stored column. Generated columns are not stored and therefore not listed. */
export type Column = z.infer<typeof columnSchema>;

export const tableSchemaSchema = z.strictObject({
  database: z.string(),
  name: z.string(),
  engine: z.string(),
  transactional: z.boolean(),
  /** `SHOW CREATE TABLE`, unchanged. */
  ddl: z.string(),
  /** The columns whose order the ranges follow, or null: then the table is one range. Always a subset of `columns`, never secret. */
  key: z.array(z.string()).nullable(),
  /** Every stored column in ordinal order, secret ones included. */
  columns: z.array(columnSchema),
});
export type TableSchema = z.infer<typeof tableSchemaSchema>;

/** Values of the key columns of one row: base64 of the bytes as fetched, in key order. */
export const keyBoundSchema = z.array(z.string());
export type KeyBound = z.infer<typeof keyBoundSchema>;

/** 128 bits as 32 hex digits. */
export const digest128Schema = z.string().regex(/^[0-9a-f]{32}$/);
export const objectIdSchema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What a range of rows amounts to. `digest`: XOR over the rows of the first 128 bits of SHA-256 of the row encoding.
 * `sum`: the same numbers added modulo 2^128, kept where rows may repeat (no unique key), else null.
 */
export const rangeDigestSchema = z.strictObject({
  rows: z.int().nonnegative(),
  digest: digest128Schema,
  sum: digest128Schema.nullable(),
});
export type RangeDigest = z.infer<typeof rangeDigestSchema>;

/**
 * What one range adds to a ledger: rows that count as paid and their exact sum as decimal text. `unreadable`: how many of these rows
 * have an amount that is no number, and is not in the sum; absent: none. `by`: the same, told apart; absent: not asked for.
 * What is counted (`CountDefinition`) stands among the ledgers under `count:` and its name.
 */
export const ledgerPartialSchema = z.strictObject({
  name: z.string(),
  rows: z.int().nonnegative(),
  sum: z.string(),
  unreadable: z.int().positive().optional(),
  by: breakdownSchema.optional(),
});
export type LedgerPartial = z.infer<typeof ledgerPartialSchema>;

/** One piece of a range: `id` holds the open columns, `sealedId` the secret ones (same rows, same order). */
export const rangeChunkSchema = z.strictObject({
  id: objectIdSchema,
  sealedId: objectIdSchema.nullable(),
  rows: z.int().nonnegative(),
  textBytes: z.int().nonnegative(),
});
export type RangeChunk = z.infer<typeof rangeChunkSchema>;

/**
 * Rows with lower ≤ key < the next range's lower; the first range has no lower bound, the last no upper one.
 * `sealedDigest` covers key and secret columns (all columns without a key); null where the table has no secret columns or
 * the range is so small that the digest would be an oracle: then it is inside the seal.
 */
export const rangeSchema = rangeDigestSchema.extend({
  lower: keyBoundSchema.nullable(),
  sealedDigest: digest128Schema.nullable(),
  /** Beside `sealedDigest`, where rows may repeat (no key) and would cancel out in the XOR; else null. */
  sealedSum: digest128Schema.nullable(),
  /**
   * The first 128 bits of SHA-256 over the rows as they were fetched: per row, in key order, its length (4 octets, little-endian) and
   * its packet of the text protocol. Equal means equal rows, and costs a tenth of the digests; different means nothing.
   * Absent where the range came in several pieces or is so small that it would be an oracle for secrets.
   */
  packetHash: digest128Schema.optional(),
  chunks: z.array(rangeChunkSchema),
  /** One entry per ledger over this table, so that a range that is kept unread still counts its money. */
  ledgers: z.array(ledgerPartialSchema),
});
export type Range = z.infer<typeof rangeSchema>;

/** The plaintext of a chunk of kind `table`: everything that restores one table. */
export const tableRecordSchema = z.strictObject({
  schema: tableSchemaSchema,
  rows: z.int().nonnegative(),
  ranges: z.array(rangeSchema),
});
export type TableRecord = z.infer<typeof tableRecordSchema>;

/** Anything but a table: kept as the server's own CREATE statement with the session it needs. */
export const schemaObjectSchema = z.strictObject({
  kind: z.enum(['view', 'procedure', 'function', 'trigger', 'event', 'sequence']),
  name: z.string(),
  ddl: z.string(),
  sqlMode: z.string().nullable(),
  characterSetClient: z.string().nullable(),
  collationConnection: z.string().nullable(),
  timeZone: z.string().nullable(),
  /** Default collation of the database when a routine, trigger or event was written; null or absent: not known, or of no matter. */
  databaseCollation: z.string().nullable().optional(),
  /** MariaDB sequences: the next value; otherwise null. */
  nextValue: z.string().nullable(),
  /** MariaDB sequences with CYCLE: how often they went round; absent: never. */
  cycles: z.string().optional(),
});
export type SchemaObject = z.infer<typeof schemaObjectSchema>;

/** The plaintext of a chunk of kind `schema`: one database without its tables, objects in an order that can be created. */
export const databaseRecordSchema = z.strictObject({
  name: z.string(),
  ddl: z.string(),
  characterSet: z.string(),
  collation: z.string(),
  objects: z.array(schemaObjectSchema),
});
export type DatabaseRecord = z.infer<typeof databaseRecordSchema>;

/**
 * What a row must have to count: the text of `column` is one of `values` (with `not`: none of them). A null among the values stands for NULL;
 * values are compared as UTF-8 octets, without a collation. A NULL that is not named is in neither.
 */
export const rowConditionSchema = z.strictObject({
  column: z.string(),
  values: z.array(z.string().nullable()).min(1).max(100),
  not: z.literal(true).optional(),
});
export type RowCondition = z.infer<typeof rowConditionSchema>;

/**
 * By which column a row belongs to a day of the shop. `form`: what its values are. `local`: text that begins with the shop's own date · `utc`:
 * a time in UTC (every TIMESTAMP is fetched so) · `unix-seconds`, `unix-ms`: a number. All but `local` are moved by `utcOffsetMinutes` (China: 480).
 */
export const ledgerDaySchema = z.strictObject({
  column: z.string(),
  form: z.enum(['local', 'utc', 'unix-seconds', 'unix-ms']),
  utcOffsetMinutes: z.int().min(-840).max(840),
});
export type LedgerDay = z.infer<typeof ledgerDaySchema>;

/** A money table as a preset or the owner describes it. */
export const ledgerDefinitionSchema = z.strictObject({
  name: z.string(),
  database: z.string(),
  table: z.string(),
  amountColumn: z.string(),
  /** cents: the column holds integer cents; yuan: decimal yuan. */
  unit: z.enum(['yuan', 'cent']),
  currency: z.string(),
  statusColumn: z.string().nullable(),
  /** Values of the status column that mean "paid", as text. Empty with a null status column: every row counts. */
  paidValues: z.array(z.string()),
  /** More that a row must have to count; absent: nothing. */
  where: z.array(rowConditionSchema).max(10).optional(),
  /** Sums by day; absent: the table has no time to go by. */
  day: ledgerDaySchema.optional(),
  /** Sums by product. */
  productColumn: z.string().optional(),
  /** Amounts of several currencies in one column: sums by currency, and a total that adds up nothing but itself. */
  currencyColumn: z.string().optional(),
});
export type LedgerDefinition = z.infer<typeof ledgerDefinitionSchema>;

/** Something an owner counts by rows, and perhaps by a sum. Not money that came in. */
export const countIdSchema = z.enum([
  'unsold-cards',
  'other-cards',
  'undelivered-orders',
  'user-balances',
  'open-withdrawals',
]);
export type CountId = z.infer<typeof countIdSchema>;

/** A count as a preset describes it, bound to its database. One source may have several of one id: then their names differ. */
export const countDefinitionSchema = z.strictObject({
  id: countIdSchema,
  name: z.string(),
  database: z.string(),
  table: z.string(),
  /** All must hold; none: every row counts. */
  where: z.array(rowConditionSchema).max(10),
  sum: z.strictObject({ column: z.string(), unit: z.enum(['yuan', 'cent']), currency: z.string() }).nullable(),
  /** One figure for each value of this column, such as the product; null: only the whole. */
  by: z.string().nullable(),
});
export type CountDefinition = z.infer<typeof countDefinitionSchema>;

/** What became of a count: as a ledger's result. `sum` is null where nothing is added up; `by` is as kept, the largest groups first. */
export const countResultSchema = z.strictObject({
  id: countIdSchema,
  name: z.string(),
  rows: z.int().nonnegative(),
  sum: z.string().nullable(),
  unit: z.enum(['yuan', 'cent']).optional(),
  currency: z.string().optional(),
  /** The server and the captured rows say the same, also of every group. */
  equal: z.boolean(),
  unreadable: z.int().positive().optional(),
  /** What the next row of its table will be numbered (AUTO_INCREMENT): how many rows can have come since another snapshot. Absent: it has no such number. */
  nextNumber: z.string().regex(/^\d+$/).optional(),
  by: breakdownSchema.shape.product,
});
export type CountResult = z.infer<typeof countResultSchema>;

/** A ledger told apart, as a manifest keeps it: the largest groups, the newest days, and the exact rest. */
export const ledgerBreakdownSchema = z.strictObject({
  ledger: z.string(),
  /** The server and the captured rows say the same of every group. */
  equal: z.boolean(),
  by: breakdownSchema,
});
export type LedgerBreakdown = z.infer<typeof ledgerBreakdownSchema>;

/**
 * Rows and exact sum of one ledger. Sums are decimal text in the column's own unit, never floats. `unreadable`: at least so many
 * amounts are no numbers, so that nobody can add them up; absent: none. `unproven`: there was nothing to compare with, both sums are the
 * server's own and `equal` says nothing.
 */
export const ledgerResultSchema = z.strictObject({
  name: z.string(),
  currency: z.string(),
  rows: z.int().nonnegative(),
  sum: z.string(),
  serverSum: z.string(),
  equal: z.boolean(),
  unreadable: z.int().positive().optional(),
  unproven: z.literal(true).optional(),
  /** By status, day, product and currency as well, every group; absent: not compared by group. False makes `equal` false in a restore. */
  byEqual: z.boolean().optional(),
});
export type LedgerResult = z.infer<typeof ledgerResultSchema>;
