import { toAppError, type ErrorFacts } from '../../../shared/errors/app-error.ts';

/** The reason when an error speaks of one stored object, null when it speaks of the place, of the line or of us. */
export function findingOf(error: unknown): string | null {
  const { code, facts } = toAppError(error);
  if (code === 'repository.missing-object' || code === 'backend.blob-missing') return 'missing';
  if (code === 'repository.damaged') return String(facts['reason'] ?? 'damaged');
  // One flipped bit makes an object look newer; the header says what the repository's format is.
  if (code === 'repository.newer-format' && facts['object'] !== undefined) return 'newer-format';
  // A file that the disk itself cannot read any more is as good as damaged.
  if (code === 'backend.io') return 'unreadable';
  if (code === 'backend.rejected' && isAboutOneObject(facts)) return 'unreadable';
  return null;
}

/**
 * A service's refusal speaks of the place far more often than of one object: a hotel's network that answers in its stead, a certificate, a way
 * of address. Taken for a finding it would call everything damaged that is asked for.
 */
function isAboutOneObject({ reason, because }: ErrorFacts): boolean {
  return reason === 'etag-mismatch' || reason === 'too-large' || because === 'archived' || because === 'thawing';
}
