import { z } from 'zod';

/** Which key: `main` opens the backups, `vault` the card secrets. */
export const keyNameSchema = z.enum(['main', 'vault']);
export type KeyName = z.infer<typeof keyNameSchema>;

/** One way into a key. Holds nothing secret. */
export const keySlotSchema = z.strictObject({
  id: z.uuid(),
  key: keyNameSchema,
  kind: z.enum(['passphrase', 'recovery']),
  createdAt: z.iso.datetime(),
  /** Whose sheet it is, as far as this home knows. */
  holder: z.string().nullable(),
  /** When this sheet last opened a chunk of a copy. */
  rehearsedAt: z.iso.datetime().nullable(),
});
export type KeySlot = z.infer<typeof keySlotSchema>;

/**
 * What became of one copy's header. `owed`: written the next time this copy is there; `errorCode` says why not now. `oldForDays`: the bucket locks, so the
 * former header stays there as an old version for at most so many days, and opens for whoever has the bucket's keys and a former way in.
 */
export const headerCopySchema = z.strictObject({
  destination: z.string(),
  state: z.enum(['renewed', 'owed', 'changed-elsewhere']),
  errorCode: z.string().nullable(),
  oldForDays: z.int().optional(),
});
export type HeaderCopy = z.infer<typeof headerCopySchema>;
