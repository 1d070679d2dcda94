import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runShell } from '../pipe.ts';
import { megabytes, median, ratio, seconds, tableText } from '../report.ts';
import { flushDisks } from '../rig.ts';
import type { RepositoryBench } from './repository-bench.ts';

const runs = 3;

/** Reading back every object against `cat` of the same files, with cold and with warm caches. */
export async function verifyReport(bench: RepositoryBench, objects: number, payloadBytes: number): Promise<string> {
  const { signal, write } = bench;
  const dir = join(bench.dir, 'verify');
  const plan = { snapshots: 1, freshChunks: objects, chunksPerSnapshot: objects, payloadBytes };
  const made = await bench.synthesize(dir, plan);
  await bench.addDisk('verified', dir, 'main');
  const isColdPossible = await dropCaches();
  if (!isColdPossible) write('caches cannot be dropped without root: the cold rows are left out');
  const figures = { coldCat: [] as number[], cold: [] as number[], warmCat: [] as number[], warm: [] as number[] };
  for (let run = 1; run <= runs; run++) {
    if (isColdPossible) {
      figures.coldCat.push(await cat(dir, signal));
      await dropCaches();
      figures.cold.push(await verify(bench, made.chunks));
    }
    figures.warmCat.push(await cat(dir, signal));
    figures.warm.push(await verify(bench, made.chunks));
    if (isColdPossible) await dropCaches();
    write(
      `verify ${run}: ${Object.values(figures)
        .map((all) => seconds(all.at(-1) ?? NaN))
        .join(' ')}`,
    );
  }
  await bench.removeDestination('verified');
  const row = (name: string, all: readonly number[], theirs: readonly number[]) => [
    name,
    seconds(median(all)),
    `${(made.bytes / 1e3 / median(all)).toFixed(0)} MB/s`,
    all === theirs ? '–' : `${((objects * payloadBytes) / 1e3 / median(all)).toFixed(0)} MB/s`,
    ratio(median(theirs), median(all)),
  ];
  return [
    `\n## Reading back ${made.chunks} objects, ${megabytes(made.bytes)}\n`,
    tableText(
      ['', 'time', 'bytes read from the copy', 'content hashed', 'of the disk’s speed'],
      [
        ...(isColdPossible
          ? [
              row('cat from the disk', figures.coldCat, figures.coldCat),
              row('Shouhu verify --read all, from the disk', figures.cold, figures.coldCat),
            ]
          : []),
        row('cat from memory', figures.warmCat, figures.warmCat),
        row('Shouhu verify --read all, from memory', figures.warm, figures.warmCat),
      ],
    ),
  ].join('\n');
}

async function verify(bench: RepositoryBench, chunks: number): Promise<number> {
  const { output, wallMs } = await bench.call('verify.run', {
    destination: 'verified',
    readPercent: 100,
    healFrom: null,
  });
  if (output.read !== chunks || output.damaged.length + output.missing.length > 0)
    throw new Error('the check found something else than a sound copy');
  return wallMs;
}

async function cat(dir: string, signal: AbortSignal): Promise<number> {
  return (await runShell('find "$1/chunks" -type f -print0 | xargs -0 cat > /dev/null', [dir], signal)).wallMs;
}

/** Linux, as root: what was read is forgotten, so that the disk has to give it again. */
export async function dropCaches(): Promise<boolean> {
  await flushDisks();
  try {
    await writeFile('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}
