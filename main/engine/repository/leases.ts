import { z } from 'zod';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { BlobStat, BlobStore } from '../backend/blob-store.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { jsonOf } from '../platform/json-of.ts';
import { canonicalJson } from './canonical-json.ts';
import { hmacSha256, sameBytes, utf8 } from './crypto/primitives.ts';
import { idOfLeaseName, leaseName, maxLeaseBytes } from './format.ts';
import { leaseMacKey, type MainKeys } from './keys/main-keys.ts';

/**
 * Leases say who is writing (`writer`, any number at once) or pruning (`exclusive`, alone). A lease ends by itself: a holder
 * that died never blocks. They are signed, so a store or a stranger cannot invent one. A computer whose clock is wrong by a day still
 * sees whoever renewed a lease in the last minutes: by the store's own times, beside that of its own lease.
 *
 * A bucket that was locked as a whole in its console (OSS: 409 FileImmutable) lets nothing be written over and nothing be removed: there a
 * lease is renewed by writing another one, and the old ones end by themselves.
 */
export type LeaseKind = 'writer' | 'exclusive';

export interface LeaseRequest {
  readonly kind: LeaseKind;
  /** What runs, for people: `backup of shop`. */
  readonly holder: string;
  /** Which computer, for people. */
  readonly host: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the lease lives without a heartbeat; default 10 minutes, at most 24 hours. */
  readonly ttlMs?: number;
  /** Knows of leases that this computer took whether their process is still there. Without it a dead one holds until its end. */
  readonly book?: LeaseBook;
  /** Called when a writer's lease had ended and was taken up again: somebody may have pruned meanwhile. */
  readonly onLapse?: () => void;
}

/** What a computer remembers of its own leases; it is in no copy. */
export interface LeaseBook {
  /** This process is about to write the lease. */
  took(id: string): void;
  /** The lease has gone from the store, or this process will not renew it again. */
  gaveUp(id: string, isGone: boolean): void;
  /** True only for a lease of this computer whose process is proven to be no more: nobody will act on it again. */
  isOrphan(id: string): boolean;
}

export interface LeaseHandle {
  /** Of the object that was written first. */
  readonly id: string;
  readonly kind: LeaseKind;
  readonly expiresAtMs: () => number;
  /** Aborts, with `repository.lease-lost` as reason, once the lease was lost: stop writing. */
  readonly lost: AbortSignal;
  /** Call at least every third of `ttlMs`. Rejects with `repository.lease-lost` {holder, host, untilIso: of who holds one now, or ''} when it is. */
  heartbeat(signal: AbortSignal): Promise<void>;
  /** Removes the lease. Never rejects because it is gone already. */
  release(signal: AbortSignal): Promise<void>;
}

const maxTtlMs = 24 * 60 * 60 * 1000;
const defaultTtlMs = 10 * 60 * 1000;
/** Of a writer's lease where each renewal stays behind as an object: few of them, and a prune never waits longer than this for the dead. */
const lockedTtlMs = 60 * 60 * 1000;

const leaseSchema = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['writer', 'exclusive']),
  holder: z.string().max(200),
  host: z.string().max(200),
  startedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});
type Lease = z.infer<typeof leaseSchema>;

/**
 * Writes the lease, then looks for others: of two that start together at least one sees the other and steps back.
 * `repository.leased` {holder, host, untilIso}: a writer waits for an exclusive lease, an exclusive one for any.
 */
export async function acquireLease(store: BlobStore, keys: MainKeys, request: LeaseRequest): Promise<LeaseHandle> {
  const { kind, clock, signal } = request;
  let ttlMs = Math.min(request.ttlMs ?? defaultTtlMs, maxTtlMs);
  const id = newId();
  const own = [id];
  const startedAt = isoUtc(clock.nowMs());
  let expiresAtMs = 0;
  let isLockedPlace = false;
  const losing = new AbortController();

  const put = async (leaseId: string, writeSignal: AbortSignal) => {
    request.book?.took(leaseId);
    const endMs = clock.nowMs() + ttlMs;
    const holder = request.holder.slice(0, 200);
    const lease = { id: leaseId, kind, holder, host: request.host.slice(0, 200), startedAt, expiresAt: isoUtc(endMs) };
    const text = JSON.stringify({ ...lease, mac: macOf(keys, lease).toString('hex') });
    await store.put(leaseName(leaseId), utf8(text), { mode: 'replace', signal: writeSignal });
    expiresAtMs = endMs;
  };
  const renew = async (writeSignal: AbortSignal) => {
    if (!isLockedPlace) {
      try {
        await put(id, writeSignal);
        return;
      } catch (error) {
        if (!isAppErrorOf(error, 'backend.locked')) throw error;
        isLockedPlace = true;
        if (kind === 'writer') ttlMs = Math.max(ttlMs, lockedTtlMs);
      }
    }
    const another = newId();
    own.push(another);
    await put(another, writeSignal);
  };
  const withdraw = async (withdrawSignal: AbortSignal) => {
    for (const each of own) request.book?.gaveUp(each, false);
    for (const each of own) {
      try {
        await store.remove(leaseName(each), withdrawSignal);
        request.book?.gaveUp(each, true);
      } catch (error) {
        // It ends by itself.
        if (!isAppErrorOf(error, 'backend.locked')) throw error;
      }
    }
  };
  const refuseConflict = async (checkSignal: AbortSignal) => {
    for await (const other of liveLeases(store, keys, clock, own, checkSignal)) {
      // What a dead process had sent to a cloud may still arrive there: a lease in a bucket is waited for.
      if (store.kind !== 's3' && request.book?.isOrphan(other.id) === true) {
        await removeOrphan(store, other.id, request.book, checkSignal);
        continue;
      }
      if (kind === 'exclusive' || other.kind === 'exclusive') throw leasedBy(other);
    }
  };

  await refuseConflict(signal);
  await put(id, signal).catch((error: unknown) => {
    request.book?.gaveUp(id, false);
    throw error;
  });
  try {
    await refuseConflict(signal);
  } catch (error) {
    await withdraw(new AbortController().signal);
    throw error;
  }

  return {
    id,
    kind,
    lost: losing.signal,
    expiresAtMs: () => expiresAtMs,
    heartbeat: async (beatSignal) => {
      if (losing.signal.aborted) throw losing.signal.reason;
      try {
        const leftMs = expiresAtMs - clock.nowMs();
        // Each renewal stays behind as an object here, so it waits until half of the time is over.
        if (isLockedPlace && kind === 'writer' && leftMs > ttlMs / 2 && leftMs <= ttlMs) return;
        // After a sleep the lease may have ended, and someone else may have begun in good faith.
        const isOver = leftMs <= 0;
        // One that ended is lost for good: a backup may have come and gone meanwhile.
        if (isOver && kind === 'exclusive') throw leaseLost();
        // Alone means alone: a writer with a broken clock may not have seen us.
        if (isOver || kind === 'exclusive') await refuseConflict(beatSignal);
        await renew(beatSignal);
        if (isOver) request.onLapse?.();
      } catch (error) {
        const lost = isAppErrorOf(error, 'repository.leased') ? leaseLost(error) : error;
        if (isAppErrorOf(lost, 'repository.lease-lost')) losing.abort(lost);
        throw lost;
      }
    },
    release: withdraw,
  };
}

