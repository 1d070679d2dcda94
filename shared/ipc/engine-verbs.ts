import { z } from 'zod';
import { cardsOfTableSchema, restoreWithoutCardsViewSchema } from '../model/cards.ts';
import { breakdownSchema } from '../model/breakdown.ts';
import { checklistItemSchema } from '../model/checklist.ts';
import { maxLockDays } from '../model/cloud-providers.ts';
import { coldDiskSchema, coldRoundSchema } from '../model/cold-disk.ts';
import { coverageFiguresSchema, coveredThingSchema } from '../model/coverage.ts';
import { coldScheduleSchema } from '../model/cold-schedule.ts';
import {
  coordinateSchema,
  countResultSchema,
  ledgerBreakdownSchema,
  ledgerResultSchema,
  objectIdSchema,
} from '../model/database.ts';
import { destinationInputSchema, destinationViewSchema } from '../model/destination.ts';

import { jobIdSchema, jobViewSchema } from '../model/job.ts';
import { proofFiguresSchema } from '../model/proof.ts';
import {
  backupFilesSchema,
  siteChangeSchema,
  findingIdSchema,
  siteFindingSchema,
  siteHistorySchema,
  siteListingSchema,
  siteTextSchema,
} from '../model/site-files.ts';
import { restoreCheckSchema } from '../model/restore-check.ts';
import { resaleResultSchema } from '../model/resale.ts';
import { headerCopySchema, keyNameSchema, keySlotSchema } from '../model/keys.ts';
import { programNoteSchema } from '../model/program-note.ts';
import {
  goReasonSchema,
  keepReasonSchema,
  newStatusSchema,
  retentionRuleSchema,
  shrunkSourceSchema,
} from '../model/retention.ts';
import { factsSchema } from '../model/facts.ts';
import {
  checkResultSchema,
  manifestSchema,
  readFiguresSchema,
  snapshotCopySchema,
  snapshotSummarySchema,
} from '../model/snapshot.ts';
import {
  restoreEntrySchema,
  swapCheckSchema,
  swapComparisonSchema,
  swapOutcomeSchema,
  unfinishedRestoreSchema,
} from '../model/swap.ts';
import { openVaultSchema } from '../model/vault.ts';
import {
  binlogPlaceSchema,
  streamEventKindSchema,
  streamGapSchema,
  streamStatusSchema,
  streamWarningSchema,
  brokenLogSchema,
} from '../model/stream.ts';
import {
  keptSettingsSchema,
  redisItemFoundSchema,
  redisItemSchema,
  writtenKeySchema,
} from '../model/redis-settings.ts';
import {
  mysqlInputSchema,
  nameSchema,
  sourceInputSchema,
  sourceViewSchema,
  sshInputSchema,
  testStepSchema,
  leaveOutRuleSchema,
  remoteFolderSchema,
  serverItemSchema,
} from '../model/source.ts';
import { ledgerDefinitionSchema } from '../model/database.ts';
import { proposedColumnSchema, proposedLedgerSchema } from '../model/proposal.ts';

/**
 * The verbs of the engine: the one contract that the command line calls in-process and the app calls by message. Inputs
 * are checked where they enter the engine. Secrets travel inward only: no output ever holds a password or a key; the
 * one exception is `home.init` without a kit folder, which shows the recovery words once to a person at a terminal.
 *
 * Sizes are bytes, times ISO 8601 UTC, durations milliseconds.
 */
interface Verb {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

const nothing = z.strictObject({});
const count = z.int().nonnegative();
const snapshotPointSchema = z.strictObject({ id: z.uuid(), at: z.iso.datetime() });
const pathSchema = z.string().min(1).max(4000);
const passphraseSchema = z.string().min(1).max(1024);

export /** What a restore read from and met on its way: names of destinations; ids and names of objects that are damaged or missing there. */
const copiesFoundSchema = z.strictObject({
  used: z.array(z.string()),
  damaged: z.array(z.strictObject({ destination: z.string(), objects: z.array(z.string()) })),
  outOfReach: z.array(z.string()),
});
const damagedObjectSchema = z.strictObject({ object: z.string(), reason: z.string() });

const dayFiguresSchema = z.strictObject({ day: z.string(), rows: count, sum: z.string() });

const copyOutcomeSchema = z.strictObject({
  destination: z.string(),
  ok: z.boolean(),
  objectsCopied: count,
  bytesCopied: count,
  errorCode: z.string().nullable(),
  /** Of that error. */
  facts: factsSchema.optional(),
  /** Snapshots that a disk that travels was spared, because its own rule would remove them again. */
  leftOut: count.optional(),
});

/** What was damaged or missing on a copy that was read from. `healed`: put right from another copy, and read back. */
export const copyFindingSchema = z.strictObject({
  destination: z.string(),
  object: z.string(),
  reason: z.string(),
  healed: z.boolean(),
});

const prunedSnapshotSchema = z.strictObject({
  snapshot: z.uuid(),
  at: z.iso.datetime(),
  source: z.string(),
  green: z.boolean(),
});

const mysqlTargetSchema = mysqlInputSchema.extend({ ssh: sshInputSchema.nullable() });

export const restoreTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('same') }),
  z.strictObject({ kind: z.literal('server'), target: mysqlTargetSchema }),
  z.strictObject({ kind: z.literal('sandbox') }),
  z.strictObject({ kind: z.literal('sql'), path: pathSchema }),
]);
export type RestoreTarget = z.infer<typeof restoreTargetSchema>;

/** How far the log is done again behind a snapshot. The event is not in what comes back; all that was committed before it is. */
export const restoreUntilSchema = z.discriminatedUnion('kind', [
  /** Everything that was committed at that moment or before. */
  z.strictObject({ kind: z.literal('time'), at: z.iso.datetime() }),
  /** Just before it; an id of `events.list`. */
  z.strictObject({ kind: z.literal('event'), id: z.string().min(1).max(600) }),
  /** With the transaction of that GTID, and no further. */
  z.strictObject({ kind: z.literal('gtid'), gtid: z.string().min(1).max(200) }),
]);
export type RestoreUntil = z.infer<typeof restoreUntilSchema>;

