/**
 * Kills the real command line at random moments, many times:
 *
 *   node scripts/torture.mjs [--rounds 200] [--seed N] [--s3 URL --bucket NAME]
 *
 * The keys of the bucket come from SHOUHU_TORTURE_ACCESS_KEY and SHOUHU_TORTURE_SECRET_KEY. Without `--s3` the bucket is on the fake server of the
 * tests. Everything else is private and temporary: a MariaDB, a home, three disks.
 */
import { parseArgs } from 'node:util';
import { runVitest } from './lib/vitest.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string' },
    s3: { type: 'string' },
    bucket: { type: 'string' },
  },
});
const given = {
  SHOUHU_TORTURE_ROUNDS: values.rounds,
  SHOUHU_TORTURE_SEED: values.seed,
  SHOUHU_TORTURE_S3: values.s3,
  SHOUHU_TORTURE_BUCKET: values.bucket,
};
const env = { ...process.env, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
const { passed, failed } = await runVitest('servers', {
  timeoutMs: 6 * 3_600_000,
  env,
  filters: ['main/cli/torture.server.test.ts'],
});
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
