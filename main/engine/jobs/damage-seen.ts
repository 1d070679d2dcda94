import { AppError, toAppError, type ErrorFacts } from '../../../shared/errors/app-error.ts';
import type { FeedFinding } from '../repository/index.ts';

/** What a piece of work that did not come to its end had found until then, as facts of its error: `damagedSeen`, `damagedAt`. */
export function withDamageSeen(error: unknown, findings: readonly FeedFinding[]): AppError {
  const known = toAppError(error);
  const broken = findings.filter(({ healed }) => !healed);
  if (broken.length === 0) return known;
  const damagedAt = [...new Set(broken.map(({ source }) => source))].join(', ');
  return new AppError(known.code, { ...known.facts, damagedSeen: broken.length, damagedAt }, { cause: error });
}

/** Those facts alone, for an error that takes the place of another. */
export function damageSeenBy({ facts }: AppError): ErrorFacts {
  const { damagedSeen, damagedAt } = facts;
  return damagedSeen === undefined || damagedAt === undefined ? {} : { damagedSeen, damagedAt };
}
