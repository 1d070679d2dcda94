import type { ErrorCode, ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type { RestoreCheck } from '../../../../shared/model/restore-check.ts';

/** So many names are told; more do not help anybody. */
const mostListed = 12;

export function found(
  id: RestoreCheck['id'],
  state: RestoreCheck['state'],
  facts: ErrorFacts = {},
  errorCode: ErrorCode | null = null,
): RestoreCheck {
  return { id, state, facts: { ...facts }, errorCode };
}

export function listed(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ')}${rest > 0 ? ` … +${rest}` : ''}`;
}
