import { createServer, connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectMysql } from './connect.ts';
import {
  aSnapshot,
  never,
  readAll,
  rowsOf,
  startSource,
  evenBatches,
  tableNamed,
  whole,
  type SourceServer,
} from './testing/source-server.ts';
import type { MysqlTarget } from './types.ts';

let source: SourceServer;
const cleanUps: (() => void)[] = [];

beforeAll(async () => {
  source = await startSource(['--max-allowed-packet=67108864']);
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.cards (id int PRIMARY KEY, secret varchar(300)) ENGINE=InnoDB',
    "INSERT INTO shop.cards SELECT seq, REPEAT('x', 300) FROM shop.seq_1_to_60000",
    'CREATE TABLE shop.big (body longblob, id int PRIMARY KEY) ENGINE=InnoDB',
    // The lengths at which a packet, its header or the length of a field change their form.
    ...[0, 250, 251, 252, 65535, 65536, 16777205, 16777214, 16777215, 16777216, 33554430].map(
      (length, id) => `INSERT INTO shop.big VALUES (REPEAT(CHAR(254), ${length}), ${id})`,
    ),
  );
});
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});
afterAll(async () => {
  await source.stop();
});

describe('raw rows', () => {
  it('arrive whole at every length of a field and of a packet', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
    const batches: number[] = [];
    const seen: [number, number, boolean][] = [];
    const rows = await snapshot.readRange(
      tableNamed(snapshot, 'big'),
      whole,
      evenBatches(1 << 20),
      (batch) => {
        batches.push(batch.rows);
        for (const [body, id] of rowsOf(batch))
          seen.push([Number(String(id)), body!.length, body!.every((byte) => byte === 0xfe)]);
        return Promise.resolve();
      },
      never,
    );
    await snapshot.close();

    expect(rows).toBe(11);
    expect(seen).toEqual(
      [0, 250, 251, 252, 65535, 65536, 16777205, 16777214, 16777215, 16777216, 33554430].map((length, id) => [
        id,
        length,
        true,
      ]),
    );
    expect(batches).toEqual([6, 1, 1, 1, 1, 1]);
  });

  it('name their columns and count their warnings', async () => {
    const connection = await open();

    const { rows, result } = await connection.ask(
      "SELECT CAST('12x' AS UNSIGNED) AS `n 数`, NULL AS nothing, '' AS empty",
    );

    expect(result).toMatchObject({ columns: ['n 数', 'nothing', 'empty'], warnings: 1 });
    expect(Object.fromEntries(rows[0]!)).toEqual({ 'n 数': '12', nothing: null, empty: '' });
  });

  it('come as stored bytes when asked to, also from columns of another character set', async () => {
    await source.run(
      'CREATE OR REPLACE TABLE shop.gbk (v varchar(10) CHARACTER SET gbk, b varchar(10) CHARACTER SET latin1)',
      "INSERT INTO shop.gbk VALUES ('守护', CONVERT(CAST('守' AS BINARY) USING latin1))",
    );
    const raw = await connectMysql(source.target, { rawResults: true });

    const [row] = await raw.queryBytes('SELECT v, b FROM shop.gbk');
    raw.close();

    expect(row).toEqual([Buffer.from('cad8bba4', 'hex'), Buffer.from('守')]);
  });
});

describe('back-pressure', () => {
  it('never has more than two batches outstanding, and delivers one at a time in order', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
    let isBusy = false;
    const receivedAt: number[] = [];
    const firstIds: number[] = [];
    const rows = await snapshot.readRange(
      tableNamed(snapshot, 'cards'),
      whole,
      evenBatches(256 * 1024),
      async (batch) => {
        expect(isBusy).toBe(false);
        isBusy = true;
        receivedAt.push(snapshot.bytesFromServer());
        firstIds.push(Number(Buffer.from(batch.firstKey![0]!, 'base64').toString()));
        await new Promise((resolve) => setTimeout(resolve, 20));
        isBusy = false;
      },
      never,
    );
    await snapshot.close();

    expect(rows).toBe(60_000);
    expect(firstIds).toEqual([...firstIds].sort((a, b) => a - b));
    // While batch n is being worked on, at most one more batch and a socket buffer have come in.
    for (const [n, bytes] of receivedAt.entries()) expect(bytes).toBeLessThan((n + 4) * 256 * 1024 + 300_000);
  });

  it('ends the read with the error of a receiver that fails', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
    let calls = 0;
    const reading = snapshot.readRange(
      tableNamed(snapshot, 'cards'),
      whole,
      evenBatches(64 * 1024),
      () => {
        calls += 1;
        return calls === 3 ? Promise.reject(new Error('disk full')) : Promise.resolve();
      },
      never,
    );

    await expect(reading).rejects.toThrow('disk full');
    await snapshot.close();
    expect(calls).toBe(3);
    // Nor does the server go on waiting for a reader that has stopped in the middle.
    await expect.poll(readsOnServer).toBe('0');
  });
});

