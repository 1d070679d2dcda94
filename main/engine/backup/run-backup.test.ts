import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { Repository, type NewKeyring } from '../repository/index.ts';
import { aKeyring, TestClock } from '../repository/testing/keys.ts';
import { draftBackup, runBackup, type BackupRequest } from './run-backup.ts';
import { aLedger, aRepository, aScriptedTable, never } from './testing/a-capture.ts';
import { ScriptedSnapshot } from './testing/scripted-snapshot.ts';

const source = { id: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '小店', preset: null };

describe('runBackup', () => {
  let keyring: NewKeyring;
  beforeAll(async () => {
    keyring = await aKeyring();
  });

  async function aRun(fields: Partial<BackupRequest> = {}) {
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), aScriptedTable(30, { name: 'goods' })]);
    const place = await aRepository(keyring);
    const request: BackupRequest = {
      snapshot,
      repository: place.repository,
      source,
      ledgers: [aLedger()],
      secretColumns: ['cards.secret', 'goods.secret'],
      previous: null,
      readers: 2,
      maxBytesPerSecond: null,
      producer: 'test',
      clock: new TestClock(),
      onProgress: () => undefined,
      signal: never,
      ...fields,
    };
    return { snapshot, request, ...place };
  }

  it('writes the manifest last, and it is green', async () => {
    const { request, store, blobs } = await aRun();
    const before = new Set(blobs.keys());

    const { manifest, manifestName, chunks, written } = await runBackup(request);

    expect(store.calls('put').at(-1)).toBe(manifestName);
    // Everything that is there now and was not before, the manifest too.
    const added = [...blobs].filter(([name]) => !before.has(name));
    const addedBytes = added.reduce((sum, [, { bytes }]) => sum + bytes.length, 0);
    expect(written).toEqual({ objects: added.length, bytes: addedBytes });
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(manifest.tables.map(({ name, rows, sealed }) => [name, rows, sealed])).toEqual([
      ['cards', 250, true],
      ['goods', 30, true],
    ]);
    expect(chunks).toBe(8);
  });

  it('keeps what a replay of the log must know: whether the rows are those at the coordinate, and of which tables', async () => {
    const first = await aRun();
    const exact = await runBackup(first.request);
    expect(exact.manifest.lock).toEqual({
      method: 'backup-stage',
      waitedMs: 1,
      heldMs: 2,
      tries: 3,
      coordinateExact: true,
      unisolated: [],
    });

    const loose = new ScriptedSnapshot([aScriptedTable(5), aScriptedTable(5, { name: 'log', transactional: false })]);
    loose.isCoordinateExact = false;
    loose.unisolatedTables = [{ database: 'shop', name: 'log' }];
    const second = await aRun({ snapshot: loose });
    const { manifest, manifestName } = await runBackup(second.request);
    expect(manifest.lock).toMatchObject({
      coordinateExact: false,
      unisolated: [{ database: 'shop', name: 'log' }],
    });
    expect(await second.repository.getManifest(manifestName, never)).toEqual(manifest);
  });

  it('writes no manifest when any object before it cannot be written, and says why', async () => {
    // Of eleven: rows, sealed rows, the database's and the tables' records.
    for (const nth of [1, 8, 9, 11]) {
      const { request, store, blobs } = await aRun();
      const full = new AppError('backend.disk-full', {});
      store.break({ on: 'put', name: /^chunks/, nth, effect: { kind: 'fail', when: 'before', error: full } });

      await expect(runBackup(request)).rejects.toBe(full);

      expect([...blobs.keys()].filter((name) => name.startsWith('manifests/'))).toEqual([]);
    }
  });

  it('keeps an implausibly small picture, and not as a green one', async () => {
    const first = await aRun();
    first.snapshot.rowsPerBatch = 1000;
    const big = new ScriptedSnapshot([aScriptedTable(2000)]);
    const { manifest: previous } = await runBackup({
      ...first.request,
      snapshot: big,
      secretColumns: ['cards.secret'],
    });
    const small = new ScriptedSnapshot([aScriptedTable(100)]);

    const { manifest } = await runBackup({
      ...first.request,
      snapshot: small,
      previous,
      secretColumns: ['cards.secret'],
    });

    expect(manifest.checks.find(({ id }) => id === 'plausible-size')).toMatchObject({
      ok: false,
      facts: { rows: 100, rowsBefore: 2000 },
    });
    expect(await first.repository.listManifests(never)).toHaveLength(2);
  });

  it('backs up a shop whose ledger has lost its table, and is not green', async () => {
    const { request } = await aRun({ ledgers: [aLedger(), aLedger({ name: 'orders', table: 'orders' })] });

    const { manifest } = await runBackup(request);

    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
      { id: 'ledgers-found', ok: false, facts: { wanted: 2, ledgers: 'orders' } },
    ]);
    expect(manifest.ledgerDefinitions.map(({ name }) => name)).toEqual(['sales']);
  });

  it('notices that a secret column is not there under its name', async () => {
    const { request } = await aRun({ secretColumns: ['cards.carmi'] });

    const { manifest } = await runBackup(request);

    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
      { id: 'secrets-found', ok: false, facts: { wanted: 1, columns: 'cards.carmi' } },
    ]);
  });

  it('reads locked tables first and lets their writers go on before it reads the others', async () => {
    const locked = aScriptedTable(5, { name: 'log', transactional: false });
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), locked]);
    const { request } = await aRun({ snapshot, ledgers: [aLedger({ table: 'log' })] });

    const { manifest } = await runBackup(request);

    const released = snapshot.calls.indexOf('release');
    const ofLocked = snapshot.calls.flatMap((call, index) => (call.endsWith(' log') ? [index] : []));
    const ofOthers = snapshot.calls.flatMap((call, index) => (call.endsWith(' cards') ? [index] : []));
    expect(Math.max(...ofLocked)).toBeLessThan(released);
    expect(Math.min(...ofOthers)).toBeGreaterThan(released);
    expect(manifest.tables.map(({ transactional }) => transactional)).toEqual([true, false]);
    expect(manifest.checks.find(({ id }) => id === 'tables-isolated')?.ok).toBe(true);
  });

  it('gives way to a busy shop only when it holds no table any more: until then the shop may be waiting for us', async () => {
    const locked = aScriptedTable(5, { name: 'log', transactional: false });
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), locked]);
    snapshot.running = 99;
    const { request } = await aRun({
      snapshot,
      ledgers: [],
      onProgress: (phase) => {
        if (phase !== 'wait') return;
        snapshot.calls.push('wait');
        snapshot.running = 0;
      },
    });

    const { manifest } = await runBackup(request);

    const order = snapshot.calls.filter((call) => /^(read|release|wait)/.test(call));
    expect(order).toEqual(['read log', 'release', 'wait', 'read cards']);
    expect(manifest.tables.map(({ rows }) => rows)).toEqual([250, 5]);
  });

  it('keeps a table that nothing isolates, named in a check that does not hold', async () => {
    const snapshot = new ScriptedSnapshot([
      aScriptedTable(250),
      aScriptedTable(5, { name: 'log', transactional: false }),
    ]);
    snapshot.unisolatedTables = [{ database: 'shop', name: 'log' }];
    const { request } = await aRun({ snapshot });

    const { manifest } = await runBackup(request);

    expect(manifest.checks.find(({ id }) => id === 'tables-isolated')).toMatchObject({
      ok: false,
      facts: { tables: 'shop.log' },
    });
  });

  it('publishes nothing when a transaction has ended at the last moment', async () => {
    const { request, snapshot, repository } = await aRun();
    snapshot.onCall = (call) => {
      if (call === 'open') throw new AppError('mysql.connection-lost', { reason: 'transaction-ended' });
    };

    await expect(runBackup(request)).rejects.toMatchObject({ code: 'mysql.connection-lost' });
    expect(await repository.listManifests(never)).toEqual([]);
  });

  it.each(['read', 'count', 'digest-open', 'ledger'])(
    'keeps everything else when a table is denied at its %s, and names it, its ledger and its secrets',
    async (call) => {
      const { request, snapshot } = await aRun();
      snapshot.onCall = (each) => {
        if (each === `${call} cards`) throw new AppError('mysql.no-privilege', { privilege: 'SELECT' });
      };

      const { manifest } = await runBackup(request);

      expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([['goods', 30]]);
      expect(manifest.ledgerDefinitions).toEqual([]);
      expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
        { id: 'tables-readable', ok: false, facts: { tables: 'shop.cards', denied: 'shop.cards' } },
        { id: 'ledgers-found', ok: false, facts: { wanted: 1, ledgers: 'sales' } },
        { id: 'secrets-found', ok: false, facts: { wanted: 2, columns: 'cards.secret' } },
      ]);
    },
  );

  it('keeps a table that the server can send but not digest, with a warning', async () => {
    const { request, snapshot } = await aRun();
    snapshot.onCall = (call) => {
      if (call === 'digest-open cards') throw new AppError('mysql.warnings', { table: 'cards', code: 1301 });
    };

    const { manifest } = await runBackup(request);

    expect(manifest.tables.map(({ rows }) => rows)).toEqual([250, 30]);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(manifest.checks.find(({ id }) => id === 'digest-equal')?.facts).toMatchObject({
      tables: 'shop.cards',
      warning: true,
    });
  });

  it("fails with the table's own error when not one table could be had", async () => {
    const { request, snapshot, repository } = await aRun();
    snapshot.onCall = (call) => {
      if (call.startsWith('read')) throw new AppError('mysql.no-privilege', { privilege: 'SELECT' });
    };

    await expect(runBackup(request)).rejects.toMatchObject({ code: 'mysql.no-privilege' });
    expect(await repository.listManifests(never)).toEqual([]);
  });

  it('trusts no table that DDL changed before it was read, but one that a lock held until then', async () => {
    const held = aScriptedTable(5, { name: 'log', transactional: false });
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), aScriptedTable(30, { name: 'goods' }), held]);
    snapshot.moved = ['cards', 'log'].map((name) => ({ database: 'shop', name }));
    const { request } = await aRun({ snapshot, ledgers: [], secretColumns: [] });

    const { manifest } = await runBackup(request);

    expect(manifest.tables.map(({ name }) => name)).toEqual(['goods', 'log']);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
      { id: 'schema-still', ok: false, facts: { tables: 'shop.cards' } },
    ]);
  });

  it('inherits a first try and reads first what that one lost', async () => {
    const first = await aRun();
    first.snapshot.moved = [{ database: 'shop', name: 'goods' }];
    const firstTry = await draftBackup(first.request);
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), aScriptedTable(30, { name: 'goods' })]);

    const { manifest, written } = await runBackup({ ...first.request, readers: 1, snapshot, firstTry });

    expect(firstTry.movedAway).toEqual(['shop.goods']);
    expect(snapshot.calls.filter((call) => call !== 'release')[0]).toBe('read goods');
    expect(manifest.read.rangesReused).toBeGreaterThan(0);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(written.objects).toBeGreaterThan(firstTry.written.objects);
  });

  it('reads on without the lock when it was given up, and names only what it no longer kept still', async () => {
    const held = ['a', 'b'].map((name, n) => aScriptedTable(5 + n, { name, transactional: false }));
    const snapshot = new ScriptedSnapshot([aScriptedTable(250), ...held]);
    snapshot.onCall = (call) => {
      if (call !== 'read b' || snapshot.unisolatedTables.length > 0) return;
      snapshot.unisolatedTables = ['a', 'b'].map((name) => ({ database: 'shop', name }));
      throw new AppError('mysql.table-lock-over', { table: 'b' });
    };
    const { request } = await aRun({ snapshot, readers: 1, ledgers: [], secretColumns: [] });

    const { manifest } = await runBackup(request);

    expect(manifest.tables.map(({ rows }) => rows)).toEqual([5, 6, 250]);
    expect(manifest.lock.unisolated).toEqual([{ database: 'shop', name: 'b' }]);
    expect(manifest.checks.filter(({ ok }) => !ok)).toEqual([
      { id: 'tables-isolated', ok: false, facts: { tables: 'shop.b' } },
    ]);
  });

  it('publishes nothing after a cancel at the last moment', async () => {
    const cancel = new AbortController();
    const { request, snapshot, repository } = await aRun({ signal: cancel.signal });
    snapshot.onCall = (call) => {
      if (call === 'open') cancel.abort(new AppError('cancelled'));
    };

    await expect(runBackup(request)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await repository.listManifests(never)).toEqual([]);
  });

  it('goes on when the record of the last snapshot has rotted, and writes it anew', async () => {
    // Large enough that nothing is salted: the same rows give the same record, under the name of the rotten one.
    const request = { secretColumns: ['cards.secret'], snapshot: new ScriptedSnapshot([aScriptedTable(200)]) };
    const first = await aRun(request);
    const { manifest: previous } = await runBackup(first.request);
    const chunk = previous.tables[0]!.tableChunk;
    const blob = first.blobs.get(`chunks/${chunk.slice(0, 2)}/${chunk}`)!;
    blob.bytes[blob.bytes.length - 1]! ^= 1;
    const repository = await Repository.open(first.store, keyring.mainKeys, never);

    const { manifest } = await runBackup({ ...first.request, repository, previous });

    expect(manifest.tables.map(({ rows, tableChunk }) => [rows, tableChunk])).toEqual([[200, chunk]]);
    const reader = await Repository.open(first.store, keyring.mainKeys, never);
    expect((await reader.getTableRecord(chunk, never)).rows).toBe(200);
  });
});
