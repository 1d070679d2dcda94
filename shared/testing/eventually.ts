import { vi } from 'vitest';

/**
 * Waits until `check` no longer throws. The limit is there so that a test ends and not to measure anything: a loaded machine needs
 * seconds for what takes milliseconds on an idle one. Vitest's own limit is one second.
 */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 60_000, interval: 25 });
}
