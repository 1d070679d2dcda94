import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fc } from '../../platform/testing/seeded.ts';
import type { KeyBound, TableSchema } from '../../../../shared/model/database.ts';
import { everyType } from './testing/every-type.sql.ts';
import {
  aSnapshot,
  never,
  readAll,
  startSource,
  evenBatches,
  tableNamed,
  texts,
  whole,
  type SourceServer,
} from './testing/source-server.ts';
import type { KeyRange, MysqlSnapshot, RawBatch } from './types.ts';

let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
  await source.run('CREATE DATABASE shop CHARACTER SET utf8mb4');
});
afterAll(async () => {
  await source.stop();
});

describe('ranges', () => {
  it.each<[string, string, fc.Arbitrary<string>]>([
    ['signed integers', 'bigint', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
    ['unsigned integers', 'bigint unsigned', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)],
    ['strings without case', 'varchar(20) COLLATE utf8mb4_unicode_ci', aText()],
    ['strings by bytes', 'varchar(20) COLLATE utf8mb4_bin', aText()],
    ['strings of gbk', 'char(12) CHARACTER SET gbk', fc.stringMatching(/^[a-cA-C守护中文 ]{0,8}$/).map(quote)],
    [
      'bytes',
      'varbinary(12)',
      fc.uint8Array({ maxLength: 12 }).map((bytes) => `X'${Buffer.from(bytes).toString('hex')}'`),
    ],
    [
      'decimals',
      'decimal(20,4)',
      fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(
        (n) =>
          `${n < 0n ? '-' : ''}${String(n < 0n ? -n : n)
            .padStart(5, '0')
            .replace(/(.{4})$/, '.$1')}`,
      ),
    ],
    [
      'times',
      'datetime(3)',
      fc
        .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => quote(date.toISOString().slice(0, 23).replace('T', ' '))),
    ],
  ])(
    'over %s tile the table, also when rows arrive at the borders',
    async (_, type, literal) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(literal, { minLength: 1, maxLength: 40 }),
          fc.array(fc.nat(), { maxLength: 6 }),
          async (keys, cuts) => {
            await source.run(
              `CREATE OR REPLACE TABLE shop.tiles (k ${type} NOT NULL PRIMARY KEY, v int) ENGINE=InnoDB`,
              `INSERT IGNORE INTO shop.tiles (k) VALUES ${keys.map((key) => `(${key})`).join(',')}`,
            );
            const before = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
            const bounds = await boundsAt(before, tableNamed(before, 'tiles'), cuts);
            await before.close();
            // New rows on, just before and just behind what is now a border; the border rows themselves go away.
            await source.run(
              'INSERT IGNORE INTO shop.tiles (k, v) SELECT k, 1 FROM shop.tiles ORDER BY k DESC LIMIT 3',
              'DELETE FROM shop.tiles ORDER BY k LIMIT 1',
              ...keys.slice(0, 5).map((key) => `INSERT IGNORE INTO shop.tiles (k) VALUES (${key})`),
            );
            const after = await aSnapshot(source.target, { databases: ['shop'], readers: 1 });
            try {
              expect(await tiles(after, tableNamed(after, 'tiles'), bounds)).toEqual(
                await readAll(after, tableNamed(after, 'tiles')),
              );
            } finally {
              await after.close();
            }
          },
        ),
        { numRuns: 6 },
      );
    },
    120_000,
  );

  it('over composite keys tile the table', async () => {
    await source.run(
      `CREATE TABLE shop.composite (a varchar(10) COLLATE utf8mb4_unicode_ci, b int, c date, v varchar(10), PRIMARY KEY (a, b, c)) ENGINE=InnoDB`,
      `INSERT IGNORE INTO shop.composite SELECT ELT(1 + seq % 5, 'a', 'B', 'é', '', 'z '), CAST(seq % 7 AS SIGNED) - 3, DATE_ADD('2024-01-01', INTERVAL seq % 11 DAY), 'v' FROM shop.seq_1_to_300`,
    );
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
    const table = tableNamed(snapshot, 'composite');
    const all = await readAll(snapshot, table);

    for (let step = 1; step < 60; step += 7) {
      const cuts = Array.from({ length: Math.floor(all.length / step) }, (_, index) => index * step);
      expect(await tiles(snapshot, table, await boundsAt(snapshot, table, cuts))).toEqual(all);
    }
    await snapshot.close();
  });

  it('work under names that need quoting', async () => {
    await source.run(...everyType('mariadb', 'odd `db`.名'.replaceAll('`', '')));
    const snapshot = await aSnapshot(source.target, { databases: ['odd db.名'] });
    const table = tableNamed(snapshot, 'odd `na.me` 表');

    expect(table.key).toEqual(['id `x`']);
    expect(texts(await readAll(snapshot, table, { lower: [base64('2')], upper: null }))).toEqual([['2', null]]);
    expect(await snapshot.digestRange(table, { lower: null, upper: [base64('2')] }, 'open', never)).toMatchObject({
      rows: 1,
    });
    await snapshot.close();
  });

  it('refuse a bound that is no value of its column', async () => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
    const table = tableNamed(snapshot, 'composite');
    const range = { lower: [base64('a'), base64('1 OR 1=1'), base64('2024-01-01')], upper: null };

    await expect(readAll(snapshot, table, range)).rejects.toMatchObject({ code: 'unexpected' });
    await snapshot.close();
  });
});

