import { z } from 'zod';
import { diskNoticeSchema } from '../model/cold-disk.ts';
import { jobIdSchema, jobProgressSchema } from '../model/job.ts';
import { streamStatusSchema } from '../model/stream.ts';

/**
 * What travels between the app and the engine's process, in both directions. The same shapes go through Electron's
 * message port and through a plain child process's channel, so the engine does not know which of them it runs in.
 */
export const engineRequestSchema = z.strictObject({
  id: z.int().nonnegative(),
  verb: z.string(),
  input: z.unknown(),
  /** Given for long verbs: names the job in notices and in `job.cancel`. */
  jobId: jobIdSchema.nullable(),
});
export type EngineRequest = z.infer<typeof engineRequestSchema>;

/** A list that whoever shows it asks for again. */
const engineChangeSchema = z.enum(['jobs', 'catalog', 'vault']);
export type EngineChange = z.infer<typeof engineChangeSchema>;

export const engineMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('reply'), id: z.int().nonnegative(), outcome: z.unknown() }),
  z.strictObject({ type: z.literal('progress'), progress: jobProgressSchema }),
  z.strictObject({ type: z.literal('disk'), disk: diskNoticeSchema }),
  z.strictObject({ type: z.literal('stream'), stream: streamStatusSchema }),
  z.strictObject({ type: z.literal('changed'), what: engineChangeSchema }),
]);
export type EngineMessage = z.infer<typeof engineMessageSchema>;

/**
 * Not a verb of the engine but a request to its process: cancel what runs, put everything away, answer, end. Electron's
 * utility process can only be killed from outside, and on Windows that leaves it no time at all.
 */
export const closeRequest = 'engine.close';
