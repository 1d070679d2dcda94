import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../backend/testing/model-disk/seeded-random.ts';
import { startCuttingProxy, type CuttingProxy } from '../demo/cutting-proxy.ts';
import { readBinlog, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import { connectMysql } from '../source/mysql/index.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import type { ReadEvents, Stretch } from '../stream/index.ts';
import { replayOntoServer, type ServerReplay } from './replay-onto-server.ts';

const never = new AbortController().signal;
const seed = 20261123;

/** A server's own log, done again beside what wrote it. */
describe('replayOntoServer', { timeout: 300_000 }, () => {
  let source: SourceServer;
  let proxy: CuttingProxy;
  let events: BinlogEvent[];
  let format: Buffer;
  beforeAll(async () => {
    source = await startSource();
    proxy = await startCuttingProxy({ host: '127.0.0.1', port: source.server.port ?? 0 });
    const from = await end();
    await source.run(
      'CREATE DATABASE shop',
      'USE shop',
      'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(400), paid DECIMAL(10,2)) ENGINE=InnoDB',
      'CREATE TABLE shop.audit (id INT PRIMARY KEY AUTO_INCREMENT, what TEXT) ENGINE=InnoDB',
      'CREATE TRIGGER noted AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (what) VALUES (NEW.note)',
    );
    for (let n = 0; n < 120; n++) {
      await source.run(
        'BEGIN',
        `INSERT INTO shop.orders (note, paid) VALUES (REPEAT('订单', ${n % 90}), ${n}.05), ('b', 1)`,
        `UPDATE shop.orders SET paid = paid + 0.1 WHERE id % 7 = ${n % 7}`,
        n % 10 === 0 ? 'ROLLBACK' : 'COMMIT',
      );
      // What commits itself parts the transactions before it from those behind it.
      if (n % 9 === 0) await source.run(`ALTER TABLE shop.audit COMMENT = '${n}'`);
    }
    await source.run(
      'ALTER TABLE shop.orders ADD state TINYINT NOT NULL DEFAULT 1',
      'DELETE FROM orders WHERE id < 20',
    );
    ({ events, format } = await read(from));
  });
  afterAll(async () => {
    await proxy.stop();
    await source.stop();
  });

  const end = async () => {
    const last = (await source.admin.query('SHOW BINARY LOGS')).at(-1);
    return { file: last?.get('log_name') ?? '', position: Number(last?.get('file_size')) };
  };
  const read = async (from: { file: string; position: number }) => {
    const found: BinlogEvent[] = [];
    let first = Buffer.alloc(0);
    const connection = await connectMysql(source.target);
    const items = readBinlog(connection, {
      from,
      flavour: 'mariadb',
      replicaId: 4_000_000_009,
      replicaUuid: randomUUID(),
      untilEnd: true,
      heartbeatMs: 1000,
      signal: never,
    });
    for await (const item of items) {
      if (item.kind === 'format') first = Buffer.from(item.bytes);
      if (item.kind === 'event') found.push({ ...item, bytes: Buffer.from(item.bytes) });
    }
    return { events: found, format: first };
  };
  /** The log in records of a few events each, wherever that cuts its transactions. */
  const stored = (eventsEach: number): { stretch: Stretch; readEvents: ReadEvents } => {
    const parts: BinlogEvent[][] = [];
    for (let at = 0; at < events.length; at += eventsEach) parts.push(events.slice(at, at + eventsEach));
    const records = parts.map((part, index) => {
      const [first, last] = [part[0]!, part.at(-1)!];
      const record = { file: first.file, from: first.position, to: last.endPosition };
      return { name: String(index), record: { ...record, format: format.toString('base64') } };
    }) as unknown as Stretch['records'];
    const readEvents: ReadEvents = async function* (each) {
      await Promise.resolve();
      yield* parts[Number(each.name)] ?? [];
    };
    return { stretch: { records, gap: null }, readEvents };
  };
  const request = (database: string, more: Partial<ServerReplay> = {}): ServerReplay => {
    const { stretch, readEvents } = stored(13);
    const last = stretch.records.at(-1)!.record;
    return {
      plan: {
        stretch,
        from: { index: 0, position: events[0]!.position },
        stop: { index: stretch.records.length - 1, position: last.to },
      },
      read: readEvents,
      target: { ...source.as(source.target.user, source.target.password) },
      flavour: 'mariadb',
      databases: ['shop'],
      renames: new Map([['shop', database]]),
      withoutBinlog: false,
      onProgress: () => undefined,
      signal: never,
      ...more,
    };
  };
  const without = (text: string | null | undefined) => (text ?? '').replace(/ AUTO_INCREMENT=\d+/, '');
  const stateOf = async (database: string) => {
    const state: string[] = [];
    for (const table of ['orders', 'audit']) {
      const [sum] = await source.admin.query(`CHECKSUM TABLE ${database}.${table} EXTENDED`);
      const [shown] = await source.admin.query(`SHOW CREATE TABLE ${database}.${table}`);
      state.push(`${sum?.get('checksum') ?? ''} ${without(shown?.get('create table'))}`);
    }
    const triggers = await source.admin.query(`SHOW TRIGGERS FROM ${database}`);
    return [...state, ...triggers.map((row) => row.get('trigger') ?? '')];
  };
  const databases = async () => (await source.admin.query('SHOW DATABASES')).map((row) => row.get('database') ?? '');

  it('gives the same beside the original, and leaves nothing else behind', async () => {
    // The database itself is made by the restore; a statement that makes it would need another name for it.
    const created = events.findIndex((event) => event.bytes.includes('CREATE DATABASE'));
    expect(created).toBeGreaterThanOrEqual(0);
    events.splice(0, created + 1);
    await source.run('CREATE DATABASE beside');
    const report = await replayOntoServer(request('beside'));
    expect(report.transactions).toBeGreaterThan(100);
    expect(await stateOf('beside')).toEqual(await stateOf('shop'));
    expect(await databases()).not.toContain('beside__replay');
  });

  it('goes on where the target stands when the line breaks, at any byte', async () => {
    const random = seededRandom(seed);
    let cuts = 0;
    for (let round = 0; round < 3; round++) {
      const name = `cut_${round}`;
      await source.run(`CREATE DATABASE ${name}`);
      proxy.setQuality({ cutAfterBytes: 8000 + random.below(20_000) });
      const target = { ...source.as(source.target.user, source.target.password), port: proxy.port };
      const { readEvents } = stored(13);
      let furthest = -1;
      let cutsOfRound = 0;
      const read: ReadEvents = (each) => {
        // Each session begins where the one before it stands.
        if (Number(each.name) <= furthest) cutsOfRound += 1;
        furthest = Number(each.name);
        // The line gets better, or a short one would never get through.
        if (cutsOfRound > 2) proxy.setQuality({});
        return readEvents(each);
      };
      const ended = await replayOntoServer(request(name, { target, read })).catch((error: unknown) => error);
      cuts += cutsOfRound;
      // Within a statement that commits itself nobody knows: then it says so and does not guess.
      if (ended instanceof Error) expect(ended).toMatchObject({ code: 'replay.interrupted' });
      else expect(await stateOf(name), `seed ${seed}, round ${round}`).toEqual(await stateOf('shop'));
    }
    expect(cuts).toBeGreaterThan(2);
  });

  it('refuses a target of the other flavour, and a log that does not begin there', async () => {
    await source.run('CREATE DATABASE wrong');
    await expect(replayOntoServer(request('wrong', { flavour: 'mysql' }))).rejects.toMatchObject({
      code: 'replay.other-flavour',
    });
    const { plan } = request('wrong');
    const apart = { ...plan, from: { index: 0, position: plan.from.position + 1 } };
    await expect(replayOntoServer(request('wrong', { plan: apart }))).rejects.toMatchObject({
      code: 'restore.log-apart',
    });
    expect(await databases()).not.toContain('wrong__replay');
  });
});
