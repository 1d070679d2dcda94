import { z } from 'zod';

/** What goes with a stable word (an error, a check, an entry of the log): names and numbers that a sentence is filled with. */
export const factsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