const replayedSchema = z.strictObject({
  transactions: count,
  rowEvents: count,
  statements: count,
  /** Where it stopped, and the last commit that is in it; null when nothing was committed after the snapshot. */
  to: binlogPlaceSchema,
  lastCommitAt: z.iso.datetime().nullable(),
});

/** A restore's id, or its unique beginning. */
const restoreReferenceSchema = z.string().min(4).max(36);

const byPassphraseSchema = z.strictObject({ passphrase: passphraseSchema });
/** How a key is opened: by its passphrase, or by the 24 words of its recovery kit. */
const openingSchema = z.union([byPassphraseSchema, z.strictObject({ words: z.string().min(1).max(20_000) })]);

/** Why somebody opens the vault, for the audit log. */
const vaultReasonSchema = z.string().max(300).optional();

/** How the vault is opened for one call; absent: the vault stays closed and secret columns come back sealed. */
export const vaultOpeningSchema = z
  .union([
    byPassphraseSchema.extend({ reason: vaultReasonSchema }),
    z.strictObject({ words: z.string().min(1).max(20_000), reason: vaultReasonSchema }),
  ])
  .nullable();
export type VaultOpening = z.infer<typeof vaultOpeningSchema>;

export const repositoryLocationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('disk'), path: pathSchema }),
  z.strictObject({
    kind: z.literal('s3'),
    provider: z.string(),
    bucket: z.string(),
    region: z.string().nullable(),
    endpoint: z.string().nullable(),
    prefix: z.string(),
    /** A domain of the user's own that stands for the bucket; absent: none. */
    customDomain: z.string().nullable().optional(),
    accessKey: z.string(),
    secretKey: z.string(),
  }),
]);

/** Of a restore, and of the look that comes before it. */
const restoreInputSchema = z.strictObject({
  source: nameSchema,
  /** A snapshot id (or its unique beginning) or `latest`. */
  snapshot: z.string(),
  from: nameSchema.nullable(),
  databases: z.array(z.string()),
  /** `database.table`; empty: every table. */
  tables: z.array(z.string()),
  into: restoreTargetSchema,
  /** Where to stop when the log is done again; absent: the snapshot's own moment. With `snapshot: 'latest'` the newest one from which it is reached. */
  until: restoreUntilSchema.optional(),
  /** New name for the one database restored; null: beside (`<db>__restore_<utc>`) on the same server, else its own name. */
  as: z.string().max(64).nullable(),
  vault: vaultOpeningSchema,
  /** The server's accounts as well, where the snapshot has them. Absent: no. */
  accounts: z.boolean().optional(),
  /** Mark as sold what was delivered after the moment. Absent: where the shop's program has rules for it and the target may become the shop. */
  resaleGuard: z.enum(['on', 'off']).optional(),
  /** Then put it in the place of what the shop has now, if everything held. Only into the same server. Absent: no. */
  swap: z.boolean().optional(),
  /** As `swap`, without looking at the differences first: the typed text `host/database`, one for every database. Absent: no. */
  overwrite: z.string().max(400).optional(),
  /** As of `swap.run`. */
  withoutSafetySnapshot: z.boolean().optional(),
});

/** What is on a shop's server, and what of it is in no backup. */
const coverageSchema = z.strictObject({
  source: z.string(),
  /** Null: nobody has looked yet. */
  lookedAt: z.iso.datetime().nullable(),
  /** The look after that, which saw nothing; `code` is an error's. */
  failed: z.strictObject({ at: z.iso.datetime(), code: z.string() }).nullable(),
  figures: coverageFiguresSchema,
  things: z.array(coveredThingSchema),
});
const thingIdsSchema = z.array(z.string().min(1).max(400)).max(500);

