import { AppError, type ErrorCode } from '../../../shared/errors/app-error.ts';

export function isAppErrorOf(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}
