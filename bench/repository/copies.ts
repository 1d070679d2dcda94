import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runShell } from '../pipe.ts';
import { megabytes, median, ratio, seconds, tableText } from '../report.ts';
import { flushDisks } from '../rig.ts';
import type { RepositoryBench } from './repository-bench.ts';
import { localS3Keys, startLocalS3 } from './local-s3.ts';

/** Requests in flight of the plain loop that ours is compared with. */
const putsInFlight = 8;
const runs = 3;

/** Disk to disk against `cp` with a sync of each file, disk to a local S3 server against a loop that only puts. */
export async function copiesReport(bench: RepositoryBench, objects: number, payloadBytes: number): Promise<string> {
  const { dir, signal, write } = bench;
  const from = join(dir, 'copy-from');
  const made = await bench.synthesize(from, {
    snapshots: 1,
    freshChunks: objects,
    chunksPerSnapshot: objects,
    payloadBytes,
  });
  const cp: number[] = [];
  const disk: OurTimes = { first: [], again: [] };
  for (let run = 1; run <= runs; run++) {
    const plain = join(dir, 'plain');
    await flushDisks();
    const script = 'cp -r "$1/chunks" "$2" && find "$2" -type f -print0 | xargs -0 sync';
    cp.push((await runShell(script, [from, plain], signal)).wallMs);
    await rm(plain, { recursive: true });
    await timeBoth(bench, from, disk, async (which) => {
      const to = join(dir, `copy-${which}`);
      await mkdir(to);
      await bench.addDisk('to', to, 'second-disk');
      await flushDisks();
      const wallMs = await copyAll(bench, made.chunks);
      await rm(to, { recursive: true });
      return wallMs;
    });
    write(`copy ${run}: cp ${seconds(cp.at(-1) ?? 0)}, ours ${lastOf(disk)}`);
  }
  const s3 = await s3Figures(bench, from, made.chunks);
  const row = (name: string, ms: number, theirs: number) => [
    name,
    seconds(ms),
    `${(made.bytes / 1e3 / ms).toFixed(0)} MB/s`,
    ratio(theirs, ms),
  ];
  return [
    `\n## Copies of ${made.chunks} objects, ${megabytes(made.bytes)}\n`,
    tableText(
      ['', 'time', 'speed', 'of the plain speed'],
      [
        row('cp, sync of each file', median(cp), median(cp)),
        row('Shouhu, disk to disk, first reading', median(disk.first), median(cp)),
        row('Shouhu, disk to disk, read back before', median(disk.again), median(cp)),
        row(`loop of ${putsInFlight} puts`, median(s3.plain), median(s3.plain)),
        row('Shouhu, disk to S3, first reading', median(s3.ours.first), median(s3.plain)),
        row('Shouhu, disk to S3, read back before', median(s3.ours.again), median(s3.plain)),
      ],
    ),
  ].join('\n');
}

/** Each object is opened whole when it is read for the first time; later its tags say that it is the same (decision 27). */
interface OurTimes {
  readonly first: number[];
  readonly again: number[];
}

const lastOf = ({ first, again }: OurTimes): string => [first, again].map((all) => seconds(all.at(-1) ?? 0)).join(' ');

/** `copy` copies from `from` to a new place: first when nobody has read it yet, then when all of it has been read. */
async function timeBoth(
  bench: RepositoryBench,
  from: string,
  times: OurTimes,
  copy: (which: keyof OurTimes) => Promise<number>,
): Promise<void> {
  await bench.addDisk('from', from, 'main');
  times.first.push(await copy('first'));
  times.again.push(await copy('again'));
  // What was proven of a place is forgotten with it.
  await bench.removeDestination('from');
}

/** From `from` to `to`, which is removed afterwards. Gives milliseconds. */
async function copyAll(bench: RepositoryBench, chunks: number): Promise<number> {
  const copied = await bench.call('copy.run', { snapshot: 'all', from: 'from', to: 'to' });
  if (copied.output.objectsCopied !== chunks) throw new Error('not everything was copied');
  await bench.removeDestination('to');
  return copied.wallMs;
}

async function s3Figures(
  bench: RepositoryBench,
  from: string,
  chunks: number,
): Promise<{ readonly plain: number[]; readonly ours: OurTimes }> {
  const plain: number[] = [];
  const ours: OurTimes = { first: [], again: [] };
  for (let run = 1; run <= runs; run++) {
    const s3 = await startLocalS3(['plain', 'first', 'again']);
    try {
      plain.push(await putLoop(s3.endpoint, join(from, 'chunks'), chunks));
      await timeBoth(bench, from, ours, async (which) => {
        await bench.addBucket('to', s3.endpoint, which);
        return copyAll(bench, chunks);
      });
    } finally {
      await s3.stop();
    }
    bench.write(`to S3 ${run}: plain ${seconds(plain.at(-1) ?? 0)}, ours ${lastOf(ours)}`);
  }
  return { plain, ours };
}

/** Reads each file and puts it, nothing else: what the line and the server allow. */
async function putLoop(endpoint: string, folder: string, expected: number): Promise<number> {
  const { output } = await runShell('cd "$1" && find . -type f', [folder], new AbortController().signal);
  const names = output.trim().split('\n');
  if (names.length !== expected) throw new Error('the plain loop would put something else');
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: localS3Keys,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
  });
  const startedMs = performance.now();
  const lane = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      await client.send(
        new PutObjectCommand({ Bucket: 'plain', Key: name.slice(2), Body: await readFile(join(folder, name)) }),
      );
  };
  await Promise.all(Array.from({ length: putsInFlight }, lane));
  client.destroy();
  return performance.now() - startedMs;
}
