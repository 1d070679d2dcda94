import { z } from 'zod';

const sentenceSchema = z.strictObject({ zh: z.string(), en: z.string() });

/** What somebody must know of a shop's program after a restore, in both languages. From its preset. */
export const programNoteSchema = z.strictObject({ program: sentenceSchema, text: sentenceSchema });
export type ProgramNote = z.infer<typeof programNoteSchema>;
