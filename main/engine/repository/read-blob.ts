import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { damaged } from './format.ts';

/**
 * The stored bytes under a name, at most `maxBytes`. Errors, which call it `object`: `repository.missing-object`, `repository.damaged` reason
 * `too-large`; those of the store.
 */
export async function readBlob(
  store: BlobStore,
  name: string,
  { object, signal, maxBytes }: { readonly object: string; readonly signal: AbortSignal; readonly maxBytes: number },
): Promise<Buffer> {
  try {
    return await store.get(name, { signal, maxBytes });
  } catch (error) {
    if (isAppErrorOf(error, 'backend.rejected') && error.facts['reason'] === 'too-large')
      throw damaged(object, 'too-large', error);
    if (!isAppErrorOf(error, 'backend.blob-missing')) throw error;
    throw new AppError('repository.missing-object', { object }, { cause: error });
  }
}
