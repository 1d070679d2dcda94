/**
 * Measures the stored log: how fast it is followed, done again beside `mariadb-binlog | mariadb`, and searched.
 *
 *   npm run bench:stream -- [--transactions 20000]         the default is kept in bench/RESULTS.md
 *   npm run bench:stream -- rpo [--sales 1800000 --pace 120]   seconds that would be lost, see rpo.ts; some ten minutes
 *
 * Servers and repository live in temporary folders and are gone afterwards. What is measured is this program's sources in one process, server and
 * client on the same cores.
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { DiskBlobStore } from '../../main/engine/backend/disk/disk-blob-store.ts';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { createOwnedFolder } from '../../main/engine/platform/owned-folder.ts';
import { newId } from '../../main/engine/platform/random.ts';
import { Repository, unlockWithPassphrase } from '../../main/engine/repository/index.ts';
import { aKeyring, testPassphrase } from '../../main/engine/repository/testing/keys.ts';
import { replayOntoServer } from '../../main/engine/restore/replay-onto-server.ts';
import { firstPosition } from '../../main/engine/source/mysql/binlog/index.ts';
import { startSource, type SourceServer } from '../../main/engine/source/mysql/testing/source-server.ts';
import { followingOf } from '../../main/engine/stream/testing/following.ts';
import { eventsOf, followLog, readStream, type Stretch } from '../../main/engine/stream/index.ts';
import { keepRpoResults, keepStreamResults } from '../results-file.ts';
import { machine, median, megabytes, ratio, seconds, tableText } from '../report.ts';
import { measureRpo } from './rpo.ts';

const rounds = 3;
/** 5 GB of log in stretches of 4 MiB. */
const stretches = 1280;
const eventsEach = 40;
const signal = new AbortController().signal;

const { values, positionals } = parseArgs({
  options: {
    transactions: { type: 'string', default: '20000' },
    sales: { type: 'string', default: '1800000' },
    pace: { type: 'string', default: '120' },
  },
  allowPositionals: true,
});
const folder = await createOwnedFolder(tmpdir(), 'shouhu-bench-');
const stops: (() => Promise<void>)[] = [() => folder.remove()];
try {
  if (positionals[0] === 'rpo') await rpo();
  else await againAndFind();
} finally {
  for (const stop of stops.reverse()) await stop();
}

async function rpo(): Promise<void> {
  const hourSales = Number(values.sales);
  const text = await measureRpo({
    dir: folder.path,
    paceSeconds: Number(values.pace),
    hourSales,
    write: (line) => console.log(line),
    signal,
  });
  if (values.sales === '1800000' && values.pace === '120')
    await keepRpoResults(`${machine()}. Written by \`npm run bench:stream -- rpo\`.\n\n${text}`);
}

async function againAndFind(): Promise<void> {
  const source = await startSource();
  stops.push(() => source.stop());
  const sourceId = newId();
  const repository = await newRepository('log');
  const transactions = Number(values.transactions);
  await trade(source, transactions);
  const followed = await follow(source, repository, sourceId);
  const [stretch] = await readStream(repository, sourceId, signal);
  if (stretch === undefined) throw new Error('nothing was stored');
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await byHand(source, stretch));
    ours.push(await replay(repository, stretch));
  }
  const found = await find();
  const rows = [
    ['follow', String(transactions), megabytes(followed.bytes), seconds(followed.ms), '', ''],
    [
      'do again',
      String(transactions),
      megabytes(followed.bytes),
      seconds(median(ours)),
      seconds(median(theirs)),
      ratio(median(theirs), median(ours)),
    ],
    ['find in 5 GB', String(stretches * eventsEach), '', seconds(found), '', ''],
  ];
  const text = `${machine()}. Written by \`npm run bench:stream\`; medians of three alternating runs.\n\n${tableText(['', 'transactions', 'log', 'time', 'mariadb-binlog | mariadb', 'times as fast'], rows)}`;
  console.log(text);
  if (values.transactions === '20000') await keepStreamResults(text);
}

async function newRepository(name: string): Promise<Repository> {
  const ring = await aKeyring();
  const root = join(folder.path, name);
  await mkdir(root);
  const store = await DiskBlobStore.open({ root });
  await Repository.create(store, ring.header, signal);
  return Repository.open(store, await unlockWithPassphrase(ring.header, testPassphrase), signal);
}

/** Sales as shops write them: a card and an order in one transaction. */
async function trade(source: SourceServer, count: number): Promise<void> {
  await source.run(
    'CREATE DATABASE shop',
    'USE shop',
    'CREATE TABLE carmis (id INT PRIMARY KEY AUTO_INCREMENT, status TINYINT NOT NULL, carmi VARCHAR(200)) ENGINE=InnoDB',
    'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, sn VARCHAR(40), title VARCHAR(200), price DECIMAL(10,2), info TEXT, UNIQUE KEY (sn)) ENGINE=InnoDB',
    `INSERT INTO carmis (status, carmi) SELECT 1, CONCAT('CARD-', seq, REPEAT('x', 40)) FROM seq_1_to_${count}`,
    `CREATE PROCEDURE sell(n INT) BEGIN DECLARE i INT DEFAULT 1; WHILE i <= n DO START TRANSACTION;
       UPDATE carmis SET status = 2 WHERE id = i;
       INSERT INTO orders (sn, title, price, info) VALUES (CONCAT('SN', i), '会员月卡', 9.90, REPEAT('订单', 20));
       COMMIT; SET i = i + 1; END WHILE; END`,
    `CALL sell(${count})`,
  );
}