describe('planned bounds', () => {
  it.each<[string, string, number]>([
    ['dense ids', 'SELECT seq FROM shop.seq_1_to_20000', 8],
    [
      'ids in two far clusters',
      'SELECT seq FROM shop.seq_1_to_10000 UNION ALL SELECT seq + 9000000000000000000 FROM shop.seq_1_to_10000',
      8,
    ],
    ['one outlier', 'SELECT seq FROM shop.seq_1_to_20000 UNION ALL SELECT 18446744073709551615', 8],
  ])('cut %s into even, ascending segments of rows that exist', async (_, rows, parts) => {
    await source.run(
      'CREATE OR REPLACE TABLE shop.planned (id bigint unsigned, n int, PRIMARY KEY (id, n)) ENGINE=InnoDB',
      `INSERT INTO shop.planned SELECT i.seq, 1 FROM (${rows}) i`,
      'ANALYZE TABLE shop.planned',
    );
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
    const table = tableNamed(snapshot, 'planned');

    const bounds = await snapshot.planBounds(table, parts, never);
    const sizes: number[] = [];
    for (const range of rangesOf(bounds)) sizes.push((await snapshot.digestRange(table, range, 'open', never)).rows);
    const total = await snapshot.countRows(table, never);
    await snapshot.close();

    expect(sizes.reduce((a, b) => a + b)).toBe(total);
    expect(sizes.length).toBeGreaterThanOrEqual(parts - 1);
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect(Math.max(...sizes)).toBeLessThan((total / parts) * 3);
  });

  it('are none for a small or differently keyed table', async () => {
    await source.run(
      'CREATE OR REPLACE TABLE shop.planned (id int PRIMARY KEY) ENGINE=InnoDB',
      'CREATE TABLE shop.worded (id varchar(5) PRIMARY KEY) ENGINE=InnoDB',
      "INSERT INTO shop.worded VALUES ('a'), ('b')",
    );
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });

    expect(await snapshot.planBounds(tableNamed(snapshot, 'planned'), 4, never)).toEqual([]);
    expect(await snapshot.planBounds(tableNamed(snapshot, 'worded'), 4, never)).toEqual([]);
    await snapshot.close();
  });
});

function aText(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[aAbBéÉß守护😀 _%\\'"0-]{0,12}$/u).map(quote);
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** First keys of batches of one row at these positions. */
async function boundsAt(snapshot: MysqlSnapshot, table: TableSchema, cuts: readonly number[]): Promise<KeyBound[]> {
  const keys: KeyBound[] = [];
  await snapshot.readRange(
    table,
    whole,
    evenBatches(1),
    (batch: RawBatch) => {
      keys.push(batch.firstKey!);
      return Promise.resolve();
    },
    never,
  );
  const chosen = [...new Set(cuts.map((cut) => cut % Math.max(1, keys.length)))].sort((a, b) => a - b);
  return chosen.flatMap((index) => (keys[index] === undefined ? [] : [keys[index]]));
}

function rangesOf(bounds: readonly KeyBound[]): KeyRange[] {
  return [null, ...bounds].map((lower, index) => ({ lower, upper: bounds[index] ?? null }));
}

async function tiles(snapshot: MysqlSnapshot, table: TableSchema, bounds: readonly KeyBound[]) {
  const rows: (Buffer | null)[][] = [];
  for (const range of rangesOf(bounds)) rows.push(...(await readAll(snapshot, table, range)));
  return rows;
}
