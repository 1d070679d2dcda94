import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BackupResult } from '../backup/run-backup.ts';
import { aLedger, aRepository } from '../backup/testing/a-capture.ts';
import { backUpAndClose } from '../backup/testing/a-run.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { readerOf, restoreAgain } from './testing/a-restore.ts';

/** A shop program that writes words where amounts belong. Its rows are as dear as any others. */
let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop CHARACTER SET utf8mb4',
    'CREATE TABLE shop.orders (id int PRIMARY KEY, price varchar(20))',
    // 100 good ones, and four that are no numbers; NULL adds nothing and is none of them.
    'INSERT INTO shop.orders SELECT seq, 1.25 FROM shop.seq_1_to_100',
    "INSERT INTO shop.orders VALUES (201, '免费'), (202, '12元'), (203, ''), (204, ' 3 '), (205, NULL)",
  );
});
afterAll(() => source.stop());

it('keeps the rows, names the ledger night after night, and restores all of it', async () => {
  const keyring = await aKeyring();
  const { repository } = await aRepository(keyring);
  const backUp = async (previous: Manifest | null): Promise<BackupResult> => {
    const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
    return backUpAndClose(snapshot, repository, { ledgers: [aLedger({ table: 'orders' })], previous });
  };

  const first = await backUp(null);
  // The second night inherits the ranges, which must remember what could not be read.
  const second = await backUp(first.manifest);

  for (const { manifest } of [first, second]) {
    expect(manifest.tables.map(({ rows }) => rows)).toEqual([105]);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
      { id: 'ledgers-readable', ok: false, facts: { ledger: 'sales', amounts: 4 } },
    ]);
    expect(manifest.ledgers).toMatchObject([{ name: 'sales', rows: 105, sum: '125.00', equal: false, unreadable: 4 }]);
  }
  expect(second.manifest.read.rangesReused).toBe(1);

  const pool = new ChunkPool(keyring.mainKeys, 1);
  try {
    const reader = readerOf(repository, pool);
    const manifest = await reader.manifest(second.manifestName, never);
    const restored = await restoreAgain(manifest, { reader, pool, target: source.target });

    expect(restored).toMatchObject({ rows: 105, digest: { equal: true, different: [] } });
    // What the servers make of such text is the same on both, and still nobody's proof.
    expect(restored.ledgers).toMatchObject([{ name: 'sales', rows: 105, equal: true, unreadable: 4 }]);
  } finally {
    await pool.close();
  }
  const same = 'SELECT COUNT(*) AS n FROM shop.orders a JOIN again.orders b ON a.id = b.id AND a.price <=> b.price';
  expect((await source.admin.query(same))[0]?.get('n')).toBe('105');
});
