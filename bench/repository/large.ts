import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes, seconds, tableText } from '../report.ts';
import { passphrase } from '../rig.ts';
import type { RepositoryBench } from './repository-bench.ts';

/** What many small objects cost: finding a whole timeline again, deleting old snapshots, and memory. */
export async function largeReport(bench: RepositoryBench, scale: number): Promise<string> {
  const timeline = { snapshots: Math.ceil(2000 * scale), freshChunks: 23, chunksPerSnapshot: 200, payloadBytes: 300 };
  const rows = [await recover(bench, timeline), ...(await manyObjects(bench, Math.ceil(200_000 * scale)))];
  return ['\n## Many objects\n', tableText(['', 'snapshots', 'objects', 'time', 'peak memory'], rows)].join('\n');
}

type Timeline = Parameters<RepositoryBench['synthesize']>[1];

/** A bare home and one copy: the whole timeline comes back. */
async function recover(bench: RepositoryBench, plan: Timeline): Promise<string[]> {
  const dir = join(bench.dir, 'timeline');
  const { chunks } = await bench.synthesize(dir, plan);
  const { output, wallMs, peakBytes } = await bench.onBareHome('recover.run', {
    from: { kind: 'disk', path: dir },
    secret: { kind: 'passphrase', passphrase },
  });
  if (output.snapshots !== plan.snapshots) throw new Error('not every snapshot is on the timeline');
  await rm(dir, { recursive: true });
  bench.write(`recover: ${seconds(wallMs)}`);
  return ['recover, from a disk', String(plan.snapshots), String(chunks), seconds(wallMs), megabytes(peakBytes)];
}

/** The same verbs on a repository with very many objects: memory must not follow their number. */
async function manyObjects(bench: RepositoryBench, objects: number): Promise<string[][]> {
  const dir = join(bench.dir, 'many');
  const snapshots = 200;
  const freshChunks = Math.ceil(objects / snapshots);
  const { chunks } = await bench.synthesize(dir, {
    snapshots,
    freshChunks,
    chunksPerSnapshot: 2 * freshChunks,
    payloadBytes: 300,
  });
  await bench.addDisk('many', dir, 'main');
  const to = join(bench.dir, 'many-copy');
  await mkdir(to);
  await bench.addDisk('many-copy', to, 'second-disk');
  const copied = await bench.call('copy.run', { snapshot: 'all', from: 'many', to: 'many-copy' });
  bench.write(`copy of ${chunks}: ${seconds(copied.wallMs)}`);
  const verified = await bench.call('verify.run', { destination: 'many', readPercent: 100, healFrom: null });
  bench.write(`verify of ${chunks}: ${seconds(verified.wallMs)}`);
  await bench.removeDestination('many-copy');
  await bench.removeDestination('many');
  await rm(to, { recursive: true });
  await rm(dir, { recursive: true });
  const row = (name: string, { wallMs, peakBytes }: { readonly wallMs: number; readonly peakBytes: number }) => [
    name,
    String(snapshots),
    String(chunks),
    seconds(wallMs),
    megabytes(peakBytes),
  ];
  return [row('copy, disk to disk', copied), row('verify --read all', verified)];
}
