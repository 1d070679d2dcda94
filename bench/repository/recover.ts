import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes, seconds, tableText } from '../report.ts';
import { passphrase } from '../rig.ts';
import { localS3Keys, startLocalS3 } from './local-s3.ts';
import { yearsOfNights } from './long-timeline.ts';
import type { RepositoryBench } from './repository-bench.ts';

/** What a person waits for on the worst day: the whole timeline of years is there, from a bare home and one copy. */
const limitMs = 60_000;
const latencyMs = 20;
const bucket = 'timeline';

/** Gives the table. Rejects when a snapshot is missing from the timeline, or the disk took longer than a minute. */
export async function recoverReport(bench: RepositoryBench, scale: number): Promise<string> {
  const plan = { ...yearsOfNights, snapshots: Math.ceil(yearsOfNights.snapshots * scale) };
  const folder = join(bench.dir, 'timeline-s3');
  const dir = join(folder, bucket);
  await mkdir(dir, { recursive: true });
  bench.write(`Writing ${plan.snapshots} snapshots …`);
  const { chunks } = await bench.longTimeline(dir, plan);
  const secret = { kind: 'passphrase', passphrase } as const;
  const rows: string[][] = [];
  const note = (name: string, { output, wallMs, peakBytes }: Awaited<ReturnType<typeof fromDisk>>) => {
    if (output.snapshots !== plan.snapshots) throw new Error('not every snapshot is on the timeline');
    rows.push([name, String(plan.snapshots), String(chunks), seconds(wallMs), megabytes(peakBytes)]);
    bench.write(`${name}: ${seconds(wallMs)}`);
  };
  const fromDisk = () => bench.onBareHome('recover.run', { from: { kind: 'disk', path: dir }, secret });
  const disk = await fromDisk();
  note('recover, from a disk', disk);
  const s3 = await startLocalS3([bucket], { latencyMs, folder });
  try {
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = localS3Keys;
    const place = { provider: 'custom', bucket, region: null, endpoint: s3.endpoint, prefix: '' };
    const from = { kind: 's3', ...place, accessKey, secretKey } as const;
    note(`recover, from a bucket ${latencyMs} ms away`, await bench.onBareHome('recover.run', { from, secret }));
  } finally {
    await s3.stop();
  }
  await rm(folder, { recursive: true });
  if (disk.wallMs > limitMs) throw new Error(`${seconds(disk.wallMs)} are more than the limit of ${seconds(limitMs)}`);
  return ['\n## Years of nights\n', tableText(['', 'snapshots', 'objects', 'time', 'peak memory'], rows)].join('\n');
}
