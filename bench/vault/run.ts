/**
 * Measures what the card vault costs a backup: the same shop with its card columns sealed and with none, in one run, alternating.
 *
 *   npm run bench:vault -- [--rows N] [--runs N] [--profile DIR]
 *
 *   --rows N       size of the shop, default 1000000, of which two thirds are cards and one third orders that hold a copy
 *   --runs N       alternating runs of each side, default 3; the median counts
 *   --profile DIR  writes CPU profiles of the engine's threads there; the figures are then worth little
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createOwnedFolder, sweepOwnedFolders } from '../../main/engine/platform/owned-folder.ts';
import { median } from '../report.ts';
import { Rig, type BackupFigures } from '../rig.ts';
import { startBenchShop } from '../shop-generator.ts';

const folderPrefix = 'shouhu-bench-';
const secretColumns = ['carmis.carmi', 'orders.info'];
/** What issue and documents promise. */
const allowed = 1.1;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
});
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
await sweepOwnedFolders(tmpdir(), folderPrefix);
const folder = await createOwnedFolder(tmpdir(), folderPrefix);
const rig = new Rig(folder.path, values.profile ?? null);
stop.signal.addEventListener('abort', () => rig.kill(), { once: true });
try {
  const shop = await startBenchShop({
    rows: Number(values.rows),
    dir: join(folder.path),
    signal: stop.signal,
  });
  try {
    const at = { server: shop.server, sshd: null, databases: [shop.database], preset: 'none' } as const;
    await rig.init([
      { ...at, name: 'open' },
      { ...at, name: 'sealed', secretColumns },
    ]);
    const figures: Record<'open' | 'sealed', BackupFigures[]> = { open: [], sealed: [] };
    for (let run = 0; run < Number(values.runs); run++)
      for (const side of run % 2 === 0 ? (['open', 'sealed'] as const) : (['sealed', 'open'] as const)) {
        const measured = await rig.backUp(side, `${side}-${run}`, shop.server);
        figures[side].push(measured);
        console.log(
          `${side}: ${measured.output.durationMs} ms, ${Math.round(measured.cpuMs)} ms of CPU, ${(measured.storedBytes / 1e6).toFixed(1)} MB stored`,
        );
      }
    const cost = (figureOf: (figures: BackupFigures) => number) =>
      median(figures.sealed.map(figureOf)) / median(figures.open.map(figureOf));
    const time = cost(({ output }) => output.durationMs);
    const cpu = cost(({ cpuMs }) => cpuMs);
    console.log(
      `with the vault: ${time.toFixed(3)} times the time (at most ${allowed} is promised), ${cpu.toFixed(3)} times the CPU`,
    );
    if (time > allowed) process.exitCode = 1;
  } finally {
    await shop.server.stop();
  }
} finally {
  rig.kill();
  await folder.remove();
}
