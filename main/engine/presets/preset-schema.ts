import { z } from 'zod';
import { ledgerDefinitionSchema, rowConditionSchema } from '../../../shared/model/database.ts';
import { resaleRulesSchema } from './resale-rules.ts';

/** Names of tables stand without the shop's prefix everywhere in a preset, but in `prefix` itself. */
const table = z.string().min(1).max(64);
const column = z.string().min(1).max(64);
const sentence = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
/** Relative to the site's folder, with `*` for one name; with a leading `/`: from the server's root. */
const path = z.string().min(1).max(300);

/**
 * A column with card secrets. `copy`: where else a delivered card stands than in the stock: in its order, in mail that waits, in a log.
 * `optional`: only some versions of the program have it, so that nobody is asked where it went. A `*` in the table stands for what the program puts
 * there when it makes such a table later, for each of its merchants.
 */
const secretColumnSchema = z.strictObject({
  table,
  column,
  copy: z.enum(['order', 'mail', 'log']).optional(),
  optional: z.literal(true).optional(),
});

/** Cards in stock. A null `status`: a card that is sold leaves the table, or only `where` tells. `where`: what an unsold card has besides. */
const stockSchema = z.strictObject({
  table,
  status: z.strictObject({ column, unsold: z.array(z.string()).min(1), sold: z.array(z.string()) }).nullable(),
  where: z.array(rowConditionSchema),
  product: column.nullable(),
});

/** Something an owner counts, by rows and perhaps by a sum: exact, like a ledger, but not money that came in. */
const countSchema = z.strictObject({
  id: z.enum(['unsold-cards', 'undelivered-orders', 'user-balances', 'open-withdrawals']),
  table,
  /** All must hold; none: every row counts. */
  where: z.array(rowConditionSchema),
  sum: z.strictObject({ column, unit: z.enum(['yuan', 'cent']), currency: z.string() }).nullable(),
  /** One figure for each value of this column, such as the product. */
  by: column.nullable(),
});
export type PresetCount = z.infer<typeof countSchema>;

/** What the shop needs and its database does not hold. */
const outsideSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('redis'),
    id: z.string(),
    what: sentence,
    /** Database number, and the keys with `*`; the shop's own key prefix is in `*`. */
    database: z.int().min(0).max(255),
    keys: z.array(z.string()).min(1),
    /** Which file of the site says where Redis is and its password, as `NAME=value` lines. */
    envFile: path.nullable(),
  }),
  /** Files beside config and uploads that must come along: keys, plugins that were bought, a cache that is none. */
  z.strictObject({ kind: z.literal('files'), id: z.string(), what: sentence, paths: z.array(path).min(1) }),
]);

/** What is known of one shop system: how to recognise it, where its card secrets and its money are. Data, in `assets/presets/`. */
export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  label: sentence,
  /** Where this was read, and how far it was tried. `loaded`: its schema was loaded and everything here asked of it. */
  from: z.strictObject({
    repository: z.string(),
    commit: z.string(),
    version: z.string(),
    checked: z.enum(['loaded', 'read', 'partly-read']),
  }),
  /** `fixed`: always this. `chosen`: the owner's choice at installation; `usual` is what most have. */
  prefix: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('fixed'), value: z.string().min(1) }),
    z.strictObject({ kind: z.literal('chosen'), usual: z.string().nullable() }),
  ]),
  detect: z.strictObject({
    tables: z.array(table).min(1),
    columns: z.record(table, z.array(column)),
    absentTables: z.array(table),
  }),
  secretColumns: z.array(secretColumnSchema),
  /** Passwords, tokens, keys of payment providers: encrypted with everything else, not in the vault; never shown, never in a comparison. */
  credentialColumns: z.array(z.strictObject({ table, column, optional: z.literal(true).optional() })),
  stock: stockSchema.nullable(),
  /** The first is the shop's turnover: money that buyers have just paid. */
  ledgers: z.array(ledgerDefinitionSchema.omit({ database: true })),
  counts: z.array(countSchema),
  /** Tables that lose rows without anybody having done harm, and why. */
  shrinks: z.array(z.strictObject({ table, why: sentence })),
  site: z.strictObject({
    /** Folders where it is usually installed; `<domain>` stands for a name. */
    roots: z.array(path),
    /** Small files with settings and keys, kept with their history. */
    config: z.array(path),
    uploads: z.array(path),
    /** Caches and logs: never needed again. */
    leaveOut: z.array(path),
  }),
  outside: z.array(outsideSchema),
  /** What goes wrong after a restore if nobody knows. */
  traps: z.array(sentence),
  /** What must not be sold again after a restore, and how it is found. Null: nobody has written that down for this program. */
  resale: resaleRulesSchema.nullable(),
});
export type Preset = z.infer<typeof presetSchema>;