async function follow(source: SourceServer, repository: Repository, sourceId: string) {
  const [first] = await source.admin.query('SHOW BINARY LOGS');
  const startedMs = systemClock.monotonicMs();
  const { bytes } = await followLog({
    ...followingOf(source),
    repository,
    sourceId,
    freshStart: () => Promise.resolve({ file: first?.get('log_name') ?? '', position: firstPosition }),
    hasSecrets: null,
  });
  return { bytes, ms: systemClock.monotonicMs() - startedMs };
}

async function replay(repository: Repository, stretch: Stretch): Promise<number> {
  const target = await startSource(['--skip-log-bin']);
  try {
    const startedMs = systemClock.monotonicMs();
    const last = stretch.records.at(-1)?.record;
    await replayOntoServer({
      plan: {
        stretch,
        from: { index: 0, position: stretch.records[0]?.record.from ?? 0 },
        stop: { index: stretch.records.length - 1, position: last?.to ?? 0 },
      },
      read: (stored) => eventsOf(repository, stored, undefined, signal),
      target: target.target,
      flavour: 'mariadb',
      databases: ['shop'],
      renames: new Map(),
      withoutBinlog: true,
      onProgress: () => undefined,
      signal,
    });
    return systemClock.monotonicMs() - startedMs;
  } finally {
    await target.stop();
  }
}

async function byHand(source: SourceServer, { records }: Stretch): Promise<number> {
  const target = await startSource(['--skip-log-bin']);
  try {
    const options = join(folder.path, 'client.cnf');
    const { user, password, socketPath } = target.server;
    await writeFile(options, `[client]\nuser=${user}\npassword=${password}\nsocket=${socketPath}\n`, { mode: 0o600 });
    const files = [...new Set(records.map(({ record }) => join(source.server.dataDir, record.file)))];
    const startedMs = systemClock.monotonicMs();
    const log = spawn('mariadb-binlog', files, { stdio: ['ignore', 'pipe', 'inherit'] });
    const client = spawn('mariadb', [`--defaults-extra-file=${options}`, '--binary-mode'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = new Promise<void>((resolve, reject) => {
      client.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`mariadb ended with ${String(code)}`)),
      );
    });
    await Promise.all([pipeline(log.stdout, client.stdin), ended]);
    return systemClock.monotonicMs() - startedMs;
  } finally {
    await target.stop();
  }
}

/** The index alone: records as large as a busy shop writes them, without the bytes they name. */
async function find(): Promise<number> {
  const repository = await newRepository('index');
  const sourceId = newId();
  const zero = '0'.repeat(64);
  const sizeBytes = 4 * 1024 * 1024;
  let continues: string | null = null;
  for (let n = 0; n < stretches; n += 1) {
    const from = 4 + n * sizeBytes;
    const at = new Date(Date.UTC(2026, 10, 23) + n * 5000).toISOString();
    const notable = Array.from({ length: eventsEach }, (_, each) => ({
      kind: each === 0 ? 'drop-table' : 'mass-update',
      at,
      file: 'log.000001',
      from: from + each * 1000,
      to: from + each * 1000 + 900,
      gtid: `0-1-${n * eventsEach + each}`,
      threadId: 7,
      tables: [{ database: 'shop', table: 'orders', inserted: 0, updated: 12, deleted: 0 }],
      statement: 'UPDATE orders SET status = 4 WHERE user_id = 17',
    }));
    const record = {
      version: 1,
      server: { flavour: 'mariadb', version: '10.11', serverId: '1', serverUuid: null },
      file: 'log.000001',
      from,
      to: from + sizeBytes,
      pieces: [{ chunk: zero, from, to: from + sizeBytes }],
      sealed: false,
      continues,
      gap: continues === null ? 'start' : null,
      nextFile: null,
      format: 'AAAA',
      closedAt: at,
      firstCommitAt: at,
      lastCommitAt: at,
      lastGtid: null,
      endsWithin: false,
      lastEnd: from + sizeBytes,
      events: 20_000,
      transactions: 4000,
      tables: [],
      notable,
      statementChanges: 0,
      trace: { from, digest: 'AAAA' },
    };
    const payload = Buffer.from(JSON.stringify(record), 'utf8');
    continues = await repository.putStreamRecord({ sourceId, sequence: n + 1, id: newId(), payload }, signal);
  }
  const startedMs = systemClock.monotonicMs();
  const found = (await readStream(repository, sourceId, signal)).flatMap(({ records }) =>
    records.flatMap(({ record }) => record.notable.filter(({ kind }) => kind === 'drop-table')),
  );
  const tookMs = systemClock.monotonicMs() - startedMs;
  if (found.length !== stretches) throw new Error(`${found.length} of ${stretches} were found`);
  return tookMs;
}
