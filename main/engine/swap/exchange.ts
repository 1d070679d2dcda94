import { z } from 'zod';
import { schemaObjectSchema } from '../../../shared/model/database.ts';
import { restoreStateSchema } from '../../../shared/model/swap.ts';

/**
 * Tables that change places: what the shop has leaves `live` for `away`, what waits in `from` comes to `live`. A swap, an undo and a redo are the
 * same exchange with other names.
 *
 * This is the journal. It is written down before the first statement and holds all that is needed to complete the exchange or to take it back from any
 * state a stop can leave behind, because what RENAME cannot carry (views, routines, events, triggers) is in it as text. It holds no rows.
 */

const contentSchema = z.strictObject({
  /** The name the shop uses, which is also how the statements below name it. */
  database: z.string(),
  /** False: there is no such database. */
  isThere: z.boolean(),
  characterSet: z.string(),
  collation: z.string(),
  /** All but sequences, which move like tables. Events as they are to be: enabled or not. */
  objects: z.array(schemaObjectSchema),
});
/** What a database has besides its tables. */
export type Content = z.infer<typeof contentSchema>;

const keySchema = z.strictObject({
  /** Whose it is: of a table that leaves, that comes, or that stays where it is (in any database of the server). */
  of: z.enum(['leaves', 'comes', 'stays']),
  /** Of a table that moves: its live database. */
  database: z.string(),
  table: z.string(),
  name: z.string(),
  /** `` CONSTRAINT `a` FOREIGN KEY (`b`) REFERENCES `shop`.`orders` (`id`) ``: always to the live database. */
  clause: z.string(),
});
/**
 * A foreign key between a table that moves and one that stays. A server lets a foreign key follow the table it refers to, and those two would then
 * be in different worlds: it is put right behind the move, and a table that is out of the shop has none into it.
 */
export type CrossingKey = z.infer<typeof keySchema>;

export const exchangeSchema = z.strictObject({
  direction: z.enum(['swap', 'undo']),
  /** What the restore is when the exchange is through, and when it has been taken back. */
  ends: restoreStateSchema,
  back: restoreStateSchema,
  /** A way back is gone on with, whatever comes in between; a way there that could move nothing is given up. */
  isWayBack: z.boolean(),
  startedAt: z.iso.datetime(),
  /** False: some tables only. */
  whole: z.boolean(),
  databases: z.array(z.strictObject({ live: z.string(), from: z.string(), away: z.string() })),
  tables: z.array(
    z.strictObject({
      /** The live one. */
      database: z.string(),
      name: z.string(),
      leaves: z.boolean(),
      comes: z.boolean(),
    }),
  ),
  /** What the live databases are to have behind the exchange, and what they had before it. */
  wanted: z.array(contentSchema),
  leaving: z.array(contentSchema),
  keys: z.array(keySchema),
});
export type Exchange = z.infer<typeof exchangeSchema>;
export type Places = Exchange['databases'][number];

/** The way back, from wherever the exchange stopped. */
export function reversed(exchange: Exchange): Exchange {
  const { direction, ends, back, databases, tables, wanted, leaving, keys } = exchange;
  const turned = { leaves: 'comes', comes: 'leaves', stays: 'stays' } as const;
  return {
    ...exchange,
    direction: direction === 'swap' ? 'undo' : 'swap',
    ends: back,
    back: ends,
    isWayBack: true,
    databases: databases.map(({ live, from, away }) => ({ live, from: away, away: from })),
    tables: tables.map(({ leaves, comes, ...table }) => ({ ...table, leaves: comes, comes: leaves })),
    wanted: leaving,
    leaving: wanted,
    keys: keys.map((key) => ({ ...key, of: turned[key.of] })),
  };
}
