import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { runBackup } from '../backup/run-backup.ts';
import { aRepository } from '../backup/testing/a-capture.ts';
import { runClientIn } from '../backup/testing/zoo/zoo-server.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { systemClock } from '../platform/clock.ts';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { dumpToFolder } from '../repository/testing/a-shop.ts';
import { aKeyring, testPassphrase } from '../repository/testing/keys.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { CopyReader } from './copy-reader.ts';
import { planRestore } from './plan-restore.ts';
import { restoreIntoServer, type RestoreResult } from './restore-into-server.ts';
import { makeInvalidText } from './testing/invalid-text-shop.ts';
import { writeSqlFile, type SqlFile } from './write-sql-file.ts';

/** Text that is no text of its character set comes back octet by octet, its table whole, and every other column as it was. */
const rows = 4000;
const tables: readonly (readonly [string, readonly string[]])[] = [
  ['notes', ['id', 'memo', 'tag', 'body', 'n']],
  ['text', ['id', 'memo', 'tag', 'body']],
  ['keyed', ['memo', 'id']],
  ['sound', ['id', 'memo']],
];
let source: SourceServer;
let pool: ChunkPool | undefined;
let restoreInto: (target: SourceServer) => Promise<RestoreResult>;
let blobs: ReadonlyMap<string, MemoryBlob>;
let writeFile: (path: string) => Promise<SqlFile>;

