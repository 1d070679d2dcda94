import { Readable } from 'node:stream';
import { demoDatabase, demoTables, demoView } from '../main/engine/demo/shop-schema.ts';
import { shopData, type DemoTableData } from '../main/engine/demo/shop-data.ts';
import { startPrivateServer, type PrivateServer } from '../main/engine/sandbox/index.ts';
import { quoteName, quoteTable } from '../main/engine/source/mysql/index.ts';
import { openLoadSession, type LoadSession } from '../main/engine/source/mysql/load/load-session.ts';

/**
 * The shop that is measured: the demo shop's tables and rows, one third orders and two thirds cards, on a private server that
 * is set up as a shop's server is (a buffer pool that holds the data, the binary log on). The same bytes every time.
 */
export interface BenchShop {
  readonly server: PrivateServer;
  readonly database: string;
  readonly rows: number;
}

export interface ShopOptions {
  readonly rows: number;
  /** Where the server's temporary folder is made. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** One gigabyte holds the three million rows with their indexes. */
const bufferPoolMb = 1024;

export function startBenchServer({
  dir,
  signal,
  binlog = true,
}: Omit<ShopOptions, 'rows'> & { readonly binlog?: boolean }): Promise<PrivateServer> {
  return startPrivateServer({
    kind: 'mariadb',
    baseDir: dir,
    binlog,
    durability: 'none',
    memoryMb: bufferPoolMb,
    extraArgs: ['--innodb-log-file-size=512M'],
    signal,
  });
}

/** Errors: those of the private server. The server ends with `server.stop()`, with the signal, and with this process. */
export async function startBenchShop(options: ShopOptions): Promise<BenchShop> {
  const server = await startBenchServer(options);
  try {
    await withSession(server, options.signal, createTables);
    const orders = Math.floor(options.rows / 3);
    const tables = shopData({ orders, cards: options.rows - orders });
    // Two at a time, as there are two large tables and they come last.
    const queue = [...tables].reverse();
    const load = () =>
      withSession(server, options.signal, async (session) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift())
          await loadTable(session, next, options.signal);
      });
    await Promise.all([load(), load()]);
    await withSession(server, options.signal, settle);
    return { server, database: demoDatabase, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Outside the binary log: loading is not what is measured. */
export async function withSession<T>(
  server: PrivateServer,
  signal: AbortSignal,
  use: (session: LoadSession, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const target = { host: '127.0.0.1', port: server.port ?? 0, ...server.connection };
  const session = await openLoadSession(target, { signal, withoutBinlog: true });
  try {
    return await use(session, signal);
  } finally {
    session.close();
  }
}

/** Sends a table's text as it is made. */
export async function loadTable(session: LoadSession, data: DemoTableData, signal: AbortSignal): Promise<void> {
  const place = quoteTable(demoDatabase, data.table);
  const columns = data.columns.map(quoteName).join(', ');
  await session.send(
    (file) => `LOAD DATA LOCAL INFILE '${file}' INTO TABLE ${place} CHARACTER SET binary (${columns})`,
    Readable.from(data.text()),
    signal,
  );
}

async function createTables(session: LoadSession, signal: AbortSignal): Promise<void> {
  await session.execute(`CREATE DATABASE ${quoteName(demoDatabase)} DEFAULT CHARACTER SET utf8mb4`, signal);
  await session.execute(`USE ${quoteName(demoDatabase)}`, signal);
  for (const ddl of demoTables) await session.execute(ddl, signal);
  await session.execute(demoView, signal);
}

/** What a server that has run for a while knows: index statistics, and no dirty pages left to write in the middle of a run. */
async function settle(session: LoadSession, signal: AbortSignal): Promise<void> {
  for (const table of ['orders', 'carmis'])
    await session.rows(`ANALYZE TABLE ${quoteTable(demoDatabase, table)}`, signal);
  await session.execute('SET GLOBAL innodb_max_dirty_pages_pct = 0', signal);
  await session.execute('SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0', signal);
}
