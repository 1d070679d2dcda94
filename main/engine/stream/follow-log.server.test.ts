import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import { seededRandom } from '../backend/testing/model-disk/seeded-random.ts';
import { startCuttingProxy, type CuttingProxy } from '../demo/cutting-proxy.ts';
import { readLogFacts } from '../jobs/stream/log-facts.ts';
import { systemClock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';
import { runCommand } from '../platform/run-command.ts';
import { describeResale } from '../resale/testing/resale-suite.ts';
import { openVaultWithPassphrase, Repository, unlockWithPassphrase } from '../repository/index.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from '../repository/testing/keys.ts';
import { binlogMagic, firstPosition } from '../source/mysql/binlog/index.ts';
import { connectMysql } from '../source/mysql/index.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { exportLog } from './export-log.ts';
import { followLog, type FollowRequest } from './follow-log.ts';
import { StreamCompaction } from './compact-stream.ts';
import type { Stretch } from './link-records.ts';
import { eventsOf, readStream } from './read-stream.ts';
import { describeTwins } from './testing/twin-suite.ts';
import { followingOf } from './testing/following.ts';

const never = new AbortController().signal;
const flagsAt = 4 + 17;
/** `SHOUHU_STREAM_CUTS=500` for the long run. */
const cuts = Number(process.env['SHOUHU_STREAM_CUTS'] ?? 40);
const seed = Number(process.env['SHOUHU_STREAM_SEED'] ?? 20261123);

describe('followLog', { timeout: 600_000 }, () => {
  let source: SourceServer;
  let proxy: CuttingProxy;
  let repository: Repository;
  let vault: Parameters<typeof eventsOf>[2];
  const sourceId = randomUUID();
  beforeAll(async () => {
    source = await startSource();
    proxy = await startCuttingProxy({ host: '127.0.0.1', port: source.server.port ?? 0 });
    await source.run(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(400)) ENGINE=InnoDB',
      'CREATE TABLE shop.carmis (id INT PRIMARY KEY AUTO_INCREMENT, carmi VARCHAR(400)) ENGINE=InnoDB',
    );
  });
  afterAll(async () => {
    await proxy.stop();
    await source.stop();
  });
  beforeEach(async () => {
    const ring = await aKeyring();
    const store = new MemoryBlobStore({ clock: systemClock });
    await Repository.create(store, ring.header, never);
    const keys = await unlockWithPassphrase(ring.header, testPassphrase);
    repository = await Repository.open(store, keys, never);
    vault = await openVaultWithPassphrase(ring.header, testVaultPassphrase);
    proxy.setQuality({});
  });

  const follow = (more: Partial<FollowRequest> = {}) =>
    followLog({
      ...followingOf(source),
      repository,
      sourceId,
      server: { flavour: 'mariadb', version: source.server.version, serverId: '1', serverUuid: null },
      connect: () =>
        connectMysql({ ...source.as('root', source.target.password), port: proxy.port, user: source.target.user }),
      freshStart: () => firstPlace(),
      hasSecrets: (_, table) => table === 'carmis',
      heartbeatMs: 200,
      ...more,
    });
  const logs = async () => {
    const rows = await source.admin.query('SHOW BINARY LOGS');
    return rows.map((row) => ({ file: row.get('log_name') ?? '', position: Number(row.get('file_size')) }));
  };
  const firstPlace = async () => ({ file: (await logs())[0]!.file, position: firstPosition });
  const fileOnServer = async (file: string) => {
    const bytes = await readFile(join(source.server.dataDir, file));
    bytes.writeUInt16LE(bytes.readUInt16LE(flagsAt) & ~1, flagsAt);
    return bytes;
  };
  /** What is stored, file by file. */
  const stored = async (stretch: Stretch) => {
    const parts = new Map<string, { bytes: Buffer[]; length: number }>();
    for (const each of stretch.records)
      for await (const event of eventsOf(repository, each, vault, never)) {
        const file = parts.get(event.file) ?? { bytes: [binlogMagic], length: binlogMagic.length };
        parts.set(event.file, file);
        expect(file.length).toBe(event.position);
        file.bytes.push(event.bytes);
        file.length += event.bytes.length;
      }
    const files = new Map([...parts].map(([name, { bytes }]) => [name, Buffer.concat(bytes)]));
    return files;
  };
  /** The server may still add to its log what nobody asked for (a checkpoint of the engine). */
  const catchUp = async (more: Partial<FollowRequest> = {}) => {
    const first = await follow(more);
    for (let last = first; ; last = await follow(more)) {
      const [end] = (await logs()).slice(-1);
      if (last.to?.file === end?.file && last.to?.position === end?.position) return first;
    }
  };
  const purgeTo = async (file: string) => {
    // Not while a thread of a connection that was cut still has an older one open.
    const purged = async () => {
      await source.run(`PURGE BINARY LOGS TO '${file}'`);
      return (await logs())[0]?.file;
    };
    await expect.poll(purged, { timeout: 60_000 }).toBe(file);
  };
  const differingFiles = async (index: number) => {
    await catchUp();
    const stretches = await readStream(repository, sourceId, never);
    const files = await stored(stretches[index]!);
    const differing: string[] = [];
    for (const { file } of await logs())
      if (files.get(file)?.equals(await fileOnServer(file)) !== true) differing.push(file);
    return differing;
  };
  /** Of the stretch at `index`, which is the last. The server may write between two looks: then it is looked again. */
  const expectAsOnServer = async (index = 0) => {
    await expect.poll(() => differingFiles(index), { timeout: 60_000 }).toEqual([]);
    const stretches = await readStream(repository, sourceId, never);
    expect(stretches).toHaveLength(index + 1);
    return stretches[index]!.records.map(({ record }) => record);
  };
  const work = async (rounds: number) => {
    for (let n = 0; n < rounds; n += 1) {
      await source.run(
        `INSERT INTO shop.orders (note) VALUES ('order ${n} ${'x'.repeat(n % 300)}')`,
        `INSERT INTO shop.carmis (carmi) VALUES ('secret-card-${n}')`,
        ...(n % 7 === 3 ? ['UPDATE shop.orders SET note = CONCAT(note, 1) WHERE id % 5 = 0'] : []),
        ...(n % 25 === 24 ? ['FLUSH BINARY LOGS'] : []),
      );
    }
  };

  it('stores the log byte for byte through cut lines, and goes on where it stopped', async () => {
    const random = seededRandom(seed);
    await work(60);
    const before = proxy.passed.up + proxy.passed.down;
    await follow();
    // Of which most is the login; what is cut earlier never sees the log.
    const loginBytes = Math.min(proxy.passed.up + proxy.passed.down - before, 12_000);
    let done = 0;
    let lost = 0;
    for (; done < cuts; done += 1) {
      await work(10);
      proxy.setQuality({ cutAfterBytes: loginBytes / 2 + random.below(20_000) });
      await follow().catch((error: unknown) => {
        expect((error as { code?: string }).code).toMatch(/^mysql\.(connection-lost|unreachable)$/);
        lost += 1;
      });
    }
    proxy.setQuality({});
    await follow();
    const records = await expectAsOnServer();
    expect(lost).toBeGreaterThan(cuts / 4);
    expect(records.some(({ sealed }) => sealed)).toBe(true);
    console.log(`stream: ${done} lines, ${lost} cut within the log, ${records.length} records, seed ${seed}`);
  });

  it('seals what holds cards, and gives nobody else a word of them', async () => {
    await follow();
    const before = (await repository.listStreamRecords(sourceId, never)).length;
    await source.run("INSERT INTO shop.orders (note) VALUES ('plain')");
    await follow();
    await source.run("UPDATE shop.carmis SET carmi = 'needle-in-the-log' ORDER BY id LIMIT 60");
    await follow();
    const records = await expectAsOnServer();
    expect(records.slice(before).map(({ sealed }) => sealed)).toEqual([false, true]);
    expect(JSON.stringify(records)).not.toContain('needle');
    expect(records.at(-1)?.notable).toMatchObject([{ kind: 'mass-update', statement: null }]);
    const [stretch] = await readStream(repository, sourceId, never);
    const last = stretch!.records.at(-1)!;
    await expect(Array.fromAsync(eventsOf(repository, last, undefined, never))).rejects.toMatchObject({
      code: 'keys.vault-closed',
    });
  });

  it('goes on within a transaction that is larger than a stretch', async () => {
    await follow();
    await source.run(
      'CREATE TABLE shop.large (id INT PRIMARY KEY AUTO_INCREMENT, body LONGBLOB) ENGINE=InnoDB',
      `INSERT INTO shop.large (body) VALUES ${Array.from({ length: 12 }, () => "(REPEAT('z', 1048576))").join()}`,
    );
    proxy.setQuality({ cutAfterBytes: 7_000_000 });
    await expect(follow()).rejects.toMatchObject({ code: 'mysql.connection-lost' });
    const [cut] = await readStream(repository, sourceId, never);
    expect(cut?.records.at(-1)?.record.endsWithin).toBe(true);
    proxy.setQuality({});
    await follow();
    const records = await expectAsOnServer();
    const inserted = records.flatMap(({ tables }) => tables).filter(({ table }) => table === 'large');
    expect(inserted).toEqual([{ database: 'shop', table: 'large', inserted: 12, updated: 0, deleted: 0 }]);
  });

  it('never joins a log that was reset, and says that there is a gap', async () => {
    await work(3);
    await follow();
    await source.run('RESET MASTER');
    await work(200);
    const report = await catchUp();
    expect(report.gaps).toMatchObject([{ reason: 'rewritten' }]);
    const stretches = await readStream(repository, sourceId, never);
    expect(stretches.map(({ gap }) => gap?.reason ?? null)).toEqual([null, 'rewritten']);
    await expectAsOnServer(1);
    // And no gap again, now that it goes on.
    expect((await follow()).gaps).toEqual([]);
  });

  it('says what is gone when the server deleted what was not read', async () => {
    await follow();
    await work(2);
    await source.run('FLUSH BINARY LOGS');
    await work(2);
    await source.run('FLUSH BINARY LOGS');
    const last = (await logs()).at(-1)!;
    await purgeTo(last.file);
    const report = await follow();
    expect(report.gaps).toMatchObject([{ reason: 'purged', until: { file: last.file, position: firstPosition } }]);
    expect((await readStream(repository, sourceId, never)).map(({ gap }) => gap?.reason ?? null)).toEqual([
      null,
      'purged',
    ]);
  });

  it('goes on without a gap when the file that was read to its end is gone', async () => {
    await source.run('FLUSH BINARY LOGS');
    await follow();
    await source.run('FLUSH BINARY LOGS');
    await follow();
    // What follows is in the next file, and the one before it is gone.
    const { file } = (await logs()).at(-1)!;
    const [stretch] = await readStream(repository, sourceId, never);
    const ended = stretch!.records.findLast(({ record }) => record.nextFile !== null);
    expect(ended?.record.nextFile).toBe(file);
    await purgeTo(file);
    await work(2);
    expect((await follow()).gaps).toEqual([]);
  });

  it("gives the log back as files that the server's own tool reads, and only with the vault where cards are in it", async () => {
    const dir = await mkdtemp(join(tmpdir(), 'shouhu-log-'));
    const binlog = ['/usr/bin/mariadb-binlog', '/usr/bin/mysqlbinlog'].find((path) => existsSync(path)) ?? '';
    expect(binlog, 'the client tools of MariaDB are not installed').not.toBe('');
    try {
      // From the middle of a file on; then a gap.
      await work(2);
      const middle = (await logs()).at(-1)!;
      await work(3);
      await source.run('FLUSH BINARY LOGS');
      await work(2);
      await follow({ freshStart: () => Promise.resolve(middle) });
      await work(1);
      await source.run('RESET MASTER', "INSERT INTO shop.orders (note) VALUES ('after the gap')");
      await work(30);
      await catchUp();
      const stretches = await readStream(repository, sourceId, never);
      const begun: string[] = [];
      const request = {
        repository,
        stretches,
        dir: join(dir, 'out'),
        onBegin: (part: string) => Promise.resolve(void begun.push(part)),
        onProgress: () => undefined,
        signal: never,
      };
      await expect(exportLog({ ...request, vault: undefined })).rejects.toMatchObject({ code: 'keys.vault-closed' });
      expect(existsSync(request.dir)).toBe(false);
      const files = await exportLog({ ...request, vault });
      expect(files.map(({ isAfterGap }) => isAfterGap)).toEqual(files.map((_, at) => at === 2));
      expect(files[0]?.from).toEqual(middle);
      for (const { path, sizeBytes, from } of files) {
        const bytes = await readFile(path);
        expect(bytes.length).toBe(sizeBytes);
        expect((await stat(path)).mode & 0o777).toBe(0o600);
        // The whole ones of what the server still has are its very files.
        if (path.endsWith(from.file) && from === files.at(-1)?.from)
          expect(bytes).toEqual(await fileOnServer(from.file));
        const { stdout, stderr, exitCode } = await runCommand(binlog, ['--verify-binlog-checksum', '-vv', path]);
        expect([exitCode, stderr]).toEqual([0, '']);
        expect(stdout.match(/^# at \d+$/gm)?.length ?? 0).toBeGreaterThan(3);
        expect(stdout).toContain('secret-card-');
      }
      expect(begun).toEqual(files.map(({ path }) => expect.stringMatching(`${path}\\.[^.]+\\.part$`) as string));
      expect((await readdir(request.dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
      // Nothing is written over, and what was there stays.
      await expect(exportLog({ ...request, vault })).rejects.toMatchObject({ code: 'restore.target-exists' });
      expect(await readdir(request.dir)).toHaveLength(files.length);
      const odd = { ...stretches[0]!.records[0]!, record: { ...stretches[0]!.records[0]!.record, file: '../out' } };
      const hostile = [{ records: [odd], gap: null }];
      await expect(exportLog({ ...request, vault, stretches: hostile })).rejects.toMatchObject({
        code: 'repository.damaged',
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('stays with the log while it grows, and stores what it heard when it is stopped', async () => {
    const stop = new AbortController();
    const heard: boolean[] = [];
    const following = follow({
      untilCaughtUp: false,
      closeAfterMs: 200,
      signal: stop.signal,
      onHeard: ({ isAllStored }) => heard.push(isAllStored),
    });
    await expect.poll(() => heard.at(-1), { timeout: 60_000 }).toBe(true);
    await source.run("INSERT INTO shop.orders (note) VALUES ('while it grows')");
    await expect
      .poll(
        async () =>
          JSON.stringify(
            [...(await stored((await readStream(repository, sourceId, never))[0]!)).values()].map((file) =>
              file.includes('while it grows'),
            ),
          ),
        { timeout: 60_000 },
      )
      .toContain('true');
    await source.run("INSERT INTO shop.orders (note) VALUES ('at the very end')");
    stop.abort(new Error('enough'));
    const report = await following;
    expect(report.segments).toBeGreaterThan(0);
    expect(report.gaps).toEqual([]);
  });

  it('asks a busy server now and then, and never joins what was reset meanwhile', async () => {
    const stop = new AbortController();
    const gaps: string[] = [];
    let asked = 0;
    const following = follow({
      untilCaughtUp: false,
      closeAfterMs: 100,
      askAbovePerSecond: 0,
      connect: () => {
        asked += 1;
        return connectMysql(source.target);
      },
      onStored: ({ record }) => gaps.push(record.gap ?? ''),
      signal: stop.signal,
    });
    const busy = async (until: () => boolean) => {
      while (!until()) await work(26);
    };
    await busy(() => asked > 4);
    await source.run('RESET MASTER');
    await busy(() => gaps.includes('rewritten') || gaps.includes('purged'));
    const then = asked;
    await busy(() => asked > then + 3);
    // A lull: it tells of itself again.
    for (let last = -1; last !== asked;) {
      last = asked;
      await rest(1_000, never);
    }
    stop.abort(new Error('enough'));
    expect((await following).gaps).toHaveLength(1);
    await expectAsOnServer(1);
  });

  describeResale(() => ({ source, repository, sourceId, vault, follow }));
  describeTwins(() => source);

  it('stores logs of any make byte for byte, and says which of them tell less', async () => {
    const set = (format: string, image: string, checksum: string, packed: string) =>
      source.run(
        `SET GLOBAL binlog_format = ${format}, GLOBAL binlog_row_image = ${image}, GLOBAL log_bin_compress = ${packed}`,
        `SET GLOBAL log_bin_compress_min_len = 10, GLOBAL gtid_strict_mode = ON, GLOBAL binlog_checksum = ${checksum}`,
        `SET SESSION binlog_format = ${format}, SESSION binlog_row_image = ${image}`,
      );
    const warnings = async () => {
      const connection = await connectMysql(source.target);
      try {
        return (await readLogFacts(connection, never)).warnings;
      } finally {
        connection.close();
      }
    };
    expect(await warnings()).toEqual([]);
    await follow();
    await set('MIXED', 'MINIMAL', 'NONE', 'ON');
    expect(await warnings()).toEqual(['not-row-format', 'not-full-rows']);
    await work(8);
    await source.run('INSERT INTO shop.orders (note) SELECT UUID()');
    await follow();
    await set('STATEMENT', 'FULL', 'CRC32', 'OFF');
    expect(await warnings()).toEqual(['not-row-format']);
    await source.run("SET @note = 'by text'", 'INSERT INTO shop.orders (note) VALUES (CONCAT(@note, RAND()))');
    await follow();
    await set('ROW', 'FULL', 'CRC32', 'OFF');
    const records = await expectAsOnServer();
    expect(records.every(({ gap }, at) => (gap === null) === at > 0)).toBe(true);
  });

  it('merges what is old while the log goes on, and it is still that of the server, byte for byte', async () => {
    const days = 3 * 86_400_000;
    const clock = { nowMs: () => systemClock.nowMs() + days, monotonicMs: () => systemClock.monotonicMs() };
    const names = () => repository.listStreamRecords(sourceId, never);
    // What other tests have left in the log, in few records; then one for each event.
    await catchUp();
    for (let round = 0; round < 3; round += 1) {
      await work(5);
      await source.run("INSERT INTO shop.carmis (carmi) VALUES ('card-of-a-merged-log')");
      await follow({ closeAfterMs: 0 });
    }
    await source.run('FLUSH BINARY LOGS');
    await follow({ closeAfterMs: 0 });
    const before = await names();
    const compaction = new StreamCompaction({
      repository,
      sourceId,
      clock,
      guard: (merge) => merge(never),
      signal: never,
    });
    const done = await compaction.pass(600_000);
    expect(done.removed).toBeGreaterThan(10);
    expect((await names()).length).toBe(before.length - done.removed + done.into);
    await work(5);
    await follow({ closeAfterMs: 0 });
    const records = await expectAsOnServer();
    expect(new Set(records.map(({ sealed }) => sealed))).toEqual(new Set([true, false]));
    expect((await names()).length).toBeLessThan(before.length);
  });

  it('goes on without a gap when the server ended, or was killed, and came back', async () => {
    const arguments_ = await readFile(`/proc/${source.server.pid}/cmdline`, 'utf8').catch(() => null);
    if (arguments_ === null) {
      console.warn('skipped: this system does not say how the server was started (/proc)');
      return;
    }
    const [program = '', ...all] = arguments_.split('\0').filter((each) => each !== '');
    const args = all.filter((each) => !each.startsWith('--init-file='));
    let pid = source.server.pid;
    let again: ChildProcess | undefined;
    const isGone = () => !existsSync(source.server.socketPath) && !existsSync(`/proc/${pid}/fd/0`);
    try {
      for (const how of ['SIGTERM', 'SIGKILL'] as const) {
        await work(3);
        await follow();
        await work(3);
        const open = await source.openAdmin();
        await open.query('BEGIN');
        await open.query("INSERT INTO shop.orders (note) VALUES ('never committed')");
        process.kill(pid, how);
        if (how === 'SIGKILL') {
          await expect.poll(() => existsSync(`/proc/${pid}/fd/0`), { timeout: 60_000 }).toBe(false);
          await rm(source.server.socketPath, { force: true });
        }
        await expect.poll(isGone, { timeout: 60_000 }).toBe(true);
        await expect(follow()).rejects.toMatchObject({ code: expect.stringMatching(/^mysql\./) as string });
        again = spawn(program, args, { stdio: 'ignore' });
        pid = again.pid ?? 0;
        const answers = () =>
          source.openAdmin().then(
            (connection) => {
              connection.close();
              return true;
            },
            () => false,
          );
        await expect.poll(answers, { timeout: 120_000, interval: 100 }).toBe(true);
        const admin = await source.openAdmin();
        source = {
          ...source,
          admin,
          run: async (...statements) => {
            for (const statement of statements) await admin.query(statement);
          },
        };
        await work(3);
        expect((await catchUp()).gaps).toEqual([]);
      }
      const records = await expectAsOnServer();
      const files = await stored((await readStream(repository, sourceId, never))[0]!);
      const holding = (text: string) => [...files.values()].filter((bytes) => bytes.includes(text)).length;
      expect([holding('secret-card-2') > 0, holding('never committed')]).toEqual([true, 0]);
      expect(new Set(records.map(({ file }) => file)).size).toBeGreaterThanOrEqual(3);
    } finally {
      again?.kill('SIGKILL');
      await expect.poll(() => existsSync(`/proc/${pid}/fd/0`), { timeout: 60_000 }).toBe(false);
    }
  });
});
