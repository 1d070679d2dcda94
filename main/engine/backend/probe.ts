import { AppError } from '../../../shared/errors/app-error.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { newId, randomKeyBytes } from '../platform/random.ts';
import type { BlobStore } from './blob-store.ts';

export const probeStepIds = ['put', 'stat', 'get', 'list', 'remove'] as const;
export type ProbeStepId = (typeof probeStepIds)[number];

export interface ProbeStep {
  readonly id: ProbeStepId;
  readonly ok: true;
  readonly ms: number;
}

const probeBytes = 4096;

/**
 * The connection test: writes, looks at, reads back, lists and deletes one small random object under `probe/`. Only doing it
 * proves it: a bucket can answer HEAD and refuse PUT, a key can write and not list.
 *
 * Resolves to the steps with their times; rejects with the store's error, or `backend.rejected` with reason
 * `probe-mismatch` when a step gave another answer than it must, either with the fact `step` added. The object is removed also
 * after a failure, as far as the store allows; what stays behind under `probe/` may be deleted at any time.
 */
export async function probeStore(
  store: BlobStore,
  { signal, clock = systemClock }: { readonly signal: AbortSignal; readonly clock?: Clock },
): Promise<ProbeStep[]> {
  const name = `probe/${newId()}`;
  const bytes = randomKeyBytes(probeBytes);
  const actions: Record<ProbeStepId, () => Promise<boolean>> = {
    put: async () => (await store.put(name, bytes, { mode: 'create', signal })).written,
    stat: async () => (await store.stat(name, signal))?.sizeBytes === bytes.length,
    get: async () => bytes.equals(await store.get(name, { signal, maxBytes: probeBytes })),
    list: async () => isListed(store, name, signal),
    remove: async () => {
      await store.remove(name, signal);
      return true;
    },
  };

  const steps: ProbeStep[] = [];
  for (const id of probeStepIds) {
    const startedAtMs = clock.monotonicMs();
    try {
      if (!(await actions[id]())) throw new AppError('backend.rejected', { reason: 'probe-mismatch', name });
    } catch (error) {
      if (id !== 'put' && id !== 'remove' && !signal.aborted) await store.remove(name, signal).catch(() => undefined);
      throw error instanceof AppError
        ? new AppError(error.code, { ...error.facts, step: id }, { cause: error })
        : error;
    }
    steps.push({ id, ok: true, ms: Math.round(clock.monotonicMs() - startedAtMs) });
  }
  return steps;
}

async function isListed(store: BlobStore, name: string, signal: AbortSignal): Promise<boolean> {
  for await (const blob of store.list(name, signal)) {
    if (blob.name === name) return true;
  }
  return false;
}
