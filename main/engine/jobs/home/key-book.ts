import { z } from 'zod';
import { HomeJson } from './home-json.ts';

/** Why a copy still has an older header: it was not there, or another computer has changed its header since. */
export const behindReasonSchema = z.enum(['owed', 'changed-elsewhere']);

const keyBookSchema = z.strictObject({
  version: z.literal(1),
  /** MACs of the headers that this home has replaced. A copy that has one of them may be given the new one; no other may. */
  superseded: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  /** By destination id. */
  behind: z.record(z.uuid(), behindReasonSchema),
  /** Whose sheet it is, by slot id. Kept here alone: a header lies in clouds, and is public. */
  holders: z.record(z.uuid(), z.string()),
  /** Public keys of sheets of the vault by slot id, encrypted under the main key so that nobody can put in his own: a header of format 1 has no room for them. */
  recipients: z.record(z.uuid(), z.string()).optional(),
});
export type KeyBookContent = z.infer<typeof keyBookSchema>;

/** A map of the book without one of its entries. */
export function withoutEntry<V>(entries: Readonly<Record<string, V>>, id: string): Record<string, V> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== id));
}

const empty: KeyBookContent = { version: 1, superseded: [], behind: {}, holders: {} };

/**
 * `keys.json` of a home: what a repository's header cannot say. A header has no counter (FORMAT.md §2), so only whoever has replaced one
 * knows which of two is older.
 */
export class KeyBook extends HomeJson<KeyBookContent> {
  constructor(homeDir: string) {
    super(homeDir, 'keys.json', keyBookSchema, empty);
  }
}
