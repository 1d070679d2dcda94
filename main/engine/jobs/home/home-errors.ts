import { AppError } from '../../../../shared/errors/app-error.ts';

/**
 * What the operating system or SQLite says about the home's own files (keyring, settings, audit log, catalog) and the kit, as
 * an error with something to do: `backend.disk-full`, `backend.read-only`, `backend.permission`, each with {path}. Everything
 * else comes back as it is.
 */
export function homeError(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError || !('code' in error)) return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : dir;
  const known = codeFor(String(error.code));
  return known === null ? error : new AppError(known, { path, reason: String(error.code) }, { cause: error });
}

function codeFor(reason: string): 'backend.disk-full' | 'backend.read-only' | 'backend.permission' | null {
  // SQLite cannot make its shared memory file on a full disk: it calls that an input/output error.
  if (/^(?:ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHM\w+|SQLITE_IOERR_WRITE)$/.test(reason)) return 'backend.disk-full';
  if (/^(?:EROFS|SQLITE_READONLY\w*)$/.test(reason)) return 'backend.read-only';
  if (/^(?:EACCES|EPERM|SQLITE_PERM|SQLITE_CANTOPEN)$/.test(reason)) return 'backend.permission';
  return null;
}
