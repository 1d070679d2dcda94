import { AppError } from '../../../shared/errors/app-error.ts';

/** Why an argument cannot be used; each is a sentence `reason.<id>`. */
export type BadReason =
  | 'password-in-url'
  | 'not-a-mysql-url'
  | 'user-missing'
  | 'database-in-url'
  | 'not-an-address'
  | 'not-a-port'
  | 'not-a-fingerprint'
  | 'not-a-rate'
  | 'not-a-percentage'
  | 'not-a-name'
  | 'not-a-table'
  | 'not-a-secret-column'
  | 'not-a-target'
  | 'not-a-choice'
  | 'not-a-count'
  | 'not-absolute'
  | 'not-seconds'
  | 'not-a-time'
  | 'not-a-snapshot'
  | 'not-lock-days'
  | 'not-json'
  | 'not-a-ledger'
  | 'not-days'
  | 'not-for-this-role'
  | 'missing'
  | 'one-of'
  | 'not-together'
  | 'only-with-text'
  | 'only-with-seen'
  | 'not-a-finding'
  | 'one-database'
  | 'not-in-a-file'
  | 'unreadable-file';

export function badArgument(argument: string, reason: BadReason, options?: ErrorOptions): AppError {
  return new AppError('usage.bad-argument', { argument, reason }, options);
}