/** Whether a store refused because nothing that is there may be changed: its owner has locked the whole bucket. */
export function isLockedThere(error: unknown): boolean {
  if (isAppErrorOf(error, 'backend.locked')) return true;
  return isAppErrorOf(error, 'backend.rejected') && error.facts['because'] === 'locked';
}

/** Other computers need not wait for it either. Where it cannot be removed it ends by itself. */
async function removeOrphan(store: BlobStore, id: string, book: LeaseBook, signal: AbortSignal): Promise<void> {
  try {
    await store.remove(leaseName(id), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return;
  }
  book.gaveUp(id, true);
}

/** Leases of others that hold now. Unsigned, misnamed, ended or absurdly long ones never block. */
async function* liveLeases(
  store: BlobStore,
  keys: MainKeys,
  clock: Clock,
  ownIds: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Lease> {
  const listed: BlobStat[] = [];
  for await (const blob of store.list('leases/', signal)) listed.push(blob);
  const isOwn = ({ name }: BlobStat) => ownIds.includes(idOfLeaseName(name) ?? '');
  const own = listed.filter(isOwn).reduce<BlobStat | undefined>(newerOf, undefined);
  const newest = listed.reduce<BlobStat | undefined>(newerOf, undefined);
  for (const blob of listed) {
    const id = idOfLeaseName(blob.name);
    if (id === undefined || isOwn(blob) || isLongDead(blob, newest)) continue;
    const lease = await readLease(store, keys, blob.name, signal);
    if (lease?.id !== id) continue;
    const leftMs = Date.parse(lease.expiresAt) - clock.nowMs();
    if ((leftMs > 0 && leftMs <= maxTtlMs) || isFreshBeside(own, blob)) yield lease;
  }
}

function newerOf(known: BlobStat | undefined, blob: BlobStat): BlobStat {
  return known === undefined || blob.modifiedAtMs > known.modifiedAtMs ? blob : known;
}

/**
 * By the store's own times nothing that is older than the longest lease can hold. Where leases cannot be removed there are hundreds of them,
 * and each would be read.
 */
function isLongDead(blob: BlobStat, newest: BlobStat | undefined): boolean {
  return newest !== undefined && blob.modifiedAtMs > 0 && newest.modifiedAtMs - blob.modifiedAtMs > maxTtlMs;
}

/** Whether the store wrote the other lease within the last heartbeats, by its own clock: no workstation's clock has a part in it. */
function isFreshBeside(own: BlobStat | undefined, other: BlobStat): boolean {
  if (own === undefined || own.modifiedAtMs <= 0 || other.modifiedAtMs <= 0) return false;
  return Math.abs(own.modifiedAtMs - other.modifiedAtMs) < defaultTtlMs;
}

async function readLease(
  store: BlobStore,
  keys: MainKeys,
  name: string,
  signal: AbortSignal,
): Promise<Lease | undefined> {
  let bytes: Buffer;
  try {
    bytes = await store.get(name, { signal, maxBytes: maxLeaseBytes });
  } catch (error) {
    // Released since the listing, or too big to be a lease.
    if (isAppErrorOf(error, 'backend.blob-missing', 'backend.rejected')) return undefined;
    throw error;
  }
  const parsed = leaseSchema.safeParse(jsonOf(bytes));
  if (!parsed.success) return undefined;
  return sameBytes(macOf(keys, parsed.data), Buffer.from(parsed.data.mac, 'hex')) ? parsed.data : undefined;
}

/** In the middle of work, unlike `repository.leased`. `taken`: by whom, if somebody holds one now. */
export function leaseLost(taken?: AppError): AppError {
  return new AppError(
    'repository.lease-lost',
    { holder: '', host: '', untilIso: '', ...taken?.facts },
    { cause: taken },
  );
}

function leasedBy({ holder, host, expiresAt }: Lease): AppError {
  return new AppError('repository.leased', { holder, host, untilIso: expiresAt });
}

function macOf(keys: MainKeys, lease: Omit<Lease, 'mac'>): Buffer {
  return hmacSha256(leaseMacKey(keys), utf8('shouhu-v1 lease\n'), utf8(canonicalJson({ ...lease, mac: '' })));
}
