import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { ledgerDefinitionSchema, ledgerResultSchema } from '../../../../shared/model/database.ts';
import { restoreStateSchema, type RestoreEntry } from '../../../../shared/model/swap.ts';
import { restoreUntilSchema } from '../../../../shared/ipc/engine-verbs.ts';
import { binlogPlaceSchema } from '../../../../shared/model/stream.ts';
import { exchangeSchema } from '../../swap/index.ts';
import { HomeJson } from './home-json.ts';
import { savedSourceSchema } from './settings-file.ts';

const bookedRestoreSchema = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  source: z.string(),
  snapshot: z.uuid(),
  stoppedAt: z.iso.datetime(),
  host: z.string(),
  port: z.int(),
  /** How to reach a server that is no source; its secrets sealed as those of a source with the restore's id. Null: the source's own server. */
  access: savedSourceSchema.pick({ mysql: true, sealedPassword: true, ssh: true }).nullable(),
  databases: z.array(
    z.strictObject({
      name: z.string(),
      /** Where the restored tables lie while the shop does not work with them. */
      beside: z.string(),
      before: z.string().nullable(),
    }),
  ),
  tables: z.int(),
  rows: z.int(),
  whole: z.boolean(),
  proven: z.boolean(),
  /** The card vault was closed: card secrets are stand-ins in it, and it must not come into a shop. */
  sealed: z.boolean(),
  /** `database.event` by the names the shop uses: what the snapshot had enabled. */
  enabledEvents: z.array(z.string()),
  ledgers: z.array(ledgerDefinitionSchema),
  state: restoreStateSchema,
  swappedAt: z.iso.datetime().nullable(),
  undoneAt: z.iso.datetime().nullable(),
  /** The journal of an exchange that is under way, or was when the program stopped. */
  exchange: exchangeSchema.nullable(),
  /** The last one that came to its end: how what is out of the shop now was in it. */
  last: exchangeSchema.nullable(),
});
export type BookedRestore = z.infer<typeof bookedRestoreSchema>;

/** A restore onto a server that is not over: a process works at it, or did when it was killed. */
const restoreUnderWaySchema = z.strictObject({
  id: z.uuid(),
  startedAt: z.iso.datetime(),
  source: z.string(),
  snapshot: z.uuid(),
  /** The moment that it is to hold. */
  stoppedAt: z.iso.datetime(),
  host: z.string(),
  port: z.int(),
  /** As of a restore that is done. */
  access: bookedRestoreSchema.shape.access,
  /** Of two with the same text the second goes on with the first. */
  wish: z.string(),
  databases: z.array(z.strictObject({ name: z.string(), here: z.string() })),
  /** How the snapshot came back; null: it is on its way. */
  loaded: z
    .strictObject({
      databases: z.array(z.string()),
      tables: z.int(),
      rows: z.int(),
      notes: z.array(z.string()),
      accounts: z.strictObject({ created: z.array(z.string()), existing: z.array(z.string()) }).nullable(),
      digest: z.strictObject({
        ranges: z.int(),
        compared: z.int(),
        equal: z.boolean(),
        different: z.array(z.string()),
      }),
      ledgers: z.array(ledgerResultSchema),
    })
    .nullable(),
});
export type RestoreUnderWay = z.infer<typeof restoreUnderWaySchema>;

/** A restore whose card secrets are stand-ins: what has to be known to fill them in later. */
const restoreWithoutCardsSchema = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  source: z.string(),
  snapshot: z.uuid(),
  stoppedAt: z.iso.datetime(),
  /** What was asked for, and where in the log it stopped; null: the snapshot as it is. */
  moment: z.strictObject({ until: restoreUntilSchema, to: binlogPlaceSchema }).nullable(),
  host: z.string(),
  port: z.int(),
  access: bookedRestoreSchema.shape.access,
  databases: z.array(z.strictObject({ name: z.string(), here: z.string() })),
  /** Tables with secrets in it, `database.table` of the snapshot. */
  tables: z.array(z.string()),
});
export type RestoreWithoutCards = z.infer<typeof restoreWithoutCardsSchema>;

const bookSchema = z.strictObject({
  version: z.literal(1),
  restores: z.array(bookedRestoreSchema),
  underWay: z.array(restoreUnderWaySchema).default([]),
  withoutCards: z.array(restoreWithoutCardsSchema).default([]),
});
export type RestoreBookContent = z.infer<typeof bookSchema>;
const empty: RestoreBookContent = { version: 1, restores: [], underWay: [], withoutCards: [] };

/** `restores.json` of a home: the restores that lie on servers, and the journals of their exchanges. */
export class RestoreBook extends HomeJson<RestoreBookContent> {
  constructor(homeDir: string) {
    super(homeDir, 'restores.json', bookSchema, empty);
  }

  async add(restore: BookedRestore): Promise<void> {
    await this.update((book) => ({ ...book, restores: [...book.restores, restore] }));
  }

  async addWithoutCards(restore: RestoreWithoutCards): Promise<void> {
    await this.update((book) => ({ ...book, withoutCards: [...book.withoutCards, restore] }));
  }

  /** Its secrets are what was captured, all of them: it may come into a shop. */
  async hasCards(id: string): Promise<void> {
    await this.update((book) => ({
      ...book,
      restores: book.restores.map((each) => (each.id === id ? { ...each, sealed: false } : each)),
      withoutCards: book.withoutCards.filter((each) => each.id !== id),
    }));
  }

  /** In the place of what was known of it. */
  async keepUnderWay(restore: RestoreUnderWay): Promise<void> {
    await this.update((book) => ({
      ...book,
      underWay: [...book.underWay.filter(({ id }) => id !== restore.id), restore],
    }));
  }

  async changeUnderWay(id: string, changes: Partial<RestoreUnderWay>): Promise<void> {
    await this.update((book) => ({
      ...book,
      underWay: book.underWay.map((each) => (each.id === id ? { ...each, ...changes } : each)),
    }));
  }

  async endUnderWay(id: string): Promise<void> {
    await this.update((book) => ({ ...book, underWay: book.underWay.filter((each) => each.id !== id) }));
  }

  /**
   * Gives the restore as it is now. Error: `swap.already-running` when another program has changed its state since `known` was read: of two that begin an
   * exchange with it, one does.
   */
  async change(known: BookedRestore, changes: Partial<BookedRestore>): Promise<BookedRestore> {
    const { id } = known;
    const book = await this.update((before) => {
      const now = before.restores.find((each) => each.id === id);
      if (now?.state !== known.state || now.exchange?.startedAt !== known.exchange?.startedAt)
        throw new AppError('swap.already-running', {});
      const restores = before.restores.map((each) => (each.id === id ? { ...each, ...changes } : each));
      return { ...before, restores };
    });
    const changed = book.restores.find((each) => each.id === id);
    if (changed === undefined) throw new Error(`no restore ${id} in the book`);
    return changed;
  }
}

export function entryOf(restore: BookedRestore): RestoreEntry {
  const { id, at, source, snapshot, stoppedAt, host, port, access, databases, state } = restore;
  const { tables, rows, whole, proven, swappedAt, undoneAt } = restore;
  return {
    id,
    at,
    source,
    snapshot,
    stoppedAt,
    server: { kind: access === null ? 'same' : 'server', host, port },
    databases,
    tables,
    rows,
    whole,
    proven,
    state,
    swappedAt,
    undoneAt,
    canSwap: state !== 'swapped',
    canUndo: state !== 'beside' && state !== 'undone',
  };
}
