import { z } from 'zod';
import { coldScheduleSchema } from './cold-schedule.ts';
import { destinationRoleSchema } from './destination.ts';
import { nameSchema } from './source.ts';

/**
 * What a disk in rotation is doing. `new`: never filled · `due-today`, `overdue`: it should come home · `running`: being filled now ·
 * `plugged-in`: here and done, take it out · `left-in`: here for more than a day, so not offline · `resting`: in its drawer, all well.
 */
export const coldStates = ['new', 'due-today', 'overdue', 'running', 'plugged-in', 'left-in', 'resting'] as const;
export type ColdState = (typeof coldStates)[number];

/** A calendar day where the owner is. */
export const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const coldDiskSchema = z.strictObject({
  name: z.string(),
  id: z.uuid(),
  role: destinationRoleSchema,
  place: z.string().nullable(),
  schedule: coldScheduleSchema,
  /** `unknown`: it did not answer, or the home is locked. */
  presence: z.enum(['here', 'away', 'unknown']),
  state: z.enum(coldStates),
  dueOn: daySchema,
  /** Whole days since `dueOn`; 0 while it is not over. */
  overdueDays: z.int().nonnegative(),
  /** When the whole round was last finished, read back and sound. */
  lastCompletedAt: z.iso.datetime().nullable(),
  /** When it was last known to be plugged in. */
  lastSeenAt: z.iso.datetime().nullable(),
  /** Since when it has been here without a break, as far as anybody saw; null while it is away. */
  pluggedSince: z.iso.datetime().nullable(),
  /** Whether anybody ever saw it leave: a disk that never did is not offline. */
  hasLeft: z.boolean(),
  sizeBytes: z.int().nonnegative().nullable(),
  freeBytes: z.int().nonnegative().nullable(),
  /** Something to tell: `volume-differs` (formatted or copied), `twins` (two disks, one marker), `marker-refused`. */
  notes: z.array(z.enum(['volume-differs', 'twins', 'marker-refused'])),
});
export type ColdDisk = z.infer<typeof coldDiskSchema>;

/** A disk of the rotation came or went. */
export const diskNoticeSchema = z.strictObject({
  destination: nameSchema,
  place: z.string().nullable(),
  state: z.enum(['arrived', 'gone']),
  at: z.iso.datetime(),
});
export type DiskNotice = z.infer<typeof diskNoticeSchema>;

export const ejectOutcomes = ['ejected', 'busy', 'not-removable', 'unsupported', 'not-asked'] as const;
export type EjectResult = (typeof ejectOutcomes)[number];

const count = z.int().nonnegative();

/** What a disk had no room for. What is copied goes by this: the newest snapshot of every shop, then newest first. */
export const coldNoRoomSchema = z.strictObject({
  /** Ids of snapshots, newest first. */
  snapshots: z.array(z.uuid()),
  /** Those that are the newest of their shop: without them the round does not count. */
  withoutNewest: z.array(z.uuid()),
  /** What they would take, and what may still be filled: 5 % of a disk never are. */
  neededBytes: count,
  usableBytes: count,
  /** What tidying up by the disk's own rule would free now, and by how many snapshots; null where that cannot be told. */
  reclaimableBytes: count.nullable(),
  removable: count.nullable(),
});
export type ColdNoRoom = z.infer<typeof coldNoRoomSchema>;

/** What one round with a cold disk did. */
export const coldRoundSchema = z.strictObject({
  destination: z.string(),
  place: z.string().nullable(),
  /** The copy that it was filled from. */
  from: z.string(),
  snapshots: z.array(z.uuid()),
  objectsCopied: count,
  bytesCopied: count,
  objectsSkipped: count,
  /** Snapshots that were not copied because this disk's own retention rule would remove them again. */
  leftOut: count,
  /** What did not fit; null: everything did. */
  noRoom: coldNoRoomSchema.nullable(),
  /** Snapshots that no copy has whole, so that they could not be brought. All others are there. */
  lost: z.array(z.uuid()),
  /** Copies that it was filled from and that are damaged themselves, with the snapshots there that are affected. What came to the disk is sound. */
  rotten: z.array(z.strictObject({ destination: z.string(), objects: count, snapshots: z.array(z.uuid()) })),
  verified: z.strictObject({
    objects: count,
    read: count,
    bytesRead: count,
    damaged: count,
    missing: count,
    healed: count,
  }),
  /**
   * Whether the file system was asked to write everything down and said so; each object was made durable by itself before. False: it failed or
   * did not end in time, and the round does not count. Null: the system told of no volume that could be asked.
   */
  flushed: z.boolean().nullable(),
  eject: z.enum(ejectOutcomes),
  /** This disk's next day. */
  nextDue: daySchema,
  /** The disk that comes next in the rotation: often another one. */
  next: z.strictObject({ name: z.string(), place: z.string().nullable(), dueOn: daySchema }),
  notes: z.array(z.enum(['volume-differs', 'marker-written', 'found-elsewhere'])),
  freeBytes: count.nullable(),
  durationMs: z.number().nonnegative(),
});
export type ColdRound = z.infer<typeof coldRoundSchema>;