beforeAll(async () => {
  source = await startSource();
  await makeInvalidText(source, rows);
  await source.run(
    `CREATE TABLE shop.notes (
      id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
      memo varchar(40) NOT NULL DEFAULT '无' COMMENT 'what, (was) said',
      tag char(10) CHARACTER SET gbk DEFAULT '中',
      body text,
      loud varchar(40) GENERATED ALWAYS AS (upper(memo)) VIRTUAL,
      n int NOT NULL DEFAULT 7,
      first int GENERATED ALWAYS AS (ord(memo)) STORED,
      UNIQUE KEY memo_id (memo, id), KEY short (memo(5)), KEY other (n), FULLTEXT KEY words (body)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
    'INSERT INTO shop.notes (id, memo, tag, body) SELECT * FROM shop.text',
    // Its key itself is bad.
    'CREATE TABLE shop.keyed (memo varchar(40) NOT NULL PRIMARY KEY, id int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    'INSERT INTO shop.keyed SELECT memo, id FROM shop.text',
    'CREATE TABLE shop.sound (id int PRIMARY KEY, memo varchar(40) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    "INSERT INTO shop.sound VALUES (1, '好')",
  );
  const keyring = await aKeyring();
  const { repository, blobs: stored } = await aRepository(keyring);
  blobs = stored;
  const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
  const backup = await runBackup({
    snapshot,
    repository,
    source: { id: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '小店', preset: null },
    ledgers: [],
    secretColumns: [],
    previous: null,
    readers: 2,
    maxBytesPerSecond: null,
    producer: 'test',
    clock: systemClock,
    onProgress: () => undefined,
    signal: never,
  }).finally(() => snapshot.close());
  expect(backup.manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
  const threads = new ChunkPool(keyring.mainKeys, 1);
  pool = threads;
  const reader = new CopyReader([{ name: 'copy', open: () => Promise.resolve(repository) }], threads, null);
  writeFile = async (path) =>
    writeSqlFile({
      plan: await planRestore(backup.manifest, { databases: [], tables: [] }, reader, never),
      reader,
      path,
      as: 'filed',
      onProgress: () => undefined,
      signal: never,
    });
  restoreInto = async (target) =>
    restoreIntoServer({
      plan: await planRestore(backup.manifest, { databases: [], tables: [] }, reader, never),
      reader,
      pool: threads,
      target: target.target,
      sessions: 3,
      renames: new Map([['shop', 'again']]),
      enableEvents: false,
      withoutBinlog: false,
      onProgress: () => undefined,
      signal: never,
    });
});
afterAll(async () => {
  await pool?.close();
  await source.stop();
});

describe('text that is none', () => {
  let restored: RestoreResult;
  beforeAll(async () => {
    restored = await restoreInto(source);
  });

  it('is proven octet by octet, and counted by name', () => {
    expect(restored).toMatchObject({ rows: 3 * rows + 1, digest: { equal: true, different: [] } });
    expect(restored.notes.filter((note) => !note.startsWith('ddl-differs'))).toEqual([
      'text-as-octets: again.keyed.memo (2): ALTER TABLE `again`.`keyed` MODIFY `memo` varchar(40) NOT NULL',
      "text-as-octets: again.notes.memo (2): ALTER TABLE `again`.`notes` MODIFY `memo` varchar(40) NOT NULL DEFAULT '无' COMMENT 'what, (was) said'",
      "text-as-octets: again.notes.tag (1): ALTER TABLE `again`.`notes` MODIFY `tag` char(10) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT '中'",
      'text-as-octets: again.notes.body (1): ALTER TABLE `again`.`notes` MODIFY `body` text DEFAULT NULL',
      'generated-over-octets: again.notes.loud: ALTER TABLE `again`.`notes` MODIFY `loud` varchar(40) GENERATED ALWAYS AS (ucase(`memo`)) VIRTUAL',
      'generated-over-octets: again.notes.first',
      'key-left-out: again.notes: FULLTEXT KEY `words` (`body`)',
      "text-as-octets: again.text.memo (2): ALTER TABLE `again`.`text` MODIFY `memo` varchar(40) NOT NULL DEFAULT ''",
      'text-as-octets: again.text.tag (1): ALTER TABLE `again`.`text` MODIFY `tag` char(10) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT NULL',
      'text-as-octets: again.text.body (1): ALTER TABLE `again`.`text` MODIFY `body` text DEFAULT NULL',
    ]);
  });

  it.each(tables)('has the same octets in every row of %s', async (table, columns) => {
    expect(await octets('again', table, columns)).toEqual(await octets('shop', table, columns));
  });

  it('keeps types, defaults, keys and generated columns of the rest', async () => {
    const types = await source.admin.query(
      "SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, EXTRA AS extra FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'again' AND TABLE_NAME = 'notes' ORDER BY ORDINAL_POSITION",
    );
    expect(types.map((row) => [...row.values()])).toEqual([
      ['id', 'int(11)', 'auto_increment'],
      ['memo', 'varbinary(160)', ''],
      ['tag', 'varbinary(20)', ''],
      ['body', 'blob', ''],
      ['loud', 'varbinary(160)', 'VIRTUAL GENERATED'],
      ['n', 'int(11)', ''],
      ['first', 'int(11)', 'STORED GENERATED'],
    ]);
    await source.run('INSERT INTO again.notes (id) VALUES (100000)');
    const [fresh] = await source.admin.query(
      'SELECT HEX(memo) AS memo, HEX(tag) AS tag FROM again.notes WHERE id = 100000',
    );
    expect([fresh?.get('memo'), fresh?.get('tag')]).toEqual(['E697A0', 'D6D0']);
    await source.run('DELETE FROM again.notes WHERE id = 100000');
    const keys = await source.admin.query(
      "SELECT INDEX_NAME AS name, COLUMN_NAME AS col, SUB_PART AS part FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'again' AND TABLE_NAME = 'notes' ORDER BY 1, SEQ_IN_INDEX",
    );
    expect(keys.map((row) => [...row.values()])).toEqual([
      ['memo_id', 'memo', null],
      ['memo_id', 'id', null],
      ['other', 'n', null],
      ['PRIMARY', 'id', null],
      ['short', 'memo', '20'],
    ]);
  });

  it('leaves a sound table as it was', async () => {
    const ddl = async (database: string) =>
      (await source.admin.query(`SHOW CREATE TABLE ${database}.sound`))[0]?.get('create table');
    expect(await ddl('again')).toBe(await ddl('shop'));
  });

  it('turns back by the statement that the note gives, once its rows are mended', async () => {
    await source.run("UPDATE again.notes SET memo = '?' WHERE id IN (3, 5)");
    const note = restored.notes.find((each) => each.includes('again.notes.memo')) ?? '';

    await source.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'", note.slice(note.indexOf('ALTER TABLE')));

    const line = async (database: string) =>
      (await source.admin.query(`SHOW CREATE TABLE ${database}.notes`))[0]
        ?.get('create table')
        ?.split('\n')
        .find((each) => each.startsWith('  `memo`'));
    expect(await line('again')).toBe(await line('shop'));
  });
});

it('comes back through INSERT too, where LOAD DATA is forbidden', async () => {
  const strict = await startSource(['--local-infile=0']);
  try {
    const restored = await restoreInto(strict);

    expect(restored).toMatchObject({ rows: 3 * rows + 1, digest: { equal: true, different: [] } });
    expect(restored.notes.filter((note) => note.startsWith('text-as-octets'))).toHaveLength(7);
  } finally {
    await strict.stop();
  }
});

it('comes back from an .sql file, where no server is asked and none would complain', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-text-'));
  try {
    const path = join(dir, 'shop.sql');
    const { notes } = await writeFile(path);
    await runClientIn('utf8mb4', source.server, await readFile(path));

    for (const [table, columns] of tables) {
      expect(await octets('filed', table, columns)).toEqual(await octets('shop', table, columns));
    }
    expect(notes.map((note) => note.split(': ALTER')[0])).toEqual([
      'text-as-octets: filed.keyed.memo (2)',
      'text-as-octets: filed.notes.memo (2)',
      'text-as-octets: filed.notes.tag (1)',
      'text-as-octets: filed.notes.body (1)',
      'generated-over-octets: filed.notes.loud',
      'generated-over-octets: filed.notes.first',
      'key-left-out: filed.notes: FULLTEXT KEY `words` (`body`)',
      'text-as-octets: filed.text.memo (2)',
      'text-as-octets: filed.text.tag (1)',
      'text-as-octets: filed.text.body (1)',
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('comes back through recover.mjs', async () => {
  await withTempDir('recover', async (dir) => {
    await dumpToFolder(blobs, join(dir, 'repo'));
    await copyFile(assetPath('recover/recover.mjs'), join(dir, 'recover.mjs'));
    const args = ['recover.mjs', '--repository', 'repo', '--sql', 'shop.sql', '--passphrase-env', 'MAIN_SECRET'];

    const written = await runCommand(process.execPath, args, { cwd: dir, env: { MAIN_SECRET: testPassphrase } });

    expect(written.exitCode).toBe(0);
    expect(written.stderr).toContain('notes.memo: holds bytes that are no utf8mb4 text');
    const empty = await startSource();
    try {
      await runClientIn('gbk', empty.server, await readFile(join(dir, 'shop.sql')));
      for (const [table, columns] of tables) {
        expect(await octets('shop', table, columns, empty)).toEqual(await octets('shop', table, columns));
      }
    } finally {
      await empty.stop();
    }
  });
});

/** One digest over all rows by the server, which knows nothing of ours. */
async function octets(database: string, table: string, columns: readonly string[], server = source): Promise<string> {
  const row = columns.map((column) => `COALESCE(HEX(${column}), 'N')`).join(", '|', ");
  const [found] = await server.admin.query(
    `SELECT CONCAT(COUNT(*), ' ', BIT_XOR(CAST(CONV(LEFT(MD5(CONCAT(${row})), 16), 16, 10) AS UNSIGNED))) AS sum FROM ${database}.${table}`,
  );
  return found?.get('sum') ?? 'missing';
}
