import { hostname } from 'node:os';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { LeaseKind, Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';

const ttlMs = 10 * 60_000;

/**
 * Holds a writer's lease while `use` runs and renews it. Errors: `repository.leased` when somebody prunes; losing the lease
 * aborts `use` with `repository.lease-lost`.
 */
export function withWriterLease<T>(
  repository: Repository,
  holder: string,
  context: EngineContext,
  signal: AbortSignal,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withLease('writer', repository, holder, context, signal, use);
}

/** The same for who needs the copy alone, for a moment. Error: `repository.leased` also while anybody writes. */
export function withLoneLease<T>(
  repository: Repository,
  holder: string,
  context: EngineContext,
  signal: AbortSignal,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withLease('exclusive', repository, holder, context, signal, use);
}

async function withLease<T>(
  kind: LeaseKind,
  repository: Repository,
  holder: string,
  { clock, catalog }: EngineContext,
  signal: AbortSignal,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const book = catalog.leases;
  const lease = await repository.acquireLease({ kind, holder, host: hostname(), clock, book, signal, ttlMs });
  const stop = new AbortController();
  const timer = setInterval(() => {
    lease.heartbeat(signal).catch((error: unknown) => {
      // A store that is away for a moment may be back before the lease ends; a lost lease ends the work.
      if (toAppError(error).code === 'repository.lease-lost') stop.abort(error);
    });
  }, ttlMs / 4);
  timer.unref();
  try {
    return await use(AbortSignal.any([signal, lease.lost, stop.signal]));
  } finally {
    clearInterval(timer);
    // Released without the caller's signal: after a cancel the lease has to go as well. It ends by itself if this fails.
    await lease.release(AbortSignal.timeout(10_000)).catch(() => undefined);
  }
}
