import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` needs nothing but Node; `servers` starts real MariaDB, sshd and S3 servers, so its files run one
 * after the other on small machines.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{main,shared,renderer,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.server.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          include: ['main/**/*.server.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
