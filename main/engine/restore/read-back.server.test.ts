import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import { aSnapshot, never, startSource, tableNamed, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { layoutOf } from '../source/mysql/rows/index.ts';
import { ReadBack } from './read-back.ts';

const whole = { lower: null, upper: null };
let source: SourceServer;
let pool: ChunkPool;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop CHARACTER SET utf8mb4',
    'CREATE TABLE shop.cards (id int PRIMARY KEY, card varchar(60), note text, price decimal(10,2), b bit(5), f float, t timestamp(3) NULL) ENGINE=InnoDB',
    "INSERT INTO shop.cards SELECT seq, CONCAT('卡-', seq), IF(seq % 3, REPEAT('x\\t\\n\\\\', seq % 50), NULL), seq / 100, seq % 32, seq / 3, '2026-11-22 14:00:00.123' FROM shop.seq_1_to_30000",
    'CREATE TABLE shop.log (line varchar(20)) ENGINE=InnoDB',
    "INSERT INTO shop.log SELECT CONCAT('line ', seq % 7) FROM shop.seq_1_to_500",
    'CREATE DATABASE copy CHARACTER SET utf8mb4',
    'CREATE TABLE copy.cards LIKE shop.cards',
    'INSERT INTO copy.cards SELECT * FROM shop.cards',
  );
  pool = new ChunkPool((await aKeyring()).mainKeys, 1);
});
afterAll(async () => {
  await pool.close();
  await source.stop();
});

it.each(['cards', 'log'])('digests the rows of %s as the server itself does', async (name) => {
  const snapshot = await aSnapshot(source.target, {
    databases: ['shop'],
    isSecret: (_database, _table, column) => column === 'card',
  });
  const schema = tableNamed(snapshot, name);
  const bounds = name === 'cards' ? { lower: ['NTAw'], upper: ['MjkwMDA='] } : whole;
  const open = await snapshot.digestRange(schema, bounds, 'open', never);
  const sealed = name === 'cards' ? await snapshot.digestRange(schema, bounds, 'sealed', never) : null;
  await snapshot.close();
  const readBack = new ReadBack(source.target, pool, 0, never);

  const found = await readBack.digests(aLoad('shop'), bounds, null);
  expect(found).toEqual({ open, sealed });
  expect(open.rows).toBe(name === 'cards' ? 28_500 : 500);

  if (name === 'cards') {
    expect(await readBack.digests(aLoad('copy'), bounds, null)).toEqual({ open, sealed });
    await source.run("UPDATE copy.cards SET card = 'stolen' WHERE id = 20000");
    const changed = await readBack.digests(aLoad('copy'), bounds, null);
    expect(changed).toMatchObject({ open });
    expect(changed).not.toMatchObject({ sealed });
  }
  readBack.close();

  function aLoad(database: string) {
    return { record: { schema, rows: 0, ranges: [] }, database, sealedDigests: new Map<string, string>() };
  }
});

it('knows the packets of equal rows again, and only those', async () => {
  const snapshot = await aSnapshot(source.target, {
    databases: ['shop'],
    isSecret: (_database, _table, column) => column === 'card',
  });
  const schema = tableNamed(snapshot, 'cards');
  const bounds = { lower: null, upper: ['MTAwMQ=='] };
  let packetHash: string | null = null;
  await snapshot.readRange(
    schema,
    bounds,
    { firstBytes: 1 << 20, nextBytes: 1 << 20 },
    async ({ bytes, usedBytes, rows }) => {
      const task = { bytes, usedBytes, rows, layout: layoutOf(schema), unlessSame: null };
      const encoded = await pool.encode(task, never);
      if (encoded === 'same' || packetHash !== null) throw new Error('one batch of new rows was expected');
      packetHash = encoded.packetHash;
    },
    never,
  );
  await snapshot.close();
  await source.run('CREATE TABLE copy.known LIKE shop.cards', 'INSERT INTO copy.known SELECT * FROM shop.cards');
  const readBack = new ReadBack(source.target, pool, 0, never);
  const load = {
    record: { schema: { ...schema, name: 'known' }, rows: 0, ranges: [] },
    database: 'copy',
    sealedDigests: new Map<string, string>(),
  };
  const found = () => readBack.digests(load, bounds, packetHash);

  expect(await found()).toBe('same');
  await source.run("UPDATE copy.known SET card = 'stolen' WHERE id = 500");
  expect(await found()).toMatchObject({ open: { rows: 1000 } });
  await source.run('UPDATE copy.known SET card = (SELECT card FROM shop.cards WHERE id = 500) WHERE id = 500');
  expect(await found()).toBe('same');
  await source.run('DELETE FROM copy.known WHERE id = 1000');
  expect(await found()).toMatchObject({ open: { rows: 999 } });
  readBack.close();
});
