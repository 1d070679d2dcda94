import { defineConfig } from 'vitest/config';

/**
 * `expect.poll` waits for a state: its limit ends a test that will never get there and says nothing about speed. Vitest's own limit of one
 * second is too short for a loaded machine.
 */
const patience = { poll: { timeout: 60_000 } };

/**
 * Four projects: `unit` needs nothing but Node; `servers` starts real MariaDB, sshd and S3 servers, so its files run
 * one after the other on small machines; `compat` starts the database servers that scripts/compat.mjs fetches; `e2e` drives
 * the built app in Electron (started by scripts/e2e.mjs).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          expect: patience,
          include: ['{main,shared,renderer}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: ['**/*.server.test.ts', '**/*.compat.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          expect: patience,
          include: ['main/**/*.server.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'compat',
          expect: patience,
          include: ['main/**/*.compat.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          expect: patience,
          include: ['e2e/specs/**/*.spec.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
