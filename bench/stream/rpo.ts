/**
 * How many seconds of trade would be lost, at 500 sales a second, and what following costs the server and, over as many sales as an hour has, in memory.
 *
 * A real engine in a process of its own follows a real server over loopback into two disks. What is durable since when is not asked of the engine: it is
 * read afterwards from the records and from when the file system saw them put in place.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { DiskBlobStore } from '../../main/engine/backend/disk/disk-blob-store.ts';
import { findHeader, Repository, unlockWithPassphrase } from '../../main/engine/repository/index.ts';
import type { PrivateServer } from '../../main/engine/sandbox/index.ts';
import { connectMysql, type MysqlConnection } from '../../main/engine/source/mysql/index.ts';
import { readStreamRecord } from '../../main/engine/stream/index.ts';
import { cpuSeconds, residentBytes } from '../process-figures.ts';
import { megabytes, median, seconds, tableText } from '../report.ts';
import { passphrase, Rig } from '../rig.ts';
import { startBenchServer } from '../shop-generator.ts';

const salesPerSecond = 500;
const sampleEveryMs = 100;
/** What the goal says. */
const mostMedianMs = 5_000;
const mostWorstMs = 15_000;
const mostServerShare = 0.03;
/** Of the resident memory in the last third of the hour, against the third before it. */
const mostGrowth = 1.1;
const cards = 20_000;

export interface RpoOptions {
  readonly dir: string;
  /** How long the shop sells at an even pace. */
  readonly paceSeconds: number;
  /** How many sales the hour has, which is run as fast as the server can. */
  readonly hourSales: number;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Gives the tables. Rejects when a goal is missed. */
export async function measureRpo(options: RpoOptions): Promise<string> {
  const { dir, paceSeconds, hourSales, write, signal } = options;
  const server = await startBenchServer({ dir, signal });
  const rig = new Rig(join(dir, 'rig'), null);
  try {
    const shop = await connectMysql({
      host: '127.0.0.1',
      port: server.port ?? 0,
      user: server.user,
      password: server.password,
    });
    await openShop(shop);
    await rig.init([{ name: 'shop', server, sshd: null, databases: ['shop'], secretColumns: ['carmis.carmi'] }]);
    await rig.addDisk('first', 'main');
    await rig.addDisk('second', 'second-disk');
    await rig.withEngine(null, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      await engine.call('backup.run', { source: 'shop', to: ['first', 'second'], maxBytesPerSecond: null });
    });
    write(`Selling ${salesPerSecond} times a second for ${paceSeconds} s, followed by nobody …`);
    const alone = await serverShare(server, () => sellEvenly(shop, paceSeconds));
    write('The same, followed …');
    const paced = await follow(rig, paceSeconds + 10, async () => {
      // The engine asks the server what it needs to know before it follows.
      await rest(5_000);
      return serverShare(server, () => sellEvenly(shop, paceSeconds));
    });
    const share = paced.result.share - alone.share;
    const rows = await Promise.all(
      ['first', 'second'].map((copy) =>
        lossesOn(rig, copy, paced.result.commits, alone.commits.length, paced.sourceId),
      ),
    );
    write(`Selling ${hourSales} times as fast as it goes, followed …`);
    const hour = await followAnHour(rig, shop, hourSales);
    shop.close();
    const verdicts = [
      { name: 'median', isKept: rows[0]!.medianMs <= mostMedianMs },
      { name: 'worst', isKept: rows[0]!.worstMs <= mostWorstMs },
      { name: 'server', isKept: share <= mostServerShare },
      { name: 'memory', isKept: hour.growth <= mostGrowth },
    ];
    const text = [
      tableText(
        ['copy', 'sales', 'median', 'worst', 'of a server core'],
        rows.map(({ copy, medianMs, worstMs, sales }, index) => [
          copy,
          String(sales),
          seconds(medianMs),
          seconds(worstMs),
          index === 0 ? percent(share) : '',
        ]),
      ),
      tableText(
        ['an hour of sales', 'log', 'time', 'memory, first third', 'second third', 'last third', 'peak'],
        [
          [
            String(hourSales),
            megabytes(hour.bytes),
            seconds(hour.wallMs),
            ...hour.thirds.map(megabytes),
            megabytes(hour.peakBytes),
          ],
        ],
      ),
    ].join('\n\n');
    write(`\n${text}\n`);
    const missed = verdicts.filter(({ isKept }) => !isKept).map(({ name }) => name);
    if (missed.length > 0) throw new Error(`missed: ${missed.join(', ')}`);
    return text;
  } finally {
    rig.kill();
    await server.stop();
  }
}

/** A sale is a card that becomes sold and an order, in one transaction. A card is sold again and again: what is measured does not mind. */
async function openShop(shop: MysqlConnection): Promise<void> {
  const statements = [
    'CREATE DATABASE shop',
    'USE shop',
    'CREATE TABLE carmis (id INT PRIMARY KEY, status INT NOT NULL, carmi VARCHAR(200)) ENGINE=InnoDB',
    'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, sn VARCHAR(40), title VARCHAR(200), price DECIMAL(10,2), info TEXT, UNIQUE KEY (sn)) ENGINE=InnoDB',
    `INSERT INTO carmis SELECT seq, 1, CONCAT('CARD-', seq, REPEAT('x', 40)) FROM seq_1_to_${cards}`,
    `CREATE PROCEDURE sell(first INT, many INT) BEGIN DECLARE i INT DEFAULT first; WHILE i < first + many DO START TRANSACTION;
       UPDATE carmis SET status = status + 1 WHERE id = 1 + i MOD ${cards};
       INSERT INTO orders (sn, title, price, info) VALUES (CONCAT('SN', i), '会员月卡', 9.90, REPEAT('订单', 20));
       COMMIT; SET i = i + 1; END WHILE; END`,
  ];
  for (const statement of statements) await shop.query(statement);
}

