import { z } from 'zod';

export const jobIdSchema = z.uuid();

/** How far one copy is while several are written at once. */
export const jobCopySchema = z.strictObject({
  destination: z.string(),
  state: z.enum(['waiting', 'copying', 'done', 'failed']),
  doneItems: z.number().nonnegative(),
  totalItems: z.number().nonnegative(),
  doneBytes: z.number().nonnegative(),
});
export type JobCopy = z.infer<typeof jobCopySchema>;

/**
 * How far a long verb is. `phase` is a stable id that the page translates (`job.phase.<id>`). Units: bytes and bytes/s;
 * `totalBytes` and `etaMs` are null while nobody can know.
 */
export const jobProgressSchema = z.strictObject({
  jobId: jobIdSchema,
  verb: z.string(),
  subject: z.string(),
  phase: z.string(),
  doneBytes: z.number().nonnegative(),
  totalBytes: z.number().nonnegative().nullable(),
  doneItems: z.number().nonnegative(),
  totalItems: z.number().nonnegative().nullable(),
  bytesPerSecond: z.number().nonnegative(),
  etaMs: z.number().nonnegative().nullable(),
  /** What is being worked on now: a table or a destination; empty when nothing has a name. */
  detail: z.string(),
  /** Each copy by itself, while copies are written; else absent. */
  copies: z.array(jobCopySchema).optional(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** A job as the catalog remembers it. `interrupted`: its process died; nothing was lost, it can be started again. */
export const jobViewSchema = z.strictObject({
  jobId: jobIdSchema,
  verb: z.string(),
  subject: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  errorCode: z.string().nullable(),
  errorFacts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type JobView = z.infer<typeof jobViewSchema>;
