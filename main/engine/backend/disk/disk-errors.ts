import { AppError, type ErrorCode } from '../../../../shared/errors/app-error.ts';

/**
 * Which failure of the catalog an errno of the disk is.
 *
 * Windows has no errno for "device not ready" and its relatives: libuv answers `UNKNOWN` (its error.c), so on a drive
 * that means gone or going. Codes that only mean "gone" together with a missing root (`ENOENT`, `ENOTDIR`, `EIO`) are
 * decided by the store, which looks at the root again.
 */
const byErrno: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'backend.disk-full',
  EDQUOT: 'backend.disk-full',
  EROFS: 'backend.read-only',
  EACCES: 'backend.permission',
  EPERM: 'backend.permission',
  ENODEV: 'backend.absent',
  ENXIO: 'backend.absent',
  ENOTCONN: 'backend.absent',
  UNKNOWN: 'backend.absent',
};

/** Windows: a virus scanner or indexer holds the file for a moment. */
const briefly: readonly (string | undefined)[] = ['EPERM', 'EACCES', 'EBUSY'];
/** Macs answer these to a full sync on exFAT and network shares; the write itself went through (restic 4016). */
const syncUnsupported: readonly (string | undefined)[] = ['ENOTSUP', 'EOPNOTSUPP', 'ENOTTY'];
/** And these when only the folder cannot be synced (some FUSE and network file systems). */
const folderSyncUnsupported: readonly (string | undefined)[] = [...syncUnsupported, 'EINVAL', 'EISDIR'];

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Nothing is there: no such file, or no device (any more). All other failures are of something that may well be there. */
export function isNotThere(error: unknown): boolean {
  const code = errnoOf(error);
  return isMissing(error) || code === 'ENODEV' || code === 'ENXIO';
}

/** The system does not let this account look. */
export function isRefused(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'EACCES' || code === 'EPERM';
}

export function isHeldBriefly(error: unknown): boolean {
  return briefly.includes(errnoOf(error));
}

export function isSyncUnsupported(error: unknown): boolean {
  return syncUnsupported.includes(errnoOf(error));
}

export function isFolderSyncUnsupported(error: unknown): boolean {
  return folderSyncUnsupported.includes(errnoOf(error));
}

/** The AppError for a disk failure; AppErrors and errors that are no errno (bugs, abort reasons) pass unchanged. */
export function diskError(error: unknown): unknown {
  const code = errnoOf(error);
  if (error instanceof AppError || code === undefined || !/^(E[A-Z0-9]+|UNKNOWN)$/.test(code)) return error;
  return new AppError(byErrno[code] ?? 'backend.io', { reason: code }, { cause: error });
}
