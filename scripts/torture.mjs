/**
 * Kills the real command line at random moments, many times:
 *
 *   node scripts/torture.mjs [--rounds 200] [--seed N] [--s3 radosgw | --s3 moto | --s3 URL --bucket NAME]
 *
 * `radosgw` is fetched once, as for the compatibility suite; `moto` has to be on the PATH. The keys of a bucket of your own come from
 * SHOUHU_TORTURE_ACCESS_KEY and SHOUHU_TORTURE_SECRET_KEY. Without `--s3` the bucket is on the fake server of the tests. Everything else is
 * private and temporary: a MariaDB, a home, three disks.
 */
import { parseArgs } from 'node:util';
import { debianServer, debianServers } from './lib/debian-servers.mjs';
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
if (values.s3 === 'radosgw') {
  const wanted = debianServers.find(({ packages }) => packages[0] === 'radosgw');
  env[wanted.variable] ||= await debianServer(wanted, { log: (line) => console.error(line) });
}
const { passed, failed } = await runVitest('servers', {
  timeoutMs: 6 * 3_600_000,
  env,
  filters: ['main/cli/torture.server.test.ts'],
});
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
