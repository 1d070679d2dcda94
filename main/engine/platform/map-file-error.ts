import { AppError } from '../../../shared/errors/app-error.ts';

/** A file of the user's own could not be written: `restore.target-exists`, `backend.disk-full`, `restore.file-too-large`, `backend.permission`; others as they are. */
export function mapFileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError || !('code' in error)) return error;
  if (error.code === 'EEXIST') return new AppError('restore.target-exists', { target: path }, { cause: error });
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new AppError('backend.disk-full', { path }, { cause: error });
  // FAT32 takes no file of 4 GiB or more; what a repository stores is far below that.
  if (error.code === 'EFBIG') return new AppError('restore.file-too-large', { path }, { cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new AppError('backend.permission', { path }, { cause: error });
  if (error.code === 'EROFS') return new AppError('backend.read-only', { path }, { cause: error });
  if (error.code === 'ENOENT') return new AppError('backend.absent', { path }, { cause: error });
  return error;
}
