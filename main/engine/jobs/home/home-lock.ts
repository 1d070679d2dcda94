import { join } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { withProcessLock } from '../../platform/process-lock.ts';

/** What is done under the lock takes milliseconds; whoever holds it longer hangs. */
const waitMs = 15_000;

/**
 * One writer at a time to the small files of a home, also when the app and the command line are at it together.
 * Error: `home.in-use` {home}.
 */
export async function withHomeLock<T>(homeDir: string, use: () => Promise<T>): Promise<T> {
  const outcome = await withProcessLock(join(homeDir, 'home.lock'), waitMs, use);
  if (outcome === null) throw new AppError('home.in-use', { home: homeDir });
  return outcome.value;
}