describe('a connection that ends in the middle of a result', () => {
  it.each([
    ['KILL CONNECTION', (id: number) => `KILL ${id}`, 'mysql.connection-lost'],
    ['KILL QUERY', (id: number) => `KILL QUERY ${id}`, 'mysql.query-failed'],
  ])('rejects the read (%s)', async (_, kill, code) => {
    const connection = await open();
    const rows: number[] = [];
    const reading = connection.run(
      'SELECT a.id, a.secret FROM shop.cards a JOIN shop.cards b ON b.id < 20',
      (_buffer, from, to) => {
        rows.push(to - from);
        if (rows.length === 1000) connection.pause();
      },
    );
    const outcome = reading.catch((error: unknown) => error);
    await expect.poll(() => rows.length).toBeGreaterThanOrEqual(1000);
    await source.run(kill(connection.threadId));
    connection.resume();

    expect(await outcome).toMatchObject({ code });
    expect(rows.length).toBeLessThan(19 * 60_000);
  });

  it('rejects when the line is cut at any byte, never ends early or hangs', async () => {
    // From inside the login to the last bytes of the result, in uneven steps.
    for (let cutAfter = 20; cutAfter < 400_000; cutAfter = Math.ceil(cutAfter * 1.9) + 7) {
      const target = await throughCutter(cutAfter);
      const outcome = await connectMysql(target)
        .then(async (connection) => {
          cleanUps.push(() => connection.destroy());
          return connection.query('SELECT id, secret FROM shop.cards LIMIT 1400');
        })
        .catch((error: unknown) => error);

      expect(outcome, `cut after ${cutAfter} bytes`).toMatchObject({
        code: expect.stringMatching(/^mysql[.](connection-lost|unreachable)$/) as unknown,
      });
    }
  });

  it('rejects a snapshot whose line is cut while it reads, and closes', async () => {
    const target = await throughCutter(3_000_000);
    const snapshot = await aSnapshot(target, { databases: ['shop'], readers: 2 });

    await expect(readAll(snapshot, tableNamed(snapshot, 'cards'))).rejects.toMatchObject({
      code: 'mysql.connection-lost',
    });
    await snapshot.close();
  });

  it('stops at an abort, and the server stops working too', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
    const stop = new AbortController();
    const digest = { ...tableNamed(snapshot, 'cards') };
    const counting = snapshot.countRows(digest, never);
    await counting;
    const busy = snapshot.readRange(
      digest,
      whole,
      evenBatches(64 * 1024),
      () => {
        stop.abort();
        return new Promise(() => undefined);
      },
      stop.signal,
    );

    await expect(busy).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(readsOnServer).toBe('0');
    await snapshot.close();
  });
});

describe('errors', () => {
  it.each<[string, Partial<MysqlTarget>, string, Record<string, unknown>]>([
    [
      'a wrong password',
      { password: 'wrong', user: 'shopkeeper' },
      'mysql.auth-failed',
      { user: 'shopkeeper', host: '127.0.0.1' },
    ],
    ['a closed port', { port: 1 }, 'mysql.unreachable', { host: '127.0.0.1', port: 1, reason: 'ECONNREFUSED' }],
    ['an unknown host', { host: 'nowhere.invalid' }, 'mysql.unreachable', { host: 'nowhere.invalid' }],
  ])('says what is wrong with %s', async (_, change, code, facts) => {
    const tcp = overTcp();

    await expect(connectMysql({ ...tcp, ...change })).rejects.toMatchObject({ code, facts });
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    cleanUps.push(() => silent.close());
    const { port } = silent.address() as { port: number };

    await expect(
      connectMysql({ host: '127.0.0.1', port, user: 'u', password: '' }, { connectTimeoutMs: 300 }),
    ).rejects.toMatchObject({ code: 'mysql.unreachable', facts: { reason: 'ETIMEDOUT' } });
  });

  it('keeps values out of what it says', async () => {
    const connection = await open();
    await connection.query('CREATE TEMPORARY TABLE shop.t (v varchar(100) PRIMARY KEY)');
    const insert = "INSERT INTO shop.t VALUES ('KA-''MI-1234')";
    await connection.query(insert);

    const error = await connection.query(insert).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: 'mysql.query-failed', facts: { errno: 1062 } });
    expect(JSON.stringify((error as { facts: unknown }).facts)).not.toContain('MI-1234');
  });

  it('rejects every later statement on a connection that is gone', async () => {
    const connection = await open();
    connection.destroy();

    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'mysql.connection-lost' });
  });
});

it('does not let the server ask for local files', async () => {
  const connection = await open();

  await expect(connection.query("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE shop.gbk (v)")).rejects.toMatchObject({
    code: expect.stringMatching(/^mysql[.]/) as unknown,
  });
});

/** How many statements of readers the server is working on. */
async function readsOnServer(): Promise<string | null | undefined> {
  const [row] = await source.admin.query(
    "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE info LIKE 'SELECT SQL_NO_CACHE%'",
  );
  return row?.get('n');
}

async function open() {
  const connection = await connectMysql(source.target);
  cleanUps.push(() => connection.destroy());
  return connection;
}

/** A target behind a relay that cuts both directions after so many bytes from the server. */
async function throughCutter(bytesFromServer: number): Promise<MysqlTarget> {
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const upstream = connect(source.target.port, '127.0.0.1');
    sockets.add(client).add(upstream);
    let left = bytesFromServer;
    client.on('error', () => undefined).pipe(upstream.on('error', () => undefined));
    upstream.on('data', (bytes: Buffer) => {
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      client.end();
      upstream.destroy();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => relay.once('listening', resolve));
  cleanUps.push(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  const tcp = overTcp();
  return { ...tcp, port: (relay.address() as { port: number }).port };
}

function overTcp(): MysqlTarget {
  const { host, port, user, password } = source.target;
  return { host, port, user, password };
}
