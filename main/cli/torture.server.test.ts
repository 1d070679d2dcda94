import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../engine/backend/testing/model-disk/seeded-random.ts';
import { realS3Servers, startRealS3, type RunningS3 } from '../engine/backend/testing/real-s3.ts';
import {
  bucket,
  checksums,
  codeOf,
  query,
  secretEnv,
  shopDatabase,
  startCliRig,
  type CliRig,
  type Ended,
} from './testing/cli-rig.ts';

/**
 * `kill -9` of the real command line at random moments, beside a real MariaDB: backup to a disk and a bucket, copy, verify with healing, prune.
 * After every kill the next backup succeeds without a person and both copies read back whole; now and then the shop is restored and compared by
 * the server's own checksums.
 *
 * A few rounds here; `npm run torture -- --rounds 200` does more, `--s3 radosgw` (or `moto`, or `URL --bucket NAME`) against a real S3
 * server instead of the fake one of the tests, `--seed N` repeats the moments, though not to the millisecond.
 */
const rounds = Number(process.env['SHOUHU_TORTURE_ROUNDS'] ?? 5);
const seed = Number(process.env['SHOUHU_TORTURE_SEED'] ?? randomInt(2 ** 31));
const restoreEvery = 10;

function outcomeOf(ended: Ended): string {
  const code = codeOf(ended);
  return typeof code === 'string' ? code : 'done';
}

let rig: CliRig;
let real: RunningS3 | undefined;
beforeAll(async () => {
  rig = await startCliRig();
});
afterAll(async () => {
  await real?.stop();
  await rig.stop();
});

interface Cloud {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

async function cloud(): Promise<Cloud> {
  const wanted = process.env['SHOUHU_TORTURE_S3'];
  if (wanted === undefined)
    return { endpoint: rig.s3.endpoint, bucket, accessKey: secretEnv.AK, secretKey: secretEnv.SK };
  if (wanted === 'radosgw' || wanted === 'moto') {
    if (!realS3Servers().includes(wanted)) throw new Error(`no ${wanted} here`);
    real = await startRealS3(wanted);
    const { endpoint, bucket: made, credentials } = await real.bucket(false);
    return {
      endpoint: endpoint ?? '',
      bucket: made,
      accessKey: credentials.accessKeyId,
      secretKey: credentials.secretAccessKey,
    };
  }
  return {
    endpoint: wanted,
    bucket: process.env['SHOUHU_TORTURE_BUCKET'] ?? bucket,
    accessKey: process.env['SHOUHU_TORTURE_ACCESS_KEY'] ?? secretEnv.AK,
    secretKey: process.env['SHOUHU_TORTURE_SECRET_KEY'] ?? secretEnv.SK,
  };
}

it('outlives kill -9 at any moment, and the next run needs nobody', { timeout: 6 * 3_600_000 }, async () => {
  const random = seededRandom(seed);
  const world = await rig.prepared();
  const s3 = await cloud();
  const place = ['--s3', 'custom', '--bucket', s3.bucket];
  const named = ['--endpoint', s3.endpoint, '--region', 'us-east-1', '--prefix', `torture-${seed}`];
  const keys = ['--access-key-env', 'AK', '--secret-key-env', 'SK'];
  const cloudEnv = { AK: s3.accessKey, SK: s3.secretKey };
  const run = (...args: string[]) => world.run(args, { env: cloudEnv });
  const well = async (...args: string[]) => {
    const ended = await run(...args);
    expect(ended.exitCode, `${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0);
    return ended;
  };
  await well('destination', 'add', 'cloud', ...place, ...named, ...keys);
  // A prune that dies keeps its copy for ten minutes: one that no backup needs.
  await well('destination', 'add', 'attic', '--disk', 'attic');
  await well('copy', '--from', 'main', '--to', 'attic');
  const backup = { touched: 'cloud', victim: ['backup', 'shop', '--to', 'main,cloud'] };
  const victims = [
    backup,
    { touched: 'second', victim: ['copy', '--snapshot', 'all', '--from', 'main', '--to', 'second'] },
    backup,
    { touched: 'cloud', victim: ['verify', 'cloud', '--read', 'all', '--heal-from', 'main'] },
    { touched: 'attic', victim: ['prune', 'attic', '--keep-daily', '1'] },
  ];
  const others = ['cloud', 'second', 'attic'];
  // How long each takes undisturbed: kills are spread over a little more than that.
  const usualMs = new Map<string, number>();
  const ends = new Map<string, number>();
  for (let round = 1; round <= rounds; round++) {
    await changeShop(round);
    const { victim, touched } = victims[(round - 1) % victims.length]!;
    const [verb = ''] = victim;
    const started = world.start(victim, { env: cloudEnv });
    const killer = setTimeout(() => started.child.kill('SIGKILL'), random.below(1.2 * (usualMs.get(verb) ?? 4_000)));
    const ended = await started.ended;
    clearTimeout(killer);
    const how = ended.exitCode === null ? 'killed' : outcomeOf(ended);
    ends.set(`${verb} ${how}`, (ends.get(`${verb} ${how}`) ?? 0) + 1);
    // Only a prune may find that a dead one still has the place.
    expect(ended.exitCode === null || ended.exitCode === 0 || verb === 'prune', `${verb}: ${ended.stdout}`).toBe(true);
    if (ended.exitCode === 0) usualMs.set(verb, ended.ms);

    const next = await well('backup', 'shop', '--to', 'main,cloud');
    if (!usualMs.has('backup')) usualMs.set('backup', next.ms);
    // What the dead one wrote to and what the next one did; all of them in turn.
    for (const copy of new Set(['main', others[round % others.length] ?? 'cloud', touched])) {
      const { json } = await well('verify', copy, '--read', 'all');
      expect(json, copy).toMatchObject({ damaged: [], missing: [] });
    }
    if (round % restoreEvery === 0 || round === rounds) await expectRestored(round % 2 === 0 ? 'cloud' : 'main', round);
  }
  const told = [...ends].map(([what, times]) => `${what} ${times}`).join(', ');
  console.log(
    `torture: ${rounds} rounds on ${process.env['SHOUHU_TORTURE_S3'] ?? 'the fake server'}, seed ${seed}: ${told}`,
  );
  expect([...ends.keys()].some((what) => what.endsWith('killed'))).toBe(true);

  async function changeShop(round: number): Promise<void> {
    await query(
      rig.server,
      `UPDATE ${shopDatabase}.carmis SET carmi = CONCAT('card of round ${round} ', id) WHERE id % 37 = ${round % 37}`,
    );
  }

  async function expectRestored(from: string, round: number): Promise<void> {
    const as = `after_round_${round}`;
    await well(
      ...['restore', 'shop', '--snapshot', 'latest', '--from', from, '--into', 'same', '--as', as],
      ...['--open-vault', '--vault-passphrase-env', 'VAULT'],
    );
    expect(await checksums(rig.server, as)).toEqual(await checksums(rig.server, shopDatabase));
    await query(rig.server, `DROP DATABASE ${as}`);
  }
});
