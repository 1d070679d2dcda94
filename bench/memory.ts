import { demoDatabase } from '../main/engine/demo/shop-schema.ts';
import type { PrivateServer } from '../main/engine/sandbox/index.ts';
import { megabytes, ratio, seconds, tableText } from './report.ts';
import { Rig } from './rig.ts';
import { startBenchServer, startBenchShop, withSession } from './shop-generator.ts';

/**
 * The engine's peak memory. It must not grow with the shop, and the bound of 400 MB is for a database of any size; a row is held
 * whole, so that rows of 16 MB cost what a few of them take.
 */
const limitBytes = 400_000_000;
/** Two runs over the same shop differ by as much: when the garbage collector runs is not ours to say. */
const mostGrowth = 1.15;
const shopRows = 3_000_000;
const quickShopRows = 100_000;
const timesLarger = 4;
const wideRows = 40;
const wideBytes = 16_000_000;

export interface MemoryOptions {
  readonly dir: string;
  readonly isQuick: boolean;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Gives the table. Rejects when a shop took more than the limit, or the large one more than the small one. */
export async function measureMemory(options: MemoryOptions): Promise<string> {
  const { dir, isQuick, write, signal } = options;
  const rows: string[][] = [];
  const smallRows = isQuick ? quickShopRows : shopRows;
  const peaks: number[] = [];
  for (const [name, count] of Object.entries({ small: smallRows, large: smallRows * timesLarger })) {
    write(`Filling a shop of ${count} rows …`);
    const shop = await startBenchShop({ rows: count, dir, signal });
    try {
      peaks.push(await measure('rows of a shop', name, shop.server, shop.database, options, rows));
    } finally {
      await shop.server.stop();
    }
  }
  write('Filling rows of 16 MB …');
  const server = await startBenchServer({ dir, signal });
  try {
    await fillWide(server, isQuick ? 6 : wideRows, signal);
    await measure('rows of 16 MB', 'wide', server, demoDatabase, options, rows);
  } finally {
    await server.stop();
  }
  const [small = NaN, large = NaN] = peaks;
  const table = tableText(['backup of', 'rows', 'rows text', 'time', 'peak memory'], rows);
  const text = `${table}\n\nThe larger shop took ${ratio(large, small)} of the smaller one's memory.\n`;
  write(`\n${text}`);
  const peakBytes = Math.max(small, large);
  if (!(peakBytes <= limitBytes))
    throw new Error(`${megabytes(peakBytes)} are more than the limit of ${megabytes(limitBytes)}`);
  if (!isQuick && !(large <= small * mostGrowth)) throw new Error('memory grows with the shop');
  return text;
}

async function measure(
  label: string,
  name: string,
  server: PrivateServer,
  database: string,
  { dir, signal }: MemoryOptions,
  rows: string[][],
): Promise<number> {
  const rig = new Rig(`${dir}/${name}`, null);
  const onAbort = () => rig.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await rig.init([{ name: 'direct', server, sshd: null, databases: [database] }]);
    const { output, wallMs, peakBytes, textBytes } = await rig.backUp('direct', 'first', server);
    await rig.removeRepository('first');
    rows.push([label, String(output.snapshot.rows), megabytes(textBytes), seconds(wallMs), megabytes(peakBytes)]);
    return peakBytes;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Bytes that do not compress, made by the server. */
async function fillWide(server: PrivateServer, count: number, signal: AbortSignal): Promise<void> {
  await withSession(server, signal, async (session) => {
    await session.execute(`CREATE DATABASE ${demoDatabase}`, signal);
    await session.execute(
      `CREATE TABLE ${demoDatabase}.pictures (id int NOT NULL PRIMARY KEY, bytes longblob NOT NULL) ENGINE=InnoDB`,
      signal,
    );
    await session.execute('SET max_statement_time = 0', signal);
    for (let id = 1; id <= count; id++) {
      await session.execute(
        `INSERT INTO ${demoDatabase}.pictures VALUES (${id}, REPEAT(RANDOM_BYTES(1000), ${wideBytes / 1000}))`,
        signal,
      );
    }
  });
}
