import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder for one test; `remove` takes it away with everything that the app left in it. */
export async function freshHome(): Promise<{ readonly home: string; remove(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'shouhu-e2e-'));
  // Chromium's helpers may write a last file while the folder is being emptied.
  return { home, remove: () => rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}
