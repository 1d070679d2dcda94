/**
 * Measures copies, checks, deletion and recovery of a repository, and two days of a shop beside restic:
 *
 *   npm run bench:repository -- [copies | verify | restic | recover | prune | large] [flags]
 *
 *   without a name    all of them, kept in bench/RESULTS.md; about fifteen minutes
 *   --quick           a tenth of everything, nothing kept: does the benchmark still work?
 *
 * All of it lives in one temporary folder (TMPDIR) and is gone afterwards, whatever happens: about 3 GB. CPU and memory
 * figures, and cold caches (as root), need Linux.
 */
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { createOwnedFolder, sweepOwnedFolders } from '../../main/engine/platform/owned-folder.ts';
import { machine } from '../report.ts';
import { keepRepositoryResults } from '../results-file.ts';
import { Rig } from '../rig.ts';
import { startBenchShop } from '../shop-generator.ts';
import { copiesReport } from './copies.ts';
import { largeReport } from './large.ts';
import { pruneReport } from './prune.ts';
import { recoverReport } from './recover.ts';
import { RepositoryBench } from './repository-bench.ts';
import { hasRestic, resticReport } from './restic.ts';
import { verifyReport } from './verify.ts';

const folderPrefix = 'shouhu-bench-';
const parts = ['copies', 'verify', 'restic', 'recover', 'prune', 'large'] as const;
type Part = (typeof parts)[number];

/** The size of a chunk, as a backup cuts it. */
const payloadBytes = 2_000_000;
const objects = 800;
const rows = 1_000_000;

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false } },
  });
  const wanted = positionals.length === 0 ? parts : positionals.map(partNamed);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  await sweepOwnedFolders(tmpdir(), folderPrefix);
  const folder = await createOwnedFolder(tmpdir(), folderPrefix);
  const rig = new Rig(folder.path, null);
  stop.signal.addEventListener('abort', () => rig.kill(), { once: true });
  try {
    await rig.init([]);
    const bench = await RepositoryBench.open(rig, { dir: folder.path, signal: stop.signal, write });
    const scale = values.quick ? 0.1 : 1;
    const texts = [
      `${machine()}. Written by \`npm run bench:repository\`; medians of three alternating runs where there is a peer.`,
    ];
    for (const part of wanted) texts.push(await measure(part, bench, rig, scale));
    const text = texts.join('\n');
    write(`\n${text}`);
    if (!values.quick && wanted.length === parts.length) await keepRepositoryResults(text);
  } catch (error) {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exitCode = 1;
  } finally {
    await folder.remove();
  }
}

async function measure(part: Part, bench: RepositoryBench, rig: Rig, scale: number): Promise<string> {
  switch (part) {
    case 'copies':
      return copiesReport(bench, Math.ceil(objects * scale), payloadBytes);
    case 'verify':
      return verifyReport(bench, Math.ceil(objects * scale), payloadBytes);
    case 'recover':
      return recoverReport(bench, scale);
    case 'prune':
      return pruneReport(bench, scale);
    case 'large':
      return largeReport(bench, scale);
    case 'restic':
      return besideRestic(bench, rig, Math.ceil(rows * scale));
  }
}

async function besideRestic({ dir, signal }: RepositoryBench, rig: Rig, rowsOfShop: number): Promise<string> {
  if (!(await hasRestic(signal))) return '\nrestic is not installed: not compared.';
  const shop = await startBenchShop({ rows: rowsOfShop, dir, signal });
  try {
    await rig.addSource({ name: 'direct', server: shop.server, sshd: null, databases: [shop.database] });
    return await resticReport({ rig, shop, dir, write }, signal);
  } finally {
    await shop.server.stop();
  }
}

function partNamed(name: string): Part {
  const part = parts.find((known) => known === name);
  if (part === undefined) throw new Error(`Unknown benchmark: ${name}. There are ${parts.join(', ')}.`);
  return part;
}

function write(line: string): void {
  console.log(line);
}
