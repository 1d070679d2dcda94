/**
 * Proves the replay of logs against real replicas at many random moments:
 *
 *   node scripts/proof-replay.mjs [--moments 200] [--seed N] [--flavour mariadb | --flavour mysql]
 *
 * Random work runs on a private server, a snapshot is taken in the middle of it and the log is stored; restored and replayed, another private server
 * has to say the same of itself as a real replica, at each moment. `mysql` is fetched once, as for the compatibility suite.
 */
import { parseArgs } from 'node:util';
import { debianServer, debianServers } from './lib/debian-servers.mjs';
import { runVitest } from './lib/vitest.mjs';

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '200' },
    seed: { type: 'string' },
    flavour: { type: 'string', default: 'mariadb' },
  },
});
const isMysql = values.flavour === 'mysql';
const env = { ...process.env, SHOUHU_PROOF_MOMENTS: values.moments };
if (values.seed !== undefined) env.SHOUHU_PROOF_SEED = values.seed;
if (isMysql) {
  const wanted = debianServers.find(({ variable }) => variable === 'SHOUHU_COMPAT_MYSQL');
  env[wanted.variable] ||= await debianServer(wanted, { log: (line) => console.error(line) });
}
const file = `main/engine/source/mysql/binlog/binlog.${isMysql ? 'compat' : 'server'}.test.ts`;
const { passed, failed } = await runVitest(isMysql ? 'compat' : 'servers', {
  timeoutMs: 6 * 3_600_000,
  env,
  filters: [file, '--testNamePattern', 'replay proof'],
});
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
