import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { MemoryBlobStore } from '../../backend/memory/memory-blob-store.ts';
import { backUpAndClose, plainRun } from '../../backup/testing/a-run.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { systemClock } from '../../platform/clock.ts';
import { idOfChunkName, openVaultWithPassphrase, Repository, unlockWithPassphrase } from '../../repository/index.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from '../../repository/testing/keys.ts';
import { replayOntoServer } from '../../restore/replay-onto-server.ts';
import { restoreIntoServer } from '../../restore/restore-into-server.ts';
import { plainRestore, readerOf, wholePlan } from '../../restore/testing/a-restore.ts';
import { connectMysql, layoutOfDdl, readLayouts, readServerFacts } from '../../source/mysql/index.ts';
import { aSnapshot, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { followLog, type FollowRequest } from '../follow-log.ts';
import { planReplay } from '../plan-replay.ts';
import { eventsOf, isOpenWithin, readStream } from '../read-stream.ts';
import { followingOf } from './following.ts';

const never = new AbortController().signal;
const shop = 'vend';
const copy = 'vend_closed';
/** Stand around each card, so that a piece of any card is found. */
const [head, tail] = ['KNOWN-CARD-', '-ENDS-HERE'];
const secrets: Readonly<Record<string, readonly string[]>> = {
  carmis: ['carmi'],
  tokens: ['code', 'pin'],
  pins: ['pin'],
};
const openColumns: Readonly<Record<string, string>> = {
  carmis: 'id, goods_id, status, note, price, flags, body, at, doc',
  tokens: 'id, owner',
  orders: 'id, title',
};

const schema = [
  `DROP DATABASE IF EXISTS ${shop}`,
  `DROP DATABASE IF EXISTS ${copy}`,
  `CREATE DATABASE ${shop}`,
  `USE ${shop}`,
  `CREATE TABLE carmis (id INT PRIMARY KEY AUTO_INCREMENT, goods_id INT NOT NULL, status TINYINT NOT NULL DEFAULT 1, carmi TEXT,
    note VARCHAR(300), price DECIMAL(12,4), flags BIT(11), short_code VARCHAR(20) AS (LEFT(carmi, 20)) STORED,
    tiny_code VARCHAR(20) AS (RIGHT(carmi, 12)) VIRTUAL, body BLOB, at DATETIME(6), doc JSON,
    KEY by_status (status)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  // Nothing says what stands there when nothing is given.
  'CREATE TABLE tokens (pin BIGINT UNSIGNED NOT NULL, code VARCHAR(64) NOT NULL, id INT PRIMARY KEY, owner VARCHAR(40)) ENGINE=InnoDB',
  'CREATE TABLE pins (id INT PRIMARY KEY, pin VARCHAR(64) NOT NULL UNIQUE) ENGINE=InnoDB',
  'CREATE TABLE orders (id INT PRIMARY KEY, title VARCHAR(80)) ENGINE=InnoDB',
];

/** What a shop with card columns gives away to somebody without the vault: nothing of a card, and everything else. */
export function describeTwins(given: () => SourceServer): void {
  describe('open twins of a sealed log', { timeout: 300_000 }, () => {
    let source: SourceServer;
    let store: MemoryBlobStore;
    let repository: Repository;
    let vault: Awaited<ReturnType<typeof openVaultWithPassphrase>>;
    let manifest: Manifest;
    let pool: ChunkPool;
    let card = 0;
    const sourceId = randomUUID();

    beforeAll(async () => {
      source = given();
      await compress(true);
      const ring = await aKeyring();
      store = new MemoryBlobStore({ clock: systemClock });
      await Repository.create(store, ring.header, never);
      const keys = await unlockWithPassphrase(ring.header, testPassphrase);
      repository = await Repository.open(store, keys, never);
      vault = await openVaultWithPassphrase(ring.header, testVaultPassphrase);
      pool = new ChunkPool(keys, 1);
      await source.run(...schema, `INSERT INTO orders VALUES (1, 'first')`, ...cards(1, 400));
      manifest = await backUp();
      return async () => {
        await pool.close();
        await compress(false);
        await source.run(`DROP DATABASE IF EXISTS ${shop}`, `DROP DATABASE IF EXISTS ${copy}`);
      };
    }, 120_000);

    const compress = async (isOn: boolean) => {
      const value = isOn ? 'ON' : 'OFF';
      if (source.server.flavour === 'mariadb') {
        await source.run(`SET GLOBAL log_bin_compress = ${value}`, 'SET GLOBAL log_bin_compress_min_len = 10');
        await source.run(`SET SESSION binlog_annotate_row_events = ON`);
      } else
        await source.run(
          `SET SESSION binlog_transaction_compression = ${value}`,
          `SET SESSION binlog_rows_query_log_events = ${value}`,
        );
    };
    const secretsOf = (database: string, table: string) => (database === shop ? (secrets[table] ?? []) : []);
    const aCard = () => `${head}${(card += 1)}-${Math.abs(Math.imul(card, 2654435761)).toString(36)}${tail}`;
    const cards = (from: number, count: number): string[] => [
      `INSERT INTO carmis (id, goods_id, carmi, note, price, flags, body, at, doc) VALUES ${Array.from(
        { length: count },
        (_, n) => {
          const id = from + n;
          const note = id % 7 === 0 ? 'NULL' : `'${'注'.repeat(id % 90)}'`;
          return `(${id}, ${id % 3}, '${aCard()}', ${note}, ${id}.25, ${id % 2048}, ${id % 5 === 0 ? 'NULL' : `X'00ff${id % 2 ? '0a' : '27'}'`}, '2026-11-23 10:00:00.${id}', '{"n": ${id}}')`;
        },
      ).join()}`,
    ];
    const backUp = async () => {
      const isSecret = (database: string, table: string, column: string) =>
        secretsOf(database, table).includes(column.toLowerCase());
      const snapshot = await aSnapshot(source.target, { databases: [shop], isSecret });
      const secretColumns = Object.entries(secrets).flatMap(([table, names]) =>
        names.map((name) => `${table}.${name}`),
      );
      const fields = { source: { ...plainRun.source, id: sourceId }, secretColumns };
      return (await backUpAndClose(snapshot, repository, fields)).manifest;
    };
    const layoutsInSnapshot = async () => {
      const layouts = [];
      for (const { database, name, tableChunk } of manifest.tables) {
        const layout = layoutOfDdl(database, name, (await repository.getTableRecord(tableChunk, never)).schema.ddl);
        if (layout !== null && secretsOf(database, name).length > 0) layouts.push(layout);
      }
      return layouts;
    };
    const twins: NonNullable<FollowRequest['twins']> = {
      secretsOf,
      isOfShop: (database) => database === shop,
      layoutsAt: layoutsInSnapshot,
      ask: async (tables) => {
        const connection = await connectMysql(source.target, { lockWaitMs: 2000 });
        try {
          return await readLayouts(connection, tables);
        } finally {
          connection.close();
        }
      },
    };
    const follow = (more: Partial<FollowRequest> = {}) =>
      followLog({
        ...followingOf(source),
        repository,
        sourceId,
        freshStart: () => Promise.resolve({ file: manifest.coordinate.file!, position: manifest.coordinate.position! }),
        hasSecrets: (database, table) => secretsOf(database, table).length > 0,
        twins,
        ...more,
      });
    const records = async () => (await readStream(repository, sourceId, never)).at(-1)?.records ?? [];
    const isOpen = async () => (await records()).map(({ record }) => isOpenWithin(record, record));
    /** Null: the vault is needed. */
    const opened = async (id: string, key: typeof vault | undefined): Promise<Buffer | null> => {
      for (const expectedKind of ['rows', 'rows-sealed', 'table', 'schema', 'binlog'] as const)
        try {
          return Buffer.from((await repository.getObject(id, { expectedKind, vault: key, signal: never })).payload);
        } catch (error) {
          if (isAppErrorOf(error, 'keys.vault-closed')) return null;
          if (!isAppErrorOf(error, 'repository.damaged')) throw error;
        }
      throw new Error(`an object of another kind: ${id}`);
    };
    /** All that the main keys open, put together; and all else, opened with the vault. */
    const everything = async () => {
      const [main, sealed]: [Buffer[], Buffer[]] = [[], []];
      const names: string[] = [];
      for await (const { name } of store.list('', never)) names.push(name);
      for (const name of names) {
        const id = idOfChunkName(name);
        if (id === undefined) continue;
        const open = await opened(id, undefined);
        if (open !== null) main.push(open);
        else sealed.push((await opened(id, vault))!);
      }
      for (const name of await repository.listStreamRecords(sourceId, never))
        main.push(Buffer.from(await repository.getStreamRecord(name, never)));
      return { main: Buffer.concat(main), sealed: Buffer.concat(sealed) };
    };
    const expectNothingTold = async () => {
      const { main, sealed } = await everything();
      for (const piece of [head, tail]) {
        expect(sealed.includes(piece)).toBe(true);
        for (const [form, needle] of disguises(piece)) expect([form, main.indexOf(needle)]).toEqual([form, -1]);
      }
    };
    const restoreClosed = async () => {
      await source.run(`DROP DATABASE IF EXISTS ${copy}`);
      const reader = readerOf(repository, pool);
      const plan = await wholePlan(manifest, reader);
      const renames = new Map([[shop, copy]]);
      await restoreIntoServer({
        ...plainRestore,
        withoutBinlog: true,
        plan,
        reader,
        pool,
        target: source.target,
        renames,
      });
      const read = (stored: Parameters<typeof eventsOf>[1]) => eventsOf(repository, stored, undefined, never);
      const stretches = await readStream(repository, sourceId, never);
      const { id, at, coordinate } = manifest;
      const until = { kind: 'time', atMs: Date.parse('2099-01-01') } as const;
      const end = (await records()).at(-1)!.record;
      // Behind everything: what is committed last is in it.
      const found = await planReplay(stretches, [{ id, at, coordinate }], until, read).catch(() => null);
      const stretch = found?.stretch ?? stretches.at(-1)!;
      const from = {
        index: stretch.records.findIndex(({ record }) => record.from === coordinate.position),
        position: coordinate.position!,
      };
      const stop = { index: stretch.records.length - 1, position: end.to };
      return replayOntoServer({
        plan: { stretch, from, stop },
        read,
        target: source.target,
        flavour: source.server.flavour,
        databases: [shop],
        renames,
        withoutBinlog: true,
        onProgress: () => undefined,
        signal: never,
      });
    };
    const contentOf = async (database: string) => {
      const content: Record<string, string[]> = {};
      for (const [table, columns] of Object.entries(openColumns)) {
        const rows = await source.admin.query(
          `SELECT ${columns.replace('flags', 'flags+0 AS flags').replace('body', 'HEX(body) AS body')} FROM ${database}.${table} ORDER BY id`,
        );
        content[table] = rows.map((row) => JSON.stringify([...row.values()]));
      }
      return content;
    };

    it('tell nothing of any card, and give everything else back', async () => {
      await source.run(
        ...cards(1000, 1500),
        'BEGIN',
        ...Array.from({ length: 60 }, (_, n) => cards(5000 + n, 1)).flat(),
        "INSERT INTO orders VALUES (2, 'an order')",
        'UPDATE carmis SET status = 2 WHERE id BETWEEN 1 AND 30',
        'COMMIT',
        `UPDATE carmis SET carmi = CONCAT('${aCard()}', id) WHERE id BETWEEN 20 AND 60`,
        `UPDATE carmis SET carmi = '${aCard()}', note = 'sold', status = 3 WHERE id = 1100`,
        "UPDATE carmis SET note = CONCAT('片', note), price = -price, body = NULL, doc = NULL WHERE id % 50 = 0",
        'DELETE FROM carmis WHERE id BETWEEN 1200 AND 1260',
        'UPDATE carmis SET id = id + 100000 WHERE id BETWEEN 1300 AND 1310',
        ...Array.from(
          { length: 20 },
          (_, n) => `INSERT INTO tokens VALUES (${900_000_000 + n}, '${aCard()}', ${n}, 'o${n}')`,
        ),
        "UPDATE tokens SET owner = 'somebody' WHERE id < 9",
        'DELETE FROM tokens WHERE id = 3',
      );
      await follow();
      await source.run(
        'BEGIN',
        ...cards(20_000, 3),
        'ROLLBACK',
        ...cards(30_000, 3),
        'UPDATE carmis SET status = 9 WHERE id = 30001',
      );
      await follow();
      expect((await isOpen()).every((each) => each)).toBe(true);
      expect((await records()).some(({ record }) => record.sealed && record.twins.length > 0)).toBe(true);
      await expectNothingTold();
      const report = await restoreClosed();
      expect(report.rowEvents).toBeGreaterThan(100);
      expect(await contentOf(copy)).toEqual(await contentOf(shop));
      const [left] = await source.admin.query(
        `SELECT (SELECT COUNT(*) FROM ${copy}.carmis WHERE carmi IS NOT NULL OR short_code IS NOT NULL) + (SELECT COUNT(*) FROM ${copy}.tokens WHERE code NOT IN ('', '[sealed]') OR pin <> 0) AS cards`,
      );
      expect(left?.get('cards')).toBe('0');
    });

    it('take no word of another server for the log', async () => {
      const connection = await connectMysql(source.target);
      const tables = [{ database: shop, table: 'carmis' }];
      const { serverId, serverUuid } = await readServerFacts(connection);
      const read = (log: Parameters<typeof readLayouts>[2]) => readLayouts(connection, tables, log);
      expect((await read({ serverId, serverUuid }))?.layouts).toMatchObject([{ table: 'carmis', key: ['id'] }]);
      expect(await read({ serverId: '77', serverUuid })).toBeNull();
      expect(await read({ serverId, serverUuid: 'x' })).toBeNull();
      connection.close();
    });

    it('tell nothing of cards whose column was moved, and are missing until the server was asked again', async () => {
      const lastIsOpen = async () => (await isOpen()).at(-1);
      await source.run('ALTER TABLE carmis ADD COLUMN extra TEXT FIRST', ...cards(40_000, 20));
      await follow({ twins: { ...twins, ask: () => Promise.resolve(null) } });
      expect(await lastIsOpen()).toBe(false);
      await source.run(...cards(41_000, 20));
      await follow();
      expect(await lastIsOpen()).toBe(true);
      // Of two moves between two looks nobody knows what lay between them.
      await source.run('ALTER TABLE carmis MODIFY COLUMN carmi TEXT FIRST', ...cards(42_000, 20));
      await source.run('ALTER TABLE carmis MODIFY COLUMN carmi TEXT AFTER extra', ...cards(43_000, 20));
      await follow();
      expect(await lastIsOpen()).toBe(false);
      await source.run(...cards(44_000, 5));
      await follow();
      expect(await lastIsOpen()).toBe(true);
      // Not a word of it in the log, and the types are the same as before.
      await source.run(
        'SET SESSION sql_log_bin = 0',
        'ALTER TABLE carmis MODIFY COLUMN extra TEXT AFTER carmi',
        'SET SESSION sql_log_bin = 1',
        ...cards(45_000, 5),
      );
      await follow();
      expect(await lastIsOpen()).toBe(false);
      await expectNothingTold();
    });
  });
}

/** The forms in which a text may stand somewhere. */
function disguises(text: string): [string, Buffer][] {
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.from('\0'.repeat(shift) + text).toString('base64');
    // The characters that hold nothing but octets of the text.
    return whole.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + text.length) * 4) / 3) - 1);
  });
  return [
    ['plain', Buffer.from(text)],
    ['hex', Buffer.from(Buffer.from(text).toString('hex'))],
    ['HEX', Buffer.from(Buffer.from(text).toString('hex').toUpperCase())],
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
    ...base64.map((each, shift): [string, Buffer] => [`base64+${shift}`, Buffer.from(each)]),
  ];
}
