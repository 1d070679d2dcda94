/** What a check of one copy gives. Every object is in one list at most: what was healed is neither damaged nor missing any more. */
export interface Verification {
  readonly objects: number;
  /** Of these, so many were read back. */
  readonly read: number;
  readonly damaged: readonly unknown[];
  readonly missing: readonly unknown[];
  readonly healed: readonly unknown[];
  readonly snapshots: number;
}

/**
 * `broken`: something is damaged or missing still. `healed`: it was, and is right again. `empty`: there is no snapshot, so nothing that could be restored.
 * `sampled`: what was read is sound, and not all was read. `sound`: all of it was read and is sound.
 */
export type VerifyVerdict = 'broken' | 'healed' | 'empty' | 'sampled' | 'sound';

/** What may be said of a copy after a check. Only `sound` speaks of the whole copy. */
export function verifyVerdict({ objects, read, damaged, missing, healed, snapshots }: Verification): VerifyVerdict {
  if (damaged.length + missing.length > 0) return 'broken';
  if (healed.length > 0) return 'healed';
  if (snapshots === 0) return 'empty';
  return read < objects ? 'sampled' : 'sound';
}

/** How many of the missing objects are manifests: without its manifest a snapshot cannot be restored from this copy. */
export function lostSnapshots({ missing }: { readonly missing: readonly string[] }): number {
  return missing.filter((object) => object.startsWith('manifests/')).length;
}

/** Listed, and not read this time. */
export function unreadObjects({ objects, read }: Pick<Verification, 'objects' | 'read'>): number {
  return Math.max(0, objects - read);
}
