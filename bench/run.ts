/**
 * Measures Shouhu against what an administrator would type instead, in one run on one machine:
 *
 *   npm run bench -- [backup | memory] [flags]
 *
 *   backup (default)  dump | zstd -3 | openssl and mydumper against our first and second backup, and the way back; keeps the
 *                     tables in bench/RESULTS.md; about twenty minutes, six of them for the pipe over a thin line
 *   memory            the engine's peak memory over shops of 3 and 12 million rows and over rows of 16 MB; kept there as well
 *
 *   --rows N          size of the shop, default 3000000
 *   --runs N          alternating runs of each side, default 3; the median counts
 *   --quick           300000 rows, without the pipe over the thin line, nothing kept: does the benchmark still work?
 *   --no-restore      leaves the way back out
 *   --no-ssh          leaves the backup through SSH out
 *   --no-second       leaves the second snapshot out, and with it the thin line
 *   --profile DIR     writes CPU profiles of the engine's threads there; the figures are then worth little
 *
 * Servers, data and repositories live in one temporary folder (TMPDIR) and are gone afterwards, whatever happens: about 2 GB
 * for the default size. CPU and memory figures need Linux.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPrivateSshd } from '../main/engine/demo/private-sshd.ts';
import { createOwnedFolder, sweepOwnedFolders } from '../main/engine/platform/owned-folder.ts';
import type { PrivateServer } from '../main/engine/sandbox/index.ts';
import { measureMemory } from './memory.ts';
import { hasMydumper, mydumperRun, myloaderRun, type PeerDump } from './peers.ts';
import { dumpBytes, dumpPipe, loadPipe, preparePipe, type PipeRun } from './pipe.ts';
import { cpuSeconds } from './process-figures.ts';
import { machine, median, megabytes, ratio, seconds, tableText } from './report.ts';
import { keepBackupResults, keepMemoryResults } from './results-file.ts';
import { flushDisks, Rig, type BackupFigures } from './rig.ts';
import { secondReport } from './second.ts';
import { startBenchServer, startBenchShop, type BenchShop } from './shop-generator.ts';

const folderPrefix = 'shouhu-bench-';
const defaultRows = 3_000_000;
const quickRows = 300_000;

interface Settings {
  readonly rows: number;
  readonly runs: number;
  readonly withRestore: boolean;
  readonly withSsh: boolean;
  readonly withSecond: boolean;
  readonly isKept: boolean;
  readonly profileDir: string | null;
}

interface DumpFigures extends PipeRun {
  readonly storedBytes: number;
  readonly serverCpuMs: number | undefined;
}

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-restore': { type: 'boolean', default: false },
      'no-ssh': { type: 'boolean', default: false },
      'no-second': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const what = positionals[0] ?? 'backup';
  if (what !== 'backup' && what !== 'memory')
    throw new Error(`Unknown benchmark: ${what}. There are backup and memory.`);
  const settings: Settings = {
    rows: numberFlag('rows', values.rows, values.quick ? quickRows : defaultRows),
    runs: numberFlag('runs', values.runs, 3),
    withRestore: !values['no-restore'],
    withSsh: !values['no-ssh'],
    withSecond: !values['no-second'],
    isKept: !values.quick && values.profile === undefined,
    profileDir: values.profile ?? null,
  };
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  await sweepOwnedFolders(tmpdir(), folderPrefix);
  const folder = await createOwnedFolder(tmpdir(), folderPrefix);
  try {
    if (what === 'memory') {
      const text = await measureMemory({ dir: folder.path, isQuick: values.quick, write, signal: stop.signal });
      if (!values.quick) await keepMemoryResults(text);
    } else await measureBackup(settings, folder.path, stop.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await folder.remove();
  }
}

async function measureBackup(settings: Settings, dir: string, signal: AbortSignal): Promise<void> {
  const { rows, withSsh, profileDir } = settings;
  write(`Filling a shop of ${rows} rows …`);
  const shop = await startBenchShop({ rows, dir, signal });
  const sshd = withSsh ? await startPrivateSshd({ dir, signal }) : null;
  if (profileDir !== null) await mkdir(profileDir, { recursive: true });
  const rig = new Rig(dir, profileDir);
  const onAbort = () => rig.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const at = { server: shop.server, databases: [shop.database] };
    await rig.init([
      { name: 'direct', sshd: null, ...at },
      ...(sshd === null ? [] : [{ name: 'tunnel', sshd, ...at }]),
    ]);
    const text = await report(settings, shop, rig, dir, signal);
    write(`\n${text}`);
    if (settings.isKept) await keepBackupResults(text);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await sshd?.stop();
    await shop.server.stop();
  }
}

async function report(
  settings: Settings,
  shop: BenchShop,
  rig: Rig,
  dir: string,
  signal: AbortSignal,
): Promise<string> {
  const { runs, withSsh, withRestore } = settings;
  const files = await preparePipe(dir, 'shop', shop.server);
  // Also warms the buffer pool, for both sides alike.
  const sqlBytes = await dumpBytes(files, shop.database, signal);
  const dumpFile = join(dir, 'dump.sql.zst.enc');
  const dumps: DumpFigures[] = [];
  const backups: BackupFigures[] = [];
  const peers: PeerDump[] = [];
  const withPeers = await hasMydumper(signal);
  if (!withPeers) write('mydumper is not installed: its rows are left out');
  for (let run = 1; run <= runs; run++) {
    signal.throwIfAborted();
    await rm(dumpFile, { force: true });
    await flushDisks();
    const before = await cpuSeconds(shop.server.pid);
    const dump = await dumpPipe(files, shop.database, dumpFile, signal);
    const after = await cpuSeconds(shop.server.pid);
    const serverCpuMs = before === undefined || after === undefined ? undefined : (after - before) * 1000;
    dumps.push({ ...dump, serverCpuMs, storedBytes: (await stat(dumpFile)).size });
    if (withPeers) peers.push(await mydumperRun(files, shop.database, 'mydumper', signal));
    if (run > 1) await rig.removeRepository(`run-${run - 1}`);
    backups.push(await rig.backUp('direct', `run-${run}`, shop.server));
    write(`run ${run}: pipe ${seconds(dumps.at(-1)?.wallMs ?? 0)}, ours ${seconds(backups.at(-1)?.wallMs ?? 0)}`);
  }
  const again = await rig.backUp('direct', `run-${runs}`, shop.server, true);
  const tunnel = withSsh ? await rig.backUp('tunnel', 'tunnel', shop.server) : null;
  if (tunnel !== null) await rig.removeRepository('tunnel');

  const pipe = middle(dumps);
  const ours = middle(backups);
  const row = (name: string, { wallMs, cpuMs, serverCpuMs, storedBytes }: DumpFigures, peakBytes: number | null) => [
    name,
    seconds(wallMs),
    ratio(wallMs, pipe.wallMs),
    seconds(cpuMs),
    serverCpuMs === undefined ? '–' : seconds(serverCpuMs),
    megabytes(storedBytes),
    peakBytes === null ? '–' : megabytes(peakBytes),
  ];
  const most = Math.max(...backups.map(({ peakBytes }) => peakBytes));
  const parts = [
    `# Benchmark\n`,
    `${shop.rows} rows, ${megabytes(sqlBytes)} as SQL, MariaDB ${shop.server.version} on the same machine: ${machine()}.`,
    `Medians of ${runs} alternating runs; absolute times move with the machine and its load, the ratios less. Written by \`npm run bench\`.\n`,
    `## Backup to a disk, durable at the end\n`,
    tableText(
      ['', 'time', 'ratio', 'CPU', 'CPU of the server', 'stored', 'peak memory'],
      [
        row('mariadb-dump, zstd -3, openssl aes-256-ctr', pipe, null),
        ...(peers.length === 0 ? [] : [row('mydumper -t 2 -c', middle(peers.map(unmeasuredServer)), null)]),
        row('Shouhu', ours, most),
        ...(tunnel === null ? [] : [row('Shouhu through SSH', tunnel, tunnel.peakBytes)]),
        row('Shouhu, nothing changed since', again, again.peakBytes),
      ],
    ),
    `\nRatio of times ${ratio(ours.wallMs, pipe.wallMs)}, of CPU with the server's ${ratio(total(ours), total(pipe))}, of stored bytes ${ratio(ours.storedBytes, pipe.storedBytes)}.`,
    `Single runs, seconds: pipe ${list(dumps)}; Shouhu ${list(backups)}.`,
  ];
  const peer = peers.at(-1);
  if (peers.length > 0)
    parts.push(`Against mydumper: ratio of times ${ratio(ours.wallMs, median(peers.map(({ wallMs }) => wallMs)))}.`);
  // Before a day passes in the shop: the newest snapshot is then the one that all three dumps were taken beside.
  const restored = withRestore
    ? [await restoreReport(rig, { repository: `run-${runs}`, dumpFile, peer, database: shop.database }, dir, signal)]
    : [];
  if (settings.withSecond) parts.push(await secondReport({ shop, rig, dir, isQuick: !settings.isKept, write, signal }));
  return `${[...parts, ...restored].join('\n')}\n`;
}

/** Both into servers that are empty, once each: the way back takes long. */
async function restoreReport(
  rig: Rig,
  from: {
    readonly repository: string;
    readonly dumpFile: string;
    readonly peer: PeerDump | undefined;
    readonly database: string;
  },
  dir: string,
  signal: AbortSignal,
): Promise<string> {
  const { dumpFile, peer, database } = from;
  const onEmptyServer = async <T>(use: (server: PrivateServer) => Promise<T>): Promise<T> => {
    const server = await startBenchServer({ dir, signal, binlog: false });
    try {
      await flushDisks();
      return await use(server);
    } finally {
      await server.stop();
    }
  };
  const pipe = await onEmptyServer(async (server) =>
    loadPipe(await preparePipe(dir, 'target', server), dumpFile, signal),
  );
  write(`restore: pipe ${seconds(pipe.wallMs)}`);
  const loader =
    peer === undefined
      ? null
      : await onEmptyServer(async (server) =>
          myloaderRun(await preparePipe(dir, 'target', server), database, peer.dir, signal),
        );
  if (loader !== null) write(`restore: myloader ${seconds(loader.wallMs)}`);
  const ours = await onEmptyServer((server) => rig.restore('direct', from.repository, server));
  const { digest } = ours.output;
  if (!digest.equal) throw new Error('The restored rows differ');
  return [
    `\n## Restore into an empty server without binary log\n`,
    tableText(
      ['', 'time', 'ratio', 'CPU', 'peak memory'],
      [
        ['openssl, zstd -dc, mariadb', seconds(pipe.wallMs), ratio(1, 1), seconds(pipe.cpuMs), '–'],
        ...(loader === null
          ? []
          : [['myloader -t 2', seconds(loader.wallMs), ratio(loader.wallMs, pipe.wallMs), seconds(loader.cpuMs), '–']]),
        [
          `Shouhu, ${digest.compared} range digests compared`,
          seconds(ours.wallMs),
          ratio(ours.wallMs, pipe.wallMs),
          seconds(ours.cpuMs),
          megabytes(ours.peakBytes),
        ],
      ],
    ),
  ].join('\n');
}

function middle(all: readonly DumpFigures[]): DumpFigures {
  const of = (pick: (figures: DumpFigures) => number) => median(all.map(pick));
  const isKnown = all.every(({ serverCpuMs }) => serverCpuMs !== undefined);
  return {
    wallMs: of(({ wallMs }) => wallMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    storedBytes: of(({ storedBytes }) => storedBytes),
    serverCpuMs: isKnown ? of(({ serverCpuMs }) => serverCpuMs ?? 0) : undefined,
  };
}

function unmeasuredServer(run: PeerDump): DumpFigures {
  return { ...run, serverCpuMs: undefined };
}

function total({ cpuMs, serverCpuMs }: DumpFigures): number {
  return cpuMs + (serverCpuMs ?? 0);
}

function list(all: readonly DumpFigures[]): string {
  return all.map(({ wallMs }) => (wallMs / 1000).toFixed(1)).join(' ');
}

function numberFlag(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes a number, not ${text}`);
  return value;
}

function write(line: string): void {
  console.log(line);
}
