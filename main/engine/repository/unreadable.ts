import { toAppError } from '../../../shared/errors/app-error.ts';

/**
 * True when an error speaks of one stored object that cannot be had from this copy, while the copy itself is there: damaged, missing, on
 * a bad sector. One flipped bit in an object's version byte makes it look newer; the header says what the repository's format is.
 */
export function isUnreadableObject(error: unknown): boolean {
  const { code, facts } = toAppError(error);
  if (code === 'repository.newer-format') return facts['object'] !== undefined;
  return code === 'repository.damaged' || code === 'repository.missing-object' || code === 'backend.io';
}
