import { z } from 'zod';

/**
 * Settings that a shop's program keeps in Redis and nowhere else: which keys are wanted, and what a snapshot keeps of them. Names and values travel as base64 of
 * their octets.
 */

const count = z.int().nonnegative();
const octets = z.base64();

/** What is to be kept: keys of one database by name, with `*` for any part and `?` for one letter. */
export const redisItemSchema = z.strictObject({
  id: z
    .string()
    .max(60)
    .regex(/^[a-z0-9][a-z0-9-]*$/),
  database: z.int().min(0).max(255),
  keys: z.array(z.string().min(1).max(300)).min(1).max(50),
});
export type RedisItem = z.infer<typeof redisItemSchema>;

const valueSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), value: octets }),
  z.strictObject({ type: z.literal('list'), values: z.array(octets).min(1) }),
  z.strictObject({ type: z.literal('set'), members: z.array(octets).min(1) }),
  /** Score as Redis writes it. */
  z.strictObject({ type: z.literal('zset'), members: z.array(z.tuple([octets, z.string()])).min(1) }),
  z.strictObject({ type: z.literal('hash'), fields: z.array(z.tuple([octets, octets])).min(1) }),
]);
export type RedisValue = z.infer<typeof valueSchema>;

export const redisKeySchema = z.strictObject({
  name: octets,
  /** When Redis would have forgotten it; null: never. */
  expiresAt: z.iso.datetime().nullable(),
  content: valueSchema,
});
export type RedisKey = z.infer<typeof redisKeySchema>;

/** The plaintext of a chunk of kind `settings`. Keys in the order of their names. */
export const redisRecordSchema = z.strictObject({ database: z.int(), keys: z.array(redisKeySchema) });
export type RedisRecord = z.infer<typeof redisRecordSchema>;

/** What a manifest says of one item. `leftOut`: keys of a type that cannot be kept (streams, modules). */
export const keptSettingsSchema = z.strictObject({
  id: z.string(),
  database: z.int(),
  keys: count,
  bytes: count,
  leftOut: count,
  /** When it was read: Redis has no log, so this is not the instant of the picture. */
  at: z.iso.datetime(),
  chunk: z.string().regex(/^[0-9a-f]{64}$/),
});
export type KeptSettings = z.infer<typeof keptSettingsSchema>;

/** What a live try found of an item. */
export const redisItemFoundSchema = redisItemSchema.extend({ found: count, bytes: count, leftOut: count });
export type RedisItemFound = z.infer<typeof redisItemFoundSchema>;

/**
 * What became of one key that was put back. `same`: it was there as it is · `kept`: it was there with other content, and nobody allowed to replace it · `replaced`: what was
 * there lies under `before` · `expired`: Redis would have forgotten it by now.
 */
export const writtenKeySchema = z.strictObject({
  /** As text, for people; what is no text of UTF-8 is shown as it can be. */
  name: z.string(),
  outcome: z.enum(['written', 'replaced', 'same', 'kept', 'expired']),
  before: z.string().nullable(),
});
export type WrittenKey = z.infer<typeof writtenKeySchema>;
