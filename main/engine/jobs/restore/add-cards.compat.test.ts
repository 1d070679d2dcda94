import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compatServerNames,
  compatServers,
  startCompatServer,
  type CompatServer,
} from '../../sandbox/testing/compat-servers.ts';
import type { PrivateServer } from '../../sandbox/index.ts';
import { checksums, runOn, startCompatRig, valuesOf, type CompatRig } from '../testing/compat-rig.ts';

/** Cards that are added later, in every shape that a shop's tables have them, on servers other than this machine's. */
const vaultPassphrase = 'another horse for the vault';
const count = 3000;
const numbers = `WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count}) SELECT n FROM numbers`;
const secretColumns = ['cards', 'by_shop', 'maybe', 'documents', 'loose', 'copies'].map((table) => `${table}.secret`);

const kinds = ['mysql', 'mariadb'] as const;
const present = compatServers(...kinds);

describe.each(kinds)('cards on %s', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () => cardsOn(kind));
});

function cardsOn(kind: CompatServer): void {
  let server: PrivateServer;
  let rig: CompatRig;
  beforeAll(async () => {
    [server, rig] = await Promise.all([startCompatServer(kind), startCompatRig()]);
    await runOn(
      server,
      `SET SESSION ${kind === 'mysql' ? 'cte_max_recursion_depth' : 'max_recursive_iterations'} = ${2 * count};
        CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE shop;
        CREATE TABLE source_numbers (n INT PRIMARY KEY); INSERT INTO source_numbers ${numbers};
        CREATE TABLE cards (id BIGINT PRIMARY KEY AUTO_INCREMENT, product INT, secret VARCHAR(120) NOT NULL UNIQUE, sold TINYINT,
          changed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
        INSERT INTO cards SELECT n, n % 7, CONCAT('卡密-', n, '-\\\\'';\\t'), n % 2, '2026-01-02 03:04:05' FROM source_numbers;
        CREATE TABLE by_shop (shop INT, no VARCHAR(20) COLLATE utf8mb4_bin, secret TEXT NOT NULL, PRIMARY KEY (shop, no));
        INSERT INTO by_shop SELECT n % 3, CONCAT(IF(n % 2, 'a', 'A'), n), REPEAT(CONCAT('K', n), 50) FROM source_numbers;
        CREATE TABLE maybe (id INT PRIMARY KEY, secret VARBINARY(200) NULL, at DATETIME(6) NULL ON UPDATE CURRENT_TIMESTAMP(6));
        INSERT INTO maybe SELECT n, IF(n % 5 = 0, NULL, UNHEX(SHA2(n, 256))), '2026-01-01' FROM source_numbers;
        CREATE TABLE documents (id INT PRIMARY KEY, secret JSON);
        INSERT INTO documents SELECT n, JSON_OBJECT('card', CONCAT('J', n), 'pin', n) FROM source_numbers;
        CREATE TABLE loose (product INT, secret VARCHAR(80) NOT NULL);
        INSERT INTO loose SELECT n % 4, CONCAT('L', n % 1000) FROM source_numbers;
        CREATE TABLE copies (id INT PRIMARY KEY, secret CHAR(12) NOT NULL, number INT AS (id * 2) STORED);
        INSERT INTO copies (id, secret) SELECT n, CONCAT('C', n) FROM source_numbers`,
    );
    const { port, user, password } = server;
    await rig.engine.call('source.add', {
      name: 'shop',
      mysql: { host: '127.0.0.1', port: port ?? 0, user, password },
      ssh: null,
      databases: ['shop'],
      preset: 'none',
      secretColumns,
      ledgers: [],
      files: [],
    });
    await rig.engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
  });

  const closed = async (as: string) =>
    rig.engine.call('restore.run', {
      source: 'shop',
      snapshot: 'latest',
      from: null,
      databases: [],
      tables: [],
      into: { kind: 'same' },
      as,
      vault: null,
    });
  const add = (restore: string) =>
    rig.engine.call('restore.addCards', { restore, vault: { passphrase: vaultPassphrase }, from: null });

  it('make of a closed restore what the shop has, byte for byte, and nothing else of it changes', async () => {
    const wanted = await checksums(server, 'shop');
    const { restoreId } = await closed('whole');
    expect(await checksums(server, 'whole')).not.toEqual(wanted);
    expect(await valuesOf(server, "SELECT COUNT(*) FROM whole.cards WHERE secret LIKE '卡密-%'")).toEqual(['0']);

    const added = await add(restoreId);

    expect(
      added.tables.map(({ table, filled, waiting, proven, left }) => [table, filled, waiting, proven, left]),
    ).toEqual(
      expect.arrayContaining(
        ['by_shop', 'cards', 'copies', 'documents', 'loose'].map((name) => [`shop.${name}`, count, 0, true, null]),
      ),
    );
    expect(added.complete).toBe(true);
    // Nothing but secrets: also the columns that a server sets to the time of a change.
    expect(await checksums(server, 'whole')).toEqual(wanted);
  });

  it('leave alone what somebody changed or deleted since', async () => {
    const { restoreId } = await closed('changed');
    await runOn(
      server,
      "UPDATE changed.cards SET secret = 'somebody else' WHERE id = 10",
      'DELETE FROM changed.cards WHERE id IN (11, 12)',
      "UPDATE changed.by_shop SET secret = 'mine' WHERE shop = 1 AND no = 'A4'",
    );
    const { tables, complete } = await add(restoreId);
    expect(complete).toBe(false);
    expect(tables.find(({ table }) => table === 'shop.cards')).toMatchObject({
      filled: count - 3,
      changed: 1,
      gone: 2,
    });
    expect(tables.find(({ table }) => table === 'shop.by_shop')).toMatchObject({ filled: count - 1, changed: 1 });
    const differing =
      'SELECT COUNT(*) FROM shop.cards a JOIN changed.cards b USING (id) WHERE BINARY a.secret <> BINARY b.secret';
    expect(await valuesOf(server, differing)).toEqual(['1']);
    expect(await valuesOf(server, 'SELECT secret FROM changed.cards WHERE id = 10')).toEqual(['somebody else']);
  });
}
