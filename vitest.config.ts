import { defineConfig } from 'vitest/config';

/**
 * `expect.poll` waits for a state: its limit ends a test that will never get there and says nothing about speed. Vitest's own limit of one
 * second is too short for a loaded machine.
 */
const patience = { poll: { timeout: 60_000 } };

/**
 * Four projects: `unit` needs nothing but Node; `servers` starts real MariaDB, sshd and S3 servers, two files at a
 * time, since a file waits for its servers and disks half of the time; `compat` starts the database servers that scripts/compat.mjs fetches; `e2e` drives
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
          // Vitest's own choice leaves one core idle, which on two cores is half of them.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'servers',
          expect: patience,
          include: ['main/**/*.server.test.ts'],
          globalSetup: ['scripts/lib/build-before-tests.mjs'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'compat',
          expect: patience,
          include: ['main/**/*.compat.test.ts'],
          globalSetup: ['scripts/lib/build-before-tests.mjs'],
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
