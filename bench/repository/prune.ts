import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes, seconds, tableText } from '../report.ts';
import type { RepositoryBench } from './repository-bench.ts';

/** A thousand nights of one shop, of which a rule of days, weeks and months keeps some forty. */
const nights = { snapshots: 1000, freshChunks: 48, chunksPerSnapshot: 200, payloadBytes: 2_000 };
/** Four times as much, of which all stays: only memory counts. */
const many = { snapshots: 1000, freshChunks: 198, chunksPerSnapshot: 400, payloadBytes: 500 };
const limitMs = 30_000;
const memoryLimitBytes = 300 * 1024 * 1024;
const longAgo = new Date('2025-01-01T00:00:00Z');
const rule = { keepAll: false, keepDaily: 14, keepWeekly: 8, keepMonthly: 24 };

/** Gives the table. Rejects when a thousand snapshots took longer than half a minute, or memory grew with the objects. */
export async function pruneReport(bench: RepositoryBench, scale: number): Promise<string> {
  const rows: string[][] = [];
  for (const [name, plan, keep] of [
    ['prune, a rehearsal', nights, rule],
    ['prune', nights, rule],
    ['prune, nothing goes', many, { keepAll: true }],
  ] as const) {
    const dryRun = name.endsWith('rehearsal');
    const dir = join(bench.dir, plan === many ? 'many' : 'nights');
    if (name !== 'prune') await write(bench, dir, { ...plan, snapshots: Math.ceil(plan.snapshots * scale) });
    const input = { destination: plan === many ? 'many' : 'nights', keep, dryRun, confirmShrink: null };
    const { output, wallMs, peakBytes } = await bench.call('prune.run', input);
    const figures = [output.kept.length, output.removed.length, output.objectsKept, output.objectsRemoved];
    rows.push([name, ...figures.map(String), seconds(wallMs), megabytes(peakBytes)]);
    bench.write(`${name}: ${seconds(wallMs)}`);
    if (wallMs > limitMs && plan === nights) throw new Error(`${seconds(wallMs)} are more than ${seconds(limitMs)}`);
    if (peakBytes > memoryLimitBytes) throw new Error(`${megabytes(peakBytes)} are more than planned`);
  }
  for (const name of ['nights', 'many']) {
    await bench.removeDestination(name);
    await rm(join(bench.dir, name), { recursive: true });
  }
  const head = ['', 'stay', 'go', 'objects left', 'objects removed', 'time', 'peak memory'];
  return ['\n## Tidying up\n', tableText(head, rows)].join('\n');
}

async function write(bench: RepositoryBench, dir: string, plan: Parameters<RepositoryBench['synthesize']>[1]) {
  await mkdir(dir, { recursive: true });
  bench.write(`Writing ${plan.snapshots} snapshots …`);
  await bench.synthesize(dir, plan);
  // Nothing of it is young.
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
  await bench.addDisk(dir.endsWith('many') ? 'many' : 'nights', dir, 'second-disk');
}
