import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrivateServer, type PrivateServer } from '../engine/sandbox/index.ts';
import { builtCli } from './testing/built-cli.ts';

/**
 * The command line as a user's script meets it: real processes, a real server, one home. The tests tell one story and build on
 * each other.
 */
let dir: string;
let server: PrivateServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-cli-'));
  server = await startPrivateServer({ durability: 'none' });
  const connection = await createConnection({ ...server.connection, multipleStatements: true });
  await connection.query(`
    CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;
    CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(50), total DECIMAL(10,2), status INT) ENGINE=InnoDB;
    CREATE TABLE cards (id INT PRIMARY KEY AUTO_INCREMENT, secret VARCHAR(100), sold INT) ENGINE=InnoDB;
    INSERT INTO orders (title, total, status) SELECT CONCAT('订单 ', seq), seq / 100, 4 FROM seq_1_to_2000;
    INSERT INTO cards (secret, sold) SELECT CONCAT('CARD-', seq), 0 FROM seq_1_to_500;`);
  await connection.end();
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

interface Ended {
  readonly exitCode: number;
  readonly json: Record<string, unknown>;
  readonly err: string;
}

function shouhu(...argv: string[]): Promise<Ended> {
  const env = {
    PATH: process.env['PATH'],
    SHOUHU_HOME: join(dir, 'home'),
    MAIN: 'correct horse battery staple',
    VAULT: 'another horse for the vault',
    DB: server.password,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [builtCli, '--json', ...argv], { env, cwd: dir }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ exitCode, json: JSON.parse(stdout) as Record<string, unknown>, err: stderr });
    });
  });
}

describe('the command line on a real server', () => {
  it('creates keys and kits, and a source and two disks', async () => {
    const init = await shouhu('init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit');
    expect(init).toMatchObject({ exitCode: 0, json: { ok: true, words: null } });
    expect(await readdir(join(dir, 'kit'))).toHaveLength(4);

    await writeFile(
      join(dir, 'ledger.json'),
      JSON.stringify({
        name: 'turnover',
        database: 'shop',
        table: 'orders',
        amountColumn: 'total',
        unit: 'yuan',
        currency: 'CNY',
        statusColumn: 'status',
        paidValues: ['4'],
      }),
    );
    const url = `mysql://${server.user}@127.0.0.1:${String(server.port)}/`;
    const source = await shouhu(
      'source',
      'add',
      'shop',
      '--mysql',
      url,
      '--mysql-password-env',
      'DB',
      '--databases',
      'shop',
      '--secret',
      'cards.secret',
      '--ledger',
      'ledger.json',
    );
    expect(source).toMatchObject({ exitCode: 0, json: { source: { secretColumns: ['cards.secret'] } } });
    expect(await shouhu('destination', 'add', 'main', '--disk', 'main')).toMatchObject({ exitCode: 0 });
    expect(await shouhu('destination', 'add', 'second', '--disk', 'second', '--role', 'second-disk')).toMatchObject({
      exitCode: 0,
    });
  });

  it('backs up with equal money and without card secrets in clear', async () => {
    const { exitCode, json } = await shouhu('backup', 'shop');
    expect(json).toMatchObject({
      ok: true,
      snapshot: { tables: 2, rows: 2500 },
      ledgers: [{ name: 'turnover', sum: '20010.00', equal: true }],
    });
    expect(exitCode).toBe(0);

    const again = await shouhu('backup', 'shop', '--max-rate', '100Mbit');
    expect(again.json).toMatchObject({ read: { rowsFetched: 0 } });
  });

  it('shows what there is', async () => {
    const { json } = await shouhu('snapshots', 'shop');
    expect(json['snapshots']).toHaveLength(2);
    const show = await shouhu('show', 'latest');
    expect(show.json).toMatchObject({ ok: true, rows: 2500, ledgers: [{ equal: true }] });
    expect(show.json['tables']).toHaveLength(2);
    expect(show.json['copies']).toHaveLength(2);
  });

  /** Spoils one chunk of a disk. */
  async function rot(disk: string): Promise<void> {
    const [folder = ''] = await readdir(join(dir, disk, 'chunks'));
    const [chunk = ''] = await readdir(join(dir, disk, 'chunks', folder));
    const path = join(dir, disk, 'chunks', folder, chunk);
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await rm(path);
    await writeFile(path, bytes);
  }

  it('ends with 3 for a rotten copy, heals it, and then with 0', async () => {
    await rot('second');

    const rotten = await shouhu('verify', 'second');
    expect(rotten).toMatchObject({ exitCode: 3, json: { ok: false, error: { code: 'repository.damaged' } } });
    expect(rotten.json['damaged']).toHaveLength(1);
    const healed = await shouhu('verify', 'second', '--heal-from', 'main');
    expect(healed).toMatchObject({ exitCode: 0, json: { ok: true } });
    expect(healed.json['healed']).toHaveLength(1);
    expect(await shouhu('verify', 'second')).toMatchObject({ exitCode: 0 });
  });

  it('heals with the next backup what is known to be rotten, from the shop itself', async () => {
    await rot('main');
    expect(await shouhu('verify', 'main')).toMatchObject({ exitCode: 3 });
    const { exitCode, json } = await shouhu('backup', 'shop');
    expect(exitCode).toBe(0);
    const facts = { destinations: 'main', damaged: 0, healed: 1, warning: true };
    expect(json['checks']).toContainEqual({ id: 'copies-sound', ok: true, facts });
    expect(await shouhu('verify', 'main')).toMatchObject({ exitCode: 0 });
  });

  it('restores beside the live database, and exports', async () => {
    const beside = await shouhu('restore', 'shop', '--into', 'same', '--open-vault');
    expect(beside).toMatchObject({ exitCode: 0, json: { rows: 2500, digest: { equal: true }, vault: 'open' } });
    // The same snapshot once more: beside the live database and beside what was restored before.
    const again = await shouhu('restore', 'shop', '--into', 'same');
    expect(again).toMatchObject({ exitCode: 0, json: { rows: 2500, digest: { equal: true } } });
    expect(again.json['database']).toBe(`${String(beside.json['database'])}_2`);

    const exported = await shouhu('export', 'latest', '--sql', 'shop.sql');
    expect(exported).toMatchObject({ exitCode: 0, json: { rows: 2500, vault: 'closed' } });
    expect(await readFile(join(dir, 'shop.sql'), 'utf8')).not.toContain('CARD-');
  });

  it('comes back on a bare computer from one copy', async () => {
    const { exitCode, json } = await shouhu(
      '--home',
      'other',
      'recover',
      '--from',
      'second',
      '--passphrase-env',
      'MAIN',
    );
    expect(json).toMatchObject({ ok: true, sources: ['shop'], snapshots: 3 });
    expect(exitCode).toBe(0);
    expect((await shouhu('--home', 'other', 'snapshots')).json['snapshots']).toHaveLength(3);
  });

  it('says in the right exit code what is in the way', async () => {
    expect(await shouhu('init', '--passphrase-env', 'MAIN')).toMatchObject({
      exitCode: 5,
      json: { error: { code: 'home.already-initialised' } },
    });
    expect(await shouhu('backup', 'shop', '--passphrase-env', 'VAULT')).toMatchObject({
      exitCode: 5,
      json: { error: { code: 'keys.wrong-passphrase' } },
    });
    await rm(join(dir, 'second'), { recursive: true });
    expect(await shouhu('verify', 'second')).toMatchObject({
      exitCode: 4,
      json: { error: { code: 'backend.absent' } },
    });
    expect(await shouhu('audit')).toMatchObject({ exitCode: 0, json: { intact: true } });
  });
});
