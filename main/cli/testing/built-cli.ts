import { join } from 'node:path';

/**
 * The program as it is shipped: one bundle. It starts in a third of the time of the sources, and these tests start it hundreds of times.
 * Vitest builds it before the first test of a project that needs it (vitest.config.ts).
 */
export const builtCli = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'index.js');
