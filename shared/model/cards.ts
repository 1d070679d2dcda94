import { z } from 'zod';

const count = z.int().nonnegative();

/**
 * What became of the card secrets of one table of a restore that was made with the vault closed. Rows: of the snapshot, respectively the moment. `filled`: now · `same`: held what
 * was captured before · `changed`: somebody has written another value, which stays · `gone`: the row is not there any more · `waiting`: still a stand-in, because
 * the real value is another row's already.
 */
export const cardsOfTableSchema = z.strictObject({
  table: z.string(),
  rows: count,
  filled: count,
  same: count,
  changed: count,
  gone: count,
  waiting: count,
  /** By the server's own digests all of it is what was captured. */
  proven: z.boolean(),
  /**
   * Why nothing was done; null: it was. `no-key`: rows cannot be told apart, and others may have written meanwhile · `triggers`: they would act once more ·
   * `no-table`, `other-columns`: it is not what was restored.
   */
  left: z.enum(['no-key', 'triggers', 'no-table', 'other-columns']).nullable(),
});
export type CardsOfTable = z.infer<typeof cardsOfTableSchema>;

/** A restore that waits for its card secrets. */
export const restoreWithoutCardsViewSchema = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  source: z.string(),
  stoppedAt: z.iso.datetime(),
  server: z.strictObject({ kind: z.enum(['same', 'server']), host: z.string(), port: z.int() }),
  /** As they are called on that server. */
  databases: z.array(z.string()),
  tables: z.array(z.string()),
});
export type RestoreWithoutCardsView = z.infer<typeof restoreWithoutCardsViewSchema>;
