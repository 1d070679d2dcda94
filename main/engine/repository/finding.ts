import { toAppError } from '../../../shared/errors/app-error.ts';

/** The reason when an error speaks of one stored object, null when it speaks of the place, of the line or of us. */
export function findingOf(error: unknown): string | null {
  const { code, facts } = toAppError(error);
  if (code === 'repository.missing-object' || code === 'backend.blob-missing') return 'missing';
  if (code === 'repository.damaged') return String(facts['reason'] ?? 'damaged');
  // One flipped bit makes an object look newer; the header says what the repository's format is.
  if (code === 'repository.newer-format' && facts['object'] !== undefined) return 'newer-format';
  // A file that the disk itself cannot read any more is as good as damaged.
  if (code === 'backend.io' || code === 'backend.rejected') return 'unreadable';
  return null;
}
