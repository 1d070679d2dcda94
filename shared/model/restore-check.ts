import { z } from 'zod';
import { factsSchema } from './facts.ts';

/**
 * What is looked at before a restore begins. `room`: free space where it will lie · `writable`: the server takes changes · `privileges` · `names`: nothing of that name is there yet ·
 * `letter-case`: names that differ by capital letters only, on a server that does not tell them apart · `portable`: the server can have every table · `packet`:
 * max_allowed_packet · `sql-mode` · `definers`: for whom views and routines act · `words`: words that are names in routines and that this server keeps for itself.
 */
export const restoreCheckIds = [
  'room',
  'writable',
  'privileges',
  'names',
  'letter-case',
  'portable',
  'packet',
  'sql-mode',
  'definers',
  'words',
] as const;

/** `ok` · `warn`: it will be another way than in the shop, and can go on · `fail`: the restore is refused · `unknown`: nobody can tell from here. */
export const restoreCheckSchema = z.strictObject({
  id: z.enum(restoreCheckIds),
  state: z.enum(['ok', 'warn', 'fail', 'unknown']),
  facts: factsSchema,
  /** Of a `fail`: what the restore would end with. */
  errorCode: z.string().nullable(),
});
export type RestoreCheck = z.infer<typeof restoreCheckSchema>;
