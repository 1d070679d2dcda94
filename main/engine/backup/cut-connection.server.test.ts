import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fc, seed } from '../platform/testing/seeded.ts';
import { startCuttingProxy, type CuttingProxy } from '../demo/cutting-proxy.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { green, startOwner, type OwnerRig, type Seen } from './testing/owner-rig.ts';

/**
 * A server that dies mid-stream, at any byte: never a green run, never a manifest, nothing stored is harmed, and the next run succeeds.
 * `SHOUHU_SEED` repeats a run with the points of another one.
 */
const points = 50;

let source: SourceServer;
let proxy: CuttingProxy;
let owner: OwnerRig;
/** When everything had been read and only the manifest was to be written. */
let atPublish: { readonly bytes: number; readonly isDead: boolean } | null = null;
let before = 0;

const passedBytes = () => proxy.passed.up + proxy.passed.down - before;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.cards (id int PRIMARY KEY, price decimal(10,2), secret varchar(100))',
    'INSERT INTO shop.cards SELECT seq, seq / 100, REPEAT(CHAR(65 + seq % 26), 60) FROM shop.seq_1_to_3000',
    'CREATE TABLE shop.hits (id int PRIMARY KEY, agent varchar(100)) ENGINE=MyISAM',
    "INSERT INTO shop.hits SELECT seq, REPEAT('m', 60) FROM shop.seq_1_to_500",
    'CREATE TABLE shop.wide (a int, b varchar(300))',
    "INSERT INTO shop.wide SELECT seq, REPEAT('w', 200) FROM shop.seq_1_to_400",
    'CREATE TABLE shop.empty (id int PRIMARY KEY)',
    'CREATE VIEW shop.totals AS SELECT SUM(price) AS total FROM shop.cards',
    'CREATE TRIGGER shop.stamp BEFORE INSERT ON shop.cards FOR EACH ROW SET NEW.price = 1',
  );
  proxy = await startCuttingProxy({ host: '127.0.0.1', port: source.server.port ?? 0 });
  owner = await startOwner((phase) => {
    if (phase === 'publish') atPublish = { bytes: passedBytes(), isDead: proxy.isDead };
  });
  const { user, password } = source.server;
  const access = { host: '127.0.0.1', port: proxy.port, user, password };
  const ledger = {
    name: 'sales',
    database: 'shop',
    table: 'cards',
    amountColumn: 'price',
    unit: 'yuan',
    currency: 'CNY',
    statusColumn: null,
    paidValues: [],
  } as const;
  for (const name of ['measured', 'cut']) {
    const fields = { databases: ['shop'], secretColumns: ['cards.secret'], ledgers: [{ ...ledger, paidValues: [] }] };
    await owner.addSource(name, access, fields);
  }
});
afterAll(async () => {
  await owner.close();
  await proxy.stop();
  await source.stop();
});

async function run(name: string, quality: Parameters<CuttingProxy['setQuality']>[0]): Promise<Seen> {
  proxy.setQuality(quality);
  before = proxy.passed.up + proxy.passed.down;
  atPublish = null;
  return owner.backUp(name);
}

/** One point in each of so many equal parts of the stream, so that handshakes, questions, rows and last packets all have theirs. */
function spread(total: number): number[] {
  const width = Math.floor(total / points);
  const offsets = fc.sample(fc.noBias(fc.integer({ min: 0, max: width - 1 })), { seed, numRuns: points });
  return offsets.map((offset, part) => part * width + offset);
}

const manifests = () => readdir(join(owner.diskPath, 'manifests'));

describe(`a line that is cut (SHOUHU_SEED=${seed})`, () => {
  it(`at ${points} points of the whole stream is never green, and harms nothing`, async () => {
    green(await run('measured', {}));
    const total = atPublish?.bytes ?? 0;
    const kept = await manifests();
    let cuts = 0;
    // The first and the last byte as well.
    for (const dieAfterBytes of [0, ...spread(total), total - 1]) {
      const seen = await run('cut', { dieAfterBytes });

      const where = `after ${dieAfterBytes} of ${total} bytes`;
      // Runs differ by a question or two: one that had read everything before its line died is as good as any.
      if (atPublish?.isDead === false) {
        expect([where, seen.kind], JSON.stringify(seen)).toEqual([where, 'kept']);
        break;
      }
      cuts += 1;
      expect([where, atPublish]).toEqual([where, null]);
      expect(seen, where).toMatchObject({ kind: 'refused' });
      expect(['mysql.connection-lost', 'mysql.unreachable'], where).toContain(seen.kind === 'refused' && seen.code);
      expect(await manifests(), where).toEqual(kept);
      expect(await owner.snapshots('cut'), where).toEqual([]);
    }
    expect(cuts).toBeGreaterThanOrEqual(points - 1);
    await owner.expectSound();

    expect(green(await run('cut', {})).snapshot).toMatchObject({ tables: 4, rows: 3900 });
    const { host, port, user, password } = {
      host: '127.0.0.1',
      port: source.server.port ?? 0,
      ...source.server.connection,
    };
    const restored = await owner.restore('cut', { host, port, user, password }, 'shop_back');
    expect(restored).toMatchObject({ rows: 3900, digest: { equal: true }, ledgers: [{ equal: true }] });
  });

  it('for one connection alone is never green either, whichever it is and wherever', async () => {
    green(await run('measured', {}));
    const before = (await owner.snapshots('measured')).length;
    // Each connection is cut after so many of its own bytes: logins of all, then rows of those that read.
    for (const cutAfterBytes of fc.sample(fc.noBias(fc.integer({ min: 1, max: 30_000 })), { seed, numRuns: 15 })) {
      const seen = await run('measured', { cutAfterBytes });
      expect([cutAfterBytes, seen.kind]).toEqual([cutAfterBytes, 'refused']);
    }
    expect(await owner.snapshots('measured')).toHaveLength(before);
    green(await run('measured', {}));
  });
});
