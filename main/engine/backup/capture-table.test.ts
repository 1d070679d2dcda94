import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Range } from '../../../shared/model/database.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { chunkName, type NewKeyring } from '../repository/index.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import { captureTable } from './capture-table.ts';
import { inheritRanges, wholeTable } from './plan-ranges.ts';
import { aContext, aLedger, aRepository, aScriptedTable, aTable, chunkNames, someRows } from './testing/a-capture.ts';
import { ScriptedSnapshot } from './testing/scripted-snapshot.ts';

describe('captureTable', () => {
  let keyring: NewKeyring;
  let pool: ChunkPool;
  beforeAll(async () => {
    keyring = await aKeyring();
    pool = new ChunkPool(keyring.mainKeys, 1);
  });
  afterAll(() => pool.close());

  async function aRun(rows: number, fields: Parameters<typeof aTable>[0] = {}) {
    const snapshot = new ScriptedSnapshot([aScriptedTable(rows, fields)]);
    const place = await aRepository(keyring);
    const context = aContext(snapshot, place.repository, pool);
    return { snapshot, context, ...place, table: aTable(fields) };
  }

  it('cuts a table at batch borders and keeps the bounds', async () => {
    const { table, context, blobs } = await aRun(250);

    const { record, ledgers } = await captureTable(table, wholeTable(), context);

    expect(record.rows).toBe(250);
    expect(record.ranges.map(({ lower, rows }) => [lower, rows])).toEqual([
      [null, 100],
      [['MTAx'], 100],
      [['MjAx'], 50],
    ]);
    expect(ledgers).toEqual([
      { name: 'sales', currency: 'CNY', rows: 250, sum: '1250.00', serverSum: '1250.00', equal: true },
    ]);
    expect(chunkNames(blobs)).toHaveLength(6);
    expect(context.figures).toMatchObject({ rowsFetched: 250, rangesTotal: 3, objectsWritten: 6, digestsCompared: 1 });
  });

  it('asks the server for both digests of one freshly read piece', async () => {
    const { table, context, snapshot } = await aRun(250);

    await captureTable(table, wholeTable(), context);

    expect(snapshot.calls.filter((call) => call.startsWith('digest'))).toEqual([
      'digest-open cards',
      'digest-sealed cards',
    ]);
  });

  it('reads the text of that piece back, and stores nothing that would not give the rows back', async () => {
    const { table, context, blobs } = await aRun(250);
    const looked: (boolean | null)[] = [];
    const lying = Object.assign(Object.create(pool) as ChunkPool, {
      encode: async (...[task, signal]: Parameters<ChunkPool['encode']>) => {
        const encoded = await pool.encode(task, signal);
        if (encoded === 'same') return encoded;
        looked.push(encoded.isTextTrue);
        return encoded.isTextTrue === null ? encoded : { ...encoded, isTextTrue: false };
      },
    });

    await expect(captureTable(table, wholeTable(), { ...context, pool: lying })).rejects.toMatchObject({
      code: 'backup.digest-mismatch',
      facts: { table: 'shop.cards' },
    });
    expect(looked).toEqual([true]);
    expect(chunkNames(blobs)).toEqual([]);
  });

  it('makes one range of a table without a key, whatever its chunks', async () => {
    const { table, context } = await aRun(250, { key: null });

    const { record } = await captureTable(table, wholeTable(), context);

    expect(record.ranges).toHaveLength(1);
    expect(record.ranges[0]).toMatchObject({ lower: null, rows: 250, sum: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(record.ranges[0]!.chunks.map(({ rows }) => rows)).toEqual([100, 100, 50]);
  });

  it.each([
    ['the hash of their packets', (range: Range) => range],
    ['their digests', withoutPacketHash],
  ])('keeps the chunks of rows that it fetched and found the same by %s', async (_by, known) => {
    const first = await aRun(300);
    const { record: captured } = await captureTable(first.table, wholeTable(), first.context);
    expect(captured.ranges.map(({ packetHash }) => packetHash?.length)).toEqual([32, 32, 32]);
    const record = { ...captured, ranges: captured.ranges.map(known) };
    const changed = aScriptedTable(300);
    changed.rows[150] = ['151', '9.99', 'CARD-151'];
    const snapshot = new ScriptedSnapshot([changed]);
    const costs = { isAskingCheaper: () => false, fetched: () => undefined, asked: () => undefined };
    const context = aContext(snapshot, first.repository, pool, { costs });

    const { record: next } = await captureTable(first.table, inheritRanges(record), context);

    expect(next.ranges[0]).toEqual(record.ranges[0]);
    expect(next.ranges[2]).toEqual(record.ranges[2]);
    expect(next.ranges[1]!.chunks[0]!.id).not.toBe(record.ranges[1]!.chunks[0]!.id);
    expect(context.figures).toMatchObject({ rangesReused: 2, rangesTotal: 3, rowsFetched: 300 });
    expect(snapshot.calls.filter((call) => call.startsWith('digest'))).toEqual([]);
  });

  it('refuses changed rows that are not those the server has digested', async () => {
    const first = await aRun(250);
    const { record } = await captureTable(first.table, wholeTable(), first.context);
    const snapshot = new ScriptedSnapshot([aScriptedTable(250)]);
    snapshot.digestOf = (digest) => ({ ...digest, digest: 'f'.repeat(32) });
    const context = aContext(snapshot, first.repository, pool);

    await expect(captureTable(first.table, inheritRanges(record), context)).rejects.toMatchObject({
      code: 'backup.digest-mismatch',
    });
  });

  it('refuses a table whose rows are not as many as the server counts', async () => {
    const { table, context, snapshot } = await aRun(10);
    snapshot.countOffset = 1;

    await expect(captureTable(table, wholeTable(), context)).rejects.toMatchObject({
      code: 'backup.rows-mismatch',
      facts: { table: 'shop.cards', captured: 10, counted: 11 },
    });
  });

  it.each(['open', 'sealed'])('refuses a table whose %s digest the server sees differently', async (group) => {
    const { table, context, snapshot } = await aRun(100);
    snapshot.digestOf = (digest) =>
      snapshot.calls.at(-1) === `digest-${group} cards` ? { ...digest, digest: 'f'.repeat(32) } : digest;

    await expect(captureTable(table, wholeTable(), context)).rejects.toMatchObject({ code: 'backup.digest-mismatch' });
  });

  it('refuses money that the server adds up differently', async () => {
    const { table, context, snapshot } = await aRun(10);
    snapshot.sumOf = () => '45.01';

    await expect(captureTable(table, wholeTable(), context)).rejects.toMatchObject({
      code: 'backup.ledger-mismatch',
      facts: { ledger: 'sales', sum: '50.00', serverSum: '45.01' },
    });
  });

  it('takes 1.5 and 1.50 for the same money', async () => {
    const { table, context, snapshot } = await aRun(10);
    snapshot.sumOf = () => '50';

    expect((await captureTable(table, wholeTable(), context)).ledgers[0]).toMatchObject({ equal: true });
  });

  it('keeps rows whose amount is not a number, and does not call their money equal', async () => {
    const { context } = await aRun(0);
    const rows = [
      ['1', 'free', 'CARD-1'],
      ['2', '2.50', 'CARD-2'],
    ];
    const snapshot = new ScriptedSnapshot([{ schema: aTable(), rows }]);
    // As a server that takes what it can of a text.
    snapshot.sumOf = () => '3.50';

    const { record, ledgers } = await captureTable(aTable(), wholeTable(), { ...context, snapshot });

    expect(record.rows).toBe(2);
    expect(record.ranges[0]!.ledgers).toEqual([{ name: 'sales', rows: 2, sum: '2.50', unreadable: 1 }]);
    expect(ledgers).toEqual([
      { name: 'sales', currency: 'CNY', rows: 2, sum: '2.50', serverSum: '3.50', equal: false, unreadable: 1 },
    ]);
  });

  it('only notes a difference in a table that nothing keeps still', async () => {
    const { table, context, snapshot } = await aRun(10, { transactional: false });
    snapshot.unisolatedTables = [{ database: 'shop', name: 'cards' }];
    snapshot.countOffset = 3;

    const { record } = await captureTable(table, wholeTable(), context);

    expect(record.rows).toBe(10);
    expect([...context.figures.movedTables]).toEqual(['shop.cards']);
  });

  it('keeps no digest of a handful of secrets in the record', async () => {
    const { table, context } = await aRun(63);

    const { record } = await captureTable(table, wholeTable(), context);

    expect(record.ranges[0]).toMatchObject({ rows: 63, sealedDigest: null, sealedSum: null });
    expect(record.ranges[0]).not.toHaveProperty('packetHash');
    expect(record.ranges[0]!.digest).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the digest of 64 secrets', async () => {
    const { table, context } = await aRun(64);

    const { record } = await captureTable(table, wholeTable(), context);

    expect(record.ranges[0]!.sealedDigest).toMatch(/^[0-9a-f]{32}$/);
    expect(record.ranges[0]!.packetHash).toMatch(/^[0-9a-f]{32}$/);
  });

  describe('with the ranges of the last snapshot', () => {
    async function aSecondRun(change: (rows: (readonly (string | null)[])[]) => void) {
      const first = await aRun(300);
      const { record } = await captureTable(first.table, wholeTable(), first.context);
      const rows = someRows(300);
      change(rows);
      const snapshot = new ScriptedSnapshot([{ schema: first.table, rows }]);
      return {
        record,
        snapshot,
        context: aContext(snapshot, first.repository, pool),
        table: first.table,
        blobs: first.blobs,
      };
    }

    it('reads nothing that is unchanged', async () => {
      const { record, snapshot, context, table } = await aSecondRun(() => undefined);

      const second = await captureTable(table, inheritRanges(record), context);

      expect(second.record).toEqual(record);
      expect(snapshot.calls.some((call) => call.startsWith('read'))).toBe(false);
      expect(context.figures).toMatchObject({ rangesReused: 3, rowsFetched: 0, objectsWritten: 0, digestsCompared: 3 });
    });

    it('reads the one range where only a secret changed', async () => {
      const { record, context, table } = await aSecondRun((rows) => {
        rows[150] = [rows[150]![0]!, rows[150]![1]!, 'CARD-new'];
      });

      const second = await captureTable(table, inheritRanges(record), context);

      expect(context.figures).toMatchObject({ rangesReused: 2, rowsFetched: 100, objectsWritten: 1 });
      expect(second.record.ranges.map(({ digest }) => digest)).toEqual(record.ranges.map(({ digest }) => digest));
      expect(second.record.ranges[1]!.sealedDigest).not.toBe(record.ranges[1]!.sealedDigest);
    });

    it('reads a range again whose chunk this copy has lost', async () => {
      const { record, context, table } = await aSecondRun(() => undefined);
      await context.repository.removeObject(record.ranges[1]!.chunks[0]!.id, context.signal);

      await captureTable(table, inheritRanges(record), context);

      expect(context.figures).toMatchObject({ rangesReused: 2, rowsFetched: 100, objectsWritten: 1 });
    });

    it('reads a range again whose chunk is known to be damaged here, and so heals it for every snapshot', async () => {
      const { record, context, table, blobs } = await aSecondRun(() => undefined);
      const { id } = record.ranges[1]!.chunks[0]!;
      const name = chunkName(id);
      const rotten = Buffer.from(blobs.get(name)!.bytes);
      rotten[rotten.length - 1]! ^= 1;
      blobs.set(name, { bytes: rotten, modifiedAtMs: 1 });
      context.repository.distrust([id]);

      const second = await captureTable(table, inheritRanges(record), context);

      expect(second.record.ranges[1]!.chunks[0]!.id).toBe(id);
      expect(context.figures).toMatchObject({ rangesReused: 2, rowsFetched: 100 });
      expect(context.repository.isDistrusted(id)).toBe(false);
      await context.repository.getObject(id, { expectedKind: 'rows', signal: context.signal });
    });

    it('lets a range vanish with its rows, and the next one begin where it began', async () => {
      const { record, context, table } = await aSecondRun((rows) => rows.splice(0, 100));

      const second = await captureTable(table, inheritRanges(record), context);

      expect(second.record.ranges.map(({ lower, rows }) => [lower, rows])).toEqual([
        [null, 100],
        [['MjAx'], 100],
      ]);
    });
  });

  it.each([1, 2, 3, 4, 5, 6])('surfaces a failing write of object %i and writes nothing after it', async (nth) => {
    const { table, context, store } = await aRun(250);
    const full = new AppError('backend.disk-full', { path: '/disk' });
    store.break({ on: 'put', nth, effect: { kind: 'fail', when: 'before', error: full } });
    const before = store.calls('put').length;

    await expect(captureTable(table, wholeTable(), context)).rejects.toBe(full);

    expect(store.calls('put')).toHaveLength(before + nth);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.calls('put')).toHaveLength(before + nth);
  });

  it('writes nothing once it was cancelled, and answers only when all of it has ended', async () => {
    const { table, snapshot, repository, store } = await aRun(1000);
    const cancel = new AbortController();
    const context = aContext(snapshot, repository, pool, { signal: cancel.signal });
    let batches = 0;
    snapshot.onCall = (call) => {
      if (call.startsWith('batch') && ++batches === 4) cancel.abort(new AppError('cancelled'));
    };

    await expect(captureTable(table, wholeTable(), context)).rejects.toMatchObject({ code: 'cancelled' });

    const written = store.calls('put').length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.calls('put')).toHaveLength(written);
    expect(context.readers.pending).toBe(0);
  });

  it('answers to a cancel only when the object that is being written has ended too', async () => {
    const { table, snapshot, repository, store } = await aRun(1000);
    const cancel = new AbortController();
    const context = aContext(snapshot, repository, pool, { signal: cancel.signal });
    const run = async () => {
      cancel.abort(new AppError('cancelled'));
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    store.break({ on: 'put', nth: 3, effect: { kind: 'call', when: 'before', run } });

    await expect(captureTable(table, wholeTable(), context)).rejects.toMatchObject({ code: 'cancelled' });

    const ended = store.log.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(store.log).toHaveLength(ended);
  });

  it('waits for the siblings of a range that failed', async () => {
    const { table, context, snapshot, store } = await aRun(400);
    const lost = new AppError('mysql.connection-lost', {});
    snapshot.onCall = (call) => {
      if (call === 'count cards') throw lost;
    };
    const tasks = inheritRanges(
      (
        await captureTable(
          table,
          wholeTable(),
          aContext(new ScriptedSnapshot([aScriptedTable(400)]), context.repository, pool),
        )
      ).record,
    ).map((task) => ({ ...task, previous: null }));

    await expect(captureTable(table, tasks, context)).rejects.toBe(lost);

    const calls = store.log.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.log).toHaveLength(calls);
  });

  it('ignores ledgers of other tables', async () => {
    const { table, context } = await aRun(5);
    const { ledgers } = await captureTable(table, wholeTable(), {
      ...context,
      ledgers: [aLedger({ database: 'other' }), aLedger()],
    });
    expect(ledgers).toHaveLength(1);
  });
});

function withoutPacketHash(range: Range): Range {
  const kept = { ...range };
  delete kept.packetHash;
  return kept;
}
