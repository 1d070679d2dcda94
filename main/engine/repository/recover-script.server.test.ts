import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../platform/run-command.ts';
import { findServerBinaries, startPrivateServer, type PrivateServer } from '../sandbox/index.ts';

/** What recover.mjs writes (testing/shop.sql, held by recover-script.test.ts) is given to the stock client. */
const client = ['/usr/bin/mariadb', '/usr/bin/mysql'].find((path) => existsSync(path));
const canRun = client !== undefined && (await findServerBinaries()).length > 0;
if (!canRun) console.warn('skipped: no server or no mysql client on this machine');
const servers: PrivateServer[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

describe.skipIf(!canRun)('the SQL of recover.mjs', () => {
  // A Chinese Windows starts the client in GBK: nothing in the rows may depend on that.
  it.each(['utf8mb4', 'gbk'])('loads with a client that believes in %s', async (charset) => {
    const server = await startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 32, socketOnly: true });
    servers.push(server);
    const sql = await readFile(fileURLToPath(new URL('testing/shop.sql', import.meta.url)), 'utf8');
    const args = [
      '--no-defaults',
      `--default-character-set=${charset}`,
      `--socket=${server.socketPath}`,
      '-u',
      server.user,
    ];

    const loaded = await runCommand(client ?? '', args, { stdin: sql, env: { MYSQL_PWD: server.password } });

    expect(loaded).toMatchObject({ exitCode: 0, stderr: '' });
    const connection = await createConnection({
      ...server.connection,
      database: 'shop',
      charset: 'utf8mb4',
      dateStrings: true,
    });
    try {
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT id, title, secret, price, flags + 0 AS flags, weight, HEX(note) AS note, CONCAT(extra) AS extra, ST_AsText(spot) AS spot, sold_at FROM cards ORDER BY id',
      );
      expect(rows).toEqual([
        {
          id: 1,
          title: '十元卡',
          secret: 'CARD-0001',
          price: '9.90',
          flags: 5,
          weight: 1.5e-7,
          note: '0008090A0D1A5C2722',
          extra: '{"a": "b\'c"}',
          spot: null,
          sold_at: '2026-11-22 14:00:00',
        },
        {
          id: 2,
          title: "it's\\",
          secret: 'tab\tin\\side',
          price: null,
          flags: 0,
          weight: -2,
          note: 'E9AB985C',
          extra: null,
          spot: 'POINT(1 2)',
          sold_at: null,
        },
        {
          id: 3,
          title: '',
          secret: '卡密-三',
          price: '-0.50',
          flags: 255,
          weight: 0,
          note: null,
          extra: '{"k": "值\\n"}',
          spot: null,
          sold_at: '0000-00-00 00:00:00',
        },
      ]);
      const [view] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM v');
      expect(view).toEqual([{ n: 3 }]);
      const [triggers] = await connection.query<RowDataPacket[]>('SHOW TRIGGERS');
      expect(triggers).toMatchObject([{ Trigger: 'tr', sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' }]);
      const [called] = await connection.query<RowDataPacket[][]>('CALL p()');
      expect(called[1]).toEqual([{ 2: 2 }]);
    } finally {
      connection.destroy();
    }
  });
});
