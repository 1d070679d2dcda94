import { AppError } from '../../../shared/errors/app-error.ts';
import { isBlobName } from './blob-store.ts';

/** What `get` refuses to hold in memory when the caller names no limit of its own: 1 GiB. */
export const defaultMaxBytes = 1024 * 1024 * 1024;

/** Throws `backend.rejected` with reason `bad-name` for a name no store may hold. The fact is cut: it may be hostile. */
export function requireBlobName(name: string): void {
  if (!isBlobName(name)) throw new AppError('backend.rejected', { reason: 'bad-name', name: name.slice(0, 80) });
}

export function blobMissing(name: string, cause?: unknown): AppError {
  return new AppError('backend.blob-missing', { name }, { cause });
}

export function tooLarge(name: string, maxBytes: number): AppError {
  return new AppError('backend.rejected', { reason: 'too-large', name, maxBytes });
}
