import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomBelow } from '../../platform/random.ts';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';
import { RealReplica } from './real-replica.ts';
import { proveReplay } from './replay-proof.ts';

/** `npm run proof:replay -- --moments 200 [--seed N]`. */
const wanted = Number(process.env['SHOUHU_PROOF_MOMENTS'] ?? 0);
const fixedSeed = Number(process.env['SHOUHU_PROOF_SEED'] ?? 20261123);
const momentsOfRun = 50;

/** Against a replica of the same source, which this starts. */
export function describeReplayProof(
  source: () => SourceServer,
  target: () => SourceServer,
  startReplica: () => Promise<SourceServer>,
): void {
  describe('replay proof', { timeout: wanted > 0 ? 7_200_000 : 300_000 }, () => {
    let replica: RealReplica | undefined;
    beforeAll(async () => {
      const server = await startReplica();
      replica = await RealReplica.of(source(), server);
    });
    afterAll(() => replica?.server.stop());

    const runs =
      wanted > 0
        ? Array.from({ length: Math.ceil(wanted / momentsOfRun) }, (_, n) => ({
            seed: fixedSeed + n,
            moments: Math.min(momentsOfRun, wanted - n * momentsOfRun),
          }))
        : [
            { seed: fixedSeed, moments: 8 },
            { seed: randomBelow(2 ** 31), moments: 6 },
          ];
    it.each(runs)('says the same as a real replica at $moments moments, seed $seed', async ({ seed, moments }) => {
      const steps = wanted > 0 ? 300 : 75;
      const report = await proveReplay({ source: source(), target: target(), replica: replica!, seed, moments, steps });
      expect(report.moments).toBe(moments);
      const kinds = [...report.steps].map(([name, count]) => `${name} ${count}`).join(', ');
      console.log(
        `replay proof: ${report.moments} moments, ${report.transactions} transactions, ${report.events} events, ${report.records} records, seed ${seed}: ${kinds}`,
      );
    });
  });
}
