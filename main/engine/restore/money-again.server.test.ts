import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLedger, aRepository } from '../backup/testing/a-capture.ts';
import { backUpAndClose } from '../backup/testing/a-run.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { readerOf, restoreAgain } from './testing/a-restore.ts';

let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
});
afterAll(() => source.stop());

it('tells money apart again on the restored server, and counts the stock', { timeout: 60_000 }, async () => {
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.orders (id int PRIMARY KEY, price decimal(10,2), status varchar(10), day date, goods int)',
    "INSERT INTO shop.orders VALUES (1, 10.50, 'paid', '2026-11-22', 7), (2, 0.01, 'paid', '2026-11-23', 7), (3, 99, '退款', NULL, 8)",
    'CREATE TABLE shop.cards (id int PRIMARY KEY, goods int, status int)',
    'INSERT INTO shop.cards VALUES (1, 7, 1), (2, 7, 2), (3, 8, 1)',
  );
  const keyring = await aKeyring();
  const { repository } = await aRepository(keyring);
  const { manifest: written, manifestName } = await backUpAndClose(
    await aSnapshot(source.target, { databases: ['shop'] }),
    repository,
    {
      ledgers: [
        aLedger({
          table: 'orders',
          statusColumn: 'status',
          paidValues: ['paid'],
          day: { column: 'day', form: 'local', utcOffsetMinutes: 480 },
          productColumn: 'goods',
        }),
      ],
      counts: [
        {
          id: 'unsold-cards',
          name: 'unsold-cards',
          database: 'shop',
          table: 'cards',
          where: [{ column: 'status', values: ['1'] }],
          sum: null,
          by: 'goods',
        },
      ],
    },
  );
  expect(written.checks.filter(({ ok }) => !ok)).toEqual([]);
  const pool = new ChunkPool(keyring.mainKeys, 1);
  try {
    const reader = readerOf(repository, pool);
    const manifest = await reader.manifest(manifestName, never);

    const restored = await restoreAgain(manifest, { reader, pool, target: source.target });

    expect(restored.ledgers).toMatchObject([{ name: 'sales', rows: 2, sum: '10.51', equal: true, byEqual: true }]);
    expect(restored.counts).toMatchObject([{ name: 'unsold-cards', rows: 2, equal: true }]);
  } finally {
    await pool.close();
  }
});
