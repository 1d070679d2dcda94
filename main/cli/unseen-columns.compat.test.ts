import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOfThief, openWithMainKey } from './testing/cards/open-with-main-key.ts';
import type { PrivateServer } from '../engine/sandbox/index.ts';
import {
  compatServerNames,
  compatServers,
  startCompatServer,
  type CompatServer,
} from '../engine/sandbox/testing/compat-servers.ts';
import { passphraseOfRig, runOn, startCompatRig, valuesOf, type CompatRig } from '../engine/jobs/testing/compat-rig.ts';

const kinds = ['mysql', 'mariadb'] as const;
const present = compatServers(...kinds);
const needle = 'KNOWN-CARD-';

describe.each(kinds)('a log on %s in which cards come to tables that no backup has seen', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () => unseenOn(kind));
});

function unseenOn(kind: CompatServer): void {
  let server: PrivateServer;
  let rig: CompatRig;
  beforeAll(async () => {
    [server, rig] = await Promise.all([startCompatServer(kind, { binlog: true }), startCompatRig()]);
    await runOn(
      server,
      `CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
        CREATE TABLE carmis (id INT PRIMARY KEY AUTO_INCREMENT, goods_id INT, status TINYINT, carmi TEXT);
        CREATE TABLE goods (id INT PRIMARY KEY, title VARCHAR(80));
        CREATE TABLE memos (id INT PRIMARY KEY, memo TEXT);
        INSERT INTO goods VALUES (1, 'a'), (2, 'b'); INSERT INTO memos VALUES (1, 'x');
        INSERT INTO carmis (goods_id, status, carmi) VALUES (1, 1, '${needle}1'), (1, 1, '${needle}2'), (2, 1, '${needle}3')`,
    );
    const { port, user, password } = server;
    await rig.engine.call('source.add', {
      name: 'shop',
      mysql: { host: '127.0.0.1', port: port ?? 0, user, password },
      ssh: null,
      databases: ['shop'],
      preset: 'none',
      secretColumns: ['carmis.carmi'],
      ledgers: [],
      files: [],
    });
    await rig.engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
  });

  const follow = () => rig.engine.call('stream.run', { source: 'shop', forMs: null, untilCaughtUp: true, to: [] });
  /** Names of what holds a card for somebody with a copy and the main passphrase. */
  const readable = async (): Promise<string[]> => {
    const names = (await readdir(rig.diskDir, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(rig.diskDir, join(entry.parentPath, entry.name)));
    const keys = await keysOfThief(await readFile(join(rig.diskDir, 'shouhu.json')), passphraseOfRig);
    const found: string[] = [];
    for (const name of names) {
      const opened = openWithMainKey(keys, name, await readFile(join(rig.diskDir, name)));
      if (typeof opened !== 'string' && Buffer.from(opened.payload).includes(needle)) found.push(name);
    }
    return found;
  };

  it('is sealed where they stand, and a closed restore goes through it', async () => {
    await follow();
    await runOn(
      server,
      // MariaDB mixes; MySQL warns that there is nothing else.
      `USE shop; SET SESSION binlog_format = ROW; CREATE TABLE carmis_20261124 LIKE carmis; INSERT INTO carmis_20261124 SELECT * FROM carmis;
        CREATE TABLE saved AS SELECT id, goods_id, carmi AS code FROM carmis;
        ALTER TABLE goods ADD COLUMN card_secret TEXT NULL; UPDATE goods SET card_secret = '${needle}4' WHERE id = 1;
        ALTER TABLE memos CHANGE memo card_code TEXT; UPDATE memos SET card_code = '${needle}5';
        CREATE TABLE visits (id INT PRIMARY KEY, page TEXT, hits INT); INSERT INTO visits VALUES (1, 'front', 7)`,
    );
    await follow();
    expect(await readable()).toEqual([]);
    const moment = new Date().toISOString();
    await sleep(1_100);
    await runOn(server, 'DELETE FROM shop.visits');
    await follow();
    const restored = await rig.engine.call('restore.run', {
      source: 'shop',
      snapshot: 'latest',
      from: null,
      databases: [],
      tables: [],
      into: { kind: 'same' },
      as: 'closed',
      vault: null,
      until: { kind: 'time', at: moment },
    });
    expect(restored.notes).toEqual(
      expect.arrayContaining(['text-left-out: shop.goods.card_secret', 'text-left-out: shop.visits.page']),
    );
    expect(await valuesOf(server, "SELECT CONCAT_WS('|', id, page, hits) FROM closed.visits")).toEqual(['1|7']);
    expect(await valuesOf(server, 'SELECT id FROM closed.saved ORDER BY 1')).toEqual(['1', '2', '3']);
    expect(await valuesOf(server, 'SELECT card_secret FROM closed.goods ORDER BY id')).toEqual([null, null]);
  });
}
