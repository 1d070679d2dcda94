import { z } from 'zod';
import { objectIdSchema } from './database.ts';

/**
 * The files of a site as a snapshot keeps them (FORMAT.md §15). Paths are bytes on a server: `path` is text where they are UTF-8, `rawPath` is
 * base64 where they are not. Relative to the site's folder, without a leading slash.
 */

const count = z.int().nonnegative();
const base64 = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** Exactly one of the two is there. */
const path = { path: z.string().max(4096).optional(), rawPath: base64(5464).optional() };
const owned = { mode: z.int().min(0).max(0o7777), uid: count, gid: count, mtime: count };

/** [number of the chunk in this page's list, first byte in its payload, bytes] */
const pieceSchema = z.tuple([count, count, z.int().positive()]);

const fileSchema = z.strictObject({
  type: z.literal('file'),
  ...path,
  ...owned,
  size: count,
  /** SHA-256 of the content, base64. */
  sha256: base64(44),
  /** In order; together `size` bytes. */
  pieces: z.array(pieceSchema),
  /** It kept changing while it was read: these bytes may be a mixture of two states. */
  changed: z.literal(true).optional(),
  /** It had been changed so shortly before that size and time could not show another change: read again the next time. */
  fresh: z.literal(true).optional(),
  /** First 6 octets of the SHA-256 of `<inode> <ctime>` as GNU find prints them, base64, of before it was read. Absent: nobody could say. */
  mark: base64(8).optional(),
});

const folderSchema = z.strictObject({ type: z.literal('folder'), ...path, ...owned });

const linkSchema = z.strictObject({
  type: z.literal('link'),
  ...path,
  ...owned,
  target: z.string().max(4096).optional(),
  rawTarget: base64(5464).optional(),
});

/** It was there and is not kept; `reason` is for people and programs, `of` what it was. */
const unreadSchema = z.strictObject({
  type: z.literal('unread'),
  ...path,
  of: z.string().max(20),
  reason: z.string().max(40),
});

export const siteEntrySchema = z.discriminatedUnion('type', [fileSchema, folderSchema, linkSchema, unreadSchema]);
export type SiteEntry = z.infer<typeof siteEntrySchema>;
export type SiteFile = z.infer<typeof fileSchema>;

/** The payload of an object of kind `file-tree`: a stretch of one folder's tree, in order. */
export const sitePageSchema = z.strictObject({
  /** The `file` objects that the entries' pieces lie in, with the sizes of their payloads. */
  chunks: z.array(z.strictObject({ id: objectIdSchema, size: z.int().positive() })),
  entries: z.array(siteEntrySchema),
});
export type SitePage = z.infer<typeof sitePageSchema>;

/** What somebody should look at: it may be the owner's own work, or a burglar's. */
export const siteFindingSchema = z.strictObject({
  kind: z.enum(['script-in-uploads', 'config-changed', 'entry-changed']),
  /** As shown, below its folder. */
  path: z.string().max(4096),
  change: z.enum(['added', 'changed', 'removed']),
});
export type SiteFinding = z.infer<typeof siteFindingSchema>;

/** By which one says that it was looked at. */
export const findingIdSchema = z.string().regex(/^[0-9a-f]{12}$/);

const rootSchema = z.strictObject({
  /** The folder on the server, absolute. */
  folder: z.string().max(1000),
  pages: z.array(objectIdSchema),
  files: count,
  folders: count,
  links: count,
  bytes: count,
  /** Entries that are `unread`. */
  unread: count,
  /** Found and left out by a rule: of a folder that was, only itself is counted. */
  leftOut: count,
  /** Files of which more than size and time is known: another one in the same place is seen at once. Absent: of none. */
  marked: count.optional(),
});

/** Against the snapshot before. */
const changesSchema = z.strictObject({ added: count, changed: count, removed: count });
const readSchema = z.strictObject({ files: count, bytes: count, reused: count });

/** Why something that is kept is not in the history of config and code. */
export const outsideHistoryReasons = [
  'upload',
  'no-code',
  'too-large',
  'binary',
  'too-many',
  'git-name',
  'unread',
] as const;

