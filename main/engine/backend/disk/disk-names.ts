import { AppError } from '../../../../shared/errors/app-error.ts';
import { requireBlobName } from '../blob-names.ts';
import { isBlobName } from '../blob-store.ts';

/** Device names that Windows finds in every folder, with any extension. */
const windowsDevice = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Where unfinished files wait. `~` is in no blob name, so nothing in here can be taken for an object. */
export const tempFolder = '~tmp';

/** A file that only takes room, for `giveReserve`; not `.tmp`, which a sweep takes away. */
export const reserveName = `${tempFolder}/reserve`;
export const reserveBytes = 1024 * 1024;

/**
 * True for names a disk can hold on every system. Besides the rules of `isBlobName`, no segment begins with a dot
 * (`.DS_Store`, `._x`, `.Trashes`: operating systems put their own there), ends with one, or is a Windows device.
 */
export function isDiskName(name: string): boolean {
  return isBlobName(name) && name.split('/').every(isDiskSegment);
}

export function isDiskSegment(segment: string): boolean {
  return !segment.startsWith('.') && !segment.endsWith('.') && !windowsDevice.test(segment);
}

export function requireDiskName(name: string): void {
  requireBlobName(name);
  if (!isDiskName(name)) throw new AppError('backend.rejected', { reason: 'reserved-name', name: name.slice(0, 80) });
}