export const engineVerbs = {
  'home.status': {
    input: nothing,
    output: z.strictObject({
      initialised: z.boolean(),
      unlocked: z.boolean(),
      repositoryId: z.string().nullable(),
      sources: count,
      destinations: count,
      version: z.string(),
    }),
  },
  'home.init': {
    input: z.strictObject({
      passphrase: passphraseSchema,
      vaultPassphrase: passphraseSchema,
      kitDir: pathSchema.nullable(),
      language: z.enum(['zh', 'en']),
    }),
    output: z.strictObject({
      repositoryId: z.string(),
      kitFiles: z.array(z.string()),
      /** Only without a kit folder. */
      words: z.strictObject({ main: z.array(z.string()), vault: z.array(z.string()) }).nullable(),
    }),
  },
  'home.unlock': { input: openingSchema, output: nothing },
  'key.list': {
    input: nothing,
    output: z.strictObject({
      slots: z.array(keySlotSchema),
      /** Copies that do not have this home's header yet. */
      behind: z.array(z.strictObject({ destination: z.string(), reason: z.enum(['owed', 'changed-elsewhere']) })),
    }),
  },
  'key.addSheet': {
    input: z.strictObject({
      key: keyNameSchema,
      current: openingSchema,
      dir: pathSchema,
      /** Whose sheet it is; null: the owner's. */
      holder: z.string().trim().min(1).max(60).nullable(),
      language: z.enum(['zh', 'en']),
    }),
    output: z.strictObject({ slot: keySlotSchema, kitFiles: z.array(z.string()), copies: z.array(headerCopySchema) }),
  },
  'key.revoke': {
    /** A slot's id, or its unique beginning. */
    input: z.strictObject({ slot: z.string().min(4).max(36) }),
    output: z.strictObject({ slot: keySlotSchema, copies: z.array(headerCopySchema) }),
  },
  'key.changePassphrase': {
    input: z.strictObject({ key: keyNameSchema, current: openingSchema, newPassphrase: passphraseSchema }),
    output: z.strictObject({ copies: z.array(headerCopySchema) }),
  },
  /** New keys for the vault: what is sealed later opens with the new passphrase, the new sheet and the sheets that are kept, and with nothing else. */
  'key.rotateVault': {
    input: z.strictObject({
      current: openingSchema,
      newPassphrase: passphraseSchema,
      dir: pathSchema,
      language: z.enum(['zh', 'en']),
      /** Sheets of the vault that stay, by id or its unique beginning: those that `key.rotateVaultCheck` says can. */
      keep: z.array(z.string().min(4).max(36)).max(13),
      reason: vaultReasonSchema,
    }),
    output: z.strictObject({
      slot: keySlotSchema,
      kept: z.array(keySlotSchema),
      gone: z.array(keySlotSchema),
      kitFiles: z.array(z.string()),
      copies: z.array(headerCopySchema),
      /** Sealed rows that the next backups write anew, as stored on one copy; null: no copy could be asked. */
      sealedBytes: count.nullable(),
    }),
  },
  'key.rotateVaultCheck': {
    input: z.strictObject({}),
    output: z.strictObject({
      sheets: z.array(z.strictObject({ slot: keySlotSchema, canStay: z.boolean() })),
      copies: z.array(
        z.strictObject({
          destination: z.string(),
          state: z.enum(['here', 'away', 'changed-elsewhere']),
          errorCode: z.string().nullable(),
        }),
      ),
      sealedBytes: count.nullable(),
    }),
  },
  /** Opens one chunk chosen at random with nothing but the words of a sheet. Says where it lies, never what it holds. */
  'kit.rehearse': {
    input: z.strictObject({
      key: keyNameSchema,
      words: z.string().min(1).max(20_000),
      /** Null: the nearest copy that answers. */
      from: nameSchema.nullable(),
    }),
    output: z.strictObject({
      key: keyNameSchema,
      destination: z.string(),
      snapshot: z.uuid(),
      at: z.iso.datetime(),
      source: z.string(),
      table: z.string(),
      rows: count,
      sizeBytes: count,
      slot: z.string(),
      holder: z.string().nullable(),
    }),
  },
  'source.add': {
    input: sourceInputSchema,
    output: z.strictObject({ source: sourceViewSchema, steps: z.array(testStepSchema) }),
  },
  'source.try': { input: sourceInputSchema, output: z.strictObject({ steps: z.array(testStepSchema) }) },
  'source.list': { input: nothing, output: z.strictObject({ sources: z.array(sourceViewSchema) }) },
  'source.test': {
    input: z.strictObject({ name: nameSchema }),
    output: z.strictObject({ steps: z.array(testStepSchema) }),
  },
  /** Changes what a later backup keeps; nothing of the snapshots that are there. */
  'source.set': {
    input: z.strictObject({
      name: nameSchema,
      accounts: z.boolean().optional(),
      /** `auto`, `none` or an id: the server is asked, and what that program seals and counts comes to what is there. */
      preset: z.string().max(60).optional(),
      /** Columns to seal from now on. */
      secretColumns: z.array(z.string().max(200)).max(200).optional(),
      /** Columns that hold no cards: not sealed from now on, and not asked about again. */
      openColumns: z.array(z.string().max(200)).max(200).optional(),
      /** Take the place of those of the same names. */
      ledgers: z.array(ledgerDefinitionSchema).max(50).optional(),
      withoutLedgers: z.array(z.string().max(200)).max(50).optional(),
    }),
    output: z.strictObject({ source: sourceViewSchema }),
  },
  /** What may be a card or a credential, and what counts money, judged by names, types and a few hundred values; no value is told. */
  'source.propose': {
    input: z.strictObject({ name: nameSchema }),
    output: z.strictObject({
      columns: z.array(proposedColumnSchema),
      ledgers: z.array(proposedLedgerSchema),
      /** `rows`: values were looked at in so many. */
      looked: z.strictObject({ tables: count, columns: count, rows: count }),
      /** `database.table` that could not be read in time or at all: judged by names alone. */
      unread: z.array(z.string()),
    }),
  },
  /** Which settings in the site's Redis are kept with every snapshot: tried first, then saved. */
  'settings.set': {
    input: z.strictObject({
      source: nameSchema,
      /** As seen from the SSH server, where there is one. Null: none are kept any more. */
      redis: z
        .union([
          z.strictObject({
            host: z.string().min(1).max(255),
            port: z.int().min(1).max(65_535),
            user: z.string().max(128).nullable(),
            password: z.string().max(1024).nullable(),
            /** Empty: what the shop's program is known to keep there. */
            items: z.array(redisItemSchema).max(20),
          }),
          /** Address and password stand in a file on the server, as the site itself reads them. */
          z.strictObject({ envFile: remoteFolderSchema, items: z.array(redisItemSchema).max(20) }),
        ])
        .nullable(),
    }),
    /** What was found at the try. */
    output: z.strictObject({ source: z.string(), items: z.array(redisItemFoundSchema) }),
  },
  /** What a snapshot keeps of the site's Redis: names and sizes, no values. */
  'settings.show': {
    input: z.strictObject({ source: nameSchema, snapshot: z.string().min(4).max(36) }),
    output: z.strictObject({ snapshot: z.uuid(), items: z.array(keptSettingsSchema) }),
  },
  /** Puts these settings back into the site's Redis. What is there stays, or with `replace` lies beside. With `dryRun` nothing is written: what would become of each. */
  'settings.restore': {
    input: z.strictObject({
      source: nameSchema,
      snapshot: z.string().min(4).max(36),
      replace: z.boolean(),
      dryRun: z.boolean().optional(),
    }),
    output: z.strictObject({
      snapshot: z.uuid(),
      from: z.string(),
      keys: z.array(writtenKeySchema),
    }),
  },
  'source.remove': { input: z.strictObject({ name: nameSchema }), output: z.strictObject({ removed: z.string() }) },
  'destination.add': {
    input: destinationInputSchema,
    output: z.strictObject({ destination: destinationViewSchema, steps: z.array(testStepSchema) }),
  },
  'destination.try': { input: destinationInputSchema, output: z.strictObject({ steps: z.array(testStepSchema) }) },
  'destination.list': { input: nothing, output: z.strictObject({ destinations: z.array(destinationViewSchema) }) },
  'destination.test': {
    input: z.strictObject({ name: nameSchema }),
    output: z.strictObject({ steps: z.array(testStepSchema) }),
  },
  /** Changes what tidying up keeps at this place. Absent fields stay as they are. */
  'destination.set': {
    input: z.strictObject({
      name: nameSchema,
      retention: retentionRuleSchema.partial(),
      /** Ids of snapshots, or their unique beginnings, to keep whatever the rule, or no longer. */
      pin: z.array(z.string().min(4).max(36)),
      unpin: z.array(z.string().min(4).max(36)),
      /** The most that is written to it; null: no limit. Absent: as it is. */
      maxBytesPerSecond: z.number().positive().nullable().optional(),
      /** Protection of a bucket against deletion, proven first as when it is added; it is never switched off here. Absent: as it is. */
      lockDays: z.int().min(1).max(maxLockDays).optional(),
    }),
    output: z.strictObject({
      destination: destinationViewSchema,
      /** The live test, when the lock was asked for. */
      steps: z.array(testStepSchema).optional(),
    }),
  },
  'destination.remove': {
    input: z.strictObject({ name: nameSchema }),
    output: z.strictObject({ removed: z.string() }),
  },
  'backup.run': {
    input: z.strictObject({
      source: nameSchema,
      /** Empty: every destination that is there; absent cold disks are named in `copies`, not an error. */
      to: z.array(nameSchema),
      maxBytesPerSecond: z.number().positive().nullable(),
      /** False: this once without the site's files. Absent: with them, where the shop has folders named. */
      files: z.boolean().optional(),
    }),
    output: z.strictObject({
      snapshot: z.strictObject({
        id: z.uuid(),
        at: z.iso.datetime(),
        coordinate: coordinateSchema,
        tables: count,
        rows: count,
        chunks: count,
      }),
      read: readFiguresSchema,
      files: backupFilesSchema.optional(),
      written: z.strictObject({ objects: count, bytes: count }),
      ledgers: z.array(ledgerResultSchema),
      /** Ledgers told apart, and what was counted; absent: nothing of the kind. */
      breakdowns: z.array(ledgerBreakdownSchema).optional(),
      counts: z.array(countResultSchema).optional(),
      /** What is odd about the timeline now and nobody has looked at; absent: nothing. */
      /** Of everything on the server, how much is in a backup. Absent: nobody could look. */
      coverage: coverageFiguresSchema.optional(),
      alarm: shrunkSourceSchema.optional(),
      checks: z.array(checkResultSchema),
      copies: z.array(copyOutcomeSchema),
      durationMs: z.number().nonnegative(),
    }),
  },
  'snapshots.list': {
    input: z.strictObject({ source: nameSchema.nullable(), atDestination: nameSchema.nullable() }),
    output: z.strictObject({ snapshots: z.array(snapshotSummarySchema) }),
  },
  'snapshot.show': {
    input: z.strictObject({ snapshot: z.string() }),
    output: z.strictObject({
      snapshot: snapshotSummarySchema,
      tables: z.array(
        z.strictObject({
          database: z.string(),
          name: z.string(),
          rows: count,
          textBytes: count,
          ranges: count,
          sealed: z.boolean(),
        }),
      ),
      ledgers: z.array(ledgerResultSchema),
      copies: z.array(snapshotCopySchema),
      /** What is proven of each of these copies as a whole; null: not listed by this computer yet. */
      proofs: z.array(z.strictObject({ destination: z.string(), proof: proofFiguresSchema.nullable() })),
      manifest: manifestSchema,
    }),
  },
  /** Money told apart, stock and balances of one snapshot (null: the newest), and what is odd about the newest. */
  'ledgers.show': {
    input: z.strictObject({ source: nameSchema, snapshot: z.string().nullable() }),
    output: z.strictObject({
      source: z.string(),
      /** Null: there is none yet. */
      snapshot: z.strictObject({ id: z.uuid(), at: z.iso.datetime() }).nullable(),
      ledgers: z.array(
        ledgerResultSchema.extend({
          unit: z.enum(['yuan', 'cent']),
          /** Which statuses count; empty with all rows counting. */
          paidValues: z.array(z.string()),
          by: breakdownSchema.optional(),
          /** Of the shop's own days, when the snapshot was taken. */
          today: dayFiguresSchema.optional(),
          yesterday: dayFiguresSchema.optional(),
        }),
      ),
      counts: z.array(countResultSchema),
      /** Null: nothing, or a person has looked at it. */
      alarm: shrunkSourceSchema.nullable(),
      /** Of the newest snapshot, whichever was asked for. */
      newStatuses: z.array(newStatusSchema),
    }),
  },
  /** A person has looked at the alarm: the snapshot that it names is as it should be. Tidying up goes on. */
  'ledgers.confirm': {
    /** A snapshot's id, or its unique beginning. */
    input: z.strictObject({ source: nameSchema, snapshot: z.string().min(4).max(36) }),
    output: z.strictObject({ confirmed: z.uuid() }),
  },
  'copy.run': {
    input: z.strictObject({
      /** A snapshot's id or its unique beginning, `all`, or `latest`: the newest of every shop. */
      snapshot: z.string(),
      from: nameSchema,
      to: z.union([nameSchema, z.array(nameSchema).min(1).max(20)]),
      /** For all targets together, besides each destination's own limit. Absent: none. */
      maxBytesPerSecond: z.number().positive().nullable().optional(),
    }),
    output: z.strictObject({
      snapshots: z.array(z.uuid()),
      /** Of all targets together. */
      objectsCopied: count,
      bytesCopied: count,
      objectsSkipped: count,
      copies: z.array(copyOutcomeSchema),
      findings: z.array(copyFindingSchema),
      durationMs: z.number().nonnegative(),
    }),
  },
  'stream.run': {
    input: z.strictObject({
      source: nameSchema,
      /** Ends after so long; null: when it is told to. A timer of Node can wait no longer. */
      forMs: z
        .int()
        .positive()
        .max(2 ** 31 - 1)
        .nullable(),
      /** Ends when all that the server had is stored. */
      untilCaughtUp: z.boolean(),
      /** Empty: all copies but disks that travel. */
      to: z.array(nameSchema),
    }),
    output: z.strictObject({
      /** Where the log was taken up and where it is stored to; null while nothing is. */
      from: binlogPlaceSchema.nullable(),
      to: binlogPlaceSchema.nullable(),
      segments: count,
      events: count,
      /** Of the log; `storedBytes` is what became of them on the first copy. */
      bytes: count,
      storedBytes: count,
      /** Older stretches that lie in an hour's or a day's now, on the first copy. */
      merged: count,
      gaps: z.array(streamGapSchema),
      /** How much trade would be lost if the server died now: since everything that it had was last stored. */
      rpoMs: z.number().nonnegative().nullable(),
      copies: z.array(
        z.strictObject({
          destination: z.string(),
          ok: z.boolean(),
          records: count,
          bytes: count,
          rpoMs: z.number().nonnegative().nullable(),
          errorCode: z.string().nullable(),
        }),
      ),
      /** What the server's settings do not let us promise. */
      warnings: z.array(streamWarningSchema),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** How the logs of all shops are being followed. */
  'stream.status': { input: nothing, output: z.strictObject({ streams: z.array(streamStatusSchema) }) },
  /** Whether the open app follows this shop's log; saved. One that is not paused is tried again at once. */
  'stream.set': {
    input: z.strictObject({ source: nameSchema, paused: z.boolean() }),
    output: z.strictObject({ paused: z.boolean() }),
  },
  /** The stored log as files for mysqlbinlog. */
  'events.export': {
    input: z.strictObject({ source: nameSchema, dir: pathSchema, vault: vaultOpeningSchema }),
    output: z.strictObject({
      dir: z.string(),
      files: z.array(
        z.strictObject({
          file: z.string(),
          bytes: count,
          events: count,
          /** Of the server's file; 4 where all of it is there from its beginning. */
          from: binlogPlaceSchema,
          afterGap: z.boolean(),
        }),
      ),
      gaps: z.array(streamGapSchema),
      /** `none`: no part was sealed. */
      vault: z.enum(['open', 'none']),
      destination: z.string(),
      durationMs: z.number().nonnegative(),
    }),
  },
  'events.list': {
    input: z.strictObject({
      source: nameSchema,
      since: z.iso.datetime().nullable(),
      until: z.iso.datetime().nullable(),
      destructive: z.boolean(),
      /** `table` or `database.table`. */
      table: z.string().nullable(),
    }),
    output: z.strictObject({
      events: z.array(
        z.strictObject({
          /** For a restore to just before it. */
          id: z.string(),
          at: z.iso.datetime(),
          kind: streamEventKindSchema,
          /** `database.table`. */
          tables: z.array(z.string()),
          /** Rows that were changed or deleted; null where the log does not say (a DROP or TRUNCATE counts what the newest snapshot before it had). */
          rows: count.nullable(),
          /** Of the table's rows in the newest snapshot before it, 0–1; null where that is not known. */
          share: z.number().nullable(),
          statement: z.string().nullable(),
          threadId: count.nullable(),
          position: binlogPlaceSchema,
          gtid: z.string().nullable(),
        }),
      ),
      /** What of the log is stored, without a gap between the two ends of each. */
      stretches: z.array(
        z.strictObject({
          from: binlogPlaceSchema,
          to: binlogPlaceSchema,
          fromAt: z.string().nullable(),
          toAt: z.string().nullable(),
        }),
      ),
      gaps: z.array(streamGapSchema),
      destination: z.string(),
    }),
  },
  'verify.run': {
    input: z.strictObject({
      destination: nameSchema,
      /** 1 to 100: the share of objects read back. Listing is always complete. */
      readPercent: z.number().min(0).max(100),
      healFrom: nameSchema.nullable(),
    }),
    output: z.strictObject({
      objects: count,
      read: count,
      bytesRead: count,
      damaged: z.array(damagedObjectSchema),
      missing: z.array(z.string()),
      healed: z.array(z.string()),
      /** Ids of snapshots that another computer has tidied up here. Those that were lost are in `missing`, by the names of their manifests. */
      gone: z.array(z.string()),
      snapshots: count,
      /** Ids of snapshots that others here follow, that are not here and were not tidied up here by a prune that wrote it down: lost, or never brought. Absent: none. */
      unexplained: z.array(z.uuid()).optional(),
      /** As of `prune.run`. */
      unknownDeeds: count.optional(),
      /** Stretches of shops' logs that this copy cannot give back, in order. Absent: none. */
      brokenLogs: z.array(brokenLogSchema).optional(),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** Removes old snapshots and what only they needed. Refuses with `prune.looks-like-attack`; a dry run tells the same in `shrunk`. */
  'prune.run': {
    input: z.strictObject({
      destination: nameSchema,
      /** Absent fields: the place's own setting, else the default. */
      keep: retentionRuleSchema.partial(),
      dryRun: z.boolean(),
      /** The newest snapshot of a source that has become much smaller, confirmed by a person; null: none. */
      confirmShrink: z.string().min(8).max(36).nullable(),
    }),
    output: z.strictObject({
      destination: z.string(),
      dryRun: z.boolean(),
      rule: retentionRuleSchema,
      /** Days, weeks and months are those of this zone. */
      timeZone: z.string(),
      /** Newest first, source by source. */
      kept: z.array(prunedSnapshotSchema.extend({ reasons: z.array(keepReasonSchema) })),
      removed: z.array(prunedSnapshotSchema.extend({ reasons: z.array(goReasonSchema) })),
      /**
       * Of each shop whose log is stored there: how many of its records go, because no snapshot that stays stands before them; in a dry run, would. `no-snapshot` stands in
       * the log for certain, so all of it stays · `not-merged`: too many small pieces, let its log be followed first · `unreadable`: verify it.
       */
      logs: z
        .array(
          z.strictObject({
            source: z.string(),
            records: count,
            because: z.enum(['oldest-snapshot', 'no-snapshot', 'not-merged', 'unreadable']),
          }),
        )
        .optional(),
      /** Manifests, records of logs and chunks. In a dry run: what would go. */
      objectsRemoved: count,
      bytesFreed: count,
      objectsKept: count,
      /** Nobody needs them, and they are within the grace time. */
      tooYoung: count,
      /** Nobody needs them, and the store keeps them under object lock. */
      locked: count,
      /** Sources whose newest snapshot looks as if data had been deleted, and that nobody has confirmed. Only in a dry run. */
      shrunk: z.array(shrunkSourceSchema),
      /** The rule is now that of this disk, because it travels: its next round must not bring back what went. Absent: nothing was saved. */
      ruleSaved: z.boolean().optional(),
      /** Deeds (FORMAT.md §14) that only a newer version understands: kept, and without a say here. Absent: none. */
      unknownDeeds: count.optional(),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** The disks that travel, in the order in which they are due. Looks for them and writes down which came and went. */
  'cold.list': { input: nothing, output: z.strictObject({ disks: z.array(coldDiskSchema) }) },
  'cold.set': {
    input: z.strictObject({ name: nameSchema, schedule: coldScheduleSchema }),
    output: z.strictObject({ disk: coldDiskSchema }),
  },
  /** One round with a disk that travels: find it, copy what it lacks, read back, flush, write down, eject. */
  'cold.run': {
    input: z.strictObject({
      name: nameSchema,
      eject: z.boolean(),
      /** Wait until the disk is plugged in. */
      wait: z.boolean(),
    }),
    output: coldRoundSchema,
  },
  /** Today's share of every copy that can be reached: what has to be read back for everything to be read within 30 days. */
  'verify.due': {
    input: z.strictObject({
      /** Empty: all. */
      destinations: z.array(nameSchema),
      /** For reading. Absent: gentle, by kind of place. */
      maxBytesPerSecond: z.number().positive().nullable().optional(),
      /** No share: only the live test of clouds that is due. */
      only: z.literal('probe').optional(),
    }),
    output: z.strictObject({
      copies: z.array(
        z.strictObject({
          destination: z.string(),
          objects: count,
          read: count,
          bytesRead: count,
          damaged: z.array(damagedObjectSchema),
          missing: z.array(z.string()),
          /** As of `verify.run`. */
          gone: z.array(z.string()),
          brokenLogs: z.array(brokenLogSchema).optional(),
          proof: proofFiguresSchema.nullable(),
        }),
      ),
      unreachable: z.array(z.strictObject({ destination: z.string(), errorCode: z.string() })),
      /** Copies, away or not, on which something was not read back within the promised days; without disks that travel. */
      unproven: z.array(z.strictObject({ destination: z.string(), days: z.number().nonnegative() })),
      /** Live tests of buckets, of those that were due: once a week. */
      probes: z.array(
        z.strictObject({
          destination: z.string(),
          ok: z.boolean(),
          errorCode: z.string().nullable(),
          facts: factsSchema,
        }),
      ),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** Whether the open app reads a share back each day by itself. */
  'share.status': { input: nothing, output: z.strictObject({ enabled: z.boolean() }) },
  'share.set': { input: z.strictObject({ enabled: z.boolean() }), output: z.strictObject({ enabled: z.boolean() }) },
  /** What would come in the way of a restore with this input, or be another way behind it. Reads only; the vault is not opened. */
  'restore.check': {
    input: restoreInputSchema,
    output: z.strictObject({
      snapshot: z.uuid(),
      checks: z.array(restoreCheckSchema),
      durationMs: z.number().nonnegative(),
    }),
  },
  'restore.run': {
    input: restoreInputSchema,
    output: z.strictObject({
      restoreId: z.uuid(),
      snapshot: z.uuid(),
      from: z.string(),
      database: z.string(),
      databases: z.array(z.string()),
      tables: count,
      rows: count,
      digest: z.strictObject({ ranges: count, equal: z.boolean(), compared: count }),
      ledgers: z.array(ledgerResultSchema),
      /** Stock, orders to deliver and balances, counted again on the target; absent: the snapshot has none, or the log was done again after it. */
      counts: z.array(countResultSchema).optional(),
      vault: z.enum(['open', 'closed', 'none']),
      stoppedAt: z.iso.datetime(),
      /** What was done again after the snapshot; absent where nothing was asked for. `stoppedAt` is the last moment that is in it. */
      replay: replayedSchema.optional(),
      resale: resaleResultSchema,
      /** What to give to `swap.run`, respectively `undo.run`; null: there is nothing to swap or undo. */
      swap: z.string().nullable(),
      undo: z.string().nullable(),
      /** What `swap` or `overwrite` did; absent: not asked for, or a check of the restore did not hold. */
      swapped: swapOutcomeSchema.optional(),
      /** `.sql` file written, or null. */
      file: z.string().nullable(),
      /** Names of accounts that were made, and of those that were there and left alone; absent when none were asked for. */
      accounts: z.strictObject({ created: z.array(z.string()), existing: z.array(z.string()) }).optional(),
      /** What somebody must know of the shop's programs before it sells again; absent: nothing, or nobody will ever sell from there. */
      programNotes: z.array(programNoteSchema).optional(),
      copies: copiesFoundSchema.optional(),
      notes: z.array(z.string()),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** The restores that this home has put on servers beside what was there, newest first. */
  'restores.list': {
    input: z.strictObject({ source: nameSchema.nullable() }),
    output: z.strictObject({
      restores: z.array(restoreEntrySchema),
      /** Those that stopped half-way; the same restore goes on with them. */
      unfinished: z.array(unfinishedRestoreSchema),
      /** Those that were made with the vault closed, on servers that stay: `restore.addCards` fills them. */
      withoutCards: z.array(restoreWithoutCardsViewSchema),
    }),
  },
  /** The card vaults that are open in this process. */
  'vault.status': { input: z.strictObject({}), output: z.strictObject({ open: z.array(openVaultSchema) }) },
  /** Closes them all; what works with them ends. */
  'vault.close': { input: z.strictObject({}), output: z.strictObject({ closed: count }) },
  /** Fills the card secrets into a restore that was made with the vault closed; nothing else of it is touched, and no row that somebody has changed since. */
  'restore.addCards': {
    input: z.strictObject({
      restore: restoreReferenceSchema,
      vault: vaultOpeningSchema.unwrap(),
      from: nameSchema.nullable(),
    }),
    output: z.strictObject({
      restore: restoreWithoutCardsViewSchema,
      tables: z.array(cardsOfTableSchema),
      /** All secrets of all its tables are what was captured; it may be swapped in. */
      complete: z.boolean(),
      copies: copiesFoundSchema.optional(),
      notes: z.array(z.string()),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** Takes away what a restore that stopped half-way left on its server: databases that say themselves that they are that restore's, and nothing else. */
  'restores.remove': {
    input: z.strictObject({ restore: restoreReferenceSchema }),
    output: z.strictObject({
      restore: unfinishedRestoreSchema,
      dropped: z.array(z.string()),
      /** There, and not to be told from what somebody else made: not touched. */
      left: z.array(z.string()),
    }),
  },
  /** What a swap would bring back and what it would take away, and whether anything stands in its way. Reads only. */
  'swap.compare': {
    /** A restore's id, or its unique beginning. */
    input: z.strictObject({ restore: restoreReferenceSchema }),
    output: z.strictObject({
      restore: restoreEntrySchema,
      comparison: swapComparisonSchema,
      checks: z.array(swapCheckSchema),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** Puts a restore in the place of what the shop has now, in one statement, and keeps what it had. Completes a swap that was stopped. */
  'swap.run': {
    input: z.strictObject({
      restore: restoreReferenceSchema,
      /** Go on although no snapshot of the present state can be taken first. Absent: no. */
      withoutSafetySnapshot: z.boolean().optional(),
      /** Go on although the restore's digests or totals did not hold. Absent: no. */
      evenUnproven: z.boolean().optional(),
      /** Without comparing first. Absent: with. */
      withoutComparison: z.boolean().optional(),
      /**
       * Mark in what comes in what was sold until then. Absent: on, where the shop's program has rules for it. `behind`: the last of it right behind the move, for a
       * shop in which nobody can buy meanwhile.
       */
      resaleGuard: z.enum(['on', 'behind', 'off']).optional(),
    }),
    output: swapOutcomeSchema,
  },
  /** Gives the shop back what it had before the swap; the restore, with all that was written into it since, is kept. Also takes back a swap that was stopped. */
  'undo.run': {
    input: z.strictObject({
      restore: restoreReferenceSchema,
      /** As of `swap.run`. */
      resaleGuard: z.enum(['on', 'behind', 'off']).optional(),
    }),
    output: swapOutcomeSchema,
  },
  'recover.run': {
    input: z.strictObject({
      from: repositoryLocationSchema,
      secret: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('passphrase'), passphrase: passphraseSchema }),
        z.strictObject({ kind: z.literal('words'), words: z.string().max(20_000) }),
      ]),
    }),
    output: z.strictObject({
      sources: z.array(z.string()),
      snapshots: count,
      destination: z.string(),
      /** The bucket's objects are locked until about then, and new ones will not be: its lock has to be asked for again. Absent: no lock was seen. */
      lockedUntil: z.iso.datetime().optional(),
      /** As of `verify.run`. */
      unexplained: z.array(z.uuid()).optional(),
      durationMs: z.number().nonnegative(),
    }),
  },
  'export.run': {
    input: z.strictObject({
      snapshot: z.string(),
      path: pathSchema,
      tables: z.array(z.string()),
      vault: vaultOpeningSchema,
      from: nameSchema.nullable(),
      /** The server's accounts as well, where the snapshot has them. Absent: no. */
      accounts: z.boolean().optional(),
    }),
    output: z.strictObject({
      file: z.string(),
      bytes: count,
      tables: count,
      rows: count,
      vault: z.enum(['open', 'closed', 'none']),
      copies: copiesFoundSchema.optional(),
      notes: z.array(z.string()),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** Which folders of the server are kept with every snapshot. Absent fields stay as they are. */
  'files.set': {
    input: z.strictObject({
      source: nameSchema,
      folders: z.array(remoteFolderSchema).max(50).optional(),
      items: z.array(serverItemSchema).max(100).optional(),
      leaveOut: z.array(leaveOutRuleSchema).max(200).optional(),
    }),
    output: z.strictObject({ source: sourceViewSchema }),
  },
  /** The folders in one folder of the server; one level, names only. */
  'files.browse': {
    /** Null: the top, with what may be the shop's site. */
    input: z.strictObject({ source: nameSchema, folder: remoteFolderSchema.nullable() }),
    output: z.strictObject({
      folder: z.string(),
      parent: z.string().nullable(),
      folders: z.array(
        z.strictObject({
          path: z.string(),
          /** A cache or the like, which a backup leaves out by itself. */
          isCache: z.boolean(),
        }),
      ),
      files: count,
      /** There are more folders, or some whose names are no UTF-8. */
      isCut: z.boolean(),
      /** `preset`: whose files are in it; null: nobody's that is known. */
      proposed: z.array(z.strictObject({ folder: z.string(), preset: z.string().nullable() })),
    }),
  },
  'files.list': {
    input: z.strictObject({
      source: nameSchema,
      /** An id, its unique beginning, or `latest`: the newest that holds files. */
      snapshot: z.string(),
      /** As shown: below a folder, or absolute on the server. */
      path: z.string().max(4096).nullable(),
      limit: z.int().min(1).max(100_000),
      /** Only paths that hold this text, in capitals or not. Absent: all. */
      search: z.string().max(200).optional(),
      /** So many are passed over first. Absent: none. */
      skip: count.optional(),
    }),
    output: z.strictObject({
      snapshot: snapshotPointSchema,
      entries: z.array(siteListingSchema),
      /** There is more than `limit`. */
      isCut: z.boolean(),
    }),
  },
  'files.diff': {
    input: z.strictObject({
      source: nameSchema,
      /** Null: the snapshot with files before `to`. */
      from: z.string().nullable(),
      to: z.string(),
      path: z.string().max(4096).nullable(),
      limit: z.int().min(1).max(100_000),
    }),
    output: z.strictObject({
      from: snapshotPointSchema,
      to: snapshotPointSchema,
      counts: z.strictObject({ added: count, changed: count, removed: count, mode: count }),
      /** At most `limit`, in the order of their paths. */
      changes: z.array(siteChangeSchema),
    }),
  },
  /** What changed inside of files, as unified diffs. Passwords and keys are hidden, unless they are asked for; that is written to the audit log. */
  'files.text': {
    input: z.strictObject({
      source: nameSchema,
      /** Null: the snapshot with files before `to`. */
      from: z.string().nullable(),
      to: z.string(),
      path: z.string().max(4096).nullable(),
      showSecrets: z.boolean(),
      /** Files. */
      limit: z.int().min(1).max(1000),
    }),
    output: z.strictObject({
      from: snapshotPointSchema,
      to: snapshotPointSchema,
      /** At most `limit`, in the order of their paths. */
      files: z.array(siteTextSchema),
      /** Changed files behind `limit`. */
      more: count,
    }),
  },
  /** What changed among the files that somebody should look at and nobody has, in all snapshots. Oldest first. */
  'files.findings': {
    input: z.strictObject({
      source: nameSchema,
      /** Were looked at, by their ids: they are said no more. None: only show. */
      seen: z.union([z.literal('all'), z.array(findingIdSchema).max(100_000)]),
    }),
    output: z.strictObject({
      /** With those that are now `seen`. */
      findings: z.array(siteFindingSchema.extend({ id: findingIdSchema, snapshot: snapshotPointSchema })),
      /** Ids. */
      seen: z.array(findingIdSchema),
    }),
  },
  /** The history of config and code as a bare repository that any git opens. */
  'files.export-git': {
    input: z.strictObject({
      source: nameSchema,
      /** An id, its unique beginning, or `latest`: the newest that has a history. */
      snapshot: z.string(),
      /** A folder of this computer that is empty, or not there yet. */
      path: pathSchema,
      from: nameSchema.nullable(),
    }),
    output: z.strictObject({
      snapshot: snapshotPointSchema,
      place: z.string(),
      commit: z.string(),
      /** The newest commit shows an earlier snapshot than this one. */
      isBehind: z.boolean(),
      commits: count,
      objects: count,
      bytes: count,
      /** In the newest commit. */
      files: count,
      outside: siteHistorySchema.shape.outside,
      durationMs: z.number().nonnegative(),
    }),
  },
  'files.restore': {
    input: z.strictObject({
      source: nameSchema,
      snapshot: z.string(),
      path: z.string().max(4096).nullable(),
      to: z.discriminatedUnion('kind', [
        /** New or empty, on this computer. */
        z.strictObject({ kind: z.literal('folder'), path: pathSchema }),
        /** New, on the server; null: `<folder>__restore_<utc>` beside each. */
        z.strictObject({ kind: z.literal('server'), folder: remoteFolderSchema.nullable() }),
      ]),
      from: nameSchema.nullable(),
    }),
    output: z.strictObject({
      snapshot: snapshotPointSchema,
      places: z.array(z.string()),
      files: count,
      folders: count,
      links: count,
      bytes: count,
      /** The backup could not read them. */
      unread: z.array(z.string()),
      changedWhileRead: z.array(z.string()),
      renamed: z.array(z.strictObject({ from: z.string(), to: z.string() })),
      linksNotMade: count,
      /** Files that belong to whoever restored them. */
      ownersNotGiven: count,
      copies: copiesFoundSchema.optional(),
      durationMs: z.number().nonnegative(),
    }),
  },
  /** What is on the server and whether a backup has it. `look`: ask the server again first; else what was seen the last time. */
  'coverage.show': {
    input: z.strictObject({ source: nameSchema, look: z.boolean() }),
    output: coverageSchema,
  },
  /** The owner's word: these are not needed, or shall be asked about again. Asks no server. */
  'coverage.answer': {
    input: z.strictObject({
      source: nameSchema,
      accept: thingIdsSchema,
      reason: z.string().trim().min(1).max(300).nullable(),
      askAgain: thingIdsSchema,
    }),
    output: coverageSchema,
  },
  /** From the next backup on these are kept. A database is looked at first: what holds cards in it is sealed from its first row. */
  'coverage.keep': {
    input: z.strictObject({ source: nameSchema, things: thingIdsSchema.min(1) }),
    output: coverageSchema,
  },
  checklist: {
    input: z.strictObject({ source: nameSchema.nullable() }),
    output: z.strictObject({ items: z.array(checklistItemSchema) }),
  },
  doctor: {
    input: nothing,
    output: z.strictObject({
      findings: z.array(z.strictObject({ id: z.string(), ok: z.boolean(), needed: z.boolean(), facts: factsSchema })),
    }),
  },
  audit: {
    input: nothing,
    output: z.strictObject({
      intact: z.boolean(),
      entries: z.array(
        z.strictObject({ at: z.iso.datetime(), action: z.string(), facts: factsSchema, hash: objectIdSchema }),
      ),
    }),
  },
  /** The demo shop: private servers on this machine, added as a source and destinations of the open home. */
  'demo.open': {
    input: z.strictObject({ rows: z.int().min(1_000).max(5_000_000).nullable() }),
    output: z.strictObject({ source: z.string(), destinations: z.array(z.string()) }),
  },
  /** Drops the demo shop's `orders`, so that a person can practise. Refuses every other source. */
  'demo.destroy': { input: nothing, output: z.strictObject({ dropped: z.string() }) },
  'demo.close': { input: nothing, output: nothing },
  'jobs.list': { input: nothing, output: z.strictObject({ jobs: z.array(jobViewSchema) }) },
  'job.cancel': { input: z.strictObject({ jobId: jobIdSchema }), output: z.strictObject({ found: z.boolean() }) },
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof engineVerbs;
export type VerbInput<N extends VerbName> = z.infer<(typeof engineVerbs)[N]['input']>;
export type VerbOutput<N extends VerbName> = z.infer<(typeof engineVerbs)[N]['output']>;
export const verbNames = Object.keys(engineVerbs) as VerbName[];