/** The history of config and code as one git repository: packs of git objects, and the commit that shows this snapshot (FORMAT.md §16). */
export const siteHistorySchema = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** All that the commit and those before it need, and perhaps more. Those with `blobs` hold nothing but contents. */
  packs: z
    .array(
      z.strictObject({
        chunk: objectIdSchema,
        bytes: z.int().positive(),
        objects: z.int().positive(),
        blobs: z.literal(true).optional(),
      }),
    )
    .min(1)
    .max(4096),
  /** Tonight's could not be written: the commit shows an earlier snapshot. */
  behind: z.literal(true).optional(),
  /** In this commit. */
  files: count,
  bytes: count,
  /** Kept with the snapshot, and not in the history: how many, and a few of them. */
  outside: z
    .array(
      z.strictObject({
        reason: z.enum(outsideHistoryReasons),
        files: z.int().positive(),
        names: z.array(z.string()).max(5),
      }),
    )
    .max(outsideHistoryReasons.length),
});
export type SiteHistory = z.infer<typeof siteHistorySchema>;
export type OutsideHistory = (typeof outsideHistoryReasons)[number];

/** What a manifest says of the site's files. */
export const siteSummarySchema = z.strictObject({
  roots: z.array(rootSchema).min(1),
  /** Payload bytes of all chunks that the pages name, each once. */
  storedBytes: count,
  read: readSchema,
  /** Against the snapshot before; absent: there was none with files. */
  changes: changesSchema.optional(),
  findings: z.array(siteFindingSchema).max(200),
  /** Absent: there is none (check `history-kept`), or whoever wrote it knew none. */
  history: siteHistorySchema.optional(),
});
export type SiteSummary = z.infer<typeof siteSummarySchema>;

/** What a backup says of them, folders together. */
export const backupFilesSchema = z.strictObject({
  roots: z.array(z.string()),
  files: count,
  folders: count,
  links: count,
  bytes: count,
  unread: count,
  leftOut: count,
  /** Nobody could say more of any file than size and time: there is no shell, or it did not answer. */
  byTime: z.literal(true).optional(),
  read: readSchema,
  changes: changesSchema.optional(),
  findings: z.array(siteFindingSchema),
  /** The history of config and code. */
  history: siteHistorySchema.omit({ packs: true }).optional(),
});
export type BackupFiles = z.infer<typeof backupFilesSchema>;

/** One thing as it may be shown. */
const siteStateSchema = z.strictObject({
  type: z.enum(['file', 'folder', 'link', 'unread']),
  size: count,
  mode: count,
  modifiedAt: z.iso.datetime().nullable(),
});
const placeSchema = { folder: z.string(), path: z.string() };
export const siteListingSchema = siteStateSchema.extend(placeSchema);
/** `mode`: nothing but permissions or owner. Null: not there. */
export const siteChangeSchema = z.strictObject({
  ...placeSchema,
  change: z.enum(['added', 'changed', 'removed', 'mode']),
  before: siteStateSchema.nullable(),
  after: siteStateSchema.nullable(),
});

/** A stretch of a unified diff. Each line begins with ` `, `-`, `+`, or `\\` for a missing line end. */
const textHunkSchema = z.strictObject({
  oldStart: count,
  oldLines: count,
  newStart: count,
  newLines: count,
  lines: z.array(z.string()),
});
export type TextHunk = z.infer<typeof textHunkSchema>;

/** What changed inside of one file, for people. */
export const siteTextSchema = z.strictObject({
  ...placeSchema,
  change: z.enum(['added', 'changed', 'removed']),
  /** `other`: a folder, or what could not be read. Only `text` and `link` have hunks. */
  kind: z.enum(['text', 'link', 'binary', 'too-large', 'other']),
  before: siteStateSchema.nullable(),
  after: siteStateSchema.nullable(),
  /** How the newer text was read (the older one, where there is no newer): anything but UTF-8 is a guess. */
  encoding: z.enum(['utf-8', 'gbk', 'utf-16']).nullable(),
  hunks: z.array(textHunkSchema),
  /** Places that are hidden because they look like a password or key. Equal numbers stand for equal values. */
  hidden: count,
  /** There is more of it than is shown. */
  isCut: z.boolean(),
});
export type SiteText = z.infer<typeof siteTextSchema>;