let sold = 0;

/** When each sale was committed, by this computer's clock, in order. */
async function sellEvenly(shop: MysqlConnection, forSeconds: number): Promise<number[]> {
  const commits: number[] = [];
  const startedMs = performance.now();
  while (commits.length < forSeconds * salesPerSecond) {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * salesPerSecond) - commits.length;
    if (due <= 0) await rest(1);
    for (let n = 0; n < due; n += 1) {
      await shop.query(`CALL sell(${sold}, 1)`);
      sold += 1;
      commits.push(Date.now());
    }
  }
  const tookSeconds = (performance.now() - startedMs) / 1000;
  // A shop that could not keep up would make every figure look better than it is.
  if (tookSeconds > forSeconds * 1.05) throw new Error(`the server sold too slowly: ${tookSeconds} s`);
  return commits;
}

async function serverShare(server: PrivateServer, work: () => Promise<number[]>) {
  const before = await cpuSeconds(server.pid);
  const startedMs = performance.now();
  const commits = await work();
  const after = await cpuSeconds(server.pid);
  if (before === undefined || after === undefined) throw new Error('this system does not tell a process its CPU time');
  return { commits, share: (after - before) / ((performance.now() - startedMs) / 1000) };
}

/** Runs the engine's own stream for so long while `work` is done. */
async function follow<T>(rig: Rig, forSeconds: number, work: (pid: number) => Promise<T>) {
  return rig.withEngine(null, async (engine) => {
    await engine.call('home.unlock', { passphrase });
    const { output } = await engine.call('source.list', {});
    const sourceId = output.sources[0]?.id;
    if (sourceId === undefined) throw new Error('the source is gone');
    const input = { source: 'shop', forMs: forSeconds * 1000, untilCaughtUp: false, to: [] };
    const [stream, result] = await Promise.all([engine.call('stream.run', input), work(engine.pid)]);
    return { sourceId, result, ...stream };
  });
}

/** At each moment between the first sale and the last: how old the oldest sale is that was not yet durable on that copy. */
async function lossesOn(rig: Rig, copy: string, commits: readonly number[], earlier: number, sourceId: string) {
  const root = rig.repositoryDir(copy);
  const store = await DiskBlobStore.open({ root });
  const signal = new AbortController().signal;
  const header = await findHeader(store, signal);
  if (header === undefined) throw new Error('no repository');
  const repository = await Repository.open(store, await unlockWithPassphrase(header, passphrase), signal);
  const stored: { readonly atMs: number; readonly sales: number }[] = [];
  for (const name of await repository.listStreamRecords(sourceId, signal)) {
    const { record } = await readStreamRecord(repository, name, signal);
    const sales = record.tables.find(({ table }) => table === 'orders')?.inserted ?? 0;
    // The last thing that happens to a record's file is that it gets its name.
    stored.push({ atMs: (await stat(join(root, name))).ctimeMs, sales });
  }
  await store.close();
  const [first = 0] = commits;
  const last = commits.at(-1) ?? 0;
  const total = stored.reduce((sum, { sales }) => sum + sales, 0);
  if (total !== earlier + commits.length)
    throw new Error(`${copy} holds ${total} of ${earlier + commits.length} sales`);
  const losses: number[] = [];
  for (let at = first; at <= last; at += sampleEveryMs) {
    const durable = stored.filter(({ atMs }) => atMs <= at).reduce((sum, { sales }) => sum + sales, 0) - earlier;
    const oldest = commits[Math.max(0, durable)] ?? at;
    losses.push(Math.max(0, at - oldest));
  }
  return { copy, sales: commits.length, medianMs: median(losses), worstMs: Math.max(...losses) };
}

/** As many sales as an hour has, in one run of the stream; the engine's memory meanwhile. */
async function followAnHour(rig: Rig, shop: MysqlConnection, sales: number) {
  const resident: number[] = [];
  const trial = 5_000;
  const startedMs = performance.now();
  await sellFast(shop, trial);
  const expectedSeconds = ((performance.now() - startedMs) / 1000 / trial) * sales;
  // The stream shares the cores with the shop: it slows the sales down.
  const { result, output, peakBytes } = await follow(rig, Math.ceil(expectedSeconds * 2 + 10), async (pid) => {
    const ended = new AbortController();
    const sampling = sample(pid, resident, ended.signal);
    const begunMs = performance.now();
    await sellFast(shop, sales);
    ended.abort();
    await sampling;
    return performance.now() - begunMs;
  });
  const third = Math.floor(resident.length / 3);
  const thirds = [0, 1, 2].map((n) => median(resident.slice(n * third, (n + 1) * third)));
  return { wallMs: result, bytes: output.bytes, peakBytes, thirds, growth: (thirds[2] ?? NaN) / (thirds[1] ?? NaN) };
}

async function sellFast(shop: MysqlConnection, sales: number): Promise<void> {
  const each = 1000;
  for (const end = sold + sales; sold < end; sold += each) await shop.query(`CALL sell(${sold}, ${each})`);
}

async function sample(pid: number, resident: number[], ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const bytes = await residentBytes(pid);
    if (bytes === undefined) throw new Error('this system does not tell a process its memory');
    resident.push(bytes);
    await rest(1000, undefined, { signal: ended }).catch(() => undefined);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
